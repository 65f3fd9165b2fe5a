"""Everything that is measured, in one run: see README.md.

    .ci/with-postgres .venv/bin/python -m benchmarks {full,quick,tiny}

quick: writes nothing, and exits 1 where a ratio is broken by half.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from benchmarks import bulk, checks, lists, over_http, shares, writes
from benchmarks.callers import make_administrator, readers_of
from benchmarks.guardian_peer import copy_to_generic_tables
from benchmarks.marks import ROBUST, verdicts
from benchmarks.measure import print_table
from benchmarks.plan import PLANS, Plan
from benchmarks.results import Results, Row, machine
from benchmarks.spicedb_peer import spicedb
from benchmarks.world import World, empty_the_database

FOLDER = Path(__file__).parent / "results"
LARGEST_ON_SQLITE = 1000


def main(arguments: list[str]) -> int:
    """Measure, print, and keep or judge."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("plan", choices=PLANS)
    parser.add_argument("--note", default="", help="what else a reader of the results should know")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the results are written")
    options = parser.parse_args(arguments)
    rows = list(_told(measure(PLANS[options.plan])))
    if options.plan == "quick":
        return judge(rows)
    command = f"python -m benchmarks {options.plan}"
    Results(machine(), command, options.note, rows).write(options.folder / f"{connection.vendor}.json")
    return 0


def measure(plan: Plan) -> Iterator[Row]:
    """All rows; on SQLite those of small worlds and in process alone."""
    connection.ensure_connection()
    on_sqlite = connection.vendor == "sqlite"
    for libraries in plan.libraries:
        if not (on_sqlite and libraries > LARGEST_ON_SQLITE):
            yield from _of_a_world(World(libraries=libraries, users=plan.users), plan)
    if not on_sqlite:
        yield from shares.measure(plan)


def _of_a_world(world: World, plan: Plan) -> Iterator[Row]:
    empty_the_database()
    world.build()
    readers = lists.make_readers(world)
    copy_to_generic_tables()
    yield from checks.measure(world, plan)
    yield from lists.measure(world, readers, plan)
    if world.libraries == plan.everything_at:
        yield from writes.measure(world, plan)
        if plan.requests and connection.vendor == "postgresql":
            yield from _beside_spicedb(world, plan)


def _beside_spicedb(world: World, plan: Plan) -> Iterator[Row]:
    administrator = make_administrator(world.library)
    with spicedb(readers_of(world, over_http.READERS)) as peer:
        if peer is None:
            print("SpiceDB is left out: it is not installed (make bench installs it).", file=sys.stderr)
        yield from bulk.measure(world, administrator, peer, plan)
        yield from over_http.measure(world, administrator, peer, plan)


def _told(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, each printed as it comes."""
    for row in rows:
        print(
            f"{row.measure:40} {row.size:>9,}  {row.of:24} {row.median:10.2f} ms  p95 {row.p95:10.2f} ms"
            f"  {row.rate:10,.0f} a second",
            flush=True,
        )
        yield row


def judge(rows: list[Row]) -> int:
    """Print what each mark came to; 1 where one is broken by half."""
    found = list(verdicts(rows, ROBUST))
    words = {True: "holds", False: "broken"}
    print_table(("mark", ""), ((str(verdict), words[verdict.holds]) for verdict in found))
    broken = [verdict for verdict in found if verdict.is_broken_by_half]
    for verdict in broken:
        print(f"Broken by half: {verdict}", file=sys.stderr)
    return 1 if broken or not found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
