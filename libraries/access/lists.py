"""What may they, and who may? Lists that are complete, and agree with the check."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet, Value

from libraries.models import (
    Actor,
    Library,
    LibraryQuerySet,
    OrganizationUserObjectPermission,
    User,
)
from libraries.models.holding import AmongHolders, LevelHeld
from libraries.rules import conditions
from libraries.rules.levels import ADMINISTRATORS_MAY, Action, Way


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
    people: QuerySet[Any] = User.objects.filter(_allowed_by_shares(library, Action.VIEW), is_active=True)
    levels: QuerySet[Any] = people.annotate(level=LevelHeld(library=Value(library.pk), user=F("pk")))
    return levels


def _allowed_by_shares(library: Library, action: Action) -> Q:
    def holding(way: Way) -> AmongHolders:
        return AmongHolders(F("pk"), way.permission, below=way.below, library=Value(library.pk))

    return conditions.allowed(action, holding, editors_can_share=Q(pk__isnull=not library.editors_can_share))


def _administrators(library: Library) -> QuerySet[OrganizationUserObjectPermission]:
    return OrganizationUserObjectPermission.objects.to_administer().filter(content_object=library.organization_id)
