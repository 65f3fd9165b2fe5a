"""What may they, and who may? Lists that are complete, and agree with the check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import F, Q, QuerySet, Value

from libraries.db.expressions import IsAnyOf
from libraries.models import (
    Actor,
    Library,
    LibraryQuerySet,
    OrganizationUserObjectPermission,
    User,
)
from libraries.models.holders import AmongFewHolders, AmongHolders, count_reached
from libraries.models.holding import Holds, LevelHeld, count_held
from libraries.rules import conditions
from libraries.rules.levels import ADMINISTRATORS_MAY, Action, Way, ways_to


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


def count_visible_libraries(user: Actor) -> int:
    """How many may they see? As many as `visible_libraries` tells, without looking at the libraries. One query."""
    if not user.is_active or user.is_superuser:
        return visible_libraries(user).count()
    return count_held(user.pk, Action.VIEW)


def who_can(library: Library, action: Action) -> QuerySet[User]:
    """Who may? Every active user who may do `action`, administrators and superusers included. One query."""
    return _who_can(library, action, AmongHolders)


def who_can_by_page(library: Library, action: Action) -> QuerySet[User]:
    """The same, for who reads them by username, a page at a time. One query here."""
    return _who_can(library, action, _quick_by_page(library, action))


def levels_on(library: Library) -> QuerySet[Any]:
    """Who holds what? Every active user whose shares add up to a `level` above NONE, with it. One query.

    The power of administrators and superusers is no part of it (R10).
    """
    return _levels_on(library, AmongHolders)


def levels_on_by_page(library: Library) -> QuerySet[Any]:
    """The same, for who reads them by username, a page at a time. One query here."""
    return _levels_on(library, _quick_by_page(library, Action.VIEW))


FEW_HOLDERS = 5_000
"""So many are collected and sorted sooner than a page of them is found by looking at one user after another."""
LOOKED_AT = 100
ONE_OF = 50
"""If of the first LOOKED_AT users one of so many holds, it is worth looking at one after another."""

Condition = Callable[..., AmongHolders | AmongFewHolders | Holds]
"""Whether a user (an expression) holds a permission on a `library`, counting what is narrower than `below`."""


def _quick_by_page(library: Library, action: Action) -> Condition:
    """Where many hold, a page is full soon: users are looked at in its order. Few are collected.

    Many may be reached and nearly all of them shut out, or be few beside all accounts: so a look at the first users
    tells whether pages fill. Where they do not, everybody is collected.
    """
    reached, everyone = count_reached(library.pk, ways_to(action), limit=FEW_HOLDERS + 1)
    if reached <= FEW_HOLDERS:
        return AmongHolders if everyone else AmongFewHolders
    first = User.objects.order_by("username").values("pk")[:LOOKED_AT]
    holding = User.objects.filter(_allowed_by_shares(library, action, _one_after_another), IsAnyOf(F("pk"), first))
    return _one_after_another if holding.count() * ONE_OF >= LOOKED_AT else AmongHolders


def _one_after_another(user: Any, codename: str, **where: Any) -> Holds:
    return Holds(codename, user=user, **where)


def _who_can(library: Library, action: Action, condition: Condition) -> QuerySet[User]:
    allowed = _allowed_by_shares(library, action, condition)
    if action in ADMINISTRATORS_MAY:
        allowed |= Q(IsAnyOf(F("pk"), _administrators(library).values("user")))
    return User.objects.filter(allowed | Q(is_superuser=True), is_active=True)


def _levels_on(library: Library, condition: Condition) -> QuerySet[Any]:
    people: QuerySet[Any] = User.objects.filter(_allowed_by_shares(library, Action.VIEW, condition), is_active=True)
    levels: QuerySet[Any] = people.annotate(level=LevelHeld(library=Value(library.pk), user=F("pk")))
    return levels


def _allowed_by_shares(library: Library, action: Action, condition: Condition) -> Q:
    def holding(way: Way) -> AmongHolders | AmongFewHolders | Holds:
        return condition(F("pk"), way.permission, below=way.below, library=Value(library.pk))

    return conditions.allowed(action, holding, editors_can_share=Q(pk__isnull=not library.editors_can_share))


def _administrators(library: Library) -> QuerySet[OrganizationUserObjectPermission]:
    return OrganizationUserObjectPermission.objects.to_administer().filter(content_object=library.organization_id)
