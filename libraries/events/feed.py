"""What happened: the events that one may read (R10), and reading on from where one stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from libraries.errors import NotAdministrator
from libraries.identifiers import is_uuid
from libraries.models import Actor, Event, EventQuerySet, Library, OrganizationUserObjectPermission

CHUNK = 1000


def events_of(library: Library) -> EventQuerySet:
    """What happened to the library, for who may Action.VIEW_EVENTS."""
    return Event.objects.filter(library_id=library.pk)


def events_for(user: Actor) -> EventQuerySet:
    """What happened in the organizations that the user administers, to what is gone as well; all, for superusers.

    Raises NotAdministrator. One query at most, and open to further filters.
    """
    if user.is_active and user.is_superuser:
        return Event.objects.all()
    powers = OrganizationUserObjectPermission.objects.to_administer().filter(user=user.pk)
    # The keys and no subquery: knowing them, PostgreSQL tells whether to walk by position or by organization.
    organizations = list(powers.values_list("content_object", flat=True)) if user.is_active else []
    if not organizations:
        raise NotAdministrator
    return Event.objects.filter(organization_id__in=organizations)


def matching(
    *,
    action: str = "",
    actor: str = "",
    principal: str = "",
    organization: str = "",
    library: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Q:
    """A condition on events, which all that is given must meet.

    actor: a username. principal: as the event names it: `alice`, `team:engineering`, `org:acme`, `everyone`.
    organization: a slug. library: its UUID, or the natural id that it had.
    since, until: aware datetimes, the first included and the second not.
    """
    exact = {"action": action, "actor": actor, "principal": principal, "organization": organization}
    exact["library_id" if is_uuid(library) else "library"] = library
    between = {"at__gte": since, "at__lt": until}
    return Q(**{column: value for column, value in {**exact, **between}.items() if value})


@dataclass(frozen=True)
class EventsPage:
    """Some events in their order, and the point to read on from."""

    events: list[Event]
    end: int


def events_after(events: EventQuerySet, condition: Q, *, after: int = 0, count: int) -> EventsPage:
    """The first `count` of the events that meet the condition behind the point `after` (0: from the beginning).

    Whoever goes on from each stretch's end meets every event once, however many are being written. Two queries.
    """
    horizon = events.horizon()
    found = list(_between(events, condition, after, horizon)[:count])
    return EventsPage(found, found[-1].position if len(found) == count else max(after, horizon))


def all_events_after(events: EventQuerySet, condition: Q, *, after: int = 0) -> Iterator[Event]:
    """All that events_after would find by now, a few at a time in memory."""
    horizon = events.horizon()
    while found := list(_between(events, condition, after, horizon)[:CHUNK]):
        yield from found
        after = found[-1].position


def _between(events: EventQuerySet, condition: Q, after: int, horizon: int) -> EventQuerySet:
    return events.filter(condition, position__gt=after, position__lte=horizon).order_by("position")


def position_of(event_id: UUID) -> int | None:
    """The point from which one reads on who has everything up to that event; None where there is no such event."""
    return Event.objects.filter(pk=event_id).values_list("position", flat=True).first()
