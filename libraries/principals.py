"""Whom a library can be shared with: how principals are named, found and kept inside (R8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from libraries.db.prepared import Prepared, keys
from libraries.db.text import is_storable
from libraries.errors import UnknownPrincipal
from libraries.models import EVERYONE, Actor, Library, Organization, Share, SharingScope, Team, User
from libraries.rules.levels import Kind

TEAM_PREFIX = "team:"
ORGANIZATION_PREFIX = "org:"
PRINCIPAL_COLUMNS = {Kind.USER: "user", Kind.TEAM: "team", Kind.ORGANIZATION: "organization"}
"""The column of a share that holds a principal of each kind."""

CharField.register_lookup(Lower)


@dataclass(frozen=True)
class Principal:
    """A user, a team, an organization, or everyone (then there is no `instance`)."""

    kind: Kind
    instance: User | Team | Organization | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of a share that name this principal."""
        named = {PRINCIPAL_COLUMNS[self.kind]: self.instance} if self.instance else {}
        return {"kind": self.kind, **named}

    @property
    def reference(self) -> PrincipalReference:
        """The reference that names this very principal."""
        if self.instance is None:
            return named(EVERYONE)
        return PrincipalReference(self.kind, "pk", self.instance.pk, Share(**self.columns).principal_name)


def principal_of(share: Share) -> Principal:
    """Whom the share is for; its principal must have been selected along."""
    kind = Kind(share.kind)
    return Principal(kind, getattr(share, PRINCIPAL_COLUMNS[kind]) if kind in PRINCIPAL_COLUMNS else None)


@dataclass(frozen=True)
class PrincipalReference:
    """How a caller names a principal, before anybody knows whether it exists.

    field: the column, on the principal's own table, that holds `value`; say `username` or `pk`.
    text: the name as the caller wrote it, for error messages.
    """

    kind: Kind
    field: str
    value: Any
    text: str

    def share_of(self, library: Library) -> Share | None:
        """The library's share for this principal, in one query.

        The share brings its principal along, and says in `admissible` whether R8 would admit that today.
        """
        if not self.can_exist:
            return None
        anyone = admits_anyone(library)
        for share in _prepared_share(self.kind, self.field, anyone).run(_values(library, self)):
            share.library = library
            if self.kind == Kind.EVERYONE:
                share.admissible = anyone
            return share
        return None

    def resolve(self, library: Library) -> Principal:
        """The principal, if the library can be shared with it (R8), in at most one query.

        Its row stays locked until the transaction ends, so that it cannot leave or go meanwhile.
        Raises UnknownPrincipal, the same for one that does not exist and for one that R8 keeps out.
        """
        if self.kind == Kind.EVERYONE and admits_anyone(library):
            return Principal(Kind.EVERYONE)
        if self.kind != Kind.EVERYONE and self.can_exist:
            found = admissible(self.kind, library).filter(**self._lookup()).order_by("pk")
            if subject := found.select_for_update(no_key=True).first():
                return Principal(self.kind, subject)
        raise UnknownPrincipal(self.text)

    def names(self, user: Actor) -> bool:
        """Whether this names that very user; no query."""
        if self.kind != Kind.USER or user.pk is None or not self.can_exist:
            return False
        return self.value == spelled({"pk": user.pk, "username": user.username, "email": user.email}, self.field)

    def _lookup(self, column: str | None = None) -> dict[str, Any]:
        """A filter on the principal's own table, or on a table whose `column` leads there."""
        if self.kind == Kind.EVERYONE:
            return {}
        return {f"{column}__{self.field}" if column else self.field: self.value}

    @cached_property
    def can_exist(self) -> bool:
        """Many have no e-mail, so an empty one names nobody."""
        return is_storable(self.text) and self.value != ""


# Stand in the compiled statements for a run's own values.
_LIBRARY = UUID(int=1)
_ORGANIZATION = UUID(int=2)
_VALUE = UUID(int=3)
_GROUP = -1


