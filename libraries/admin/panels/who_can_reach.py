"""Who reaches a library, and by what: the part of a library's page that answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from libraries.access.explain import Effect, Explanation, Reason, explain_each
from libraries.access.lists import levels_on_for
from libraries.admin.panels.reach_picture import picture_of
from libraries.admin.panels.timeline import lines
from libraries.admin.rows.visible import visible_rows
from libraries.console import actor_of
from libraries.models import Event, Library, User

PEOPLE = 25
"""How many people a page shows at once."""
EVENTS = 15


@dataclass(frozen=True)
class Reached:
    """One row: who, on what, at which level, through what, and what else reaches them without making a difference.

    linked: whether who looks may see the page of the person.
    """

    explanation: Explanation
    linked: bool = True

    @property
    def through(self) -> list[Reason]:
        return self._with(Effect.COUNTS)

    @property
    def besides(self) -> list[Reason]:
        return self._with(Effect.BELOW, Effect.SHUT_OUT, Effect.SHUTS_OUT, Effect.EXPIRED, Effect.INACTIVE)

    def _with(self, *effects: Effect) -> list[Reason]:
        return [reason for reason in self.explanation.reasons if reason.effect in effects]


def page_of(rows: QuerySet[Any], request: HttpRequest, parameter: str, size: int = PEOPLE) -> Page[Any]:
    """The part of the rows that the address asks for by `parameter`; the nearest where there is no such part."""
    return Paginator(rows, size).get_page(request.GET.get(parameter))


def overview(request: HttpRequest, library: Library) -> dict[str, Any]:
    """What a library's page shows beside its form: people, picture and history.

    Of people whom who looks may not know there is a number and no name (R9).
    """
    reaching = levels_on_for(actor_of(request), library)
    people = page_of(reaching.named.order_by("-level", "username"), request, "people")
    return {
        "people": people,
        "unnamed": reaching.count_unnamed(),
        "reached": _reached(request, list(people), library),
        "administrators": administrators(library),
        "picture": picture_of(library, actor_of(request)),
        "history": lines(_events(request, library), about=library.natural_id),
    }


def _reached(request: HttpRequest, users: Sequence[User], library: Library) -> list[Reached]:
    shown = set(visible_rows(request, User).filter(pk__in=[user.pk for user in users]).values_list("pk", flat=True))
    return [Reached(explanation, explanation.user.pk in shown) for explanation in explain_each(users, [library])]


def administrators(library: Library) -> QuerySet[User]:
    """Who has R10's power over the library, whatever its shares say."""
    powers = library.organization.user_permissions.to_administer()
    return User.objects.filter(pk__in=powers.values("user"), is_active=True).order_by("username")


def _events(request: HttpRequest, library: Library) -> QuerySet[Event]:
    return visible_rows(request, Event).filter(library_id=library.pk).order_by("-id")[:EVENTS]
