"""PostgreSQL is stopped and started under load: everybody hears of it soon, nobody is told what is only remembered."""

from __future__ import annotations

from time import monotonic

import pytest

from tests.faults.load import AWAY, OK, load_on, p99
from tests.faults.service import serving
from tests.proofs import is_proving, rounds

ANSWERS = rounds(quick=3, proving=50)
"""That each caller has while it is away."""
ANSWERED_WITHIN, BACK_WITHIN = 1.5, 2.0
"""Seconds. Held to in `make prove` alone: what a machine does beside its tests is no outage."""


@pytest.mark.prove
def test_it_is_told_at_once_and_is_over_as_soon_as_it_is_back(tmp_path, cluster, on_postgres, figure):
    slowest, longest, number = 0.0, 0.0, 0
    with serving(tmp_path, on_postgres) as service, load_on(service) as load:
        for mode in ("fast", "immediate") * rounds(quick=1, proving=3):
            leaving = monotonic()
            cluster.stop(mode)
            away = monotonic()
            load.until_each_has(ANSWERS, away, AWAY)
            coming = monotonic()
            cluster.start()
            back = monotonic()
            load.until_each_has(3, back, OK)

            during = [answer for answer in load.since(away) if answer.ended < coming]
            assert {answer.status for answer in during} == {AWAY}
            met = [answer for answer in load.since(leaving) if answer.status != OK]
            assert {(answer.status, answer.retry_after) for answer in met} == {(AWAY, "1")}
            slowest = max(slowest, p99([answer.seconds for answer in met]))
            longest = max(longest, max((answer.ended - back for answer in met), default=0))
            number += len(met)
    on_postgres.agrees(load.done)
    figure("PostgreSQL stopped and started, 503 at p99", f"{slowest:.2f} s of {number:,} answers")
    figure("PostgreSQL started, last 503 after", f"{longest:.2f} s")
    assert not is_proving() or (slowest <= ANSWERED_WITHIN and longest <= BACK_WITHIN)
