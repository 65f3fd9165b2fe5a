"""CSV as people have it: quotes, separators, empty rows, guards against spreadsheets."""

from __future__ import annotations

import csv
import re
from io import StringIO
from pathlib import Path

import pytest
from django.contrib import admin
from hypothesis import example, given
from hypothesis import strategies as st
from import_export.admin import ExportMixin

import libraries
from libraries.admin.pages.share_formats import CSV, JSONLines
from libraries.models import User
from libraries.rules.levels import Level
from libraries.share_files.columns import BadLine, FileRefused
from libraries.share_files.csv_dialect import GUARDED, NOT_CLOSED, STRAY_QUOTE, guarded, unguarded
from libraries.sharing.rules import KEEP
from tests.factories import give
from tests.share_files.reading import HEADER, lines_of, notes, told

END = "Nothing from here on is read."


class TestQuotes:
    @pytest.mark.parametrize(
        "rest",
        [
            "handbook,dave,NONE,,\n" * 3,  # to the end of the file
            'handbook,dave,NONE,,\nhandbook,carol,READER,,"a note"\n',  # closed by a later line's
            'handbook,dave,NONE,,"x"\nhandbook,carol,READER,,\n',
            "handbook,dave,NONE,,\n" * 20_000,  # longer than a value can be
            "",
        ],
    )
    def test_one_that_never_closes_is_refused_where_it_opens_and_ends_the_reading(self, rest):
        content = f'{HEADER}handbook,bob,READER,,\nhandbook,erin,READER,,"for the audit”\n{rest}'
        first, last = lines_of(content)
        assert first.number == 2
        assert last == BadLine(3, f"{NOT_CLOSED} {END}", unread_from=3)

    def test_it_is_found_behind_values_of_several_lines(self):
        """Named where it opens; the line that it belongs to begins before, and is not read either."""
        content = f'{HEADER}"hand\nbook",bob,"READER\r\n",,"open\nhandbook,x,NONE,,\n'
        assert lines_of(content) == [BadLine(4, f"{NOT_CLOSED} {END}", unread_from=2)]

    def test_a_stray_one_does_not_hide_it(self):
        content = f'{HEADER}handbook,b"ob,READER,,"open\nhandbook,dave,NONE,,\n'
        assert lines_of(content) == [BadLine(2, f"{STRAY_QUOTE} {END}", unread_from=2)]

    def test_one_within_a_value_spoils_its_own_line_alone(self):
        content = f'{HEADER}handbook,bob,READER,,5" wide\nhandbook,bob,READER,, "x"\nhandbook,erin,READER,,\n'
        assert told(content)[:2] == [(2, STRAY_QUOTE), (3, STRAY_QUOTE)]
        assert told(content)[2][:3] == (4, "handbook", "erin")

    def test_what_the_standard_reads_is_read(self):
        content = f'{HEADER}"handbook","bob","READER","","two\r\nlines, ""quoted"""\r\nhandbook,dave,NONE,,""\r\n'
        assert told(content) == [
            (2, "handbook", "bob", ("READER", None, 'two\r\nlines, "quoted"')),
            (4, "handbook", "dave", ("NONE", None, "")),
        ]

    def test_a_value_too_long_for_one_spoils_its_own_line_alone(self):
        content = f"{HEADER}handbook,{'x' * 200_000},READER,,\nhandbook,erin,READER,,\n"
        assert told(content)[0] == (2, "This is not CSV: field larger than field limit (131072).")
        assert told(content)[1][:3] == (3, "handbook", "erin")

    @given(st.lists(st.text('",;\t\r\n x', max_size=8), min_size=5, max_size=5))
    def test_whatever_is_quoted_as_the_standard_says_is_one_line(self, cells):
        """And whatever follows is read."""
        target = StringIO()
        csv.writer(target, quoting=csv.QUOTE_ALL).writerow(["x", *cells[1:]])
        lines = lines_of(f"{HEADER}{target.getvalue()}handbook,erin,READER,,\n")
        assert len(lines) == 2
        assert all(not isinstance(line, BadLine) or line.unread_from == 0 for line in lines)


