"""SQLite's disk is full: nothing is changed by half, and it goes on when there is room."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.faults.load import AWAY, OK
from tests.faults.service import Database, serving

SIZE = 8 * 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def fill(place: Path) -> Path:
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(b"x" * 4096)
    return filler


def test_a_change_is_503_while_it_is_and_done_when_it_is_not(tmp_path, on_sqlite, small_disk):
    """A question too, where SQLite finds no room for what it keeps beside the file."""
    file = Path(shutil.copy(on_sqlite.url.removeprefix("sqlite:///"), small_disk))
    database = Database(f"sqlite:///{file}", on_sqlite.keys)
    with serving(tmp_path, database) as service:
        assert service.share("carol", 1, "0")[0] == OK
        filler = fill(small_disk)
        numbers = count(1)  # what is left of a block may do for some
        while (refusal := service.share("carol", 1, refused := str(next(numbers))))[0] == OK:
            pass
        assert (refusal[0], refusal[1]["Retry-After"]) == (AWAY, "1")
        assert service.may_read()[:2] in [(OK, True), (AWAY, "The database cannot be reached. Try again soon.")]
        filler.unlink()
        assert service.share("carol", 2, "after")[0] == OK
    done = [*map(str, range(int(refused))), "after"]
    assert database.agrees(done) & {refused} == set()
