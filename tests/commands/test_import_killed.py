"""kill -9 during an import: every transaction is whole or absent, and a resume completes what was begun."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.db import connection
from django.db.models import Count

from libraries.library_lifecycle import create_library
from libraries.management.importing import WORKERS
from libraries.models import Event, Library, Organization, Share, User
from libraries.sharing import grants
from tests.commands.import_process import begin, failure, import_file
from tests.proofs import rounds

KILLS = rounds(quick=4, proving=40)
BATCH = 5
LINES = 100
"""Of each file. Each kill has a file of its own, so that none comes when all is done."""
PATIENCE = 30.0
"""Seconds after which something hangs."""

Line = tuple[str, str]


@pytest.fixture
def places(transactional_db, world) -> Iterator[Line]:
    """Libraries and users of acme: one line for each pair, in no order."""
    acme, alice = Organization.objects.get(slug="acme"), User.objects.get(username="alice")
    libraries = [create_library(name=f"Shelf {number}", organization="acme", actor=alice) for number in range(20)]
    users = User.objects.bulk_create(User(username=f"member-{number}") for number in range(2 * KILLS * LINES // 20))
    acme.group.user_set.add(*users)
    pairs = list(product([library.natural_id for library in libraries], [user.username for user in users]))
    random.Random(4).shuffle(pairs)
    return iter(pairs)


@pytest.fixture
def parts(places) -> Callable[[list[Line]], list[set[Line]]]:
    """The lines of a file in the transactions that they are imported in."""
    workers = WORKERS if connection.vendor == "postgresql" else 1
    keys = dict(Library.objects.values_list("natural_id", "pk"))

    def divide(lines: list[Line]) -> list[set[Line]]:
        step = BATCH * workers
        windows = [lines[start : start + step] for start in range(0, len(lines), step)]
        return [
            {line for line in window if keys[line[0]].int % workers == part}
            for window in windows
            for part in range(workers)
        ]

    return divide


def write_file(path: Path, lines: list[Line]) -> None:
    levels = ("NONE", "READER", "EDITOR")
    rows = [f"{library},{user},{levels[place % 3]},,line {place}\n" for place, (library, user) in enumerate(lines)]
    path.write_text("library,principal,level,expires_at,note\n" + "".join(rows))


def kill_on_the_way(path: Path, chance: random.Random) -> bool:
    """Kill an import some while after some batch; whether it was still running."""
    bookmark, goal = bookmark_of(path), chance.randrange(2, LINES // 2)
    process = begin(path, BATCH)
    wait_until(lambda: place_in(bookmark) >= goal or not process.is_alive())
    sleep(chance.uniform(0, 0.03))  # the moment itself: nothing waits for it
    process.kill()
    process.join()
    wait_until(nobody_else_is_at_work)
    assert process.exitcode in (0, -signal.SIGKILL), failure(path)
    return process.exitcode != 0


def bookmark_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.resume")


def place_in(bookmark: Path) -> int:
    """It is not there before the first batch has ended, nor after the last."""
    try:
        return int(bookmark.read_text())
    except FileNotFoundError:
        return 1


def nobody_else_is_at_work() -> bool:
    """The server has noticed that the process is gone."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0] == 0


def wait_until(condition: Callable[[], bool]) -> None:
    end = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < end, "It hangs."
        sleep(0.002)


def done_of(lines: list[Line]) -> set[Line]:
    """Those of the lines that are in the database, by one statement."""
    shares = Share.objects.filter(note__startswith="line ", library__natural_id__in={library for library, _ in lines})
    return set(shares.values_list("library__natural_id", "user__username")) & set(lines)


def assert_all_agrees() -> None:
    """Grants, counts and events say what the shares say."""
    assert list(grants.discrepancies()) == []
    counted = Library.objects.annotate(number=Count("shares")).values_list("share_count", "number")
    assert all(share_count == number for share_count, number in counted)
    made = Event.objects.filter(action="share.created", principal__startswith="member-")
    shared = Share.objects.filter(note__startswith="line ")
    assert sorted(made.values_list("library", "principal", "to_level")) == sorted(
        shared.values_list("library__natural_id", "user__username", "level")
    )


@pytest.mark.prove
def test_an_import_killed_again_and_again_is_whole_batches_and_can_be_resumed(places, parts, tmp_path):
    chance, kills = random.Random(44), 0
    files: dict[Path, list[Line]] = {}
    while kills < KILLS:
        path = tmp_path / f"{len(files)}.csv"
        lines = files[path] = [next(places) for _ in range(LINES)]
        write_file(path, lines)
        kills += kill_on_the_way(path, chance)

        done = done_of(lines)
        assert [(part & done, part - done) for part in parts(lines) if part & done and part - done] == []
        assert done >= set(lines[: place_in(bookmark_of(path)) - 2])
        assert_all_agrees()

    for path, lines in files.items():
        import_file(path, BATCH)
        assert done_of(lines) == set(lines)
    assert_all_agrees()
    before = Event.objects.count()
    for path in files:
        import_file(path, BATCH)
    assert Event.objects.count() == before
