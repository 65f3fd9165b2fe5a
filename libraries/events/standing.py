"""Whether who acts still stands: with a key that opens something, an active account, and the powers relied upon.

What a verb relies on was read before its locks, and may be over by the time that it writes. So the event, without which
nothing is changed (R11), is written only where whoever acts stands as they did when the actor was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection

from libraries.db.conditional import insert_where, is_there
from libraries.db.prepared import keys
from libraries.errors import CredentialEnded, PowerLost
from libraries.models import Actor, ApiKey, Event, User
from libraries.rules.conditions import unexpired

_acting_key: ContextVar[UUID | None] = ContextVar("acting_key", default=None)
_USER, _KEY = UUID(int=1), UUID(int=2)
"""Markers, in whose place each statement puts its own."""

Query = tuple[str, list[Any]]


@contextmanager
def acting() -> Iterator[None]:
    """One request: a key that acts inside ends acting with it."""
    token = _acting_key.set(None)
    try:
        yield
    finally:
        _acting_key.reset(token)


def acts_with(key: ApiKey) -> None:
    """From here on, until the end of `acting`, everything is done with the key."""
    _acting_key.set(key.pk)


def acting_key() -> UUID | None:
    """The key that everything is done with by now; None where that is not by a key."""
    return _acting_key.get()


def require_standing(actor: Actor) -> None:
    """Raises CredentialEnded or PowerLost for an actor who is less than they were when they were read.

    On PostgreSQL the key's row stays locked against its revocation until the transaction ends.
    """
    if isinstance(actor, User) and not is_there(*_standing(actor)):
        raise _refusal(actor)


def insert_while_standing(event: Event, actor: Actor) -> None:
    """Write the event and ask what `require_standing` asks, in one statement. Raises the same."""
    if not isinstance(actor, User):
        event.save(force_insert=True)
    elif not insert_where(event, *_standing(actor)):
        raise _refusal(actor)


def _standing(actor: User) -> Query:
    """Finds a row where the actor stands."""
    key = acting_key()
    statement, parameters = _compiled(key is not None, actor.is_active, actor.is_superuser)
    values = keys({_USER: actor.pk, **({_KEY: key} if key else {})})
    return statement, [values.get(parameter, parameter) for parameter in parameters]


@cache
def _compiled(with_key: bool, active: bool, superuser: bool) -> Query:
    """`_standing` with markers, compiled once. active, superuser: what was relied upon."""
    powers = {name: True for name, held in {"is_active": active, "is_superuser": superuser}.items() if held}
    if not with_key:
        return _query(User.objects.filter(pk=_USER, **powers))
    owners = {f"user__{name}": True for name in powers}
    statement, parameters = _query(ApiKey.objects.filter(unexpired(), pk=_KEY, user=_USER, revoked_at=None, **owners))
    if connection.vendor == "postgresql":  # SQLite lets one transaction write at a time
        statement += f" FOR SHARE OF {connection.ops.quote_name(ApiKey._meta.db_table)}"
    return statement, parameters


def _query(rows: Any) -> Query:
    statement, parameters = rows.order_by().values_list("pk").query.sql_with_params()
    return statement, list(parameters)


def _refusal(actor: User) -> CredentialEnded | PowerLost:
    key = acting_key()
    usable = User.objects.filter(pk=actor.pk, is_active=True)
    if key:
        usable = usable.filter(api_keys__in=ApiKey.objects.filter(unexpired(), pk=key, revoked_at=None))
    return PowerLost() if usable.exists() else CredentialEnded()
