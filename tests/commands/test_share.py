"""manage.py share LIBRARY PRINCIPAL LEVEL [--expires --note --as USER --json]"""

import pytest

from libraries.models import Event
from libraries.rules.levels import Level
from tests.commands.conftest import ODD_TEXTS
from tests.factories import level_of


def test_it_gives_the_level_and_says_so(run, erin, handbook):
    assert run("share", "handbook", "erin", "READER").out == "erin has READER on handbook.\n"
    assert level_of(erin, handbook) == Level.READER


def test_its_changes_say_that_a_command_made_them_r11(run, alice, handbook):
    run("share", "handbook", "erin", "EDITOR", "--as", "alice")
    event = Event.objects.latest("pk")
    assert (event.action, event.actor, event.via, event.to_level) == ("share.created", "alice", "command", Level.EDITOR)

    run("share", "handbook", "erin", "READER")
    event = Event.objects.latest("pk")
    assert (event.action, event.actor, event.actor_id, event.via) == ("share.changed", "", None, "command")


def test_it_changes_nothing_when_run_again_r11(run, handbook):
    run("share", "handbook", "erin", "READER")
    before = Event.objects.count()
    assert run("share", "handbook", "erin", "READER").out == "erin has READER on handbook.\n"
    assert Event.objects.count() == before


@pytest.mark.parametrize("text", ["EDITOR", "editor", "2"])
def test_a_level_is_named_or_numbered(run, erin, handbook, text):
    run("share", "handbook", "erin", text)
    assert level_of(erin, handbook) == Level.EDITOR


@pytest.mark.parametrize("name", ["pk", "natural_id", "object_id"])
def test_a_library_goes_by_each_of_its_names(run, handbook, name):
    assert "handbook" in run("share", str(getattr(handbook, name)), "erin", "READER").out


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2130-01-31", "2130-01-31T23:59:59+00:00"),
        ("2130-01-31T12:00", "2130-01-31T12:00:00+00:00"),
        ("2130-01-31T12:00:00Z", "2130-01-31T12:00:00+00:00"),
        ("2130-01-31T12:00:00+02:00", "2130-01-31T10:00:00+00:00"),
    ],
)
def test_an_end_is_a_date_or_a_moment_r3(run, handbook, text, moment):
    assert run("share", "handbook", "erin", "READER", "--expires", text).out == (
        f"erin has READER on handbook until {moment}.\n"
    )


def test_it_prints_json_for_programs(run, handbook):
    said = run("share", "handbook", "erin", "READER", "--note", "audit", "--json")
    assert said.document == {
        "libraryId": str(handbook.pk),
        "principalId": "erin",
        "accessLevel": 1,
        "expiresAt": None,
        "created": True,
    }
    assert handbook.shares.get(user__username="erin").note == "audit"
    assert run("share", "handbook", "erin", "EDITOR", "--json").document["created"] is False


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("erin", "OWNER"), "Only an owner may give, change or take away ownership. "
             "An administrator transfers the library instead. (R5)"),
            (("alice", "READER"), "Only an owner may give, change or take away ownership. "
             "An administrator transfers the library instead. (R5)"),
            (("nobody", "READER"), "No user, team or organization “nobody” can be given access to this library. (R8)"),
            (("team:research", "READER"), "No user, team or organization “team:research” can be given access to this library. (R8)"),
            (("erin", "READER", "--expires", "2001-01-01"), "The expiry date is in the past. (R3)"),
            (("erin", "READER", "--note", "x" * 501), "A note can have at most 500 characters."),
            (("erin", "READER", "--as", "bob"), "You may not share this library. Ask an owner of it. (R4)"),
            (("erin", "READER", "--as", "frank"), "There is no such library. (R9)"),
            (("alice", "EDITOR", "--as", "alice"), "Owners cannot change or remove their own access. "
             "Transfer the library instead. (R6)"),
            (("org:acme", "OWNER", "--as", "alice"), "Only a user can be an owner."),
            (("erin", "READER", "--as", "nobody"), "There is no user “nobody”."),
        ],
    )  # fmt: skip
    def test_each_is_a_sentence_with_its_rule(self, refusal_of, handbook, arguments, sentence):
        before = list(handbook.shares.values())
        assert refusal_of("share", "handbook", *arguments) == sentence
        assert list(handbook.shares.values()) == before

    def test_a_library_that_is_not_there_is_named(self, refusal_of):
        assert refusal_of("share", "nothing", "erin", "READER") == (
            "There is no library “nothing”. "
            "Give its UUID, natural id (handbook, or acme.handbook with its organization) or object id."
        )

    @pytest.mark.parametrize("level", ["ADMIN", "4", "-1", "", "2.0", "9" * 5000, "٤"])
    def test_a_level_that_is_none_is_refused_with_the_choices(self, refusal_of, level):
        assert "NONE, READER, EDITOR, OWNER" in refusal_of("share", "--", "handbook", "erin", level)

    @pytest.mark.parametrize(
        "moment", ["never", "", "2030-13-01", "2030-02-30T12:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00+12:00"]
    )
    def test_what_is_no_moment_is_refused_with_an_example(self, refusal_of, moment):
        assert "is not a date such as 2030-01-31" in refusal_of(
            "share", "handbook", "erin", "READER", f"--expires={moment}"
        )


@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_odd_arguments_are_refused_one_by_one(refusal_of, handbook, odd):
    before = list(handbook.shares.values())
    refusal_of("share", "--", odd, "erin", "READER")
    refusal_of("share", "--", "handbook", odd, "READER")
    refusal_of("share", "--", "handbook", "erin", odd)
    refusal_of("share", f"--expires={odd}", "handbook", "erin", "READER")
    if odd:
        refusal_of("share", f"--as={odd}", "handbook", "erin", "READER")
    assert list(handbook.shares.values()) == before


@pytest.mark.parametrize("note", ["a\x00b", "\udcff"])
def test_a_note_that_cannot_be_kept_is_refused(refusal_of, handbook, note):
    assert "cannot be stored" in refusal_of("share", "handbook", "erin", "READER", f"--note={note}")
