"""What may they, and who may? Lists that are complete, and agree with the check."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from libraries.access.known import Form, People, is_known
from libraries.db.expressions import IsAnyOf
from libraries.models import (
    Actor,
    Library,
    LibraryQuerySet,
    OrganizationUserObjectPermission,
    User,
)
from libraries.models.holders import (
    AmongFewHolders,
    AmongHolders,
    Reach,
    find_reach,
)
from libraries.models.holding import Holds, LevelHeld, count_held
from libraries.models.known import AmongKnown, IsKnown, IsStranger
from libraries.models.strangers import AmongStrangers, count_strangers
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
    """Who may? Every active user who may do `action`, administrators and superusers included. One query.

    Whoever they are: what is told to somebody comes from `who_can_by_page`, which knows of whom they may know (R9).
    """
    return _who_can(library, action, AmongHolders)


def who_can_by_page(library: Library, action: Action, *, asker: Actor) -> People:
    """The same, told to the asker, for who reads them by username, a page at a time. One query here."""
    return _told(library, action, asker, partial(_who_can, library, action), by_page=True, by_power=True)


def levels_on(library: Library) -> QuerySet[Any]:
    """Who holds what? Every active user whose shares add up to a `level` above NONE, with it. One query.

    The power of administrators and superusers is no part of it (R10). Whoever they are, as in `who_can`.
    """
    return _levels_on(library, AmongHolders)


def levels_on_by_page(library: Library, *, asker: Actor) -> People:
    """The same, told to the asker, for who reads them by username, a page at a time. One query here."""
    return _told(library, Action.VIEW, asker, partial(_levels_on, library), by_page=True)


def levels_on_for(asker: Actor, library: Library) -> People:
    """The same, told to the asker, in whatever order. One query here at most."""
    return _told(library, Action.VIEW, asker, partial(_levels_on, library))


FEW_HOLDERS = 5_000
"""So many are collected and sorted sooner than a page of them is found by looking at one user after another."""
LOOKED_AT = 100
ONE_OF = 50
"""If of the first LOOKED_AT users one of so many is to be told, it is worth looking at one after another."""

Condition = Callable[..., AmongHolders | AmongFewHolders | Holds | Coalesce]
"""Whether a user (an expression) holds a permission on a `library`, counting what is narrower than `below`."""
Question = Callable[[Condition], QuerySet[Any]]
"""The people of an answer, by how the database is asked who holds a permission."""


def _told(
    library: Library, action: Action, asker: Actor, question: Question, *, by_page: bool = False, by_power: bool = False
) -> People:
    """by_power: whether the question is also about whom no grant reaches, but a power."""
    if asker.is_superuser and not by_page:
        return People(question(AmongHolders))
    ways = [way for way in ways_to(action) if library.editors_can_share or not way.where_editors_share]
    key = None if asker.is_superuser else asker.pk
    reach = find_reach(library.pk, ways, key, limit=FEW_HOLDERS + 1)
    condition, form = _quick_by_page(library, action, asker, reach) if by_page else (AmongHolders, IsKnown)
    named = question(condition).filter(is_known(asker, library, form))
    if key is None or not (reach.beyond or by_power):
        return People(named)

    def strangers(people: QuerySet[Any]) -> int:
        return people.filter(is_known(asker, library, IsStranger)).order_by().count()

    def count() -> int:
        if reach.shuts_out:
            return strangers(question(partial(AmongStrangers, asker=Value(key))))
        number = count_strangers(key, library.pk, ways, reach) if reach.beyond else 0
        if reach.everyone or not by_power:
            return number
        return number + strangers(_by_power_alone(library, action))

    return People(named, count)


def _quick_by_page(library: Library, action: Action, asker: Actor, reach: Reach) -> tuple[Condition, Form]:
    """How to find who holds, and of whom the asker may know. Few are collected, on whichever side they are few.

    Where many hold and many are known, a page is full soon: users are looked at in its order. Yet nearly all of them
    may be shut out, unknown, or be few beside all accounts: so a look at the first users tells whether pages fill.
    Where they do not, everybody is collected.
    """
    if reach.number <= FEW_HOLDERS:
        return AmongHolders if reach.everyone else AmongFewHolders, IsKnown
    if not asker.is_superuser and reach.known <= FEW_HOLDERS:
        return _one_after_another, AmongKnown
    first = User.objects.order_by("username").values("pk")[:LOOKED_AT]
    among_first = User.objects.filter(is_known(asker, library), IsAnyOf(F("pk"), first))
    holding = among_first.filter(_allowed_by_shares(library, action, _one_after_another))
    return _one_after_another if holding.count() * ONE_OF >= LOOKED_AT else AmongHolders, IsKnown


def _one_after_another(user: Any, codename: str, **where: Any) -> Holds:
    return Holds(codename, user=user, **where)


def _who_can(library: Library, action: Action, condition: Condition) -> QuerySet[User]:
    return User.objects.filter(
        _allowed_by_shares(library, action, condition) | _powers(library, action), is_active=True
    )


def _powers(library: Library, action: Action) -> Q:
    """Whose power is enough, whatever shares there are (R10)."""
    powers = Q(is_superuser=True)
    if action in ADMINISTRATORS_MAY:
        powers |= Q(IsAnyOf(F("pk"), _administrators(library).values("user")))
    return powers


def _by_power_alone(library: Library, action: Action) -> QuerySet[User]:
    def holding(user: Any, codename: str, **where: Any) -> Coalesce:
        return Coalesce(Holds(codename, user=user, **where), Value(False))

    return User.objects.filter(_powers(library, action), is_active=True).exclude(
        _allowed_by_shares(library, action, holding)
    )


def _levels_on(library: Library, condition: Condition) -> QuerySet[Any]:
    people: QuerySet[Any] = User.objects.filter(_allowed_by_shares(library, Action.VIEW, condition), is_active=True)
    levels: QuerySet[Any] = people.annotate(level=LevelHeld(library=Value(library.pk), user=F("pk")))
    return levels


def _allowed_by_shares(library: Library, action: Action, condition: Condition) -> Q:
    def holding(way: Way) -> AmongHolders | AmongFewHolders | Holds | Coalesce:
        return condition(F("pk"), way.permission, below=way.below, library=Value(library.pk))

    return conditions.allowed(action, holding, editors_can_share=Q(pk__isnull=not library.editors_can_share))


def _administrators(library: Library) -> QuerySet[OrganizationUserObjectPermission]:
    return OrganizationUserObjectPermission.objects.to_administer().filter(content_object=library.organization_id)
