from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import flush
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

REFUSING = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%BEFORE DELETE ON libraries_event%'"
)


class Command(flush.Command):
    """Django's own, to which SQLite opens the events: it empties a table by deleting its rows, which nothing else may."""

    def handle(self, **options: Any) -> None:
        with _emptying(connections[options["database"]]):
            super().handle(**options)


@contextmanager
def _emptying(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """The statements of a flush, inside, begin without what refuses to delete events and end with it again.

    They are one transaction: whatever goes wrong, the events are not left unguarded.
    """
    if connection.vendor != "sqlite":  # PostgreSQL truncates
        yield
        return
    with connection.cursor() as cursor:
        triggers = cursor.execute(REFUSING).fetchall()
    operations: Any = connection.ops
    statements = operations.sql_flush

    def guarded(*arguments: Any, **options: Any) -> list[str]:
        dropped = [f"DROP TRIGGER {name}" for name, _ in triggers]
        return [*dropped, *statements(*arguments, **options), *(sql for _, sql in triggers)]

    operations.sql_flush = guarded
    try:
        yield
    finally:
        del operations.sql_flush
