"""The four questions: may they, what may they, who may, and why. Nothing else decides access."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypedDict
from uuid import UUID

from django.db.models import BooleanField, Case, IntegerField, Q, QuerySet, When
from django.db.models.functions import Now

from libraries import reach
from libraries.errors import ActionNotAllowed, LibraryNotFound, OthersAccess, PersonNotFound
from libraries.identifiers import lookup_for
from libraries.levels import ADMINISTRATORS_MAY, GRANTED, Access, Action, Kind, Level, effective_level, shut_out_breadth
from libraries.models import (
    ADMINISTER,
    Actor,
    Library,
    LibraryGroupObjectPermission,
    LibraryQuerySet,
    LibraryUserObjectPermission,
    OrganizationUserObjectPermission,
    Share,
    User,
)
from libraries.models.libraries import find_with_access
from libraries.principals import admissible
from libraries.text import is_storable


def can(user: Actor, library: Library, action: Action) -> bool:
    """May they? One query, by what the database says at this moment."""
    return action in allowed_actions(user, library)


def allowed_actions(user: Actor, library: Library) -> frozenset[Action]:
    """What may they? Every action that the user may do to the library; none for an inactive user. One query."""
    asked = find_with_access(user, "pk", library.pk)
    return asked.access.actions if asked else frozenset()


def visible_libraries(user: Actor) -> LibraryQuerySet:
    """Which may they see? Complete, and open to further filters and ordering (R9)."""
    return Library.objects.visible_to(user)


def visible_libraries_by_page(user: Actor) -> LibraryQuerySet:
    """The same, for who reads them in order, a page at a time. One query here."""
    return allowing_by_page(user, Action.VIEW)


def allowing_by_page(user: Actor, action: Action) -> LibraryQuerySet:
    """To which may they do `action`? Read by page, this is quick for who sees few and for who sees many.

    Whoever sees many finds a page full soon, walking the order's index; whoever sees few has them fetched and sorted.
    Which of them the user is takes one query here.
    """
    return Library.objects.allowing(user, action, walking=not Library.objects.sees_few(user))


def get_library_for(user: Actor, identifier: str, action: Action) -> Library:
    """The one door: the library under any of its names, with `access`, for one who may do `action`. One query.

    Raises LibraryNotFound for what the user may not see, ActionNotAllowed for what they see but may not do.
    """
    library = find_with_access(user, *lookup_for(identifier))
    if library is None or Action.VIEW not in library.access.actions:
        raise LibraryNotFound
    if action not in library.access.actions:
        raise ActionNotAllowed(action)
    return library


def get_libraries_for(user: Actor, identifiers: Collection[str]) -> dict[str, Library]:
    """The door for many: by identifier, those of the libraries that the user may see, with `access`. One query."""
    lookups = {identifier: lookup_for(identifier) for identifier in identifiers}
    found = Library.objects.answering_to(lookups.values()).with_access_of(user)
    visible = [library for library in found.order_by() if Action.VIEW in library.access.actions]
    by_name = {name: library for library in visible for name in library.names}
    return {identifier: by_name[lookup] for identifier, lookup in lookups.items() if lookup in by_name}


def who_can(library: Library, action: Action) -> QuerySet[User]:
    """Who may? Every active user who may do `action`, administrators and superusers included. One query."""
    allowed = _allowed_by_shares(library, action)
    if action in ADMINISTRATORS_MAY:
        allowed |= Q(pk__in=_administrators(library).values("user"))
    return User.objects.filter(allowed | Q(is_superuser=True), is_active=True)


def levels_on(library: Library) -> QuerySet[Any]:
    """Who holds what? Every active user whose shares add up to a `level` above NONE, with it. One query.

    The power of administrators and superusers is no part of it (R10).
    """
    above = [
        When(_allowed_by_shares(library, Action(GRANTED[level][-1])), then=level)
        for level in (Level.OWNER, Level.EDITOR)
    ]
    people: QuerySet[Any] = User.objects.filter(_allowed_by_shares(library, Action.VIEW), is_active=True)
    return people.annotate(level=Case(*above, default=Level.READER, output_field=IntegerField()))


def _allowed_by_shares(library: Library, action: Action) -> Q:
    setting = Q(pk__isnull=not library.editors_can_share)
    return reach.allowed(action, **_users_reached(library), editors_can_share=setting)


class _Reached(TypedDict):
    """The two callables of `reach.permitted`."""

    by_user: Callable[[str], Q]
    through_groups: reach.ThroughGroups


def _users_reached(library: Library) -> _Reached:
    to_users = LibraryUserObjectPermission.objects.filter(reach.unexpired(), content_object=library)
    to_groups = LibraryGroupObjectPermission.objects.filter(reach.unexpired(), content_object=library)

    def by_user(codename: str) -> Q:
        return Q(pk__in=to_users.granting(codename).values("user"))

    def by_group(codename: str, kinds: Collection[Kind]) -> Q:
        grants = to_groups.granting(codename)
        reached = grants.reach_everyone(kinds)
        if narrower := set(kinds) - {Kind.EVERYONE}:
            members = User.groups.through.objects.filter(group__in=grants.of_kinds(narrower).values("group"))
            reached |= Q(pk__in=members.values("user"))
        return reached

    return {"by_user": by_user, "through_groups": reach.narrower_than_any_shut_out(by_group)}


def _administrators(library: Library) -> QuerySet[OrganizationUserObjectPermission]:
    return OrganizationUserObjectPermission.objects.filter(
        content_object=library.organization_id, permission__codename=ADMINISTER
    )


class Effect(StrEnum):
    """What one share that reaches a user did."""

    COUNTS = "counts"
    BELOW = "below"
    SHUT_OUT = "shut-out"
    SHUTS_OUT = "shuts-out"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Reason:
    """One share that reaches a user, and what it did."""

    share: Share
    effect: Effect


@dataclass(frozen=True)
class Explanation:
    """The level that a user ends up with on a library, and every share and power behind it."""

    user: User
    library: Library
    access: Access
    reasons: tuple[Reason, ...]

    @property
    def level(self) -> Level:
        return self.access.level

    @property
    def verdict(self) -> str:
        """The answer in one sentence."""
        if not self.user.is_active:
            return f"{self.user} is inactive, so may do nothing."
        if self.level:
            return f"{self.user} is {self.level.name} on {self.library.natural_id}, {self._through}{self._besides}."
        return f"{self._without_share}{self._because}{self._besides}."

    @property
    def _through(self) -> str:
        return f"through {_listed(self._names(Effect.COUNTS))}"

    @property
    def _without_share(self) -> str:
        """The power of an administrator or a superuser is access too, though no share gives it."""
        before = "By shares alone " if self.access.administers or self.access.superuser else ""
        return f"{before}{self.user} has no access to {self.library.natural_id}"

    @property
    def _because(self) -> str:
        if names := self._names(Effect.SHUTS_OUT):
            return f": shut out by {_listed(names)}"
        if names := self._names(Effect.EXPIRED):
            return f": what came through {_listed(names)} has expired"
        return f": no share reaches {self.user}"

    @property
    def _besides(self) -> str:
        word = "and" if self.level else "but"
        if self.access.superuser:
            return f"; {word} a superuser may do everything that the rules leave open"
        return f"; {word} administers {self.library.organization.slug}" if self.access.administers else ""

    def _names(self, effect: Effect) -> list[str]:
        shares = [reason.share for reason in self.reasons if reason.effect == effect]
        return ["their own share" if share.kind == Kind.USER else share.principal_name for share in shares]


def _listed(names: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def explain(user: User, library: Library) -> Explanation:
    """Why? Every share that reaches the user and what it did, read off the shares themselves. Three queries."""
    return explain_each([user], [library])[0]


def explain_each(users: Sequence[User], libraries: Sequence[Library]) -> list[Explanation]:
    """Why, for each of the users on each of the libraries, user by user. Three queries, however many they are."""
    groups = _groups_of(users)
    administrators = set(
        OrganizationUserObjectPermission.objects.filter(
            user__in=users, content_object__in={of.organization_id for of in libraries}, permission__codename=ADMINISTER
        ).values_list("user", "content_object")
    )
    shares = defaultdict(list)
    for share in _shares_reaching(users, libraries):
        shares[share.library_id].append(share)
    return [
        _explained(
            user,
            library,
            [share for share in shares[library.pk] if _reaches(share, user, groups[user.pk])],
            (user.pk, library.organization_id) in administrators,
        )
        for user in users
        for library in libraries
    ]


def _explained(user: User, library: Library, shares: list[Share], administers: bool) -> Explanation:
    running = [share for share in shares if not share.is_over]
    access = Access(
        reaching=tuple(running) if user.is_active else (),
        administers=user.is_active and administers,
        superuser=user.is_active and user.is_superuser,
        editors_can_share=library.editors_can_share,
    )
    level, breadth = effective_level(running), shut_out_breadth(running)
    return Explanation(user, library, access, tuple(Reason(s, _effect(s, level, breadth)) for s in shares))


def get_explanation_for(asker: User, library: Library, username: str) -> Explanation:
    """Why, for one who may know: everybody about themselves, owners and administrators about others.

    library: brings the asker's `access`, from `get_library_for`.
    Raises OthersAccess, and PersonNotFound: the same for a name that nobody has and for somebody whom the library
    neither reaches nor could be shared with (R8), except that superusers may know of everybody.
    """
    if username == asker.username:
        return explain(asker, library)
    if Action.TRANSFER not in library.access.actions:
        raise OthersAccess
    person = User.objects.filter(username=username).first() if is_storable(username) else None
    if person is None:
        raise PersonNotFound(username)
    explanation = explain(person, library)
    if explanation.reasons or asker.is_superuser or admissible(Kind.USER, library).contains(person):
        return explanation
    raise PersonNotFound(username)


def _groups_of(users: Sequence[User]) -> dict[UUID, set[int]]:
    groups = defaultdict(set)
    for user, group in User.groups.through.objects.filter(user__in=users).values_list("user", "group"):
        groups[user].add(group)
    return groups


def _shares_reaching(users: Sequence[User], libraries: Sequence[Library]) -> QuerySet[Share]:
    """The shares that reach any of the users, expired ones included."""
    groups = User.groups.through.objects.filter(user__in=users).values("group")
    reaches = Q(user__in=users) | Q(team__group__in=groups) | Q(organization__group__in=groups) | Q(kind=Kind.EVERYONE)
    is_over = Case(When(expires_at__lte=Now(), then=True), default=False, output_field=BooleanField())
    shares = Share.objects.with_principals().filter(reaches, library__in=libraries)
    return shares.annotate(is_over=is_over).order_by("kind", "id")  # type: ignore[no-redef]


def _reaches(share: Share, user: User, groups: Collection[int]) -> bool:
    principal = share.team or share.organization
    return principal.group_id in groups if principal else share.user_id in (user.pk, None)


def _effect(share: Share, level: Level, breadth: int) -> Effect:
    if share.is_over:
        return Effect.EXPIRED
    if share.level == Level.NONE:
        return Effect.SHUTS_OUT
    if share.kind >= breadth:
        return Effect.SHUT_OUT
    return Effect.COUNTS if share.level == level else Effect.BELOW
