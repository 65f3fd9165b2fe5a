"""A thousand evaluations in one request, in process, beside SpiceDB's bulk check: of a user's libraries, as a search asks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle, islice
from typing import Any

from benchmarks.callers import Caller, evaluation
from benchmarks.marks import BULK, SPICEDB
from benchmarks.measure import Timing, in_turns
from benchmarks.plan import Plan
from benchmarks.results import HERE, Row, rows_of
from benchmarks.spicedb_peer import SpiceDB
from benchmarks.world import World
from libraries.models import Library, User

EVALUATIONS = 1000


def measure(world: World, administrator: Caller, spicedb: SpiceDB | None, plan: Plan) -> Iterator[Row]:
    """The rate is one of evaluations, not of requests."""
    asked = list(islice(cycle(_seen_by(world.user)), EVALUATIONS))
    body = json.dumps({"evaluations": [evaluation(*pair) for pair in asked]}).encode()
    runs: dict[str, Callable[[], Any]] = {HERE: lambda: administrator.ask("POST", "/access/v1/evaluations", body)}
    if spicedb:
        runs[SPICEDB] = spicedb.bulk(asked)
    timings = {of: _by_evaluations(timing) for of, timing in in_turns(runs, plan.pace).items()}
    yield from rows_of("bulk", BULK, world.libraries, timings)


def _seen_by(user: User) -> list[tuple[str, str]]:
    """The user's name with that of each library that they see, up to as many as are asked about."""
    names = Library.objects.visible_to(user).order_by("natural_id").values_list("natural_id", flat=True)
    return [(user.username, name) for name in names[:EVALUATIONS]]


def _by_evaluations(timing: Timing) -> Timing:
    return replace(timing, rate=timing.rate * EVALUATIONS)
