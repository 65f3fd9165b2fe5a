"""Whom many shares are for: found, locked and judged by R8, in one query for each kind of principal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from libraries.levels import Kind
from libraries.models import Library, Organization, SharingScope, Team, User
from libraries.principals import Principal, PrincipalReference, admits, spelled

TABLES: dict[Kind, Any] = {Kind.ORGANIZATION: Organization, Kind.TEAM: Team, Kind.USER: User}
"""In the order in which their rows are locked, everywhere."""

Address = tuple[PrincipalReference, Library]


class Addressees:
    """The principals that many references name, each as seen from the library that it is to share.

    Their rows stay locked until the transaction ends, so that none can leave or go meanwhile.
    """

    def __init__(self, addresses: Iterable[Address]) -> None:
        addresses = [(reference, library) for reference, library in addresses if reference.can_exist]
        self._found = dict(_find(addresses))
        self._members = _memberships(self._found.values(), {library for _, library in addresses})

    def find(self, reference: PrincipalReference, library: Library) -> Principal | None:
        """The principal of that name, whether or not R8 admits it; no query."""
        if reference.kind == Kind.EVERYONE:
            return Principal(Kind.EVERYONE)
        return self._found.get(_key(reference.kind, reference.field, reference.value, library.organization_id))

    def admits(self, library: Library, principal: Principal) -> bool:
        """Whether the library can be shared with the principal (R8); no query."""
        member = principal.kind == Kind.USER and (principal.pk, library.organization.group_id) in self._members
        return admits(library, principal, is_member=member)


def _find(addresses: list[Address]) -> Iterable[tuple[Any, Principal]]:
    for kind, table in TABLES.items():
        named = defaultdict(set)
        for reference, _ in addresses:
            if reference.kind == kind:
                named[reference.field].add(reference.value)
        if not named:
            continue
        rows = table.objects.filter(reduce(or_, (Q(**{f"{field}__in": named[field]}) for field in named)))
        if kind == Kind.TEAM:
            rows = rows.filter(organization__in={library.organization_id for _, library in addresses})
        for subject in rows.order_by("pk").select_for_update(no_key=True):
            home = getattr(subject, "organization_id", None)
            for field in named:
                yield _key(kind, field, spelled(subject, field), home), Principal(kind, subject)


def _key(kind: Kind, field: str, value: Any, organization_id: Any) -> tuple[Any, ...]:
    """A team's name means something within its organization only."""
    return (kind, field, value, organization_id if kind == Kind.TEAM else None)


def _memberships(principals: Iterable[Principal], libraries: set[Library]) -> set[tuple[Any, int]]:
    """User and group, for the organizations that only members are admitted to."""
    users = [principal.pk for principal in principals if principal.kind == Kind.USER]
    organizations = {library.organization for library in libraries}
    closed = [each.group_id for each in organizations if each.sharing_scope == SharingScope.ORGANIZATION]
    if not (users and closed):
        return set()
    rows = User.groups.through.objects.filter(user__in=users, group__in=closed)
    return set(rows.values_list("user", "group"))
