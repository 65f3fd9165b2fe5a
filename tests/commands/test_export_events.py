"""manage.py export_events [FILE] [--after ID] [--action --actor --principal --organization --library --since --until]"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection

from libraries.db.in_migrations import new_uuid
from libraries.models import Event
from libraries.rules.levels import Level
from tests.api.hal.documents import event_document, moment
from tests.commands.conftest import ODD_TEXTS
from tests.factories import give, give_as


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def principals(text: str) -> list[str]:
    return [line["principalId"] for line in lines(text)]


def test_it_writes_a_line_for_each_event_oldest_first(run, world):
    said = run("export_events")
    assert said.err == ""
    assert lines(said.out) == [event_document(event) for event in Event.objects.order_by("position")]
    assert said.out.count("\n") == Event.objects.count()
    assert run("export_events", "-").out == said.out


def test_a_line_is_what_the_feed_shows(run, client_for):
    document = client_for("admin").get("/api/events?count=1000").json()
    assert lines(run("export_events").out) == document["_embedded"]["inf:event"]


def test_it_goes_on_where_the_last_one_ended(run, handbook):
    first = run("export_events").out
    last = lines(first)[-1]["id"]
    assert run("export_events", "--after", last).out == ""
    give(handbook, "frank", Level.READER)
    give(handbook, "erin", Level.READER)
    second = run("export_events", "--after", last).out
    assert principals(second) == ["frank", "erin"]
    assert first + second == run("export_events").out


def test_it_goes_on_from_anywhere(run, world):
    everything = run("export_events").out.splitlines(keepends=True)
    for index in (0, 5, len(everything) - 2):
        after = json.loads(everything[index])["id"]
        assert run("export_events", "--after", after).out == "".join(everything[index + 1 :])


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["--principal", "frank", "--action", "share.created"], ["frank", "frank"]),
        (["--principal", "frank", "--actor", "bob"], ["frank"]),
        (["--library", "roadmap", "--action", "share.created"], ["bob", "carol", "team:data-science", "frank"]),
        (["--organization", "globex", "--action", "share.created"], ["erin", "team:research"]),
        (["--principal", "frank", "--since", "2020-01-01", "--until", "2090-01-31T12:00:00+01:00"], ["frank"] * 4),
        (["--since", "2090-01-01"], []),
        (["--until", "2020-01-01"], []),
        (["--actor", "nobody"], []),
    ],
)
def test_it_filters(run, alice, bob, handbook, roadmap, filters, found):
    give_as(alice, handbook, "frank", Level.READER)
    give_as(bob, roadmap, "frank", Level.READER)
    assert principals(run("export_events", *filters).out) == found


def test_a_library_that_is_gone_is_found_by_its_id_and_its_name(run, handbook):
    by_id, by_name = (run("export_events", "--library", name).out for name in (str(handbook.pk), "handbook"))
    assert by_id == by_name != ""


def test_times_are_compared_to_the_microsecond(run, handbook):
    give(handbook, "frank", Level.READER)
    at = moment(Event.objects.latest("position").at)
    assert principals(run("export_events", "--since", at).out) == ["frank"]
    assert len(lines(run("export_events", "--until", at).out)) == Event.objects.count() - 1


def test_it_writes_a_new_file_and_never_over_an_old_one(run, refusal_of, tmp_path, handbook):
    path = tmp_path / "events.jsonl"
    give(handbook, "frank", Level.READER, note="für “Übung”")
    assert run("export_events", str(path)).out == ""
    written = path.read_bytes()
    assert written.decode() == run("export_events").out
    assert "für “Übung”" in written.decode()
    assert refusal_of("export_events", str(path)) == (
        f"Cannot write to “{path}”: File exists. Name another file, or remove this one first."
    )
    assert path.read_bytes() == written


def test_a_file_that_cannot_be_written_ends_it_with_a_sentence(refusal_of, tmp_path):
    path = tmp_path / "nowhere" / "events.jsonl"
    assert refusal_of("export_events", str(path)) == f"Cannot write to “{path}”: No such file or directory."


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device here")
def test_so_does_a_full_disk(run, refusal_of, monkeypatch):
    monkeypatch.setattr("builtins.open", lambda *_, **__: os.fdopen(os.open("/dev/full", os.O_WRONLY), "w"))
    assert refusal_of("export_events", "events.jsonl") == "Cannot write to “events.jsonl”: No space left on device."


def test_an_event_that_is_not_there_is_no_place_to_go_on_from(refusal_of):
    unknown = str(new_uuid())
    assert refusal_of("export_events", "--after", unknown) == f"There is no event “{unknown}”."


@pytest.mark.parametrize("option", ["--after", "--action", "--actor", "--principal", "--library", "--since"])
@pytest.mark.parametrize("text", ODD_TEXTS, ids=ascii)
def test_odd_filters_are_refused_or_find_nothing(run, option, text):
    try:
        assert run("export_events", option, text).out == ""
    except CommandError as refusal:
        assert str(refusal).startswith(f"Error: argument {option}: ")


@pytest.mark.parametrize("name", ["", "a\x00b"])
def test_what_can_be_no_file_is_refused(refusal_of, name):
    assert refusal_of("export_events", name) == f"Error: argument file: {name!r} is not a file name"


def test_whoever_reads_along_may_stop():
    """`export_events | head -1` ends quietly, though much is left to write."""
    script = """
import os, sys
from libraries.management.output import opened
read, write = os.pipe()
os.close(read)
os.dup2(write, sys.stdout.fileno())
with opened("-", sys.stdout) as file:
    for _ in range(100_000):
        file.write("a line\\n")
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.parametrize("rows", [3, 300])
def test_it_asks_a_chunk_at_a_time(run, world, rows, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("libraries.events.feed.CHUNK", 100)
    Event.objects.bulk_create(Event(action="user.created", via="x", principal="many") for _ in range(rows))
    with django_assert_num_queries(3 if rows == 3 else 5):  # the horizon, each chunk, and none
        assert principals(run("export_events", "--principal", "many").out) == ["many"] * rows


def test_what_is_written_meanwhile_is_for_the_next_time(run, handbook):
    """It ends even where events are written faster than it writes lines."""
    before = Event.objects.count()

    def write_more(execute: Any, sql: str, *more: Any) -> Any:
        found = execute(sql, *more)
        if 'ORDER BY "libraries_event"."position"' in sql:
            Event.objects.bulk_create([Event(action="user.created", via="x")])
        return found

    with connection.execute_wrapper(write_more):
        exported = lines(run("export_events").out)
    assert len(exported) == before
    assert Event.objects.count() > before
