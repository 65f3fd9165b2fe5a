"""A HAL page: `start`, `count`, `total`, and links that continue by key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from libraries.api.fields import QueryIntegerField, QueryTextField, SearchField, StrictSerializer
from libraries.api.links import path_to
from libraries.api.page_tokens import BadToken, Keyset, seal, unseal

DEFAULT_COUNT = 50
MAX_COUNT = 1000
MAX_START = 10**9
THE_END: list[str] = []
"""The key that every row is ahead of."""


class PageQuery(StrictSerializer):
    """The paging parameters; filters are added by subclasses."""

    start = QueryIntegerField(min_value=0, max_value=MAX_START, default=0, help_text="How many come before.")
    count = QueryIntegerField(
        min_value=1, max_value=MAX_COUNT, default=DEFAULT_COUNT, help_text="At most so many on this page."
    )
    after = QueryTextField(default="", help_text="From a `next` link; opaque.")
    before = QueryTextField(default="", help_text="From a `prev` link; opaque.")

    def validate(self, query: dict[str, Any]) -> dict[str, Any]:
        if query["after"] and query["before"]:
            raise serializers.ValidationError({"before": ["Not together with `after`."]})
        return query


PAGING = frozenset(PageQuery().fields)
"""The names of its parameters."""


class PeopleQuery(PageQuery):
    """The filter of lists of people."""

    q = SearchField(help_text="How the username begins.")


class Page:
    """One page of `rows`: by key where a link of ours was followed, by offset where a caller counted.

    rows: or what makes them, where `first` and `behind` mostly do without.
    first: finds the first rows of all, at most so many, where that is quicker than to ask `rows`; behind: those behind a
    key, likewise.
    """

    def __init__(
        self,
        request: Request,
        query: dict[str, Any],
        rows: QuerySet[Any] | Callable[[], QuerySet[Any]],
        keyset: Keyset,
        *,
        total: int | None = None,
        first: Callable[[int], list[Any]] | None = None,
        behind: Callable[[list[str], int], list[Any]] | None = None,
    ) -> None:
        self.path = request.path
        self.asked_for = request.get_full_path()
        self.start: int = query["start"]
        self.count: int = query["count"]
        given = request.query_params
        self.filters = {name: given[name] for name in given if given[name] and name not in PAGING}
        self.keyset = keyset
        self.total = total
        self._first, self._behind = first, behind
        self.rows, self.has_previous, self.has_next = self._read(rows, query)

    def _read(self, rows: Any, query: dict[str, Any]) -> tuple[list[Any], bool, bool]:
        """The rows of this page, in order, and whether others come before and after: one query, one row too many."""
        if query["before"]:
            key = self._key(query, "before")
            nearest_first, more = self._cut(self.keyset.before(_made(rows), key))
            return nearest_first[::-1], more, key != THE_END
        if query["after"]:
            key = self._key(query, "after")
            if self._behind:
                found, more = self._split(self._behind(key, self.count + 1))
            else:
                found, more = self._cut(self.keyset.after(_made(rows), key))
            return found, True, more
        if self._first and not self.start:
            found, more = self._split(self._first(self.count + 1))
            return found, False, more
        found, more = self._cut(self.keyset.in_order(_made(rows))[self.start :])
        return found, self.start > 0, more

    def _cut(self, rows: QuerySet[Any]) -> tuple[list[Any], bool]:
        return self._split(list(rows[: self.count + 1]))

    def _split(self, found: list[Any]) -> tuple[list[Any], bool]:
        return found[: self.count], len(found) > self.count

    def _key(self, query: dict[str, Any], parameter: str) -> list[str]:
        try:
            key: list[str] | None = unseal(query[parameter], bound_to=self._bound_to)
        except BadToken:
            key = None
        if key is None or (key == THE_END and parameter == "after"):
            raise serializers.ValidationError({parameter: ["Not a token from a link of this list."]})
        return key

    @property
    def _bound_to(self) -> str:
        return f"{self.path}?{urlencode(sorted(self.filters.items()))}"

    def document(self, relation: str, documents: list[Any], **links: Any) -> dict[str, Any]:
        """The page as HAL; `documents` are those of its rows, in order."""
        known = {} if self.total is None else {"total": self.total}
        return {
            "_links": {**self._links(), **links, "curies": curies()},
            "_embedded": {relation: documents},
            "start": self.start,
            "count": len(documents),
            **known,
        }

    def _links(self) -> dict[str, Any]:
        links = {"self": {"href": self.asked_for}}
        if self.has_previous:
            links["first"] = self._link(0)
            links["prev"] = self._link(max(0, self.start - self.count), before=self._edge(0))
        if self.has_next:
            links["next"] = self._link(self.start + len(self.rows), after=self._edge(-1))
            if self.total is not None:
                links["last"] = self._link(max(0, self.total - self.count), before=self._token(THE_END))
        return links

    def _edge(self, index: int) -> str | None:
        return self._token(self.keyset.key_of(self.rows[index])) if self.rows else None

    def _token(self, key: list[str]) -> str:
        return seal(key, bound_to=self._bound_to)

    def _link(self, start: int, **token: str | None) -> dict[str, str]:
        parameters = {**self.filters, "start": start, "count": self.count, **token}
        return {"href": f"{self.path}?{urlencode({k: v for k, v in parameters.items() if v is not None})}"}


def _made(rows: Any) -> QuerySet[Any]:
    return rows() if callable(rows) else rows


def curies() -> list[dict[str, Any]]:
    """Where the relations that begin with `inf:` are described."""
    return [{"name": "inf", "href": path_to("hal:docs") + "#{rel}", "templated": True}]
