"""What is made of an error of the database: whether anybody waits for a connection, and which are lent."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import InterfaceError, OperationalError
from psycopg import errors
from psycopg_pool import PoolTimeout

from libraries.db import outage


class Pool:
    def __init__(self) -> None:
        self.timeout, self.drained = 1.0, False

    def drain(self) -> None:
        self.drained = True


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Pool:
    pool = Pool()
    monkeypatch.setattr(outage, "connection", SimpleNamespace(pool=pool))
    return pool


def caused_by(cause: Exception | None, error: type[Exception] = OperationalError) -> Exception:
    met = error("a secret")
    met.__cause__ = cause
    return met


@pytest.mark.parametrize(
    "error",
    [
        caused_by(errors.OperationalError("the connection was closed")),
        caused_by(errors.InterfaceError("the connection is closed"), InterfaceError),
        caused_by(errors.AdminShutdown()),
        caused_by(errors.CannotConnectNow()),
        caused_by(errors.ConnectionFailure()),
    ],
    ids=lambda error: type(error.__cause__).__name__,
)
def test_where_it_is_away_nobody_waits_until_somebody_has_reached_it(pool, error):
    outage.note_outage(error)
    assert (pool.timeout, pool.drained) == (outage.WAIT_WHILE_AWAY, True)
    outage.note_connection(SimpleNamespace(pool=pool, settings_dict={"OPTIONS": {"pool": {"timeout": 1.0}}}))
    assert pool.timeout == 1.0


def test_where_none_is_free_nobody_waits_and_those_that_are_lent_stay(pool):
    outage.note_outage(caused_by(PoolTimeout()))
    assert (pool.timeout, pool.drained) == (outage.WAIT_WHILE_AWAY, False)


@pytest.mark.parametrize(
    "cause",
    [
        errors.DeadlockDetected,
        errors.SerializationFailure,
        errors.DiskFull,
        errors.LockNotAvailable,
        errors.QueryCanceled,
    ],
)
def test_where_a_statement_failed_on_a_database_that_is_there_all_stays(pool, cause):
    outage.note_outage(caused_by(cause()))
    assert (pool.timeout, pool.drained) == (1.0, False)


def test_sqlite_has_no_pool(monkeypatch):
    monkeypatch.setattr(outage, "connection", SimpleNamespace())
    outage.note_outage(caused_by(None))
    outage.note_connection(SimpleNamespace())
