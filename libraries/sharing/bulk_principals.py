"""Whom many shares are for: found, locked and judged by R8, in one query for each kind of principal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q

from libraries.db.bulk import locked_to_share
from libraries.db.expressions import AreAmong
from libraries.models import EVERYONE, Library, Organization, SharingScope, Team, User
from libraries.principals import ORGANIZATION_PREFIX, TEAM_PREFIX, PrincipalReference, admits, spelled
from libraries.rules.levels import Kind

TABLES: dict[Kind, tuple[Any, tuple[str, ...]]] = {
    Kind.ORGANIZATION: (Organization, ("pk", "slug")),
    Kind.TEAM: (Team, ("pk", "slug", "email", "organization_id")),
    Kind.USER: (User, ("pk", "username", "email", "is_active")),
}
"""What is read of each kind, in the order in which rows are locked, everywhere."""

Address = tuple[PrincipalReference, Library]


class BulkPrincipal(NamedTuple):
    """A principal, as sharing with many sees one: no more than is needed, since there are thousands.

    key: its primary key as text; None for everyone.
    name: as the native API, the commands and the console write it.
    """

    kind: Kind
    key: str | None
    name: str
    organization_id: UUID | None = None
    is_active: bool = True


NOBODY = str(UUID(int=0))
"""Nobody's key: who is not there is looked for like who is, so that a refusal costs the same and teaches nothing."""
_EVERYONE = BulkPrincipal(Kind.EVERYONE, None, EVERYONE)


class BulkPrincipals:
    """The principals that many references name, each as seen from the library that it is to share.

    Their rows stay locked until the transaction ends, so that none can leave or go meanwhile.
    """

    def __init__(self, addresses: Collection[Address]) -> None:
        libraries = {library.key: library for _, library in addresses}.values()
        organizations = {library.organization_id: library.organization for library in libraries}
        self._found: dict[Any, BulkPrincipal] = dict(_find((reference for reference, _ in addresses), organizations))
        names_users = any(reference.kind == Kind.USER for reference, _ in addresses)
        self._members = _members(self._found.values(), organizations.values()) if names_users else set()

    def find(self, reference: PrincipalReference, library: Library) -> BulkPrincipal | None:
        """The principal of that name, whether or not R8 admits it; no query."""
        if reference.kind == Kind.EVERYONE:
            return _EVERYONE
        return self._found.get(_name(reference.kind, reference.field, reference.value, library.organization_id))

    def admits(self, library: Library, principal: BulkPrincipal) -> bool:
        """Whether the library can be shared with the principal (R8); no query."""
        return admits(
            library,
            principal.kind,
            organization_id=principal.organization_id,
            is_active=principal.is_active,
            is_member=(principal.key, library.organization.group_id) in self._members,
        )


def _find(
    references: Iterable[PrincipalReference], organizations: Collection[UUID]
) -> Iterator[tuple[Any, BulkPrincipal]]:
    names: dict[Kind, dict[str, set[Any]]] = defaultdict(lambda: defaultdict(set))
    for reference in references:
        if reference.can_exist:
            names[reference.kind][reference.field].add(reference.value)
    for kind in TABLES:
        if kind in names:
            yield from _found_by_name(kind, names[kind], organizations)


def _found_by_name(
    kind: Kind, names: dict[str, set[Any]], organizations: Collection[UUID]
) -> Iterator[tuple[Any, BulkPrincipal]]:
    table, columns = TABLES[kind]
    rows = table.objects.filter(reduce(or_, (_is_named(field, names[field]) for field in names)))
    if kind == Kind.TEAM:
        rows = rows.filter(organization__in=organizations)
    for row in locked_to_share(rows.order_by("pk"), columns):
        principal = _bulk_principal(kind, row)
        for field in names:
            yield _name(kind, field, spelled(row, field), principal.organization_id), principal


def _is_named(field: str, values: set[Any]) -> Q:
    if field == "email__lower":
        return Q(email__lower__in=values)
    return Q(AreAmong(F(field), rows=[(value,) for value in values]))


def _name(kind: Kind, field: str, value: Any, organization_id: UUID | None) -> tuple[Any, ...]:
    """A team's name means something within its organization only."""
    return (kind, field, value, organization_id) if kind == Kind.TEAM else (kind, field, value)


def _bulk_principal(kind: Kind, row: dict[str, Any]) -> BulkPrincipal:
    key = str(row["pk"])
    match kind:
        case Kind.USER:
            return BulkPrincipal(kind, key, row["username"], is_active=row["is_active"])
        case Kind.TEAM:
            return BulkPrincipal(kind, key, TEAM_PREFIX + row["slug"], row["organization_id"])
        case _:
            return BulkPrincipal(kind, key, ORGANIZATION_PREFIX + row["slug"], row["pk"])


def _members(principals: Iterable[BulkPrincipal], organizations: Iterable[Organization]) -> set[tuple[str | None, int]]:
    """User and group, for the organizations that admit their members only."""
    users = [(principal.key,) for principal in principals if principal.kind == Kind.USER and principal.key]
    closed = [each.group_id for each in organizations if each.sharing_scope == SharingScope.ORGANIZATION]
    if not closed:
        return set()
    memberships = User.groups.through
    rows = memberships.objects.filter(AreAmong(F("user_id"), rows=users or [(NOBODY,)]), group__in=closed)
    return {(str(user), group) for user, group in rows.values_list("user_id", "group_id")}
