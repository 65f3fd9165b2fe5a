"""Others have all of PostgreSQL's connections: that is an outage like any other, and over as soon as they have not."""

from __future__ import annotations

from contextlib import ExitStack
from time import monotonic

import psycopg
import pytest

from tests.faults.load import AWAY, OK, load_on, p99
from tests.faults.service import serving
from tests.postgres import Cluster
from tests.proofs import is_proving, rounds

ANSWERED_WITHIN = 1.5


@pytest.mark.prove
def test_it_is_told_at_once_and_is_over_as_soon_as_there_are_some(tmp_path, cluster, on_postgres, figure):
    with serving(tmp_path, on_postgres) as service, load_on(service) as load, ExitStack() as others:
        begun = monotonic()
        take_all(cluster, others)
        taken = monotonic()
        load.until_each_has(rounds(quick=3, proving=50), taken, AWAY)
        met = [answer for answer in load.since(begun) if answer.status != OK]
        assert {(answer.status, answer.retry_after) for answer in met} == {(AWAY, "1")}
        freed = monotonic()
        others.close()
        load.until_each_has(3, freed, OK)
    on_postgres.agrees(load.done)
    slowest = p99([answer.seconds for answer in met])
    figure("PostgreSQL's connections exhausted, 503 at p99", f"{slowest:.2f} s of {len(met):,} answers")
    assert not is_proving() or slowest <= ANSWERED_WITHIN


def take_all(cluster: Cluster, others: ExitStack) -> None:
    """Those that the server has are ended, and others are there before it: until every one is theirs.

    To be refused once is not enough, since one that is just ending is still counted, and free a moment later.
    """
    operator = others.enter_context(cluster.connected(autocommit=True))
    [[most]] = operator.execute("SELECT current_setting('max_connections')::int").fetchall()
    taken = [operator.info.backend_pid]
    while len(taken) < most:
        try:
            taken.append(others.enter_context(cluster.connected()).info.backend_pid)
        except psycopg.OperationalError:
            operator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> ALL(%s)",
                [taken],
            )
