"""A thousand evaluations in one request, in process, beside SpiceDB's bulk check."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from benchmarks.callers import Caller, evaluation, readers_of
from benchmarks.marks import BULK, SPICEDB
from benchmarks.measure import Timing, in_turns
from benchmarks.plan import Plan
from benchmarks.results import HERE, Row, rows_of
from benchmarks.spicedb_peer import SpiceDB
from benchmarks.world import World

EVALUATIONS = 1000


def measure(world: World, administrator: Caller, spicedb: SpiceDB | None, plan: Plan) -> Iterator[Row]:
    """The rate is one of evaluations, not of requests."""
    asked = readers_of(world, EVALUATIONS)
    body = json.dumps({"evaluations": [evaluation(*pair) for pair in asked]}).encode()
    runs: dict[str, Callable[[], Any]] = {HERE: lambda: administrator.ask("POST", "/access/v1/evaluations", body)}
    if spicedb:
        runs[SPICEDB] = spicedb.bulk(asked)
    timings = {of: _by_evaluations(timing) for of, timing in in_turns(runs, plan.pace).items()}
    yield from rows_of("bulk", BULK, world.libraries, timings)


def _by_evaluations(timing: Timing) -> Timing:
    return replace(timing, rate=timing.rate * EVALUATIONS)
