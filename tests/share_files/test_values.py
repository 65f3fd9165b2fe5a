"""Levels, ends and principals as files write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from libraries.rules.levels import Level
from libraries.share_files.values import end_of, level_of, moment_of
from tests.share_files.reading import HEADER, bad_lines_of, told


@pytest.mark.parametrize(
    ("text", "level"),
    [("0", Level.NONE), ("3", Level.OWNER), ("none", Level.NONE), (" Editor ", Level.EDITOR), ("READER", Level.READER)],
)
def test_a_level_is_numbered_or_named(text, level):
    assert level_of(text) == level
    assert told(f"{HEADER}handbook,bob,{text},,\n")[0][3][0] == level.name


@pytest.mark.parametrize("text", ["4", "-1", "2.0", "BOSS", "٢", "01", "true"])
def test_what_is_no_level_is_refused_with_the_choices(text):
    assert told(f"{HEADER}handbook,bob,{text},,\n") == [
        (2, f"{text!r} is not one of NONE, READER, EDITOR, OWNER, or 0 to 3.")
    ]
    assert bad_lines_of(f"{HEADER}handbook,bob,{text},,\n")[0].column == "level"


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_level_takes_the_share_away(text):
    assert told(f"{HEADER}handbook,bob,{text},2090-01-31,x\n") == [(2, "handbook", "bob", None)]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2090-01-31", datetime(2090, 1, 31, 23, 59, 59, tzinfo=UTC)),
        (" 2090-01-31T12:30 ", datetime(2090, 1, 31, 12, 30, tzinfo=UTC)),
        ("2090-01-31 12:30:05", datetime(2090, 1, 31, 12, 30, 5, tzinfo=UTC)),
        ("2090-01-31T12:30:00Z", datetime(2090, 1, 31, 12, 30, tzinfo=UTC)),
        ("2090-01-31T12:30:00+02:00", datetime(2090, 1, 31, 10, 30, tzinfo=UTC)),
        ("", None),
        (" ", None),
    ],
)
def test_an_end_without_a_zone_is_in_utc_and_a_date_ends_with_its_day(text, end):
    assert told(f"{HEADER}handbook,bob,READER,{text},\n")[0][3][1] == end
    line = f'{{"library": "handbook", "principal": "bob", "level": 1, "expires_at": "{text}"}}'
    assert told(line, "jsonl")[0][3][1] == end


def test_elsewhere_a_date_is_where_its_day_begins():
    assert moment_of("2090-01-31") == datetime(2090, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "31.01.2090",
        "2090-02-30",
        "2090-01-31T25:00",
        "9999-12-31T23:59-12:00",
        "2090-W05-2",
        "20900131",
        "2090-031",
        "２０９０-01-31",
        "2090-01-31\u2003",
    ],
)
def test_what_is_no_end_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="is not a date such as 2030-01-31"):
        end_of(text)
    line = bad_lines_of(f"{HEADER}handbook,bob,READER,{text},\n")[0]
    assert (line.column, line.reason) == (
        "expires_at",
        f"{text!r} is not a date such as 2030-01-31 or 2030-01-31T12:00:00Z.",
    )


def test_an_end_is_one_line():
    for text in ("2090-01-31\n", "\n2090-01-31T12:00:00Z"):
        assert bad_lines_of(f'{HEADER}handbook,bob,READER,"{text}",\n')[0].column == "expires_at"


def test_spaces_around_values_are_left_out_but_those_of_a_note():
    assert told(f"{HEADER} handbook ,\u00a0team:interns ,1 , , x \n") == [
        (2, "handbook", "team:interns", ("READER", None, " x "))
    ]


def test_a_line_names_a_library_and_a_principal():
    assert told(f"{HEADER} ,bob,READER,,\nhandbook, ,READER,,\n") == [
        (2, "There is no library."),
        (3, "There is no principal."),
    ]
