"""CSV as share files have it: RFC 4180, read strictly, with what spreadsheets make of it.

Separators are recognised from the header, or named by a first line as `sep=;`. What a spreadsheet would run as a formula
has an apostrophe before it in the file, which is no part of the value.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import Any

from libraries.share_files.columns import ABSENT, COLUMNS, FileRefused, Row, Unread, places_in, plain
from libraries.share_files.lines import Lines, not_utf8

MARK = "\ufeff"
"""The byte order mark, by which spreadsheets know UTF-8."""
QUOTE = '"'
GUARD = "'"
GUARDED = ("=", "+", "-", "@", "'", "\t", "\r", "＝", "＋", "－", "＠", "＇")
"""What a spreadsheet takes for the beginning of something other than text, and the guard itself."""
SEPARATORS = (",", ";", "\t")
NAMED_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?[,;\t|]*', re.IGNORECASE)
QUOTED = r'"[^"]*+(?:""[^"]*+)*+"'
NOT_CLOSED = "The quote that opens here is never closed, or by one that does not end its value."
STRAY_QUOTE = (
    "There is a quote within a value that does not begin with one: quote it whole, and double the quotes in it."
)


def guarded(value: str) -> str:
    """The value as it stands in a file."""
    return GUARD + value if value.startswith(GUARDED) else value


def unguarded(value: str) -> str:
    """The value that `guarded` was given; one apostrophe before anything else is part of a value."""
    return value[1:] if value.startswith(GUARD) and value.startswith(GUARDED, 1) else value


def rows(lines: Lines) -> Iterator[tuple[int, Row]]:
    """The number of each line after the header, with its values. Raises FileRefused for a header of something else."""
    separator, places, width = _beginning(lines)
    in_order = itemgetter(*places)
    reader, record = csv.reader(lines, delimiter=separator, strict=True), lines.record
    while True:
        record.clear()
        lines.spoiled, number = 0, lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            refusal = _where_it_ends(record, separator, number, error)
            yield number, refusal
            if refusal.stops:
                return
            continue
        text = "".join(cells)
        if lines.spoiled:
            yield number, Unread(not_utf8(lines.spoiled))
        elif not text or text.isspace():
            continue
        elif QUOTE in text and not _strict(separator)[1].fullmatch("".join(record)):
            yield number, Unread(STRAY_QUOTE)
        elif len(cells) != width and (len(cells) < width or any(map(str.strip, cells[width:]))):
            yield number, Unread(f"There are {len(cells)} values, and the header names {width}.")
        else:
            row = in_order([*cells[:width], ABSENT])
            yield number, _without_guards(row) if GUARD in text else row


def writer(target: Any, *, mark: bool) -> Callable[[Sequence[str]], Any]:
    """Write the header; returns what writes the values of one line. `mark`: begin with the byte order mark."""
    target.write((MARK if mark else "") + ",".join(COLUMNS) + "\n")
    usual = csv.writer(target, lineterminator="\n")
    quoting = csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_ALL)

    def put(values: Sequence[str]) -> None:
        # Python's writer leaves a carriage return unquoted, and every reader takes that for the end of the line.
        (quoting if any("\r" in value for value in values) else usual).writerow([guarded(value) for value in values])

    return put


def _beginning(lines: Lines) -> tuple[str, list[int], int]:
    """The separator; where the header has each of COLUMNS; how many columns it has."""
    text = next(iter(lines), "")
    named = NAMED_SEPARATOR.fullmatch(text.rstrip("\r\n"))
    if named:
        text = next(iter(lines), "")
    if lines.spoiled or "\x00" in text:
        raise FileRefused(not_utf8(lines.number))
    separator = named[1] if named else max(SEPARATORS, key=lambda each: _known_in(text, each))
    header = _cells(text, separator)
    while header and not header[-1].strip():
        header.pop()
    return separator, places_in(header), len(header)


def _known_in(text: str, separator: str) -> int:
    try:
        return sum(plain(name) in COLUMNS for name in _cells(text, separator))
    except FileRefused:
        return 0


def _cells(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error as error:
        raise FileRefused(f"The header is not CSV: {error}.") from None


def _without_guards(row: Sequence[Any]) -> list[Any]:
    return [value if value is ABSENT else unguarded(value) for value in row]


def _where_it_ends(record: Sequence[str], separator: str, number: int, error: csv.Error) -> Unread:
    """What to say of a record that Python's reader refuses: at the line where the quote opens that is not closed.

    Values after such a quote are not guessed at. A value without quotes that is too long spoils its own line alone.
    """
    text = "".join(record)
    good = _strict(separator)[0].match(text)
    end = good.end() if good else 0
    if QUOTE not in text:
        return Unread(f"This is not CSV: {error}.")
    before = sum(place <= end for place in accumulate(map(len, record)))
    reason = NOT_CLOSED if text.startswith(QUOTE, end) else STRAY_QUOTE
    return Unread(f"{reason} Nothing from here on is read.", number + before, stops=True)


@lru_cache
def _strict(separator: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """As many whole values as there are, each with the separator after it; and a whole record."""
    by = re.escape(separator)
    value = rf'(?:{QUOTED}|[^"{by}\r\n]*+)'
    return re.compile(rf"(?:{value}{by})*+"), re.compile(rf"(?:{value}{by})*+{value}[\r\n]*")
