"""Files of shares into lines that can be shared: the one way in, for the command and for the console."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from libraries.share_files import csv_dialect, jsonl
from libraries.share_files.columns import BadLine, FileRefused, Line, Unread
from libraries.share_files.lines import Lines, Unreadable
from libraries.share_files.values import line_of

FORMATS = ("csv", "jsonl")


def read(source: Any, format: str) -> Iterator[Line | BadLine]:
    """The lines of a binary file, one after another, numbered as an editor numbers them.

    What is empty is left out. After a BadLine with `unread_from` nothing is guessed at.
    Raises FileRefused for a header that says something else.
    """
    lines = Lines(source)
    rows = csv_dialect.rows(lines) if format == "csv" else jsonl.rows(lines)
    try:
        for number, row in rows:
            if isinstance(row, Unread):
                yield BadLine(row.number or number, row.reason, unread_from=number if row.stops else 0)
            else:
                yield line_of(number, row)
    except Unreadable as error:
        if lines.number <= 1 and format == "csv":
            raise FileRefused(str(error)) from None
        yield BadLine(error.number, str(error), unread_from=error.number)
