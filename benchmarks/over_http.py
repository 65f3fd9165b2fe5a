"""The API over HTTP by 16 clients, each call beside a floor with as many queries and bytes, on the same server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.callers import Caller, evaluation, readers_of
from benchmarks.floor import LEAST_BYTES
from benchmarks.marks import EVALUATION, FLOOR, LIBRARY_LIST, PUT, SHARE, SHARES_OVER_HTTP, SPICEDB
from benchmarks.measure import Timing
from benchmarks.plan import Plan
from benchmarks.results import HERE, Row, rows_of
from benchmarks.server import Bursts, Request, request, running
from benchmarks.spicedb_peer import Singles, SpiceDB
from benchmarks.world import World

READERS = 500


@dataclass(frozen=True)
class Call:
    """A measure, who calls, and request number so many: method, path and body."""

    measure: str
    caller: Caller
    numbered: Callable[[int], tuple[str, str, bytes]]

    def request(self, number: int) -> bytes:
        method, path, body = self.numbered(number)
        return request(method, path, self.caller.key, body)

    def cost(self) -> tuple[int, int]:
        """Queries, and bytes of the answer, once all caches are warm."""
        for number in (-1, -2):
            method, path, body = self.numbered(number)
            with CaptureQueriesContext(connection) as queries:
                size = len(self.caller.ask(method, path, body).content)
        return len(queries), max(size, LEAST_BYTES)

    def floor(self, queries: int, size: int) -> Request:
        """The bare request whose answer costs as many queries and has as many bytes."""
        method, _, body = self.numbered(0)
        bare = request(method, f"/floor/{queries}/{size}", body=body)
        return lambda number: bare


def measure(world: World, administrator: Caller, spicedb: SpiceDB | None, plan: Plan) -> Iterator[Row]:
    """In turns: a burst here, one at the floor, and for evaluations one of SpiceDB's single checks by as many threads."""
    with running("sharing_project.settings") as port, running("benchmarks.floor_settings") as floor_port:
        for call in _calls(world, administrator):
            queries, size = call.cost()
            here, floor = Bursts(port, call.request), Bursts(floor_port, call.floor(queries, size))
            singles = spicedb.singles(plan.requests) if spicedb and call.measure == EVALUATION else None
            compared = [each for each in (here, floor, singles) if each]
            for number in range(plan.bursts + 1):
                for each in compared:
                    each.run(plan.requests, counts=number > 0)
            named = zip((HERE, FLOOR, SPICEDB), compared, strict=False)
            timings = {of: timing(each) for of, each in named}
            details = {FLOOR: f"{queries} queries, {size:,} bytes"}
            yield from rows_of("over_http", call.measure, world.libraries, timings, details)


def timing(bursts: Bursts | Singles) -> Timing:
    """Of all answers; the rate is that of the burst in the middle."""
    return Timing.of(bursts.times, rate=sorted(bursts.rates)[len(bursts.rates) // 2])


def _calls(world: World, administrator: Caller) -> list[Call]:
    readers = readers_of(world, READERS)
    reader = Caller(world.user)

    def evaluate(number: int) -> tuple[str, str, bytes]:
        return "POST", "/access/v1/evaluation", json.dumps(evaluation(*readers[number % READERS])).encode()

    def shares(number: int) -> tuple[str, str, bytes]:
        return "GET", f"/api/libraries/{readers[number % READERS][1]}/shares", b""

    def share(number: int) -> tuple[str, str, bytes]:
        user, library = readers[number % READERS]
        return "GET", f"/api/libraries/{library}/shares/{user}", b""

    def put(number: int) -> tuple[str, str, bytes]:
        return "PUT", share(number)[1], json.dumps({"accessLevel": 1, "note": f"number {number}"}).encode()

    return [
        Call(EVALUATION, administrator, evaluate),
        Call(LIBRARY_LIST, reader, lambda number: ("GET", "/api/libraries", b"")),
        Call(SHARES_OVER_HTTP, administrator, shares),
        Call(SHARE, administrator, share),
        Call(PUT, administrator, put),
    ]