class TestHeader:
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_its_separator_is_recognised(self, separator):
        content = f'{HEADER}handbook,bob,READER,,"a note"\n'.replace(",", separator)
        assert told(content) == [(2, "handbook", "bob", ("READER", None, "a note"))]

    @pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;;", "sep=|"])
    def test_a_first_line_may_name_it(self, first):
        separator = "|" if "|" in first else ";"
        content = f"{first}\r\n{HEADER}handbook,bob,READER,,x\n".replace(",", separator)
        assert told(content) == [(3, "handbook", "bob", ("READER", None, "x"))]

    def test_names_are_the_same_in_any_case_and_with_spaces(self):
        content = ' LEVEL ;"Library";Principal ;Expires_At\nREADER;handbook;bob;\n'
        assert told(content) == [(2, "handbook", "bob", ("READER", None, KEEP))]

    @pytest.mark.parametrize(
        ("header", "reason"),
        [
            ("library,principal,level,expires", "names what is no column here: expires (do you mean expires_at?)."),
            ("library,pricipal,lvel", "names what is no column here: pricipal (do you mean principal?), lvel (do you mean"),
            ("library,principal,level,colour", "names what is no column here: colour."),
            ("library,principal,level,note,Note ", "names twice: note."),
            ("library,principal", "lacks: level."),
            ('library,principal,"level', "is not CSV: unexpected end of data."),
            ("x" * 500, f"names what is no column here: {'x' * 60}…."),
        ],
    )  # fmt: skip
    def test_one_of_something_else_is_refused(self, header, reason):
        with pytest.raises(FileRefused) as refusal:
            lines_of(f"{header}\nhandbook,bob,READER,,\n")
        assert str(refusal.value).startswith(f"The header {reason}")

    def test_an_empty_file_has_none(self):
        with pytest.raises(FileRefused, match="The header lacks: library, principal, level"):
            lines_of("")


def test_empty_rows_and_last_columns_as_spreadsheets_write_them_are_left_out():
    content = (
        "library,principal,level,note,,\n"
        "handbook,bob,READER,x,,\n"
        ",,,,,\n"
        "\n"
        " \n"
        ",,\n"
        "handbook,erin,READER,y\n"
        "handbook,dave,READER,z,,more\n"
        "handbook,dave,READER\n"
    )
    assert told(content) == [
        (2, "handbook", "bob", ("READER", KEEP, "x")),
        (7, "handbook", "erin", ("READER", KEEP, "y")),
        (8, "There are 6 values, and the header names 4."),
        (9, "There are 3 values, and the header names 4."),
    ]


class TestGuards:
    @pytest.mark.parametrize("first", GUARDED)
    def test_what_a_spreadsheet_would_run_has_one(self, first):
        assert guarded(f"{first}1") == f"'{first}1"
        assert unguarded(f"'{first}1") == f"{first}1"

    @pytest.mark.parametrize("text", ["", "plain", "1+1", " =1", "\n=1", '"=1'])
    def test_nothing_else_has(self, text):
        assert guarded(text) == text
        assert unguarded(text) == text

    @pytest.mark.parametrize("text", ["'", "'tis", "'1", "' =1"])
    def test_an_apostrophe_before_anything_else_is_part_of_the_value(self, text):
        assert unguarded(text) == text

    def test_they_are_taken_off_each_value_of_a_line(self):
        content = f"{HEADER}handbook,'-bob,READER,,'=1+1\nhandbook,erin,READER,,'tis\n"
        assert told(content)[0][2] == "-bob"
        assert notes(content) == ["=1+1", "'tis"]

    @given(st.text(max_size=10) | st.text("'=+-@\t\r＝＋－＠＇x", max_size=5))
    @example("'=1")
    def test_taken_off_again_it_is_what_it_was(self, text):
        assert unguarded(guarded(text)) == text


class TestSpreadsheets:
    def test_one_module_writes_them(self):
        """And guards every value: what goes out in another way would not."""
        folder = Path(libraries.__file__).parent
        words = re.compile(r"csv\.(?:writer|DictWriter)|openpyxl|xlsx|Dataset\([^)]*\)\.export|tablib\.formats")
        found = {str(path.relative_to(folder)) for path in folder.rglob("*.py") if words.search(path.read_text())}
        assert found == {"share_files/csv_dialect.py"}

    def test_the_console_offers_no_other_export(self):
        exporting = [each for each in admin.site._registry.values() if isinstance(each, ExportMixin)]
        assert {export_format for each in exporting for export_format in each.get_export_formats()} == {CSV, JSONLines}

    @pytest.mark.parametrize("first", GUARDED)
    def test_a_user_name_is_guarded_too(self, handbook, bob, first):
        User.objects.filter(pk=bob.pk).update(username=f"{first}cmd|' /C calc'!A0")
        give(handbook, f"{first}cmd|' /C calc'!A0", Level.READER, note=f"{first}1")
        shares = handbook.shares.with_principals().select_related("library").filter(user=bob)
        content = CSV().file_of(shares).decode()
        assert [row[1:] for row in csv.reader(StringIO(content, newline=""))][1:] == [
            [f"'{first}cmd|' /C calc'!A0", "READER", "", f"'{first}1"]
        ]
