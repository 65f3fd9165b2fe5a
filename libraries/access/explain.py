"""Why? Every share that reaches somebody on a library, and what it did to the level that they end up with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import BooleanField, Case, Q, QuerySet, When
from django.db.models.functions import Now

from libraries.access.known import known_people
from libraries.access.verdict import share_name, verdict, verdict_on_inactive
from libraries.db.text import is_storable
from libraries.errors import OthersAccess, PersonNotFound
from libraries.models import Library, OrganizationUserObjectPermission, Share, User
from libraries.rules.levels import Access, Action, Kind, Level, effective_level, shut_out_breadth


class Effect(StrEnum):
    """What one share that reaches a user did."""

    COUNTS = "counts"
    BELOW = "below"
    SHUT_OUT = "shut-out"
    SHUTS_OUT = "shuts-out"
    EXPIRED = "expired"
    INACTIVE = "inactive"


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
            return verdict_on_inactive(str(self.user))
        deciding = Effect.COUNTS if self.level else Effect.SHUTS_OUT
        decided_by, expired = self._names(deciding), self._names(Effect.EXPIRED)
        return verdict(str(self.user), self.library, self.access, decided_by=decided_by, expired=expired)

    def _names(self, effect: Effect) -> list[str]:
        shares = [reason.share for reason in self.reasons if reason.effect == effect]
        return [share_name(share, share.principal_name) for share in shares]


def explain(user: User, library: Library) -> Explanation:
    """Why? Every share that reaches the user and what it did, read off the shares themselves. Three queries."""
    return explain_each([user], [library])[0]


def explain_each(users: Sequence[User], libraries: Sequence[Library]) -> list[Explanation]:
    """Why, for each of the users on each of the libraries, user by user. Three queries, however many they are."""
    groups = _groups_of(users)
    administrators = set(
        OrganizationUserObjectPermission.objects.to_administer()
        .filter(user__in=users, content_object__in={library.organization_id for library in libraries})
        .values_list("user", "content_object")
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
    running = [share for share in shares if not share.is_expired]
    access = Access(
        reaching=tuple(running) if user.is_active else (),
        administers=user.is_active and administers,
        superuser=user.is_active and user.is_superuser,
        editors_can_share=library.editors_can_share,
    )
    level, breadth = effective_level(running), shut_out_breadth(running)
    effects = [_effect(share, level, breadth) if user.is_active else _effect_on_inactive(share) for share in shares]
    return Explanation(user, library, access, tuple(map(Reason, shares, effects)))


def get_explanation_for(asker: User, library: Library, username: str) -> Explanation:
    """Why, for one who may know: everybody about themselves, owners and administrators about others.

    library: brings the asker's `access`, from `get_library_for`.
    Raises OthersAccess, and PersonNotFound: the same, at the same cost, for a name that nobody has and for somebody of
    whom the asker may not know (R9).
    """
    if username == asker.username:
        return explain(asker, library)
    if Action.TRANSFER not in library.access.actions:
        raise OthersAccess
    person = known_people(asker, library).filter(username=username).first() if is_storable(username) else None
    if person is None:
        raise PersonNotFound(username)
    return explain(person, library)


def _groups_of(users: Sequence[User]) -> dict[UUID, set[int]]:
    groups = defaultdict(set)
    for user, group in User.groups.through.objects.filter(user__in=users).values_list("user", "group"):
        groups[user].add(group)
    return groups


def _shares_reaching(users: Sequence[User], libraries: Sequence[Library]) -> QuerySet[Share]:
    """The shares that reach any of the users, expired ones included."""
    groups = User.groups.through.objects.filter(user__in=users).values("group")
    reaches = Q(user__in=users) | Q(team__group__in=groups) | Q(organization__group__in=groups) | Q(kind=Kind.EVERYONE)
    is_expired = Case(When(expires_at__lte=Now(), then=True), default=False, output_field=BooleanField())
    shares = Share.objects.with_principals().filter(reaches, library__in=libraries)
    return shares.annotate(is_expired=is_expired).order_by("kind", "id")  # type: ignore[no-redef]


def _reaches(share: Share, user: User, groups: Collection[int]) -> bool:
    principal = share.team or share.organization
    return principal.group_id in groups if principal else share.user_id in (user.pk, None)


def _effect(share: Share, level: Level, breadth: int) -> Effect:
    if share.is_expired:
        return Effect.EXPIRED
    if share.level == Level.NONE:
        return Effect.SHUTS_OUT
    if share.kind >= breadth:
        return Effect.SHUT_OUT
    return Effect.COUNTS if share.level == level else Effect.BELOW


def _effect_on_inactive(share: Share) -> Effect:
    """Nothing counts for them, so no share does."""
    return Effect.EXPIRED if share.is_expired else Effect.INACTIVE
