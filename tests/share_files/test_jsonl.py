"""JSON Lines: an object a line, with each key once."""

from __future__ import annotations

import pytest

from libraries.sharing.rules import KEEP
from tests.share_files.reading import told

LINE = '"library": "handbook", "principal": "bob", "level": "READER"'


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (', "level": "OWNER"', "A key is there twice: level."),
        (', "note": "x", "note": "x", "level": 1', "A key is there twice: level, note."),
        (', "Level ": "OWNER"', "A key is there twice: level."),
        (', "expires": ""', "There is no such column: expires (do you mean expires_at?)."),
        (', "note": {"x": 1, "x": 2}', "A key is there twice: x."),
        (', "note": []', "Not a text: note."),
    ],
)
def test_a_line_with_a_key_twice_or_an_unknown_one_is_refused(more, reason):
    content = f"{{{LINE}{more}}}\n{{{LINE}}}\n"
    assert told(content, "jsonl") == [(1, reason), (2, "handbook", "bob", ("READER", KEEP, KEEP))]


def test_names_are_the_same_in_any_case_and_with_spaces():
    content = '{" Library": "handbook", "PRINCIPAL": "bob", "level": 2, "Note": "\'=x"}\n'
    assert told(content, "jsonl") == [(1, "handbook", "bob", ("EDITOR", KEEP, "'=x"))]


def test_lines_that_are_empty_count_and_say_nothing():
    assert [line[0] for line in told(f"\n  \r\n{{{LINE}}}", "jsonl")] == [3]


HALF = "The line has half of a surrogate pair, which is no character."


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (r'{"library": "\ud800", "principal": "bob", "level": 1}', HALF),
        (r'{"library": "handbook", "principal": "\ud800@x", "level": 1}', HALF),
        (r'{"\ud800": "handbook", "principal": "bob", "level": 1}', HALF),
        (r'["\ud800"]', HALF),
        (r'{"\ud800": 1, "\ud800": 2}', r"A key is there twice: \ud800."),
    ],
)
def test_what_no_encoding_has_is_refused_and_not_repeated(line, reason):
    assert told(f"{line}\n{{{LINE}}}\n", "jsonl")[0] == (1, reason)
