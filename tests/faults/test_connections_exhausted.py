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
    with ExitStack() as others:
        take_all(cluster, others)
        with serving(tmp_path, on_postgres) as service, load_on(service, AWAY) as load:
            load.until_each_has(rounds(quick=3, proving=50), 0, AWAY)
            met = list(load.answers)
            assert {(answer.status, answer.retry_after) for answer in met} == {(AWAY, "1")}
            freed = monotonic()
            others.close()
            load.until_each_has(3, freed, OK)
    on_postgres.agrees(load.done)
    slowest = p99([answer.seconds for answer in met])
    figure("PostgreSQL's connections exhausted, 503 at p99", f"{slowest:.2f} s of {len(met):,} answers")
    assert not is_proving() or slowest <= ANSWERED_WITHIN


def take_all(cluster: Cluster, others: ExitStack) -> None:
    with pytest.raises(psycopg.OperationalError, match="too many clients"):
        while True:
            others.enter_context(cluster.connected())
