"""/admin/libraries/share/import/: a file is previewed row by row, then comes in whole or not at all."""

import json
from datetime import UTC, datetime
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from libraries.admin.pages import share_import
from libraries.library_lifecycle import create_library
from libraries.models import Event, Share
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing import grants
from libraries.sharing.share import share_library
from tests.admin.pages import FormReader, messages
from tests.factories import give, make_user

LIST = "/admin/libraries/share/"
UPLOAD = f"{LIST}import/"
CONFIRM = f"{LIST}process_import/"
CSV, JSON_LINES = "0", "1"
R5 = "Only an owner may give, change or take away ownership. An administrator transfers the library instead. (R5)"
R8 = "No user, team or organization “{}” can be given access to this library. Check the name. People from other organizations can be added only where the library's organization shares with anyone. (R8)"
R9 = "There is no such library. Check its natural id. (R9)"


def share_of(library, principal):
    share = named(principal).share_of(library)
    assert share
    return share


def upload(console, content, kind=CSV):
    data = content if isinstance(content, bytes) else content.encode()
    file = SimpleUploadedFile("shares.csv", data, content_type="text/csv")
    response = console.client.post(UPLOAD, {"format": kind, "resource": "0", "import_file": file})
    assert response.status_code == 200
    return response


def table(*rows, header="library,principal,level,expires_at,note"):
    return "\n".join([header, *rows])


def shown(response):
    """The preview: what becomes of each row."""
    return [(row.import_type, row.diff) for row in response.context["result"].rows]


def refused(response):
    """Row number to column to sentence."""
    assert "confirm_form" not in response.context
    return {row.number: {f: told[0] for f, told in row.error_dict.items()} for row in response.context["result"].invalid_rows}  # fmt: skip


