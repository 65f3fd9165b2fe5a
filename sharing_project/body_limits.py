"""How long a request's body may be, whatever reads it."""

from __future__ import annotations

from django.conf import settings

IMPORTS = frozenset({"/admin/libraries/share/import/", "/admin/libraries/share/process_import/"})
IN_A_FORM = 2
"""How many times as long as its file a form may be: when the import is confirmed, it comes back as text."""


def longest_body(path: str) -> int:
    """Bytes that a body may have at this path."""
    return settings.MAX_IMPORT_BYTES * IN_A_FORM if path in IMPORTS else settings.MAX_BODY_BYTES
