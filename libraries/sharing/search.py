"""A library's shares by how their principals' names begin."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Model, Q

from libraries.db.expressions import IsAnyOf
from libraries.models import EVERYONE, Library, Organization, Team, User
from libraries.principals import ORGANIZATION_PREFIX, TEAM_PREFIX
from libraries.rules.levels import Kind

NAMES: dict[str, tuple[type[Model], tuple[tuple[str, str], ...]]] = {
    "user": (User, (("username", ""), ("email", ""))),
    "team": (Team, (("slug", TEAM_PREFIX), ("email", ""))),
    "organization": (Organization, (("slug", ORGANIZATION_PREFIX),)),
}
"""Each kind of principal: the columns that are its names, with what may stand before one."""

FEW_SHARES = 1000
"""So many shares are read through sooner than names are looked up."""
FEW_NAMES = 10_000
"""The shares of so many principals are looked up sooner than a large library's are read through."""


def principal_begins_with(library: Library, text: str) -> Q:
    """The condition on the library's shares: the principal's name or e-mail begins with the text, whatever its case.

    Which form of it is the quick one takes a query where the library has many shares.
    """
    by_name = library.share_count > FEW_SHARES and _are_few(text)
    condition = reduce(or_, ((_by_name if by_name else _by_share)(principal, text) for principal in NAMES))
    return condition | Q(kind=Kind.EVERYONE) if EVERYONE.startswith(text.lower()) else condition


def _are_few(text: str) -> bool:
    first, *others = (_named(principal, text) for principal in NAMES)
    number: int = first.union(*others, all=True)[: FEW_NAMES + 1].count()
    return number <= FEW_NAMES


def _by_name(principal: str, text: str) -> Q:
    """Quick where few principals have such a name: each one's share is looked up."""
    return Q(IsAnyOf(F(principal), _named(principal, text)))


def _by_share(principal: str, text: str) -> Q:
    """Quick where many have such a name, or the library has few shares: one share after another is looked at."""
    return _begins(principal, text, f"{principal}__")


def _named(principal: str, text: str) -> Any:
    return NAMES[principal][0]._default_manager.filter(_begins(principal, text)).order_by().values("pk")


def _begins(principal: str, text: str, path: str = "") -> Q:
    columns = NAMES[principal][1]
    return reduce(or_, (Q(**{f"{path}{column}__istartswith": text.removeprefix(before)}) for column, before in columns))
