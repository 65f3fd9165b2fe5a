"""/admin/libraries/share/export/: the rows of the list as a file, in the columns that an import reads."""

import csv
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from libraries.admin.pages import share_files
from libraries.models import Share
from libraries.rules.levels import Level
from tests.admin.pages import messages
from tests.factories import give, give_to_many, in_days, let_time_pass
from tests.share_files.notes import notes, write_down

EXPORT = "/admin/libraries/share/export/"
CSV, JSON_LINES = "0", "1"


def download(console, query="", kind=CSV):
    return console.client.post(f"{EXPORT}?{query}", {"format": kind, "resource": "0"})


def rows(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_it_holds_what_the_list_shows(console, roadmap):
    give(roadmap, "dave", Level.READER, note="for the audit", expires_at=in_days(3))
    end = str(Share.objects.get(note="for the audit").expires_at).replace(" ", "T")

    response = download(console, "q=roadmap")

    assert response.headers["Content-Disposition"].startswith('attachment; filename="Share-')
    assert rows(response) == [
        {"library": "acme.roadmap", "principal": "dave", "level": "READER", "expires_at": end, "note": "for the audit"},
        {"library": "acme.roadmap", "principal": "team:data-science", "level": "READER", "expires_at": "", "note": ""},
        {"library": "acme.roadmap", "principal": "carol", "level": "EDITOR", "expires_at": "", "note": ""},
        {"library": "acme.roadmap", "principal": "bob", "level": "OWNER", "expires_at": "", "note": ""},
    ]
    lines = download(console, "q=roadmap", JSON_LINES).content.decode().splitlines()
    assert [json.loads(line) for line in lines] == rows(response)


def test_it_follows_the_lists_filters(console):
    assert [row["principal"] for row in rows(download(console, "level__exact=0"))] == ["team:interns"]
    assert len(rows(download(console))) == Share.objects.count()


@pytest.mark.parametrize(
    ("who", "libraries"),
    [("alice", {"acme.handbook", "acme.roadmap", "acme.press-kit"}), ("erin", {"globex.lab-notes"})],
)
def test_an_administrator_gets_their_own(request, console_of, who, libraries):
    console = console_of(request.getfixturevalue(who))

    assert {row["library"] for row in rows(download(console))} == libraries
    for query in (
        "organization=acme" if who == "erin" else "organization=globex",
        "q=lab-notes" if who == "alice" else "q=handbook",
    ):
        assert rows(download(console, query)) == []


@pytest.mark.parametrize("kind", [CSV, JSON_LINES])
def test_a_file_goes_in_again_and_changes_nothing(console, handbook, kind):
    give(handbook, "bob", Level.READER, note="for the audit", expires_at=in_days(3))
    give(handbook, "carol", Level.READER, note="=1+1")
    let_time_pass(days=5)
    file = SimpleUploadedFile("shares", download(console, kind=kind).content)

    preview = console.client.post(
        "/admin/libraries/share/import/", {"format": kind, "resource": "0", "import_file": file}
    )

    assert {row.import_type for row in preview.context["result"].rows} == {"skip"}
    assert "confirm_form" in preview.context


@pytest.mark.parametrize("kind", [CSV, JSON_LINES])
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notes=notes)
def test_every_note_there_can_be_comes_back_as_it_was(console, handbook, kind, notes):
    write_down(handbook, notes)
    file = SimpleUploadedFile("shares", download(console, kind=kind).content)

    preview = console.client.post(
        "/admin/libraries/share/import/", {"format": kind, "resource": "0", "import_file": file}
    )

    assert [row.import_type for row in preview.context["result"].rows] == ["skip"] * 23
    assert "confirm_form" in preview.context


def test_no_note_is_a_formula_to_a_spreadsheet(console, handbook):
    for name, note in (("bob", "=1+1"), ("carol", "'quoted'"), ("dave", "plain")):
        give(handbook, name, Level.READER, note=note)

    notes = {row["principal"]: row["note"] for row in rows(download(console, "q=handbook"))}

    assert (notes["bob"], notes["carol"], notes["dave"]) == ("'=1+1", "''quoted'", "plain")


def test_a_spreadsheet_finds_the_mark_of_utf8_in_it_and_a_program_finds_none(console):
    assert download(console).content.startswith(b"\xef\xbb\xbflibrary,principal,level,expires_at,note\n")
    assert download(console, kind=JSON_LINES).content.startswith(b'{"library"')


def test_what_is_too_much_for_a_file_is_told(console, monkeypatch):
    monkeypatch.setattr(share_files, "EXPORTED", 10)

    refused = console.client.post(EXPORT, {"format": CSV, "resource": "0"}, follow=True)

    told = "A file holds 10 shares at most. Narrow the list by its filters, and export it in parts."
    assert messages(refused) == [told]
    assert len(rows(download(console, "q=roadmap"))) == 3


def test_rows_are_not_named_one_by_one(console, world):
    share = Share.objects.earliest("id")

    response = console.client.post(EXPORT, {"format": CSV, "resource": "0", "export_items": [str(share.pk)]})

    assert response.headers["Content-Type"].startswith("text/html")
    assert "export_items" in response.context["form"].errors


def test_300_rows_cost_as_many_queries_as_3(console, handbook):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            download(console)
        return len(captured)

    few = cost()
    give_to_many(handbook, 300)

    assert cost() == few <= 6
