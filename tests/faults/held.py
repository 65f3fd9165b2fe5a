"""Rows that the test holds in PostgreSQL, so that a call of the server waits in the midst of its transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.faults.load import wait_until
from tests.postgres import Cluster

KEY = (
    "SELECT FROM libraries_apikey k JOIN libraries_user u ON u.id = k.user_id WHERE username = 'alice' FOR UPDATE OF k"
)
"""What a PUT asks for last, with its share and grants written: whether its key still stands."""
LIBRARY = "SELECT FROM libraries_library WHERE natural_id = 'handbook' FOR UPDATE"
"""What it asks for first."""


@contextmanager
def held(cluster: Cluster, rows: str) -> Iterator[psycopg.Connection]:
    """Inside, in a transaction that is rolled back unless it is committed before."""
    with cluster.connected(options="-c deadlock_timeout=10s") as holder:
        holder.execute(rows)
        try:
            yield holder
        finally:
            holder.rollback()


def until_somebody_waits(cluster: Cluster) -> None:
    with cluster.connected(autocommit=True) as watcher:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        wait_until(lambda: watcher.execute(waiting).fetchone() != (0,))
