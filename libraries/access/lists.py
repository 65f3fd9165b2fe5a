"""What may they, and who may? Lists that are complete, and agree with the check."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypedDict

from django.db.models import Case, IntegerField, Q, QuerySet, When

from libraries.models import (
    Actor,
    Library,
    LibraryGroupObjectPermission,
    LibraryQuerySet,
    LibraryUserObjectPermission,
    OrganizationUserObjectPermission,
    User,
)
from libraries.rules import conditions
from libraries.rules.levels import ADMINISTRATORS_MAY, GRANTED, Action, Kind, Level


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
    above = [
        When(_allowed_by_shares(library, Action(GRANTED[level][-1])), then=level)
        for level in (Level.OWNER, Level.EDITOR)
    ]
    people: QuerySet[Any] = User.objects.filter(_allowed_by_shares(library, Action.VIEW), is_active=True)
    levels: QuerySet[Any] = people.annotate(level=Case(*above, default=Level.READER, output_field=IntegerField()))
    return levels


def _allowed_by_shares(library: Library, action: Action) -> Q:
    setting = Q(pk__isnull=not library.editors_can_share)
    return conditions.allowed(action, **_users_reached(library), editors_can_share=setting)


class _Reached(TypedDict):
    """The two callables of `conditions.permitted`."""

    by_user: Callable[[str], Q]
    through_groups: conditions.ThroughGroups


def _users_reached(library: Library) -> _Reached:
    to_users = LibraryUserObjectPermission.objects.filter(conditions.unexpired(), content_object=library)
    to_groups = LibraryGroupObjectPermission.objects.filter(conditions.unexpired(), content_object=library)

    def by_user(codename: str) -> Q:
        return Q(pk__in=to_users.granting(codename).values("user"))

    def by_group(codename: str, kinds: Collection[Kind]) -> Q:
        grants = to_groups.granting(codename)
        reached = grants.reach_everyone(kinds)
        if narrower := set(kinds) - {Kind.EVERYONE}:
            members = User.groups.through.objects.filter(group__in=grants.of_kinds(narrower).values("group"))
            reached |= Q(pk__in=members.values("user"))
        return reached

    return {"by_user": by_user, "through_groups": conditions.narrower_than_any_shut_out(by_group)}


def _administrators(library: Library) -> QuerySet[OrganizationUserObjectPermission]:
    return OrganizationUserObjectPermission.objects.to_administer().filter(content_object=library.organization_id)
