"""A server under load, as `make serve` starts it: what it answers, and what it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from time import perf_counter

import pytest
from django.db import connection

from tests.assurance.served import Caller, serving
from tests.assurance.test_new_enemy import MAY_ERIN_READ
from tests.figures import SECONDS
from tests.servers import ROOT, Server, running

pytestmark = [
    pytest.mark.figure,
    pytest.mark.skipif(not SECONDS, reason="Load takes its time: `make figures` gives it, and so does `make prove`"),
]
CALLERS = 16
WARM_UP = max(SECONDS / 2, 8)
"""Seconds before anything counts: modules are loaded, and plans, pools and caches filled."""
WINDOWS = 5
"""What is measured is measured in each; of the times the median counts, since a busy machine stands still at times."""
POOL = 6
WORKERS = 2
Work = Callable[[Caller, int, int], tuple[int, object]]
"""What caller number so many does as their call number so many."""


def load(server: Server, key: str, work: Work, seconds: float) -> list[tuple[int, float]]:
    """All callers at work for so long; status and seconds of every call."""
    end = perf_counter() + seconds

    def call(number: int) -> list[tuple[int, float]]:
        done = []
        with closing(Caller(server, key)) as caller:
            for turn in count():
                start = perf_counter()
                if start > end:
                    break
                status, _ = work(caller, number, turn)
                done.append((status, perf_counter() - start))
        return done

    with ThreadPoolExecutor(CALLERS) as threads:
        return [call for calls in threads.map(call, range(CALLERS)) for call in calls]


def mixed(caller: Caller, number: int, turn: int) -> tuple[int, object]:
    """Decisions mostly, then lists, and a change in ten."""
    share = f"/api/libraries/handbook/shares/{('bob', 'carol', 'dave', 'erin')[number % 4]}"
    match turn % 10:
        case 0:
            return caller.ask("PUT", share, {"accessLevel": 1, "note": f"{number} {turn}"})
        case 1 | 2:
            return caller.ask("GET", "/api/libraries")
        case 3:
            return caller.ask("GET", "/api/libraries/handbook/shares")
        case 4:
            return caller.ask("GET", "/api/libraries/handbook/events")
        case 5:
            return caller.ask("GET", "/api/libraries/nowhere")
    return caller.ask("POST", "/access/v1/evaluation", MAY_ERIN_READ)


def write(caller: Caller, number: int, turn: int) -> tuple[int, object]:
    """A change each time, and all of one library."""
    share = f"/api/libraries/press-kit/shares/{('bob', 'carol', 'dave', 'team:interns')[number % 4]}"
    return caller.ask("PUT", share, {"accessLevel": 1, "note": f"{number} {turn}"})


def memory_of(server: Server) -> int:
    """Kilobytes that the server and its workers have in memory, less what they share."""
    processes = [server.process.pid]
    for process in processes:
        for task in Path(f"/proc/{process}/task").iterdir():
            processes += map(int, (task / "children").read_text().split())
    lines = [line for each in processes for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def warm_up(server: Server, key: str) -> None:
    """Until a window adds less than 1 % to its memory: every thread has done everything then. A leak ends it, too."""
    load(server, key, mixed, WARM_UP)
    before = memory_of(server)
    for _ in range(2 * WINDOWS):
        load(server, key, mixed, WARM_UP / 2)
        if (now := memory_of(server)) < before * 1.01:
            return
        before = now


def connections_named(application: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [application])
        return int(cursor.fetchone()[0])


def p99(calls: list[tuple[int, float]]) -> float:
    return sorted(seconds for _, seconds in calls)[int(len(calls) * 0.99)]


@pytest.fixture
def soaked(world, tmp_path) -> Iterator[Server]:
    """Fewer connections for each worker than it has threads."""
    pool = {"DATABASE_POOL_SIZE": str(POOL), "DATABASE_POOL_TIMEOUT": "10"}
    with serving(
        tmp_path / "soaked", APPLICATION="soaked", WEB_WORKERS=str(WORKERS), WEB_THREADS="8", **pool
    ) as server:
        yield server


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no pool")
@pytest.mark.django_db(transaction=True)
def test_mixed_load_leaves_memory_and_connections_as_they_are(soaked, key_for, figure):
    key = key_for("alice")
    warm_up(soaked, key)
    taken, calls, most = [memory_of(soaked)], [], 0
    for _ in range(WINDOWS):
        calls += load(soaked, key, mixed, SECONDS / WINDOWS)
        taken.append(memory_of(soaked))
        most = max(most, connections_named("soaked"))
    growth = taken[-1] / taken[0] - 1
    figure(
        f"{len(calls)} calls, p99 {p99(calls):.2f} s, {sum(status >= 500 for status, _ in calls)} errors; "
        f"memory {growth:+.1%}: {', '.join(str(each // 1024) for each in taken)} MiB; {most} connections of {WORKERS * POOL}"
    )
    assert {status for status, _ in calls} == {200, 404}
    assert growth < 0.05
    assert 0 < most <= WORKERS * POOL


@pytest.fixture
def on_sqlite(tmp_path) -> Iterator[tuple[Server, str]]:
    """A server on an SQLite file of its own, whatever the tests run on; and alice's key."""
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'served.sqlite3'}", "SECRET_KEY": "x" * 50}

    def manage(*arguments: str) -> bytes:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True).stdout

    manage("migrate", "--verbosity=0")
    key = json.loads(manage("seed_demo", "--json"))["users"]["alice"]["api_key"]
    with running(tmp_path, WEB_WORKERS=str(WORKERS), WEB_THREADS="8") as server:
        yield server, key


def test_sixteen_writers_on_sqlite_wait_in_turn(on_sqlite, figure):
    server, key = on_sqlite
    load(server, key, write, WARM_UP)
    windows = [load(server, key, write, SECONDS / WINDOWS) for _ in range(WINDOWS)]
    p99s = sorted(map(p99, windows))
    writes = [call for window in windows for call in window]
    figure(f"{len(writes)} writes, p99 in {WINDOWS} windows {', '.join(f'{each:.2f}' for each in p99s)} s")
    assert {status for status, _ in writes} == {200}
    assert p99s[WINDOWS // 2] < 1
