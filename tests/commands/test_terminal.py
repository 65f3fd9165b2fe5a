"""What a file or the database holds reaches a terminal as something to read, never as something to obey."""

from __future__ import annotations

import io
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from libraries.management.commands.share import Command as Share
from libraries.management.output import tell_crash
from libraries.models import Library, User
from libraries.rules.levels import Level
from tests.factories import give

EVIL = "b\x1b[2J\x9b31m\u202eob\x07"
SHOWN = r"b\x1b[2J\x9b31m\u202eob\x07"
OBEYED = {chr(code) for code in (*range(32), *range(127, 160))} - {"\n"} | set(
    "\u202a\u202b\u202d\u202e\u2066\u2067\u200f"
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def evil(bob, handbook):
    """Bob, called as nobody can be called from here on, and a share of his own."""
    User.objects.filter(pk=bob.pk).update(username=EVIL)
    Library.objects.filter(pk=handbook.pk).update(name=EVIL)
    give(handbook, EVIL, Level.READER, note=EVIL)
    return EVIL


@pytest.mark.parametrize(
    "command",
    [
        ("share", "handbook", EVIL, "EDITOR"),
        ("unshare", "handbook", EVIL),
        ("explain_access", EVIL, "handbook"),
        ("explain_access", EVIL, "handbook", "--json"),
        ("offboard_member", "acme", EVIL, "--dry-run"),
        ("offboard_member", "acme", EVIL, "--successor", "carol"),
        ("transfer_library", "handbook", EVIL),
        ("export_shares",),
        ("export_events",),
    ],
)
def test_names_are_shown(evil, command):
    out, err = Terminal(), Terminal()
    call_command(*command, stdout=out, stderr=err)
    assert "2J" in out.getvalue()
    assert not OBEYED & set(out.getvalue() + err.getvalue())


def test_so_are_those_in_a_refusal(evil, capsys, monkeypatch):
    monkeypatch.setattr(connections, "close_all", lambda: None)
    with pytest.raises(SystemExit):
        Share().run_from_argv(["manage.py", "share", "nothing" + EVIL, "x", "READER"])
    with pytest.raises(SystemExit):
        Share().run_from_argv(["manage.py", "share", "handbook", f"{EVIL}x", "READER"])
    told = capsys.readouterr().err
    assert SHOWN in told
    assert not OBEYED & set(told)


@pytest.mark.parametrize("err", [Terminal, io.StringIO])
def test_so_is_a_file_that_is_imported(world, tmp_path, err):
    path = tmp_path / "shares.csv"
    path.write_text(
        f'library,principal,level\nhandbook,"{EVIL}",READER\n"{EVIL}",erin,READER\nhandbook,erin,"{EVIL}"\n'
    )
    out, told = Terminal(), err()
    with pytest.raises(CommandError):
        call_command("import_shares", str(path), stdout=out, stderr=told)
    assert SHOWN in told.getvalue()
    assert not {"\x9b", "\u202e", "\x07", "\x1b[2J"} & {*told.getvalue()} and "\x1b[2J" not in told.getvalue()
    with pytest.raises(CommandError) as refused:
        call_command("import_shares", str(path), "--format", "jsonl", stdout=out, stderr=err())
    assert not OBEYED & set(out.getvalue() + str(refused.value))


def test_a_file_that_is_exported_is_what_it_was(evil):
    out = io.StringIO()
    call_command("export_shares", stdout=out)
    assert EVIL in out.getvalue()


def test_a_crash_is_told_alike(monkeypatch):
    err = io.StringIO()
    monkeypatch.setattr(sys, "stderr", err)
    try:
        raise ValueError(EVIL)
    except ValueError as error:
        tell_crash(type(error), error, error.__traceback__)
    assert err.getvalue().startswith("Traceback (most recent call last):\n")
    assert f"ValueError: {SHOWN}" in err.getvalue()