@cache
def _prepared_share(kind: Kind, field: str, anyone: bool) -> Prepared[Share]:
    """The share of a principal named by that field; anyone: whether R8 admits all, as in `admits_anyone`."""
    scope = SharingScope.ANYONE if anyone else SharingScope.ORGANIZATION
    library = Library(pk=_LIBRARY, organization=Organization(pk=_ORGANIZATION, group_id=_GROUP, sharing_scope=scope))
    column = PRINCIPAL_COLUMNS.get(kind)
    reference = PrincipalReference(kind, field, _VALUE if field == "pk" else str(_VALUE), "")
    shares = Share.objects.with_principals().filter(library=_LIBRARY, kind=kind, **reference._lookup(column))
    if column:
        shares = shares.annotate(admissible=Exists(admissible(kind, library).filter(pk=OuterRef(column))))  # type: ignore[no-redef]
    return Prepared(shares.order_by("id")[:1])


def _values(library: Library, reference: PrincipalReference) -> dict[Any, Any]:
    organization = library.organization
    by_key = {_LIBRARY: library.pk, _ORGANIZATION: organization.pk}
    if reference.field == "pk":
        return {**keys({**by_key, _VALUE: reference.value}), _GROUP: organization.group_id}
    return {**keys(by_key), _GROUP: organization.group_id, str(_VALUE): reference.value}


def named(name: str) -> PrincipalReference:
    """The reference that `alice`, `team:engineering`, `org:acme` or `everyone` makes. Any text makes one."""
    if name == EVERYONE:
        return PrincipalReference(Kind.EVERYONE, "", None, name)
    if name.startswith(TEAM_PREFIX):
        return PrincipalReference(Kind.TEAM, "slug", name.removeprefix(TEAM_PREFIX), name)
    if name.startswith(ORGANIZATION_PREFIX):
        return PrincipalReference(Kind.ORGANIZATION, "slug", name.removeprefix(ORGANIZATION_PREFIX), name)
    return with_username(name)


def with_username(name: str) -> PrincipalReference:
    """The reference to the user of that name, and to nothing else, whatever the name looks like."""
    return PrincipalReference(Kind.USER, "username", name, name)


def with_email(kind: Kind, email: str) -> PrincipalReference:
    """The reference to the user or team of that e-mail, whatever its case."""
    return PrincipalReference(kind, "email__lower", email.lower(), email)


def with_id(kind: Kind, key: UUID) -> PrincipalReference:
    """The reference to the user, team or organization of that UUID."""
    return PrincipalReference(kind, "pk", key, str(key))


def spelled(row: Mapping[str, Any], field: str) -> Any:
    """What a reference by that field must say to name the user, team or organization of the row."""
    return row["email"].lower() if field == "email__lower" else row[field]


def admissible(kind: Kind, library: Library) -> QuerySet[Any]:
    """The active users, the teams or the organizations that the library can be shared with (R8)."""
    organization = library.organization
    match kind:
        case Kind.USER:
            users = User.objects.filter(is_active=True)
            # A join and no subquery: `resolve` locks the membership too, and finds it gone when it waited for its end.
            return users if admits_anyone(library) else users.filter(groups=organization.group_id)
        case Kind.TEAM:
            return Team.objects.filter(organization=organization)
        case _:
            everywhere = Organization.objects.all()
            return everywhere if admits_anyone(library) else everywhere.filter(pk=organization.pk)


def admits(library: Library, kind: Kind, *, organization_id: UUID | None, is_active: bool, is_member: bool) -> bool:
    """Whether `admissible` would find the principal (R8), told from what is known of it; no query.

    organization_id: the organization that it is, or that it is a team of. is_active, is_member: of a user, the latter
    in the library's organization.
    """
    match kind:
        case Kind.USER:
            return is_active and (is_member or admits_anyone(library))
        case Kind.TEAM:
            return organization_id == library.organization_id
        case _:
            return organization_id == library.organization_id or admits_anyone(library)


def admits_anyone(library: Library) -> bool:
    """Whether R8 lets the library be shared beyond its organization, with everyone too."""
    return library.organization.sharing_scope == SharingScope.ANYONE
