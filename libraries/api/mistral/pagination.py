"""Pages of libraries: by an opaque token, or by a number with totals, which is the older way."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from rest_framework import serializers
from rest_framework.request import Request

from libraries.api.fields import StrictCharField
from libraries.api.page_tokens import BadToken, Keyset, seal, unseal
from libraries.models import Library, LibraryQuerySet, User

DEFAULT_SIZE = 100
MAX_SIZE = 1000
MAX_PAGE = 10**9
LIBRARIES_IN_ORDER = Keyset(("name", "id"))
IS_CLIENT = re.compile(r"mistral-client-|speakeasy-sdk/\S+ [^@]*@mistralai/mistralai\Z").match
"""The User-Agent of the vendor's own clients: Python's begins so, TypeScript's ends with its package's name."""


class LibrariesQuery(serializers.Serializer):
    """What the list of libraries takes; other parameters are ignored, as everywhere in this dialect."""

    page_size = serializers.IntegerField(min_value=1, max_value=MAX_SIZE, default=DEFAULT_SIZE)
    page_token = serializers.CharField(
        default="", allow_blank=True, help_text="`next_page_token` of an answer to the same request; wins over `page`."
    )
    page = serializers.IntegerField(min_value=0, max_value=MAX_PAGE, default=0, help_text="Counted from 0.")
    search = StrictCharField(default="", allow_blank=True, max_length=200, help_text="A part of the name.")
    filter_owned_by_me = serializers.BooleanField(default=False, allow_null=True)


def size_for_clients_without_pages(request: Request) -> int | None:
    """MAX_SIZE for the vendor's older clients, which name no page and have no way to ask for a second one."""
    names_a_page = any(request.query_params.get(name) for name in ("page", "page_size", "page_token"))
    is_client = IS_CLIENT(request.headers.get("User-Agent", ""))
    return MAX_SIZE if is_client and not names_a_page else None


class Page:
    """One page of `libraries` for a valid `query`: one query.

    total: how many there are on all pages; None where a token is used.
    Raises ValidationError for a token of another request or caller.
    """

    def __init__(self, libraries: LibraryQuerySet, query: dict[str, Any], caller: User, *, total: int | None) -> None:
        self.number: int = query["page"]
        self.size: int = query["page_size"]
        self.bound_to = _bound_to(query, caller)
        self.total = total
        self.libraries, self.has_more = self._read(libraries, query["page_token"])

    def _read(self, libraries: LibraryQuerySet, token: str) -> tuple[list[Library], bool]:
        """The libraries of this page, and whether more follow: one too many is read."""
        if token:
            found = LIBRARIES_IN_ORDER.after(libraries, self._key(token))[: self.size + 1]
        else:
            start = self.number * self.size
            found = libraries.order_by(*LIBRARIES_IN_ORDER.columns)[start : start + self.size + 1]
        return list(found)[: self.size], len(found) > self.size

    def _key(self, token: str) -> list[str]:
        try:
            return unseal(token, bound_to=self.bound_to)
        except BadToken:
            raise serializers.ValidationError({"page_token": ["Not a token from an answer to this request."]}) from None

    def document(self, documents: Any) -> dict[str, Any]:
        """The page; `documents` are those of its libraries, in order."""
        pagination = {} if self.total is None else {"pagination": self._pagination(self.total)}
        return {"data": documents, "next_page_token": self._next_token(), **pagination}

    def _next_token(self) -> str | None:
        if not self.has_more:
            return None
        return seal(LIBRARIES_IN_ORDER.key_of(self.libraries[-1]), bound_to=self.bound_to)

    def _pagination(self, total: int) -> dict[str, Any]:
        return {
            "total_items": total,
            "total_pages": -(-total // self.size),
            "current_page": self.number,
            "page_size": self.size,
            "has_more": self.has_more,
        }


def _bound_to(query: dict[str, Any], caller: User) -> str:
    bound = {"caller": caller.pk, "search": query["search"], "owned": bool(query["filter_owned_by_me"])}
    return f"/v1/libraries?{urlencode(bound)}"
