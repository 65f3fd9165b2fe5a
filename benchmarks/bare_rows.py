"""What PostgreSQL itself takes to store the rows of shares: the floor under whatever makes them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import connection
from psycopg import sql

from benchmarks.measure import seconds
from libraries.management.importing import WORKERS

BARE = "bare_rows"
NEW_ROWS = {
    "libraries_share": ("created_at > {}", "library_id"),
    "libraries_libraryuserobjectpermission": (
        "share_id IN (SELECT id FROM libraries_share WHERE created_at > {})",
        "content_object_id",
    ),
    "libraries_event": ("at > {}", "library_id"),
}
"""Which rows of each table are new since a moment, and their library; the tables in the order in which they are filled."""

Rows = dict[str, bytes]
"""By table, as COPY writes and reads them."""


class BareRows:
    """A copy of the database as it is now, for the rows of shares with users that it gets from now on."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT now(), current_database()")
            self._since, origin = cursor.fetchone()
        connection.close()
        connection.close_pool()
        with _connected_to("postgres") as server:
            server.autocommit = True
            server.execute(f"DROP DATABASE IF EXISTS {BARE}")
            server.execute(sql.SQL(f"CREATE DATABASE {BARE} TEMPLATE {{}}").format(sql.Identifier(origin)))

    def seconds_to_store(self) -> float:
        """Put the new rows into the copy by COPY and nothing else, on as many connections as an import has workers."""
        parts = [self._rows(part) for part in range(WORKERS)]
        with ThreadPoolExecutor(WORKERS) as threads:
            return seconds(lambda: list(threads.map(_store, parts)))

    def _rows(self, part: int) -> Rows:
        """The new rows of one part of the libraries."""
        return {table: self._copied(table, part) for table in NEW_ROWS}

    def _copied(self, table: str, part: int) -> bytes:
        new, library = NEW_ROWS[table]
        query = sql.SQL(
            "COPY (SELECT * FROM {} WHERE {} AND mod(abs(hashtext({}::text)::bigint), {}) = {}) TO STDOUT"
        ).format(
            sql.Identifier(table),
            sql.SQL(new).format(sql.Literal(self._since)),
            sql.Identifier(library),
            sql.Literal(WORKERS),
            sql.Literal(part),
        )
        with connection.cursor() as cursor, cursor.copy(query) as rows:
            return b"".join(rows)


def _store(rows: Rows) -> None:
    with _connected_to(BARE) as database, database.cursor() as cursor:
        for table, lines in rows.items():
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as target:
                target.write(lines)


def _connected_to(database: str) -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"], dbname=database)
