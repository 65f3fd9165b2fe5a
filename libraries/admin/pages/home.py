"""The console's first page: what there is, what somebody should look at, and what happened. Each count is a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now, TruncDate
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from libraries.admin.pages.shares import SOON
from libraries.admin.panels.plot import Plot, plot_of
from libraries.admin.panels.timeline import lines
from libraries.admin.rows.concerns import KEY_STATES, LIBRARY_CONCERNS
from libraries.admin.rows.visible import visible_rows
from libraries.console import site
from libraries.events.record import EventAction
from libraries.identifiers import first_uuid_at
from libraries.models import ApiKey, Event, Library, Share
from libraries.rules.levels import Level

DAYS = 90
LATEST = 10


@dataclass(frozen=True)
class Figure:
    """A count, what it counts, and the list that shows exactly those."""

    count: int
    label: str
    address: str
    concern: bool = False

    @property
    def alarming(self) -> bool:
        """Whether somebody should look at it."""
        return self.concern and self.count > 0


@site.page("", name="index")
def home(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "groups": _groups(request, now),
        "plot": shares_made(visible_rows(request, Event), now),
        "latest": lines(visible_rows(request, Event).order_by("-id")[:LATEST]),
    }
    return site.index(request, context)


def _groups(request: HttpRequest, now: datetime) -> dict[str, list[Figure]]:
    return {
        "Libraries": _libraries(visible_rows(request, Library)),
        "API keys": _keys(visible_rows(request, ApiKey)),
        "Shares": _shares(visible_rows(request, Share), now),
    }


def _libraries(libraries: QuerySet[Library]) -> list[Figure]:
    """Each counted by itself: so PostgreSQL joins libraries and shares once, and does not look at each library's."""
    return [
        Figure(libraries.count(), "Libraries", _list("library")),
        *(
            Figure(libraries.filter(condition).count(), title, _list("library", concern=name), concern=True)
            for name, (title, condition) in LIBRARY_CONCERNS.items()
        ),
    ]


def _shares(shares: QuerySet[Share], now: datetime) -> list[Figure]:
    soon = Q(expires_at__gt=Now(), expires_at__lte=now + SOON)
    levels = {level.name: Count("pk", filter=Q(level=level)) for level in Level}
    counts = shares.order_by().aggregate(soon=Count("pk", filter=soon), **levels)
    return [
        *(_at_level(counts, level, f"{level.label}s") for level in (Level.OWNER, Level.EDITOR, Level.READER)),
        _at_level(counts, Level.NONE, "Shut-outs"),
        Figure(counts["soon"], f"End within {SOON.days} days", _list("share", end="soon"), concern=True),
    ]


def _at_level(counts: Mapping[str, int], level: Level, label: str) -> Figure:
    return Figure(counts[level.name], label, _list("share", level__exact=level.value))


def _keys(keys: QuerySet[ApiKey]) -> list[Figure]:
    states = {name: Count("pk", filter=condition) for name, (_, condition) in KEY_STATES.items()}
    counts = keys.order_by().aggregate(**states)
    return [
        Figure(counts["live"], "Live", _list("apikey", state="live")),
        Figure(counts["unused"], "Never used", _list("apikey", state="unused"), concern=True),
        Figure(counts["expired"], "Expired", _list("apikey", state="expired"), concern=True),
    ]


def _list(model: str, **query: Any) -> str:
    return reverse(f"admin:libraries_{model}_changelist", query=query or None)


def shares_made(events: QuerySet[Event], now: datetime) -> Plot:
    """How many shares were made on each of the last DAYS days, in UTC, those that are gone again included."""
    since = (now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    made = events.filter(action=EventAction.SHARE_CREATED, id__gte=first_uuid_at(since))
    by_day = made.order_by().annotate(day=TruncDate("at")).values("day").annotate(count=Count("pk"))
    counts: dict[date, int] = dict(by_day.values_list("day", "count"))
    return plot_of(counts, until=now.date(), days=DAYS)
