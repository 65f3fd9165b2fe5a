"""When the database is away: who meets it first waits for it, those who come next are told at once."""

from __future__ import annotations

from typing import Any

from django.db import connection
from psycopg_pool import PoolTimeout

WAIT_WHILE_AWAY = 0.1
"""Seconds that a request waits for a connection while nobody gets one: the pool goes on trying meanwhile."""

_CUT_OFF = ("08", "57P")
"""How the states begin by which PostgreSQL tells that a connection is of no use any more, or that it is being stopped."""


def note_outage(error: BaseException) -> None:
    """An OperationalError or InterfaceError was met. Where it means that the database is away, nobody waits for it long
    until somebody has reached it again, and no idle connection of the pool is lent: all are as dead as this one.
    """
    pool = getattr(connection, "pool", None)
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    if pool is None or (state and not state.startswith(_CUT_OFF)):
        return
    pool.timeout = min(pool.timeout, WAIT_WHILE_AWAY)
    if not isinstance(cause, PoolTimeout):  # which is also what happens where all connections are busy
        pool.drain()


def note_connection(connection: Any, **_: Any) -> None:
    """Django's signal: somebody has got a connection, so that it is worth waiting for one again."""
    pool = getattr(connection, "pool", None)
    if pool is not None:
        pool.timeout = connection.settings_dict["OPTIONS"]["pool"]["timeout"]
