"""The record of every change (R11): written by the verbs, in their transactions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from libraries.db.bulk import insert
from libraries.events.standing import acting_key, insert_while_standing, require_standing
from libraries.identifiers import new_uuid_text
from libraries.models import Actor, Event, Library, Organization, Share


class EventAction(StrEnum):
    """What happened."""

    LIBRARY_CREATED = "library.created"
    LIBRARY_CHANGED = "library.changed"
    LIBRARY_DELETED = "library.deleted"
    LIBRARY_TRANSFERRED = "library.transferred"
    SHARE_CREATED = "share.created"
    SHARE_CHANGED = "share.changed"
    SHARE_REVOKED = "share.revoked"
    SHARE_EXPIRED = "share.expired"
    ORGANIZATION_CREATED = "organization.created"
    ORGANIZATION_CHANGED = "organization.changed"
    ORGANIZATION_DELETED = "organization.deleted"
    MEMBER_ADDED = "member.added"
    MEMBER_REMOVED = "member.removed"
    ADMINISTRATOR_ADDED = "administrator.added"
    ADMINISTRATOR_REMOVED = "administrator.removed"
    CHECK_ACCESS_GIVEN = "check_access.given"
    CHECK_ACCESS_TAKEN = "check_access.taken"
    TEAM_CREATED = "team.created"
    TEAM_CHANGED = "team.changed"
    TEAM_DELETED = "team.deleted"
    TEAM_MEMBER_ADDED = "team.member_added"
    TEAM_MEMBER_REMOVED = "team.member_removed"
    USER_CREATED = "user.created"
    USER_CHANGED = "user.changed"
    USER_DELETED = "user.deleted"
    SERVICE_ACCOUNT_CREATED = "service_account.created"
    SERVICE_ACCOUNT_CHANGED = "service_account.changed"
    SERVICE_ACCOUNT_DELETED = "service_account.deleted"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    SIGNED_IN = "sign_in.succeeded"
    SIGN_IN_FAILED = "sign_in.failed"
    LOCKED_OUT = "sign_in.locked_out"


@dataclass(frozen=True)
class Origin:
    """The way in by which a change came: a dialect's name, `admin`, `command`, or `code`.

    address: where the request came from.
    """

    via: str = "code"
    request_id: str = ""
    address: str | None = None


_origin: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039 - frozen, so safe to share


@contextmanager
def recorded_via(via: str, request_id: str = "", *, address: str | None = None) -> Iterator[None]:
    """Everything recorded inside says that it came this way."""
    token = _origin.set(Origin(via, request_id, address=address))
    try:
        yield
    finally:
        _origin.reset(token)


def record(action: EventAction, *, actor: Actor, **what: object) -> None:
    """Write one event. `what` holds further columns of Event.

    Raises CredentialEnded or PowerLost where the actor is less than when they were read (`standing`). So what takes
    away whatever its own actor stands on is recorded first.
    """
    insert_while_standing(Event(action=action, **_who_and_how(actor), **what), actor)


def record_of_library(action: EventAction, library: Library, *, actor: Actor, **what: object) -> None:
    """Write one event about a library; its organization must have been selected along."""
    record(action, actor=actor, **_library_columns(library), **what)


def record_of_share(
    action: EventAction, library: Library, *, before: Share | None, after: Share | None, actor: Actor
) -> None:
    """Write one event about a share: before (None where it was made) and after (None where it was taken away)."""
    share = after or before
    record_of_library(
        action,
        library,
        actor=actor,
        principal=share.principal_name if share else "",
        **_share_columns(before, after),
    )


class Shared(Protocol):
    """A share, as far as an event tells of one."""

    @property
    def level(self) -> int: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def note(self) -> str: ...


class ShareChange(Protocol):
    """A share before and after a change; None where there is none."""

    @property
    def library(self) -> Library: ...
    @property
    def principal_name(self) -> str: ...
    @property
    def before(self) -> Shared | None: ...
    @property
    def after(self) -> Shared | None: ...


def record_of_shares(changes: Sequence[ShareChange], *, actor: Actor) -> None:
    """Write one event for each change, in their order, all in one statement. Raises what `record` raises."""
    if changes:
        require_standing(actor)
    libraries = {change.library.pk: change.library for change in changes}
    always = {"at": timezone.now().isoformat(), **_who_and_how(actor)}
    same = {key: {**always, **_library_columns(library)} for key, library in libraries.items()}
    values = {key: [_text_of(value) for value in columns.values()] for key, columns in same.items()}
    rows = [(*_row(change), *values[change.library.pk]) for change in changes]
    if rows:
        insert(Event, (*_ROW, *next(iter(same.values()))), rows)


_ROW = ("id", "action", "principal", "from_level", "to_level", "details")


def _row(change: ShareChange) -> tuple[object, ...]:
    before, after = change.before, change.after
    details = _differences(before, after)
    return (
        new_uuid_text(),
        _action(before, after),
        change.principal_name,
        _level(before),
        _level(after),
        json.dumps(details) if details else "{}",
    )


def _text_of(value: object) -> object:
    """Keys as text, once for all the rows that they are in."""
    return str(value) if isinstance(value, UUID) else value


def differences_of(row: Model, changes: Mapping[str, object]) -> dict[str, list[object]]:
    """Field to its value before and after, for each of the `changes` that makes a difference to the row."""
    return {field: [getattr(row, field), new] for field, new in changes.items() if getattr(row, field) != new}


def record_of_organization(action: EventAction, organization: Organization, *, actor: Actor, **what: object) -> None:
    """Write one event about an organization, its teams or members."""
    record(action, actor=actor, **_organization_columns(organization), **what)


def _action(before: Shared | None, after: Shared | None) -> str:
    if before is None:
        return EventAction.SHARE_CREATED.value
    return EventAction.SHARE_CHANGED.value if after else EventAction.SHARE_REVOKED.value


def _who_and_how(actor: Actor) -> dict[str, object]:
    origin = _origin.get()
    return {"actor": actor.username, "actor_id": actor.pk, "key_id": acting_key(), **vars(origin)}


def _library_columns(library: Library) -> dict[str, object]:
    return {"library": library.natural_id, "library_id": library.pk, **_organization_columns(library.organization)}


def _share_columns(before: Shared | None, after: Shared | None) -> dict[str, object]:
    return {
        "from_level": _level(before),
        "to_level": _level(after),
        "details": _differences(before, after),
    }


def _level(share: Shared | None) -> int | None:
    return int(share.level) if share else None


def _organization_columns(organization: Organization) -> dict[str, object]:
    return {"organization": organization.slug, "organization_id": organization.pk}


def _differences(before: Shared | None, after: Shared | None) -> dict[str, list[str | None]]:
    """What changed beside the level: field to its value before and after, moments in ISO 8601."""
    old, new = _end_and_note(before), _end_and_note(after)
    if old == new:
        return {}
    pairs = zip(("expiresAt", "note"), old, new, strict=True)
    return {field: [_in_text(was), _in_text(now)] for field, was, now in pairs if was != now}


def _end_and_note(share: Shared | None) -> tuple[datetime | None, str]:
    return (share.expires_at, share.note) if share else (None, "")


def _in_text(value: datetime | str | None) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else value
