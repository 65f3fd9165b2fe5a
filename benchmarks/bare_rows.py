"""What PostgreSQL itself takes to store the rows of shares: the floor under whatever makes them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import psycopg
from django.db import connection
from psycopg import sql

BARE = "bare_rows"
CONNECTIONS = 2
"""As many as an import has workers."""
NEW_ROWS = {
    "libraries_share": "created_at > {since} AND hashtext(library_id::text) & 1 = {part}",
    "libraries_libraryuserobjectpermission": (
        "share_id IN (SELECT id FROM libraries_share WHERE created_at > {since})"
        " AND hashtext(content_object_id::text) & 1 = {part}"
    ),
    "libraries_event": "at > {since} AND hashtext(library_id::text) & 1 = {part}",
}
"""Which rows of each table are new and of one part of the libraries; the tables in the order in which they are filled."""

Rows = dict[str, bytes]
"""By table, as COPY writes and reads them."""


class BareRows:
    """A copy of the database as it is now, for the rows of shares with users that it gets from now on."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT now(), current_database()")
            self._since, origin = cursor.fetchone()
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined] - PostgreSQL's connections have it
        with _connected_to("postgres") as server:
            server.autocommit = True
            server.execute(f"DROP DATABASE IF EXISTS {BARE}")
            server.execute(sql.SQL(f"CREATE DATABASE {BARE} TEMPLATE {{}}").format(sql.Identifier(origin)))

    def seconds_to_store(self) -> float:
        """Put the new rows into the copy by COPY and nothing else, on each connection those of a part of the libraries."""
        parts = [self._rows(part) for part in range(CONNECTIONS)]
        with ThreadPoolExecutor(CONNECTIONS) as threads:
            start = perf_counter()
            list(threads.map(_store, parts))
            return perf_counter() - start

    def _rows(self, part: int) -> Rows:
        return {table: self._copied(table, part) for table in NEW_ROWS}

    def _copied(self, table: str, part: int) -> bytes:
        new = sql.SQL(NEW_ROWS[table]).format(since=sql.Literal(self._since), part=sql.Literal(part))
        query = sql.SQL("COPY (SELECT * FROM {} WHERE {}) TO STDOUT").format(sql.Identifier(table), new)
        with connection.cursor() as cursor, cursor.copy(query) as rows:
            return b"".join(rows)


def _store(rows: Rows) -> None:
    with _connected_to(BARE) as database, database.cursor() as cursor:
        for table, lines in rows.items():
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as target:
                target.write(lines)


def _connected_to(database: str) -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"], dbname=database)
