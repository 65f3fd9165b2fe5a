"""Pages as the specification has them: a limit, and an opaque token for the next one."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from libraries.api.fields import StrictCharField, StrictIntegerField
from libraries.api.page_tokens import BadToken, Keyset, seal, unseal
from libraries.models import User

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000


class PageInput(serializers.Serializer):
    """The `page` of a search. What else it holds is ignored."""

    limit = StrictIntegerField(
        min_value=0, default=DEFAULT_LIMIT, help_text=f"At most so many results, and never more than {MAX_LIMIT}."
    )
    token = StrictCharField(
        allow_blank=True, default="", help_text="`next_token` of an answer to the same search; `limit` may differ."
    )


@dataclass(frozen=True)
class Rows:
    """What a search found: rows in the order of `keyset`, each answered as `shown` has it.

    count_unnamed: finds how many more there are that the caller is not told of.
    """

    rows: QuerySet[Any]
    keyset: Keyset
    shown: Callable[[Any], dict[str, str]]
    count_unnamed: Callable[[], int] = int

    def behind(self, key: list[str]) -> Any:
        return self.keyset.after(self.rows, key) if key else self.rows.order_by(*self.keyset.columns)

    def key_of(self, row: Any) -> list[str]:
        return self.keyset.key_of(row)


@dataclass(frozen=True)
class Names:
    """What a search found, where it is some of a few names that always have the same `order`."""

    names: Collection[str] = ()
    order: tuple[str, ...] = ()
    count_unnamed: Callable[[], int] = int

    def behind(self, key: list[str]) -> Sequence[str]:
        start = self.order.index(key[0]) + 1 if key else 0
        return [name for name in self.order[start:] if name in self.names]

    def key_of(self, name: str) -> list[str]:
        return [name]

    def shown(self, name: str) -> dict[str, str]:
        return {"name": name}


class Page:
    """The page that a search asks for. Its token is good for that search, put by that caller, and no other.

    search: the valid body. endpoint: which search it is.
    Raises ValidationError for a token of another one.
    """

    def __init__(self, search: Mapping[str, Any], endpoint: str, caller: User) -> None:
        asked = search.get("page") or {}
        self._limit = min(asked.get("limit", DEFAULT_LIMIT), MAX_LIMIT)
        self._bound_to = f"{endpoint} {caller.pk} {_canonical(search)}"
        self._token = asked.get("token", "")
        self._key = self._unsealed() if self._token else []

    def _unsealed(self) -> list[str]:
        try:
            return unseal(self._token, bound_to=self._bound_to)
        except BadToken:
            raise serializers.ValidationError(
                {"page": {"token": ["Not a token from an answer to this search."]}}
            ) from None

    def document(self, found: Rows | Names) -> dict[str, Any]:
        """The answer: one query, and what counting takes. A search that finds nothing at all has no pages."""
        rows = list(found.behind(self._key)[: self._limit + 1])
        unnamed = found.count_unnamed()
        context = {"context": {"unnamed": unnamed}} if unnamed else {}
        if not (rows or self._token):
            return {"results": [], **context}
        here = rows[: self._limit]
        key = found.key_of(here[-1]) if here else self._key
        next_token = seal(key, bound_to=self._bound_to) if len(rows) > self._limit else ""
        return {
            "results": [found.shown(row) for row in here],
            "page": {"next_token": next_token, "count": len(here)},
            **context,
        }


def _canonical(search: Mapping[str, Any]) -> str:
    """What decides about the results: not the page, nor what is ignored."""
    named = {
        entity: [search[entity].get(name) for name in ("type", "id", "name")]
        for entity in ("subject", "action", "resource")
        if entity in search
    }
    return json.dumps(named)
