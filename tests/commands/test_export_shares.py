"""manage.py export_shares [FILE|- --format]"""

import json
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libraries.management.commands import export_shares
from libraries.rules.levels import Level
from tests.factories import give, give_to_many, make_user
from tests.share_files.notes import notes, write_down

WORLD = """\
library,principal,level,expires_at,note
acme.handbook,alice,OWNER,,
acme.handbook,org:acme,READER,,
acme.handbook,team:engineering,EDITOR,,
acme.handbook,team:interns,NONE,,
acme.roadmap,bob,OWNER,,
acme.roadmap,carol,EDITOR,,
acme.roadmap,team:data-science,READER,,
acme.press-kit,alice,OWNER,,
acme.press-kit,everyone,READER,,
globex.lab-notes,erin,OWNER,,
globex.lab-notes,team:research,READER,,
"""
NOTE = 'She said "read, twice",\nünïcödé 🎉'


@pytest.fixture
def ending(handbook):
    """A share with everything that one can have."""
    give(handbook, "erin", Level.READER, expires_at=datetime(2090, 1, 31, 12, 30, tzinfo=UTC), note=NOTE)


def test_it_writes_every_share_the_oldest_first(run):
    assert run("export_shares").out == WORLD
    assert run("export_shares", "-", "--format", "csv").out == WORLD


def test_it_writes_ends_and_notes_that_can_be_read_back(run, ending):
    last = 'acme.handbook,erin,READER,2090-01-31T12:30:00+00:00,"She said ""read, twice"",\nünïcödé 🎉"\n'
    assert run("export_shares").out == WORLD + last


def test_it_writes_json_lines(run, ending):
    lines = [json.loads(line) for line in run("export_shares", "--format", "jsonl").out.splitlines()]
    assert len(lines) == 12
    assert lines[3] == {
        "library": "acme.handbook",
        "principal": "team:interns",
        "level": "NONE",
        "expires_at": "",
        "note": "",
    }
    assert (lines[-1]["expires_at"], lines[-1]["note"]) == ("2090-01-31T12:30:00+00:00", NOTE)


@pytest.mark.parametrize("name", ["shares.csv", "shares.jsonl", "shares.NDJSON"])
def test_a_file_is_of_the_format_that_its_name_says(run, tmp_path, name):
    path = tmp_path / name
    said = run("export_shares", str(path))
    assert said.out == f"11 shares are in {path}.\n"
    assert path.read_text().startswith("library," if name.endswith("csv") else '{"library"')
    assert [found.name for found in tmp_path.iterdir()] == [name]


def test_a_file_whose_name_says_nothing_needs_a_format(refusal_of, run, tmp_path):
    path = tmp_path / "shares"
    assert refusal_of("export_shares", str(path)) == f"What format is {path}? Say --format csv or --format jsonl."
    run("export_shares", str(path), "--format", "csv")
    assert path.read_text() == WORLD


def test_what_was_there_is_not_overwritten(refusal_of, tmp_path):
    path = tmp_path / "shares.csv"
    path.write_text("yesterday's")
    told = f"Cannot write to “{path}”: File exists. Name another file, or remove this one first."
    assert refusal_of("export_shares", str(path)) == told
    assert path.read_text() == "yesterday's"
    assert [found.name for found in tmp_path.iterdir()] == ["shares.csv"]


def test_a_file_is_there_whole_or_not_at_all(run, tmp_path, monkeypatch):
    path = tmp_path / "shares.csv"
    page = export_shares._page

    def fail(after):
        if after:
            raise RuntimeError
        return page(after)

    monkeypatch.setattr(export_shares, "_page", fail)
    with pytest.raises(RuntimeError):
        run("export_shares", str(path))
    assert not path.exists()
    monkeypatch.undo()
    run("export_shares", str(path))
    assert path.read_text() == WORLD


def test_for_a_spreadsheet_it_has_the_mark_of_utf8(run, refusal_of, tmp_path):
    assert run("export_shares", "--excel").out == "\ufeff" + WORLD
    path = tmp_path / "shares.csv"
    run("export_shares", str(path), "--excel")
    assert path.read_bytes() == b"\xef\xbb\xbf" + WORLD.encode()
    assert run("import_shares", str(path)).out == "11 lines: 0 changed, 11 unchanged, 0 refused.\n"
    told = "--excel is for CSV: name a .csv file, or leave it out."
    assert refusal_of("export_shares", "--format", "jsonl", "--excel") == told


def test_no_value_is_a_formula_to_a_spreadsheet(run, handbook, acme):
    make_user("-dash", member_of=acme)
    give(handbook, "-dash", Level.READER, note="=1+1")
    give(handbook, "frank", Level.READER, note="'quoted'")
    assert run("export_shares").out.splitlines()[-2:] == [
        "acme.handbook,'-dash,READER,,'=1+1",
        "acme.handbook,frank,READER,,''quoted'",
    ]
    last = run("export_shares", "--format", "jsonl").out.splitlines()[-2]
    assert (json.loads(last)["principal"], json.loads(last)["note"]) == ("-dash", "=1+1")


def test_a_place_that_cannot_be_written_is_said(refusal_of, tmp_path):
    path = tmp_path / "nowhere" / "shares.csv"
    assert refusal_of("export_shares", str(path)) == f"Cannot write to “{path}”: No such file or directory."


def test_it_reads_page_by_page(run, handbook, monkeypatch):
    """Memory and the cost of a page stay flat; one query for each page, and one that finds no more."""
    monkeypatch.setattr(export_shares, "PAGE", 5)
    give_to_many(handbook, 9)
    with CaptureQueriesContext(connection) as captured:
        lines = run("export_shares").out.splitlines()
    assert len(lines) == 1 + 11 + 9
    assert len(captured) == 5


def test_what_is_exported_is_imported_and_changes_nothing(run, ending, tmp_path):
    for name in ("shares.csv", "shares.jsonl"):
        path = str(tmp_path / name)
        run("export_shares", path)
        assert run("import_shares", path).out == "12 lines: 0 changed, 12 unchanged, 0 refused.\n"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notes=notes, excel=st.booleans())
def test_every_note_there_can_be_comes_back_as_it_was(run, handbook, tmp_path, notes, excel):
    write_down(handbook, notes)
    for name, options in (("shares.csv", ["--excel"] if excel else []), ("shares.jsonl", [])):
        path = tmp_path / name
        path.unlink(missing_ok=True)
        run("export_shares", str(path), *options)
        assert run("import_shares", str(path)).out == "23 lines: 0 changed, 23 unchanged, 0 refused.\n"
