"""Batches of an import that are under way at once, where the database takes several."""

from __future__ import annotations

import threading
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from libraries.management import importing
from libraries.models import Event, Share
from libraries.sharing import grants
from libraries.sharing.bulk import share_across

NAMES = ("dave", "erin", "frank", "admin", "dave", "erin")
PATIENCE = 30.0
"""Seconds after which something hangs."""


@pytest.fixture
def lines(transactional_db, world, tmp_path) -> Path:
    """From line 2 on: roadmap and press-kit by turns, each for NAMES one after another, at a level that grows."""
    path = tmp_path / "shares.csv"
    rows = [
        f"{library},{name},{place // 4},,\n" for place, name in enumerate(NAMES) for library in ("roadmap", "press-kit")
    ]
    path.write_text("library,principal,level,expires_at,note\n" + "".join(rows))
    return path


def import_by_one(path: Path, *options: str) -> str | None:
    """With one line for each worker in a batch; the sentence that it failed with."""
    try:
        call_command("import_shares", str(path), "--batch-size", "1", *options, stdout=StringIO(), stderr=StringIO())
    except CommandError as failure:
        return str(failure)
    return None


def told_of(library: str) -> list[tuple[str, int | None, int | None]]:
    changes = Event.objects.filter(library=library, via="command").order_by("position")
    return list(changes.values_list("principal", "from_level", "to_level"))


def test_the_lines_of_a_library_are_done_in_their_order(lines):
    assert import_by_one(lines) is None
    for library in ("roadmap", "press-kit"):
        assert told_of(library) == [
            ("dave", None, 0),
            ("erin", None, 0),
            ("frank", None, 0),
            ("admin", None, 0),
            ("dave", 0, 1),
            ("erin", 0, 1),
        ]
    assert list(grants.discrepancies()) == []


@pytest.fixture
def failing_at_frank(monkeypatch) -> None:
    """The database fails at roadmap's line for frank; where several rounds are under way, not before the next is."""
    next_is_begun = threading.Event()
    wait = importing._wait_for

    def wait_for(round_: importing.Round, *parts: Any) -> Any:
        if any(line.item.principal.text == "frank" for line in round_.good_lines):
            next_is_begun.set()
        return wait(round_, *parts)

    def fail(*, items: Any, **options: Any) -> Any:
        if any(name == "roadmap" and item.principal.text == "frank" for name, item in items):
            assert connection.vendor == "sqlite" or next_is_begun.wait(PATIENCE)
            raise DatabaseError("gone")
        return share_across(items=items, **options)

    monkeypatch.setattr(importing, "_wait_for", wait_for)
    monkeypatch.setattr(importing, "share_across", fail)


def test_no_line_of_a_library_is_done_when_one_before_it_has_failed(lines, failing_at_frank, monkeypatch):
    assert import_by_one(lines) == "The database failed: gone. Continue with --start-line 6."
    assert [name for name, *_ in told_of("roadmap")] == ["dave", "erin"]

    monkeypatch.undo()
    assert import_by_one(lines) is None
    assert [name for name, *_ in told_of("roadmap")] == ["dave", "erin", "frank", "admin", "dave", "erin"]


def test_what_was_done_beyond_the_place_to_go_on_from_is_done_again_in_its_order(lines, failing_at_frank, monkeypatch):
    import_by_one(lines, "--resume")
    monkeypatch.undo()
    assert import_by_one(lines, "--resume") is None
    for library in ("roadmap", "press-kit"):
        given = Share.objects.filter(library__natural_id=library, user__username__in=NAMES)
        levels = dict(given.values_list("user__username", "level"))
        assert levels == {"dave": 1, "erin": 1, "frank": 0, "admin": 0}
    assert list(grants.discrepancies()) == []
