"""ETags, and the conditions that a caller may put on a request (RFC 9110, section 13)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from django.utils.http import parse_etags
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from libraries.errors import SharingError

Document = Mapping[str, Any]
CONDITIONS = {"If-Match", "If-None-Match"}


CHANGED = "It was changed after you read it, or it exists already. Read it again before you change it."
ALTERED = (
    "The ETag in If-Match is that of a compressed copy: a proxy altered it on the way to you. Read it again with"
    " Accept-Encoding: identity, or have the proxy leave these answers uncompressed."
)
OF_A_COPY = re.compile(r'^W/|(?:-gzip|;gzip|--gzip|-br|-zstd|-deflate)(?="$)')
"""What proxies that compress make of an ETag."""


class PreconditionFailed(SharingError):
    """If-Match or If-None-Match does not hold for what is there now."""

    code = "precondition_failed"
    title = "Precondition failed"
    what_to_do = "Read it again, decide whether the change is still right, and send it with the new ETag."

    def __init__(self, reason: str = CHANGED) -> None:
        super().__init__(reason)


def rendered(document: Document) -> bytes:
    """The document as JSON."""
    return JSONRenderer().render(document)


def etag_of(text: bytes) -> str:
    """Of a rendered document: changes with everything that it says, the links that its reader may follow included."""
    return f'"{sha256(text).hexdigest()[:32]}"'


def precondition(request: Request, document_of: Callable[[Any], Document]) -> Callable[[Any], None]:
    """A check for the verbs, which call it under the lock with what is there by then, or None.

    document_of: what a GET would answer about it. The check raises PreconditionFailed.
    """

    def check(current: Any) -> None:
        if not (request.headers.keys() & CONDITIONS):
            return
        etag = None if current is None else etag_of(rendered(document_of(current)))
        if not _is_wanted(request, etag) or _is_unwanted(request, etag):
            raise PreconditionFailed

    return check


def has_already(request: Request, etag: str) -> bool:
    """Whether the reader has the document of that ETag (If-None-Match). Raises PreconditionFailed (If-Match)."""
    if not _is_wanted(request, etag):
        raise PreconditionFailed
    return _is_unwanted(request, etag)


def _is_wanted(request: Request, etag: str | None) -> bool:
    """If-Match. One that names no ETag at all matches nothing, so a caller who forgot the quotes changes nothing."""
    header = request.headers.get("If-Match")
    if header is None:
        return True
    named = parse_etags(header)
    if etag is None or _is_among(etag, named):
        return etag is not None
    if etag in _as_we_wrote(named):
        raise PreconditionFailed(ALTERED)
    return False


def _is_unwanted(request: Request, etag: str | None) -> bool:
    """If-None-Match, which looks through W/ as If-Match does not."""
    named = parse_etags(request.headers.get("If-None-Match", ""))
    return etag is not None and _is_among(etag, _as_we_wrote(named))


def _as_we_wrote(named: list[str]) -> list[str]:
    return [OF_A_COPY.sub("", name) for name in named]


def _is_among(etag: str, named: list[str]) -> bool:
    return named == ["*"] or etag in named
