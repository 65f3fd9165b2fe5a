"""What many subjects end up with on many libraries: the check, for as many pairs as wanted, in two queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db.models import F, IntegerField, QuerySet, UUIDField, Value
from django.db.models.functions import Coalesce

from libraries.access.named import NamedLibrary
from libraries.access.subjects import groups_reaching
from libraries.db.expressions import AreAmong
from libraries.models import (
    ADMINISTER,
    EVERYONE,
    Library,
    LibraryGroupObjectPermission,
    LibraryUserObjectPermission,
    OrganizationUserObjectPermission,
    User,
)
from libraries.principals import ORGANIZATION_PREFIX, TEAM_PREFIX, Principal
from libraries.rules.conditions import SharedGrant
from libraries.rules.levels import LEVEL_OF, Access, Kind

Pair = tuple[Principal, Library | NamedLibrary]
"""A subject, which is never everyone, and a library that it is asked about."""
Powers = set[tuple[UUID, UUID, str]]
"""The keys of a user and of an organization, and the codename of the power over it."""
NOTHING = UUID(int=0)
"""No row's key: what is not there is asked about like what is, so that no answer comes sooner for a name nobody has."""
PREFIXES = {Kind.USER: "", Kind.TEAM: TEAM_PREFIX, Kind.ORGANIZATION: ORGANIZATION_PREFIX, Kind.EVERYONE: EVERYONE}


def access_of_pairs(pairs: Collection[Pair]) -> dict[Pair, Access]:
    """What each subject ends up with on the library beside it, as `access_of_each` says. Two queries."""
    return dict(zip(pairs, access_of_each(pairs, powers_among(*_users_and_organizations(pairs))), strict=True))


def access_of_each(pairs: Collection[Pair], powers: Powers) -> list[Access]:
    """What each subject ends up with on the library beside it, by what the database says at this moment. One query.

    A team ends up with what a member of it gets who is in no other and has no share of their own: what the team, its
    organization and everyone get. An organization, likewise, with what it and everyone get.
    powers: those of the users over the libraries' organizations, from `powers_among`.
    """
    reaching = _Reaching(pairs)
    return [_access(subject, library, reaching, powers) for subject, library in pairs]


def _access(subject: Principal, library: Library | NamedLibrary, reaching: _Reaching, powers: Powers) -> Access:
    user = subject.instance if isinstance(subject.instance, User) else None
    if user and not user.is_active:
        return Access()
    return Access(
        reaching=tuple(reaching.of(subject, library)),
        administers=user is not None and (user.pk, library.organization_id, ADMINISTER) in powers,
        superuser=user is not None and user.is_superuser,
        editors_can_share=library.editors_can_share,
    )


class _Reaching:
    """The grants that reach the pairs, by one statement: whatever changes meanwhile, all are of one moment."""

    def __init__(self, pairs: Collection[Pair]) -> None:
        self._to_everyone: dict[UUID, list[SharedGrant]] = defaultdict(list)
        self._to_one: dict[Any, list[SharedGrant]] = defaultdict(list)
        for user, group, library, kind, name, codename, expires_at, share in _rows(pairs):
            here = self._to_everyone[library] if kind == Kind.EVERYONE else self._to_one[library, user or group]
            here.append(SharedGrant(kind, LEVEL_OF[codename], expires_at, share, f"{PREFIXES[kind]}{name}"))

    def of(self, subject: Principal, library: Library | NamedLibrary) -> Iterator[SharedGrant]:
        for key in _keys(subject):
            yield from self._to_one.get((library.pk, key), ())
        yield from self._to_everyone.get(library.pk, ())


def _keys(subject: Principal) -> tuple[Any, ...]:
    """The user's own key; the keys of the groups of a team or an organization."""
    return (subject.instance.pk,) if isinstance(subject.instance, User) else groups_reaching(subject)


def _rows(pairs: Collection[Pair]) -> QuerySet[Any, tuple[Any, ...]]:
    """User, group (each where there is one), library, kind, codename, end and share of every grant. One query."""
    users = {(subject.instance.pk, library.pk) for subject, library in pairs if isinstance(subject.instance, User)}
    users = users or {(NOTHING, NOTHING)}
    groups = {(group, library.pk) for subject, library in pairs for group in groups_reaching(subject)}
    of_groups = LibraryGroupObjectPermission.objects
    own = LibraryUserObjectPermission.objects.reaching_pairs(users)
    through_members = of_groups.reaching_pairs(users)
    through_groups = of_groups.reaching_group_pairs(groups, {library.pk for _, library in pairs})
    return _columns(own, F("user"), _NO_GROUP, Value(Kind.USER.value), F("share__user__username")).union(
        _columns(through_members, F("member"), F("group"), F("breadth"), _GROUP_NAME),
        _columns(through_groups, _NO_USER, F("group"), F("breadth"), _GROUP_NAME),
        all=True,
    )


_GROUP_NAME = Coalesce("share__team__slug", "share__organization__slug", Value(""))
_NO_USER = Value(None, UUIDField())
_NO_GROUP = Value(None, IntegerField())


def _columns(
    grants: Any, user: F | Value, group: F | Value, kind: F | Value, name: F | Coalesce
) -> QuerySet[Any, tuple[Any, ...]]:
    named = grants.filter(permission__codename__in=LEVEL_OF)
    named = named.annotate(of_user=user, of_group=group, of_kind=kind, of_name=name)
    columns = ("content_object_id", "of_kind", "of_name", "permission__codename", "expires_at", "share_id")
    rows: QuerySet[Any, tuple[Any, ...]] = named.order_by().values_list("of_user", "of_group", *columns)
    return rows


def powers_among(users: Collection[UUID], organizations: Collection[UUID]) -> Powers:
    """The powers of these users over these organizations. One query."""
    here = AreAmong(F("content_object"), rows=[(each,) for each in organizations or (NOTHING,)])
    theirs = AreAmong(F("user"), rows=[(each,) for each in users or (NOTHING,)])
    found = OrganizationUserObjectPermission.objects.filter(theirs, here)
    return set(found.values_list("user_id", "content_object_id", "permission__codename"))


def _users_and_organizations(pairs: Collection[Pair]) -> tuple[set[UUID], set[UUID]]:
    users = {subject.instance.pk for subject, _ in pairs if isinstance(subject.instance, User)}
    return users, {library.organization_id for _, library in pairs}
