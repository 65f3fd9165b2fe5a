"""Paths of our own, made from the urls' names: a page of a thousand rows has thousands of them."""

from __future__ import annotations

from functools import cache
from urllib.parse import quote
from uuid import UUID

from django.urls import get_script_prefix, reverse
from django.utils.http import RFC3986_SUBDELIMS

_SAFE = f"{RFC3986_SUBDELIMS}/~:@"
"""What Django leaves as it is in a path."""


def path_to(name: str, *arguments: object) -> str:
    """What `reverse(name, args=arguments)` says, in a tenth of the time. Raises NoReverseMatch for an unknown name.

    The arguments are not held against the patterns: they are names and keys of rows, which those are made for.
    """
    template = _template(get_script_prefix(), name, len(arguments))
    return template.format(*(quote(str(argument), safe=_SAFE) for argument in arguments))


@cache
def _template(prefix: str, name: str, number: int) -> str:
    """The path with `{0}`, `{1}` … in it, found once with markers that any converter of ours takes."""
    markers = [str(UUID(int=place + 1)) for place in range(number)]
    path = reverse(name, args=markers)
    for place, marker in enumerate(markers):
        path = path.replace(marker, f"{{{place}}}")
    return path
