"""Files of shares, one a line, the same in and out: CSV with a header, or JSON Lines."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from django.core.management.base import CommandError

from libraries.management import base
from libraries.principals import named
from libraries.sharing.bulk import Item
from libraries.sharing.rules import KEEP, Wanted

COLUMNS = ("library", "principal", "level", "expires_at", "note")
REQUIRED = COLUMNS[:3]
EXTENSIONS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
FORMATS = ("csv", "jsonl")
USUAL = 10_000
"""Of what lines have in common, how much is kept at hand."""
ABSENT: Any = object()
"""In place of a column that a file or a line does not have: leave that as it is."""


class Line(NamedTuple):
    """What a line wants. `number`: its place in the file, from 1; of several physical lines, the first."""

    number: int
    library: str
    item: Item


class BadLine(NamedTuple):
    """A line that cannot be read, and why."""

    number: int
    reason: str


def format_of(path: str, wanted: str | None) -> str:
    """The format that was asked for, or the one that the file's name says; CSV for a pipe. Raises CommandError."""
    if wanted or path == "-":
        return wanted or "csv"
    try:
        return EXTENSIONS[Path(path).suffix.lower()]
    except KeyError:
        raise CommandError(f"What format is {path}? Say --format csv or --format jsonl.") from None


def read(source: TextIO, format: str) -> Iterator[Line | BadLine]:
    """The lines of a file, one after another. Raises CommandError for a header that says something else."""
    rows = _rows_of_csv(source) if format == "csv" else _rows_of_json(source)
    for number, row in rows:
        yield BadLine(number, row) if isinstance(row, str) else _line(number, row)


def write(target: Any, format: str, rows: Iterable[Sequence[str]]) -> int:
    """Write rows with the values of COLUMNS; returns how many."""
    put = _csv_writer(target) if format == "csv" else _json_writer(target)
    number = 0
    for row in rows:
        put(row)
        number += 1
    return number


def _csv_writer(target: Any) -> Callable[[Sequence[str]], Any]:
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    return writer.writerow


def _json_writer(target: Any) -> Callable[[Sequence[str]], Any]:
    def put(values: Sequence[str]) -> None:
        target.write(json.dumps(dict(zip(COLUMNS, values, strict=True)), ensure_ascii=False) + "\n")

    return put


def _rows_of_csv(source: TextIO) -> Iterator[tuple[int, Sequence[Any] | str]]:
    """The number of each line after the header, with its values in the order of COLUMNS, or why it has none."""
    reader = csv.reader(source)
    header = next(reader, [])
    in_order, width = itemgetter(*_places(header)), len(header)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, f"This is not CSV: {error}."
            continue
        if len(cells) == width:
            yield number, in_order([*cells, ABSENT])
        elif cells:
            yield number, f"There are {len(cells)} values, and the header names {width}."


def _places(header: list[str]) -> list[int]:
    """For each of COLUMNS, where the header has it; what it lacks is beyond its end."""
    _refuse_header(sorted(set(header) - set(COLUMNS)), "The header names what is no column here")
    _refuse_header([name for name in REQUIRED if name not in header], "The header lacks")
    _refuse_header([name for name in COLUMNS if header.count(name) > 1], "The header names twice")
    return [header.index(name) if name in header else len(header) for name in COLUMNS]


def _refuse_header(names: list[str], what: str) -> None:
    if names:
        raise CommandError(f"{what}: {', '.join(names)}. The columns are {', '.join(COLUMNS)}; the last two may lack.")


def _rows_of_json(source: TextIO) -> Iterator[tuple[int, Sequence[Any] | str]]:
    """As _rows_of_csv; there is no header."""
    for number, text in enumerate(source, start=1):
        if text.strip():
            yield number, _row_of_json(text)


def _row_of_json(text: str) -> list[Any] | str:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"This is not JSON: {error}."
    if not isinstance(found, dict):
        return "This is no JSON object."
    if unknown := sorted(found.keys() - set(COLUMNS)):
        return f"There is no such column: {', '.join(unknown)}."
    if missing := [name for name in REQUIRED if name not in found]:
        return f"There is no {', '.join(missing)}."
    wrong = [name for name, value in found.items() if not _is_text(name, value)]
    return f"Not a text: {', '.join(wrong)}." if wrong else [found.get(name, ABSENT) for name in COLUMNS]


def _is_text(name: str, value: Any) -> bool:
    """Texts all, but a level may be a number, and null may stand for an empty one."""
    if name == "level" and type(value) is int:
        return True
    return isinstance(value, str) or (value is None and name not in ("library", "principal"))


def _line(number: int, row: Sequence[Any]) -> Line | BadLine:
    library, principal, level, expires_at, note = row
    try:
        return Line(number, library, Item(_named(principal), _wanted(level, expires_at, note)))
    except ArgumentTypeError as error:
        return BadLine(number, f"{error}.")


@lru_cache(USUAL)
def _wanted(level: Any, expires_at: Any, note: Any) -> Wanted | None:
    """An empty level takes the share away; an empty end is none."""
    if level in ("", None):
        return None
    end = KEEP if expires_at is ABSENT else base.moment(expires_at) if expires_at else None
    return Wanted(base.level(str(level)), end, KEEP if note is ABSENT else note or "")


_named = lru_cache(USUAL)(named)
