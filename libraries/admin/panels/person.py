"""What a person's page shows beside the account: what they reach and why, where they are, their keys, what they did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from libraries.access.explain import explain_each
from libraries.access.lists import visible_libraries
from libraries.admin.panels.timeline import lines
from libraries.admin.panels.who_can_reach import Reached, page_of
from libraries.admin.rows.visible import visible_rows
from libraries.models import (
    ApiKey,
    Event,
    Library,
    Organization,
    OrganizationUserObjectPermission,
    Team,
    User,
)

EVENTS = 10
KEYS = 20


@dataclass(frozen=True)
class Membership:
    """An organization that a person is in, with the teams there, and whether they administer it."""

    organization: Organization
    teams: list[Team]
    administers: bool


def about_person(request: HttpRequest, person: User) -> dict[str, Any]:
    """All of it, as far as who looks may see."""
    reachable = visible_libraries(person).filter(pk__in=visible_rows(request, Library).values("pk"))
    page = page_of(reachable.select_related("organization").order_by("name", "pk"), request, "libraries")
    return {
        "libraries": page,
        "reached": [Reached(explanation) for explanation in explain_each([person], list(page))],
        "memberships": memberships(request, person),
        "keys": visible_rows(request, ApiKey).filter(user=person).order_by("-pk")[:KEYS],
        "actions": lines(_events(request, person)),
    }


def memberships(request: HttpRequest, person: User) -> list[Membership]:
    """Three queries, however many they are."""
    inside = visible_rows(request, Organization).filter(group__in=person.groups.all()).order_by("slug")
    teams = (
        visible_rows(request, Team)
        .filter(group__in=person.groups.all())
        .select_related("organization")
        .order_by("slug")
    )
    powers = OrganizationUserObjectPermission.objects.to_administer().filter(user=person)
    administered = set(powers.values_list("content_object", flat=True))
    all_teams = list(teams)
    return [
        Membership(
            organization,
            [team for team in all_teams if team.organization_id == organization.pk],
            organization.pk in administered,
        )
        for organization in inside
    ]


def _events(request: HttpRequest, person: User) -> QuerySet[Event]:
    return visible_rows(request, Event).filter(actor_id=person.pk).order_by("-id")[:EVENTS]
