"""What libraries are called in commands and in files of shares (R16)."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from libraries.library_lifecycle import create_library
from libraries.models import Event
from libraries.rules.levels import Level
from tests.factories import give, level_of, levels

TOLD = "“handbook” is the name of several libraries: say acme.handbook or globex.handbook. (R16)"
HEADER = "library,principal,level\n"


@pytest.fixture
def other(erin, handbook):
    """globex's handbook, beside acme's."""
    return create_library(name="Handbook", natural_id="handbook", actor=erin)


@pytest.mark.parametrize(
    "command",
    [
        ("share", "handbook", "frank", "READER"),
        ("unshare", "handbook", "frank"),
        ("transfer_library", "handbook", "frank"),
        ("explain_access", "frank", "handbook"),
    ],
    ids=lambda command: command[0],
)
def test_the_operator_says_which(run, refusal_of, other, command):
    give(other, "frank", Level.READER)
    before = levels(other)
    assert refusal_of(*command) == TOLD
    assert levels(other) == before
    assert run(*("globex.handbook" if word == "handbook" else word for word in command)).out


def test_a_user_means_their_own(run, refusal_of, alice, erin, frank, handbook, other):
    run("share", "handbook", "frank", "READER", "--as", "erin")
    assert (level_of(frank, other), level_of(frank, handbook)) == (Level.READER, Level.NONE)
    run("share", "handbook", "frank", "EDITOR", "--as", "alice")
    assert (level_of(frank, other), level_of(frank, handbook)) == (Level.READER, Level.EDITOR)
    assert "There is no library “handbook”." in refusal_of("share", "handbook", "frank", "READER", "--as", "dave")


def test_lines_of_a_file_are_each_their_own_librarys(run, tmp_path, handbook, other):
    """Two of one name in one batch: shares, and the events that tell of them."""
    path = tmp_path / "shares.csv"
    path.write_text(f"{HEADER}acme.handbook,erin,READER\nglobex.handbook,frank,EDITOR\n")
    assert run("import_shares", str(path)).out == "2 lines: 2 changed, 0 unchanged, 0 refused.\n"
    assert (levels(handbook)["erin"], levels(other)["frank"]) == ("READER", "EDITOR")
    events = (
        Event.objects.filter(via="command").order_by("position").values_list("library_id", "organization", "principal")
    )
    assert list(events) == [(handbook.pk, "acme", "erin"), (other.pk, "globex", "frank")]


def test_a_line_that_could_mean_two_is_refused_and_the_others_are_done(run, tmp_path, handbook, other):
    path = tmp_path / "shares.csv"
    path.write_text(f"{HEADER}handbook,erin,READER\nroadmap,erin,READER\nacme.handbook,erin,EDITOR\n")
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError):
        call_command("import_shares", str(path), "--verbosity", "0", stdout=out, stderr=err)
    assert err.getvalue() == f"line 2: {TOLD}\n"
    assert out.getvalue() == "3 lines: 2 changed, 0 unchanged, 1 refused.\n"
    assert levels(handbook)["erin"] == "EDITOR"

    path.write_text(f"{HEADER}handbook,erin,READER\n")
    run("import_shares", str(path), "--as", "alice")
    assert levels(handbook)["erin"] == "READER"


def test_what_is_exported_comes_back_to_the_same_library(run, tmp_path, handbook, other):
    path = str(tmp_path / "shares.csv")
    run("export_shares", path)
    assert run("import_shares", path).out == "12 lines: 0 changed, 12 unchanged, 0 refused.\n"