def rows_of_table(html):
    """The texts in the cells of the preview's table, as a reader sees them, without style sheet and mouse."""
    body = html.partition('class="import-preview"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    rows = body.split("<tr>")[1:]
    return [[" ".join(unescape(strip_tags(cell)).split()) for cell in row.split("<td>")[1:]] for row in rows]


def confirm(console, preview):
    reader = FormReader()
    reader.feed(preview.content.decode())
    return console.client.post(CONFIRM, reader.values, follow=True)


def test_it_is_previewed_then_done(console, handbook, roadmap):
    preview = upload(
        console,
        table(
            "handbook,bob,EDITOR,2100-01-31T12:00:00Z,for the audit",
            "handbook,team:engineering,reader,,",
            "roadmap,everyone,READER,,",
            "roadmap,carol,EDITOR,,",
        ),
    )

    assert shown(preview) == [
        ("new", ["handbook", "bob", "no share", "EDITOR until 2100-01-31 12:00:00 UTC (for the audit)"]),
        ("update", ["handbook", "team:engineering", "EDITOR", "READER"]),
        ("new", ["roadmap", "everyone", "no share", "READER"]),
        ("skip", None),
    ]
    assert "for the audit" in preview.content.decode()
    assert named("bob").share_of(handbook) is None
    assert not Event.objects.filter(via="admin").exists()

    done = confirm(console, preview)

    assert done.redirect_chain == [(LIST, 302)]
    assert messages(done) == ["Import finished: 2 new, 1 updated, 0 deleted and 1 skipped shares."]
    share = share_of(handbook, "bob")
    assert (share.level, str(share.expires_at), share.note) == (2, "2100-01-31 12:00:00+00:00", "for the audit")
    events = Event.objects.filter(via="admin").order_by("position").values_list("actor", "action", "principal")
    assert list(events) == [
        ("admin", "share.created", "bob"),
        ("admin", "share.changed", "team:engineering"),
        ("admin", "share.created", "everyone"),
    ]
    assert list(grants.discrepancies()) == []


def test_what_is_refused_stands_by_its_row_and_column_and_keeps_all_out(console, lab_notes):
    before = list(Share.objects.values())
    preview = upload(
        console,
        table(
            "handbook,bob,READER,,",
            "handbook,nobody,READER,,",
            "nothing,bob,READER,,",
            "handbook,carol,OWNER,,",
            "lab-notes,alice,READER,,",
            "handbook,dave,READER,2001-01-01T00:00:00Z,",
            f"handbook,dave,READER,,{'x' * 501}",
            "handbook,dave,CHIEF,,",
            "handbook,dave,READER,tomorrow,",
            "handbook,dave,READER,2100-99-31T12:00:00Z,",
            ",,,,",
            "handbook,dave",
            "handbook,,READER,,",
        ),
    )

    assert refused(preview) == {
        2: {"principal": R8.format("nobody")},
        3: {"library": R9},
        4: {"level": R5},
        5: {"principal": R8.format("alice")},
        6: {"expires_at": "The expiry date is in the past. Enter another date, or leave it empty. (R3)"},
        7: {"note": "A note can have at most 500 characters."},
        8: {"level": "'CHIEF' is not one of NONE, READER, EDITOR, OWNER, or 0 to 3."},
        9: {"expires_at": "'tomorrow' is not a date such as 2030-01-31 or 2030-01-31T12:00:00Z."},
        10: {"expires_at": "'2100-99-31T12:00:00Z' is not a date such as 2030-01-31 or 2030-01-31T12:00:00Z."},
        11: {"__all__": "There are 2 values, and the header names 5."},
        12: {"principal": "There is no principal."},
    }
    html = preview.content.decode()
    told = rows_of_table(html)
    assert told[:2] == [
        ["3", "handbook", "nobody", R8.format("nobody")],
        ["4", "nothing", "bob", R9],
    ]
    assert told[-2:] == [
        ["13", "", "", "There are 2 values, and the header names 5."],
        ["14", "", "", "There is no principal."],
    ]
    assert CONFIRM not in html
    assert list(Share.objects.values()) == before


def test_a_file_without_end_and_note_leaves_them(console, handbook):
    give(
        handbook,
        "bob",
        Level.READER,
        note="for the audit",
        expires_at=datetime(2100, 1, 31, 12, tzinfo=UTC),
    )

    confirm(console, upload(console, table("handbook,bob,EDITOR", header="library,principal,level")))

    share = share_of(handbook, "bob")
    assert (share.level, share.note, str(share.expires_at)) == (2, "for the audit", "2100-01-31 12:00:00+00:00")


def test_json_lines_come_in_too(console, handbook):
    row = {"library": "handbook", "principal": "bob", "level": "EDITOR", "expires_at": None, "note": "7"}

    confirm(console, upload(console, json.dumps(row), JSON_LINES))

    assert (share_of(handbook, "bob").level, share_of(handbook, "bob").note) == (2, "7")


def test_an_empty_level_takes_the_share_away(console, handbook):
    preview = upload(console, table("handbook,org:acme,,,", "handbook,bob,,,"))

    assert shown(preview) == [("delete", ["handbook", "org:acme", "READER", "no share"]), ("skip", None)]

    done = confirm(console, preview)

    assert messages(done) == ["Import finished: 0 new, 0 updated, 1 deleted and 1 skipped shares."]
    assert named("org:acme").share_of(handbook) is None


def test_it_reads_what_the_command_reads(console, handbook):
    """Other separators and encodings, columns and levels in any case, any name of the library, a date as an end."""
    content = (
        f"sep=;\r\nPrincipal;LIBRARY; Level;Expires_At;;\r\n bob ;{handbook.pk};2;2100-01-31;;\r\n;;;;;\r\n"
        f"dave;{handbook.object_id};Reader;2100-01-31 12:00;;\r\n"
    )

    confirm(console, upload(console, content.encode("utf-16")))

    ends = [(share_of(handbook, name).level, str(share_of(handbook, name).expires_at)) for name in ("bob", "dave")]
    assert ends == [(2, "2100-01-31 23:59:59+00:00"), (1, "2100-01-31 12:00:00+00:00")]


def test_an_email_names_a_user_and_the_preview_does_not_tell_whom(console, handbook, bob):
    preview = upload(console, table("handbook,Bob@acme.example,EDITOR,,"))

    assert shown(preview) == [("new", ["handbook", "Bob@acme.example", "no share", "EDITOR"])]

    confirm(console, preview)

    assert share_of(handbook, "bob").level == Level.EDITOR


def test_what_follows_a_quote_that_never_closes_is_not_guessed_at(console):
    preview = upload(
        console, table("handbook,bob,READER,,", 'handbook,dave,READER,,"for the audit”', "handbook,carol,NONE,,")
    )

    assert [row[0] for row in rows_of_table(preview.content.decode())] == ["3"]
    assert "Nothing from here on is read." in preview.content.decode()
    assert CONFIRM not in preview.content.decode()


def test_what_the_file_says_is_text_on_the_page(console):
    html = upload(console, table("<b>x</b>,<script>alert(1)</script>,READER,,")).content.decode()

    assert "<script>alert" not in html
    assert rows_of_table(html)[0][:3] == ["2", "<b>x</b>", "<script>alert(1)</script>"]


def test_what_the_rules_refuse_after_the_preview_keeps_all_out(console, handbook, alice, bob):
    preview = upload(console, table("handbook,bob,EDITOR,,", "handbook,carol,EDITOR,,"))
    bob.is_active = False
    bob.save()

    done = confirm(console, preview)

    told = "Nothing was imported: 1 rows are refused since the preview. Upload the file again to see why."
    assert messages(done) == [told]
    assert named("carol").share_of(handbook) is None


def test_an_administrator_imports_into_their_own_libraries_alone(console_of, alice, erin, lab_notes, handbook):
    share_library(library=handbook, principal=named("erin"), level=Level.EDITOR, actor=alice)
    type(handbook).objects.filter(pk=handbook.pk).update(editors_can_share=True)

    foreign = upload(console_of(erin), table("handbook,frank,READER,,", "lab-notes,frank,READER,,"))

    assert refused(foreign) == {1: {"library": R9}}

    own = console_of(erin)
    confirm(own, upload(own, table("lab-notes,frank,READER,,")))

    assert Event.objects.get(via="admin").actor == "erin"
    assert share_of(lab_notes, "frank").level == Level.READER


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", CSV), (b"\xff\xfe\x00", CSV), (b"a,b\n1,2,3\n", CSV), (b"library,principal,level\nhand\x00book,bob,1", CSV), (b"[1, 2]", JSON_LINES),
        (b"{}", JSON_LINES), (b"[[1, 2], [3, 4]]", JSON_LINES), (b"nonsense", JSON_LINES), (b'[{"library": {"a": 1}, "principal": [], "level": "READER"}]', JSON_LINES),
        (b'[{"library": "a\\u0000", "principal": "\\u0000", "level": "\\ud800"}]', JSON_LINES), (b"x" * 2_000_000, CSV), (b"a", "99"), (b"a", ""),
        (b"library,principal\nhandbook,bob", CSV), ("library,principal,level\nhandbook,bób\u2028,READER".encode(), CSV),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_told_so(console, content, kind):
    before = list(Share.objects.values())

    response = upload(console, content, kind)

    assert "confirm_form" not in response.context
    assert b"errorlist" in response.content or b"validation-error" in response.content
    assert b"Traceback" not in response.content
    assert list(Share.objects.values()) == before


def test_missing_columns_and_too_many_rows_are_told(console, monkeypatch):
    monkeypatch.setattr(share_import, "ROWS", 1)
    lacking = upload(console, table("handbook,bob", header="library,principal"))
    long = upload(console, table("handbook,bob,READER,,", "handbook,carol,READER,,"))

    assert "The header lacks: level. The columns are library, principal, level," in lacking.content.decode()
    assert "The file has more than 1 rows. Split it into several." in long.content.decode()


@pytest.mark.parametrize(
    "values",
    [
        {"import_file_name": "shares.csv", "format": "0"},
        {"import_file_name": "../../etc/passwd", "format": "0"},
        {"import_file_name": ".eJxT:1:2", "format": "0"},
        {"format": "9"},
        {"format": "x"},
        {"resource": "9"},
    ],
)
def test_nothing_but_what_was_previewed_is_imported(console, handbook, values):
    reader = FormReader()
    reader.feed(upload(console, table("handbook,bob,EDITOR,,")).content.decode())

    done = console.client.post(CONFIRM, {**reader.values, **values}, follow=True)

    assert messages(done) == ["The preview is too old, or not from here. Upload the file again."]
    assert named("bob").share_of(handbook) is None


def test_300_rows_cost_as_many_queries_as_3(console, acme):
    def cost(names):
        preview = upload(console, table(*(f"handbook,{name},READER,," for name in names)))
        with CaptureQueriesContext(connection) as captured:
            assert messages(confirm(console, preview))[0].startswith(f"Import finished: {len(names)} new")
        return len(captured)

    names = [make_user(f"newcomer-{number}").username for number in range(303)]
    assert cost(names[:3]) == cost(names[3:])


def test_its_pages_hold_under_the_strict_policy(console, handbook):
    pages = [
        console.get(UPLOAD),
        upload(console, table("handbook,bob,READER,,")),
        upload(console, table("x,bob,READER,,")),
        console.get(f"{LIST}export/"),
    ]
    for response in pages:
        html = response.content.decode()
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        for inline in ("<style", " style=", " onclick=", " onchange=", "<script>", '<script type="text/javascript">'):
            assert inline not in html, inline


def test_a_name_of_several_is_refused_and_the_whole_name_is_right_r16(console, erin, handbook):
    other = create_library(name="Handbook", natural_id="handbook", actor=erin)
    told = "“handbook” is the name of several libraries: say acme.handbook or globex.handbook. (R16)"
    assert refused(upload(console, table("handbook,frank,READER,,"))) == {1: {"library": told}}

    preview = upload(console, table("globex.handbook,frank,READER,,", "acme.handbook,frank,EDITOR,,"))
    assert [diff[0] for _, diff in shown(preview)] == ["globex.handbook", "acme.handbook"]
    confirm(console, preview)
    assert (share_of(other, "frank").level, share_of(handbook, "frank").level) == (Level.READER, Level.EDITOR)
