"""Pages by key: page 10,000 costs what page 1 costs. Tokens are opaque, signed, and bound to what they continue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import Model, Q, QuerySet


class BadToken(Exception):
    """The token was made elsewhere, for another request, or tampered with."""


def seal(values: Sequence[Any], *, bound_to: str) -> str:
    """An opaque token that holds `values` as text, good only for what it is bound to. The same for the same values."""
    return Signer(salt=f"page:{bound_to}").sign_object([str(value) for value in values])


def unseal(token: str, *, bound_to: str) -> list[str]:
    """The values of a token, as text. Raises BadToken."""
    try:
        return Signer(salt=f"page:{bound_to}").unsign_object(token)
    except BadSignature as error:
        raise BadToken from error


@dataclass(frozen=True)
class Keyset:
    """A total order: columns, all ascending or all descending, the last of them unique."""

    columns: tuple[str, ...]
    descending: bool = False

    def key_of(self, row: Model) -> list[str]:
        """The row's place in the order."""
        return [str(getattr(row, column)) for column in self.columns]

    def in_order(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.order_by(*self._directed(self.descending))

    def after(self, rows: QuerySet[Any], key: Sequence[str]) -> QuerySet[Any]:
        """The rows behind `key`, in order."""
        return self.in_order(rows.filter(self._beyond(key, below=self.descending)))

    def before(self, rows: QuerySet[Any], key: Sequence[str]) -> QuerySet[Any]:
        """The rows ahead of `key`, nearest first; all of them, backwards, where the key is empty."""
        ahead = rows.filter(self._beyond(key, below=not self.descending)) if key else rows
        return ahead.order_by(*self._directed(not self.descending))

    def _directed(self, descending: bool) -> list[str]:
        return [f"-{column}" if descending else column for column in self.columns]

    def _beyond(self, key: Sequence[str], *, below: bool) -> Q:
        """Row-wise comparison; the bound on the first column alone lets the database walk its index."""
        comparison = "lt" if below else "gt"
        beyond, equal = Q(), Q()
        for column, value in zip(self.columns, key, strict=True):
            beyond |= equal & Q(**{f"{column}__{comparison}": value})
            equal &= Q(**{column: value})
        return Q(**{f"{self.columns[0]}__{comparison}e": key[0]}) & beyond
