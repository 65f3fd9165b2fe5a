"""manage.py import_shares FILE|- [--format --dry-run --start-line --resume --batch-size --as USER --json]"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from libraries.management import importing
from libraries.models import Event, Library, Share
from libraries.rules.levels import Level
from libraries.sharing import grants
from libraries.sharing.bulk import share_across
from tests.factories import make_user

HEADER = "library,principal,level,expires_at,note\n"
MENDED = "Correct the lines listed above and import them again."


@pytest.fixture
def imported(world, tmp_path):
    """Import a file of such content; what it wrote to stdout and stderr, and the sentence that it failed with."""

    def call(content: str | bytes, *arguments: str, name: str = "shares.csv") -> tuple[str, list[str], str | None]:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("import_shares", str(path), *arguments, stdout=out, stderr=err)
        except CommandError as refusal:
            assert refusal.returncode == 1
            return out.getvalue(), err.getvalue().splitlines(), str(refusal)
        return out.getvalue(), err.getvalue().splitlines(), None

    return call


def refused(imported: Any, content: str | bytes, **options: Any) -> list[str]:
    """What is said of the lines that are refused."""
    _, err, sentence = imported(content, "--verbosity", "0", **options)
    assert sentence == MENDED
    return err


def levels(library: Library) -> dict[str, int]:
    return {share.principal_name: share.level for share in library.shares.with_principals()}


def test_it_shares_as_the_lines_say(imported, erin, handbook, roadmap, new_events):
    content = HEADER + (
        "handbook,erin,EDITOR,2090-01-31T12:30:00Z,for the audit\n"
        "roadmap,team:engineering,reader,,\n"
        "handbook,team:interns,1,,\n"
        "handbook,org:acme,,,\n"
        "press-kit,everyone,READER,,\n"
    )
    assert imported(content) == ("5 lines: 4 changed, 1 unchanged, 0 refused.\n", ["Done up to line 6."], None)
    assert levels(handbook) == {"alice": 3, "team:engineering": 2, "team:interns": 1, "erin": 2}
    assert levels(roadmap)["team:engineering"] == 1
    share = handbook.shares.get(user=erin)
    assert (share.expires_at.isoformat(), share.note) == ("2090-01-31T12:30:00+00:00", "for the audit")
    assert new_events() == [
        ("share.created", "erin", None, 2),
        ("share.created", "team:engineering", None, 1),
        ("share.changed", "team:interns", 0, 1),
        ("share.revoked", "org:acme", 1, None),
    ]
    assert list(grants.discrepancies()) == []


def test_run_again_it_changes_nothing_and_records_nothing_r11(imported, new_events):
    content = HEADER + "handbook,erin,EDITOR,2090-01-31,x\nhandbook,org:acme,,,\nroadmap,dave,NONE,,\n"
    imported(content)
    before = new_events()
    assert imported(content)[0] == "3 lines: 0 changed, 3 unchanged, 0 refused.\n"
    assert new_events() == before


def test_a_later_line_finds_what_an_earlier_one_left(imported, handbook, new_events):
    """Whether they are in one batch or not, and whichever name of the library they use."""
    content = HEADER + (
        f"handbook,erin,READER,,\n{handbook.pk},erin,EDITOR,,\n{handbook.object_id},erin,,,\nhandbook,erin,NONE,,\n"
    )
    expected = [
        ("share.created", "erin", None, 1),
        ("share.changed", "erin", 1, 2),
        ("share.revoked", "erin", 2, None),
        ("share.created", "erin", None, 0),
    ]
    count = handbook.shares.count()
    for size in ("5000", "1"):
        assert imported(content, "--batch-size", size)[0] == "4 lines: 4 changed, 0 unchanged, 0 refused.\n"
        assert new_events()[-4:] == expected
        assert Library.objects.get(pk=handbook.pk).share_count == handbook.shares.count() == count + 1
        assert list(grants.discrepancies()) == []
        imported(HEADER + "handbook,erin,,,\n")


def test_every_refused_line_is_named_and_the_rest_is_done(imported, handbook):
    """R3, R5, R8, R9"""
    content = HEADER + (
        "handbook,erin,READER,,\n"
        "handbook,nobody,READER,,\n"
        "nowhere,erin,READER,,\n"
        "handbook,bob,OWNER,,\n"
        "handbook,alice,READER,,\n"
        "handbook,team:research,READER,,\n"
        "lab-notes,alice,READER,,\n"
        "handbook,bob,BOSS,,\n"
        "handbook,bob,READER,yesterday,\n"
        "handbook,bob,READER,2020-01-01,\n"
        "handbook,bob\n"
        f"handbook,bob,READER,,{'x' * 501}\n"
        "\n"
        "handbook,frank,READER,,\n"
    )
    climbing = (
        "Only an owner may give, change or take away ownership. An administrator transfers the library instead. (R5)"
    )
    assert refused(imported, content) == [
        "line 3: No user, team or organization “nobody” can be given access to this library. (R8)",
        "line 4: There is no such library. (R9)",
        f"line 5: {climbing}",
        f"line 6: {climbing}",
        "line 7: No user, team or organization “team:research” can be given access to this library. (R8)",
        "line 8: No user, team or organization “alice” can be given access to this library. (R8)",
        "line 9: 'BOSS' is not one of NONE, READER, EDITOR, OWNER, or 0 to 3.",
        "line 10: 'yesterday' is not a date such as 2030-01-31 or 2030-01-31T12:00:00Z.",
        "line 11: The expiry date is in the past. (R3)",
        "line 12: There are 2 values, and the header names 5.",
        "line 13: A note can have at most 500 characters.",
    ]
    assert levels(handbook).keys() == {"alice", "org:acme", "team:engineering", "team:interns", "erin", "frank"}


def test_it_says_what_it_did_for_programs(world, tmp_path):
    path = tmp_path / "shares.csv"
    path.write_text(HEADER + "handbook,erin,READER,,\nhandbook,org:acme,READER,,\nhandbook,nobody,READER,,\n")
    said = {"dryRun": False, "lines": 3, "changed": 1, "unchanged": 1, "refused": 1}
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_shares", str(path), "--json", stdout=out, stderr=io.StringIO())
    assert json.loads(out.getvalue()) == said


def test_what_a_file_does_not_have_stays_as_it_is(imported, erin, handbook):
    imported(HEADER + "handbook,erin,READER,2090-01-31,for the audit\n")
    imported("principal,level,library\nerin,EDITOR,handbook\n")
    share = handbook.shares.get(user=erin)
    assert (share.level, share.expires_at.year, share.note) == (Level.EDITOR, 2090, "for the audit")
    imported(HEADER + "handbook,erin,EDITOR,,\n")
    share = handbook.shares.get(user=erin)
    assert (share.level, share.expires_at, share.note) == (Level.EDITOR, None, "")


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("", "The header lacks: library, principal, level."),
        ("library,principal", "The header lacks: level."),
        (
            "library,principal,level,expires",
            "The header names what is no column here: expires (do you mean expires_at?).",
        ),
        (
            "library,principle,level,x",
            "The header names what is no column here: principle (do you mean principal?), x.",
        ),
        ("library,principal,level,,note", "The header names what is no column here: a column without a name."),
        ("library,principal,level,Level ", "The header names twice: level."),
        ("handbook,erin,READER,,", "The header names what is no column here: handbook, erin, READER."),
    ],
)
def test_a_header_that_says_something_else_is_refused_before_anything(imported, header, sentence):
    columns = "The columns are library, principal, level, expires_at, note; the last two may lack."
    assert imported(f"{header}\nhandbook,erin,READER\n") == ("", [], f"{sentence} {columns}")
    assert not Share.objects.filter(user__username="erin", library__natural_id="handbook").exists()


class TestWhatCannotBeRead:
    """A quote that never closes: nothing that follows is guessed at."""

    CONTENT = (
        HEADER + 'handbook,erin,READER,,\nhandbook,bob,READER,,"for the audit”\nhandbook,dave,NONE,,\n'
        'handbook,carol,READER,,"a note"\n'
    )
    REASON = (
        "line 3: The quote that opens here is never closed, or by one that does not end its value. "
        "Nothing from here on is read."
    )

    def test_it_is_refused_and_the_summary_says_from_where(self, imported, handbook):
        out, err, sentence = imported(self.CONTENT, "-v0")
        assert out == "2 lines: 1 changed, 0 unchanged, 1 refused. Nothing was read from line 3 on.\n"
        assert (err, sentence) == ([self.REASON], MENDED)
        assert "erin" in levels(handbook)
        assert not levels(handbook).keys() & {"bob", "dave", "carol"}

    def test_programs_are_told_too(self, imported):
        document = json.loads(imported(self.CONTENT, "--json", "--dry-run")[0])
        assert document == {"dryRun": True, "lines": 2, "changed": 1, "unchanged": 0, "refused": 1, "unreadFrom": 3}

    def test_whoever_goes_on_behind_it_is_told(self, imported):
        out, err, sentence = imported(self.CONTENT, "--start-line", "4", "-v0")
        assert out == "1 lines: 0 changed, 0 unchanged, 1 refused. Nothing was read from line 3 on.\n"
        assert (err, sentence) == ([self.REASON], MENDED)

    def test_mended_it_is_gone_on_from_there(self, imported, handbook):
        imported(self.CONTENT)
        mended = self.CONTENT.replace("”", '"')
        assert imported(mended, "--start-line", "3")[0] == "3 lines: 3 changed, 0 unchanged, 0 refused.\n"


def test_a_principal_goes_by_email_too(imported, handbook, roadmap, new_events):
    content = HEADER + (
        "handbook,Erin@globex.example,READER,,\n"
        "handbook,team:INTERNS@acme.example,READER,,\n"
        "roadmap,team:engineering@acme.example,READER,,\n"
        "handbook,erin,EDITOR,,\n"
        "handbook,nobody@acme.example,READER,,\n"
    )
    _, err, _ = imported(content, "-v0")
    assert [line.replace("No user, team or organization ", "").split(" can be")[0] for line in err] == [
        "line 3: “team:INTERNS@acme.example”",
        "line 6: “nobody@acme.example”",
    ]
    assert (levels(handbook)["erin"], levels(roadmap)["team:engineering"]) == (2, 1)
    assert [event[1] for event in new_events()] == ["erin", "team:engineering", "erin"]


def test_what_a_terminal_might_obey_is_shown_as_an_escape(imported):
    content = HEADER + "handbook,\x1b]0;x\x07\x1b[2J\u202eevil,READER,,\nhandbook,bob,\x9bBOSS,,\n"
    first, second = refused(imported, content)
    assert first.startswith(r"line 2: No user, team or organization “\x1b]0;x\x07\x1b[2J\u202eevil” can")
    assert second.startswith(r"line 3: '\x9bBOSS' is not one of")
    assert imported("library,principal,level,\x1b[2J\n")[2].startswith(
        r"The header names what is no column here: \x1b[2J."
    )


class TestJsonLines:
    def test_it_is_read_too(self, imported, erin, handbook):
        content = (
            '{"library": "handbook", "principal": "erin", "level": 2, "expires_at": null, "note": "ünï \\ud83c\\udf89"}\n'
            "\n"
            '{"library": "handbook", "principal": "org:acme", "level": null}\n'
            '{"library": "roadmap", "principal": "dave", "level": "none"}\n'
        )
        assert imported(content, name="shares.jsonl")[0] == "3 lines: 3 changed, 0 unchanged, 0 refused.\n"
        assert handbook.shares.get(user=erin).note == "ünï 🎉"
        assert "org:acme" not in levels(handbook)

    def test_a_line_that_is_something_else_is_refused(self, imported):
        content = (
            "{\n"
            "[]\n"
            '{"library": "handbook"}\n'
            '{"library": "handbook", "principal": "erin", "level": true}\n'
            '{"library": "handbook", "principal": null, "level": 1, "note": 5}\n'
            '{"library": "handbook", "principal": "erin", "level": 1, "expires": ""}\n'
            '{"library": "handbook", "principal": "erin", "level": 7}\n' + "[" * 100_000 + "\n"
        )
        assert [line.partition(": ")[2][:36] for line in refused(imported, content, name="shares.jsonl")] == [
            "This is not JSON: Expecting property",
            "This is not a JSON object.",
            "There is no principal, level.",
            "Not a text: level.",
            "Not a text: principal, note.",
            "There is no such column: expires (do",
            "'7' is not one of NONE, READER, EDIT",
            "This is not JSON: maximum recursion ",
        ]


def test_odd_bytes_spoil_their_own_line_alone(imported, handbook):
    content = HEADER.encode() + (
        b"handbook,\xff\xfe,READER,,\nhandbook,a\x00b,READER,,\n\xff,erin,READER,,\n"
        b"handbook,erin,\xff,,\nhandbook,erin,READER,,a\x00b\nhandbook,frank,READER,,\n"
    )
    err = refused(imported, content)
    assert [line.split(": ")[0] for line in err] == [f"line {number}" for number in (2, 3, 4, 5, 6)]
    assert "frank" in levels(handbook)


def test_a_byte_order_mark_and_other_line_ends_are_taken(imported, handbook):
    content = "\ufeff" + (HEADER + 'handbook,erin,READER,,"two\nlines"\nhandbook,nobody,READER,,\n').replace(
        "\n", "\r\n"
    )
    assert refused(imported, content) == [
        "line 4: No user, team or organization “nobody” can be given access to this library. (R8)"
    ]
    assert "erin" in levels(handbook)


def test_a_dry_run_says_the_same_and_changes_nothing(imported, handbook, new_events):
    content = HEADER + "handbook,erin,READER,,\nhandbook,nobody,READER,,\nhandbook,org:acme,READER,,\n"
    before = levels(handbook)
    foretold = imported(content, "--dry-run")
    assert (levels(handbook), new_events()) == (before, [])
    done = imported(content)
    assert foretold[0] == "3 lines: 1 would be changed, 1 unchanged, 1 refused.\n"
    assert foretold[0].replace("would be ", "") == done[0]
    assert foretold[1:] == done[1:]


def test_it_acts_as_the_user_that_is_named(imported, carol, roadmap):
    """R5, R7, R9"""
    content = HEADER + "handbook,frank,READER,,\nroadmap,frank,READER,,\nroadmap,carol,,,\nlab-notes,bob,READER,,\n"
    _, err, _ = imported(content, "--as", "carol", "-v0")
    assert err == [
        "line 2: You may not share this library. Ask an owner of it. (R4)",
        "line 3: You may not share this library. Ask an owner of it. (R4)",
        "line 5: There is no such library. (R9)",
    ]
    assert "carol" not in levels(roadmap)
    assert Event.objects.latest("pk").actor == "carol"
    assert imported(content, "--as", "nobody")[2] == "There is no user “nobody”."


def test_its_changes_say_that_a_command_made_them_r11(imported):
    imported(HEADER + "handbook,erin,READER,,\n")
    event = Event.objects.latest("pk")
    assert (event.via, event.actor, event.actor_id, event.library) == ("command", "", None, "handbook")


class TestPipe:
    @pytest.fixture
    def piped(self, monkeypatch):
        def send(content: str) -> None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))

        return send

    def test_it_is_read(self, run, piped, handbook):
        piped(HEADER + "handbook,erin,READER,,\n")
        assert run("import_shares", "-").out == "1 lines: 1 changed, 0 unchanged, 0 refused.\n"
        piped('{"library": "handbook", "principal": "erin", "level": 2}\n')
        assert run("import_shares", "-", "--format", "jsonl").out == "1 lines: 1 changed, 0 unchanged, 0 refused.\n"
        assert levels(handbook)["erin"] == 2

    def test_there_is_no_place_in_it_to_come_back_to(self, refusal_of):
        sentence = "A pipe cannot be resumed: use --start-line."
        assert refusal_of("import_shares", "-", "--resume") == sentence


class TestBatches:
    CONTENT = HEADER + "".join(f"handbook,{name},READER,,\n" for name in ("bob", "carol", "dave", "erin", "frank"))

    @pytest.fixture
    def stopped_at_the_third(self, monkeypatch):
        """The database fails at the third batch."""
        done: list[int] = []
        share = share_across

        def fail(**options: Any) -> Any:
            done.append(len(options["items"]))
            if len(done) == 3:
                raise DatabaseError("gone")
            return share(**options)

        monkeypatch.setattr(importing, "share_across", fail)
        return done

    def test_each_is_done_as_it_goes_and_what_stops_it_says_where_to_go_on(
        self, imported, handbook, stopped_at_the_third
    ):
        out, err, sentence = imported(self.CONTENT, "--batch-size", "2")
        assert (out, err) == ("", ["Done up to line 3.", "Done up to line 5."])
        assert sentence == "The database failed: gone. Continue with --start-line 6."
        assert levels(handbook).keys() >= {"bob", "carol", "dave", "erin"}
        assert "frank" not in levels(handbook)

        assert imported(self.CONTENT, "--start-line", "6")[0] == "1 lines: 1 changed, 0 unchanged, 0 refused.\n"
        assert "frank" in levels(handbook)

    def test_it_resumes_by_itself_where_it_kept_the_place(self, imported, tmp_path, stopped_at_the_third):
        kept = tmp_path / "shares.csv.resume"
        imported(self.CONTENT, "--batch-size", "2", "--resume")
        assert kept.read_text() == "6\n"
        assert imported(self.CONTENT, "--resume")[0] == "1 lines: 1 changed, 0 unchanged, 0 refused.\n"
        assert not kept.exists()
        assert imported(self.CONTENT, "--resume")[0] == "5 lines: 0 changed, 5 unchanged, 0 refused.\n"

    def test_a_dry_run_moves_no_place(self, imported, tmp_path, stopped_at_the_third):
        imported(self.CONTENT, "--batch-size", "2", "--resume", "--dry-run")
        assert [path.name for path in tmp_path.iterdir()] == ["shares.csv"]

    def test_a_place_that_is_none_is_said(self, imported, tmp_path):
        kept = tmp_path / "shares.csv.resume"
        kept.write_text("here")
        sentence = f"{kept} does not contain a line number: delete it to start again."
        assert imported(self.CONTENT, "--resume")[2] == sentence

    def test_stopped_by_hand_it_says_where_to_go_on(self, imported, monkeypatch):
        def stop(**options: Any) -> Any:
            raise KeyboardInterrupt

        monkeypatch.setattr(importing, "share_across", stop)
        assert imported(self.CONTENT)[2] == "Stopped. Continue with --start-line 1."


class TestTerminal:
    @pytest.fixture
    def terminal(self):
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        return Terminal()

    def test_it_shows_a_bar_there_and_nowhere_else(self, world, tmp_path, terminal):
        path = tmp_path / "shares.csv"
        path.write_text(HEADER + "handbook,erin,READER,,\nhandbook,[bold]nobody,READER,,\n")
        elsewhere, silent = io.StringIO(), terminal.__class__()
        for err, verbosity in ((terminal, 1), (elsewhere, 1), (silent, 0)):
            with pytest.raises(CommandError):
                call_command("import_shares", str(path), stdout=io.StringIO(), stderr=err, verbosity=verbosity)
        assert "Importing" in terminal.getvalue()
        assert "100%" in terminal.getvalue()
        refusal = "line 3: No user, team or organization “[bold]nobody” can be given access to this library. (R8)\n"
        assert refusal in terminal.getvalue()
        assert elsewhere.getvalue() == f"{refusal}Done up to line 3.\n"
        assert "Importing" not in silent.getvalue()


@pytest.mark.parametrize(
    "arguments", [("--start-line", "0"), ("--batch-size", "0"), ("--batch-size", "-1"), ("--start-line", "x")]
)
def test_a_number_that_is_none_is_refused(imported, arguments):
    assert "is not a whole number from 1" in imported(HEADER, *arguments)[2]


def test_a_file_that_is_not_there_is_said(refusal_of, tmp_path):
    path = tmp_path / "nothing.csv"
    assert refusal_of("import_shares", str(path)) == f"{path} cannot be read: No such file or directory."


def test_it_costs_the_same_for_three_and_for_three_hundred(imported, acme, handbook):
    names = [make_user(f"member-{number}", member_of=acme).username for number in range(303)]

    def cost(names: list[str]) -> int:
        lines = "".join(f"{library},{name},READER,,\n" for name in names for library in ("handbook", "press-kit"))
        with CaptureQueriesContext(connection) as captured:
            assert imported(HEADER + lines)[2] is None
        return len(captured)

    assert cost(names[:3]) == cost(names[3:]) <= 20
