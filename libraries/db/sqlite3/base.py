"""Django's SQLite, but whoever writes waits in line.

SQLite lets one in at a time. Whoever finds another there sleeps and looks again, ever more seldom, up to a tenth of a
second apart; so one who comes just as the lock is free goes before all who have waited, and some wait for seconds. Here
one of each process waits for the lock, and looks again at once; the others wait behind it, in the order in which they
came. No lock is held between processes that SQLite does not hold: one that is killed or stopped leaves nothing behind.
"""

from __future__ import annotations

import re
import sqlite3
from time import monotonic, sleep
from typing import Any

from django.db.backends.sqlite3 import base

from libraries.db.sqlite3.line import Line

PAUSE = 0.0005
"""Seconds before the first in line looks again: the same for all processes, so all have the same chance."""

_WRITES = re.compile(r"\s*(?:BEGIN (?:IMMEDIATE|EXCLUSIVE)|INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
_line = Line()


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend `libraries.db.sqlite3`: `timeout` of its options is how long a writer waits, the line included."""

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=CursorInLine)


class CursorInLine(base.SQLiteCursorWrapper):
    """Gets the lock for writing in its turn: at the beginning of a transaction, or of a statement without one."""

    def execute(self, query: Any, params: Any = None) -> Any:
        if self.connection.in_transaction or not _WRITES.match(query):
            return super().execute(query, params)
        [patience] = self.connection.execute("PRAGMA busy_timeout").fetchone()
        deadline = monotonic() + patience / 1000
        with _line.place(deadline) as waited:
            if waited:
                sleep(PAUSE)
            self.connection.execute("PRAGMA busy_timeout = 0")
            try:
                return self._execute_by(deadline, query, params)
            finally:
                self.connection.execute(f"PRAGMA busy_timeout = {patience}")

    def _execute_by(self, deadline: float, query: Any, params: Any) -> Any:
        while True:
            try:
                return super().execute(query, params)
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or monotonic() >= deadline:
                    raise
            sleep(PAUSE)


def _is_busy(error: Exception) -> bool:
    """SQLITE_BUSY, whatever it is that is busy."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
