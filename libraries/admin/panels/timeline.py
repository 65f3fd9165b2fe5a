"""Events as sentences, for those who read what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from libraries.events.record import EventAction
from libraries.models import Event
from libraries.rules.levels import Level

FIELDS = {
    "expiresAt": "the end",
    "editors_can_share": "whether editors share",
    "sharing_scope": "whom it may share with",
    "outsideShares": "what is shared outside",
    "is_active": "whether it is active",
    "is_staff": "whether it is staff",
    "is_superuser": "whether it is a superuser",
    "first_name": "the first name",
    "last_name": "the last name",
    "email": "the e-mail address",
}
"""What a column is called in a sentence, where its own name with an article will not do."""


LIBRARY = "\0"
"""Stands in a sentence for the library, which becomes a link: no text from the database has this character."""


@dataclass(frozen=True)
class TimelineEntry:
    """One event as a timeline tells it: `alice`, `shared `, the library, ` with bob as EDITOR`, by way of `hal`."""

    at: datetime
    actor: str
    before: str
    library: str
    after: str
    library_id: UUID | None
    via: str


def lines(events: Iterable[Event], *, about: str = "") -> list[TimelineEntry]:
    """The events as lines, in the order given. about: the library that they are all about, and need not name."""
    return [_entry(event, about) for event in events]


def _entry(event: Event, about: str) -> TimelineEntry:
    before, marker, after = _sentence(event).partition(LIBRARY)
    library = ("this library" if event.library == about else event.library) if marker else ""
    linked = library == event.library and event.action != EventAction.LIBRARY_DELETED
    return TimelineEntry(
        event.at,
        event.actor or _unnamed(event),
        before,
        library,
        after,
        event.library_id if linked else None,
        event.via,
    )


def _unnamed(event: Event) -> str:
    return "somebody" if event.action in (EventAction.SIGN_IN_FAILED, EventAction.LOCKED_OUT) else "the operator"


def _sentence(event: Event) -> str:
    tell = SENTENCES.get(event.action)
    return tell(event) if tell else f"{event.action} {event.principal}".strip()


def _level(level: int | None) -> str:
    return Level(level).name if level is not None else "no share"


def _shared(event: Event) -> str:
    if event.to_level == Level.NONE:
        return f"shut {event.principal} out of {LIBRARY}"
    if event.principal == event.actor:
        return f"became {_level(event.to_level)} of {LIBRARY}"
    return f"shared {LIBRARY} with {event.principal} as {_level(event.to_level)}"


def _share_changed(event: Event) -> str:
    if event.from_level != event.to_level:
        return f"changed {event.principal} from {_level(event.from_level)} to {_level(event.to_level)} on {LIBRARY}"
    return f"changed {_fields(event.details)} of {event.principal}'s share of {LIBRARY}"


def _revoked(event: Event) -> str:
    if event.from_level == Level.NONE:
        return f"ended the shut-out of {event.principal} from {LIBRARY}"
    return f"stopped sharing {LIBRARY} with {event.principal}, which gave {_level(event.from_level)}"


def _fields(details: dict[str, Any]) -> str:
    changed = [field for field in details if field != "team"]
    return " and ".join(FIELDS.get(field, f"the {field.replace('_', ' ')}") for field in changed) or "nothing"


def _of_team(event: Event) -> str:
    return f"team {event.details.get('team', '')}"


SENTENCES: dict[str, Callable[[Event], str]] = {
    EventAction.LIBRARY_CREATED: lambda event: f"made {LIBRARY}",
    EventAction.LIBRARY_CHANGED: lambda event: f"changed {_fields(event.details)} of {LIBRARY}",
    EventAction.LIBRARY_DELETED: lambda event: f"deleted {LIBRARY}",
    EventAction.LIBRARY_TRANSFERRED: lambda event: f"transferred {LIBRARY} to {event.principal}",
    EventAction.SHARE_CREATED: _shared,
    EventAction.SHARE_CHANGED: _share_changed,
    EventAction.SHARE_REVOKED: _revoked,
    EventAction.SHARE_EXPIRED: lambda event: (
        f"cleared away {event.principal}'s share of {LIBRARY}, which was over: {_level(event.from_level)}"
    ),
    EventAction.ORGANIZATION_CREATED: lambda event: f"founded the organization {event.organization}",
    EventAction.ORGANIZATION_CHANGED: lambda event: f"changed {_fields(event.details)} of {event.organization}",
    EventAction.ORGANIZATION_DELETED: lambda event: f"deleted the organization {event.organization}",
    EventAction.MEMBER_ADDED: lambda event: f"took {event.principal} into {event.organization}",
    EventAction.MEMBER_REMOVED: lambda event: f"let {event.principal} go from {event.organization}",
    EventAction.ADMINISTRATOR_ADDED: lambda event: f"made {event.principal} an administrator of {event.organization}",
    EventAction.ADMINISTRATOR_REMOVED: lambda event: (
        f"took the administrator's power over {event.organization} from {event.principal}"
    ),
    EventAction.CHECK_ACCESS_GIVEN: lambda event: (
        f"let {event.principal} ask about others' access in {event.organization}"
    ),
    EventAction.CHECK_ACCESS_TAKEN: lambda event: (
        f"no longer lets {event.principal} ask about others' access in {event.organization}"
    ),
    EventAction.TEAM_CREATED: lambda event: f"set up {_of_team(event)}",
    EventAction.TEAM_CHANGED: lambda event: f"changed {_fields(event.details)} of {_of_team(event)}",
    EventAction.TEAM_DELETED: lambda event: f"dissolved {_of_team(event)}",
    EventAction.TEAM_MEMBER_ADDED: lambda event: f"took {event.principal} into {_of_team(event)}",
    EventAction.TEAM_MEMBER_REMOVED: lambda event: f"took {event.principal} out of {_of_team(event)}",
    EventAction.USER_CREATED: lambda event: f"opened the account {event.principal}",
    EventAction.USER_CHANGED: lambda event: f"changed {_fields(event.details)} of the account {event.principal}",
    EventAction.USER_DELETED: lambda event: f"deleted the account {event.principal}",
    EventAction.SERVICE_ACCOUNT_CREATED: lambda event: f"made the service account {event.principal}",
    EventAction.SERVICE_ACCOUNT_CHANGED: lambda event: (
        f"changed {_fields(event.details)} of the service account {event.principal}"
    ),
    EventAction.SERVICE_ACCOUNT_DELETED: lambda event: f"deleted the service account {event.principal}",
    EventAction.KEY_CREATED: lambda event: f"made the key “{event.details.get('key', '')}” for {event.principal}",
    EventAction.KEY_REVOKED: lambda event: f"revoked the key “{event.details.get('key', '')}” of {event.principal}",
    EventAction.SIGNED_IN: lambda event: "signed in",
    EventAction.SIGN_IN_FAILED: lambda event: f"failed to sign in as {event.principal or 'nobody who has an account'}",
    EventAction.LOCKED_OUT: lambda event: (
        f"was locked out after failing to sign in as {event.principal or 'nobody who has an account'}"
    ),
}
"""How each event is told. One that is not here is told by its name."""
