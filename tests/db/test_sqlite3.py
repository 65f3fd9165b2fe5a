"""Writers on SQLite wait in line: in the order in which they came, as long as they are told to, and whoever holds the lock."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Semaphore
from time import monotonic
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.utils import ConnectionHandler

from libraries.db.sqlite3 import base
from libraries.db.sqlite3.line import Line

PATIENCE = 20


class ToldLine(Line):
    """Tells of each who has joined it."""

    def __init__(self) -> None:
        super().__init__()
        self.joined = Semaphore(0)

    def _join(self) -> Any:
        turn = super()._join()
        self.joined.release()
        return turn


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> ToldLine:
    line = ToldLine()
    monkeypatch.setattr(base, "_line", line)
    return line


def in_order(line: ToldLine, number: int, act: Callable[[int], None], first: Callable[[], None]) -> None:
    """Each comes when the one before has joined the line; `first` when all have."""
    with ThreadPoolExecutor(number) as threads:
        futures = []
        for each in range(number):
            futures.append(threads.submit(act, each))
            assert line.joined.acquire(timeout=PATIENCE)
        first()
        for future in futures:
            future.result(PATIENCE)


class TestLine:
    def test_they_go_in_the_order_in_which_they_came(self, line):
        went = []

        def go(number: int) -> None:
            with line.place(monotonic() + PATIENCE) as waited:
                went.append((number, waited))

        with ThreadPoolExecutor(8) as threads, line.place(monotonic() + PATIENCE) as waited:
            assert (line.joined.acquire(timeout=PATIENCE), waited) == (True, False)
            for number in range(8):
                threads.submit(go, number)
                assert line.joined.acquire(timeout=PATIENCE)
            assert went == []
        assert went == [(number, True) for number in range(8)]

    def test_who_has_waited_long_enough_goes_on_and_is_in_nobodys_way(self, line):
        with line.place(monotonic()) as waited:
            assert waited is False
            with line.place(monotonic()) as waited:
                assert waited is True
        with line.place(monotonic()) as waited:
            assert waited is False


@pytest.mark.django_db
class TestBackend:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Iterator[sqlite3.Connection]:
        """One table, in a file that another program writes to."""
        with closing(sqlite3.connect(tmp_path / "database", isolation_level=None)) as other:
            other.execute("PRAGMA journal_mode=WAL")
            other.execute("CREATE TABLE numbers (number)")
            self.path = str(tmp_path / "database")
            yield other

    @contextmanager
    def opened(self, timeout: float = PATIENCE) -> Iterator[Any]:
        options = {"transaction_mode": "IMMEDIATE", "timeout": timeout}
        database = {"ENGINE": "libraries.db.sqlite3", "NAME": self.path, "OPTIONS": options}
        opened = ConnectionHandler({"default": database})["default"]
        try:
            yield opened
        finally:
            opened.close()

    def write(self, number: int) -> None:
        with self.opened() as database, database.cursor() as cursor:
            cursor.execute("INSERT INTO numbers VALUES (%s)", [number])

    def write_in_a_transaction(self, number: int) -> None:
        with self.opened() as database:
            database.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
            with database.cursor() as cursor:
                cursor.execute("INSERT INTO numbers VALUES (%s)", [number])
            database.commit()

    @pytest.mark.parametrize("write", ["write", "write_in_a_transaction"])
    def test_whoever_holds_the_lock_they_write_in_the_order_in_which_they_came(self, file, line, write):
        file.execute("BEGIN IMMEDIATE")
        in_order(line, 8, getattr(self, write), first=lambda: file.execute("COMMIT"))
        assert file.execute("SELECT number FROM numbers ORDER BY rowid").fetchall() == [(each,) for each in range(8)]

    @pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "INSERT INTO numbers VALUES (1)"])
    def test_they_wait_no_longer_than_they_are_told_to_and_write_afterwards(self, file, statement):
        file.execute("BEGIN IMMEDIATE")
        with self.opened(timeout=0.05) as database, database.cursor() as cursor:
            with pytest.raises(OperationalError, match="locked"):
                cursor.execute(statement)
            assert cursor.execute("SELECT count(*) FROM numbers").fetchone() == (0,)
            file.execute("COMMIT")
            cursor.execute("INSERT INTO numbers VALUES (2)")
            assert cursor.execute("PRAGMA busy_timeout").fetchone() == (50,)
        assert file.execute("SELECT number FROM numbers").fetchall() == [(2,)]

    def test_another_error_is_raised_as_it_is(self, file):
        with (
            self.opened() as database,
            database.cursor() as cursor,
            pytest.raises(OperationalError, match="no such table"),
        ):
            cursor.execute("INSERT INTO letters VALUES (1)")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL lets many write at a time")
@pytest.mark.django_db(transaction=True)
def test_the_service_waits_in_line_for_a_transaction_and_not_for_a_question(line):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert not line.joined.acquire(blocking=False)
    with transaction.atomic():
        assert line.joined.acquire(blocking=False)
