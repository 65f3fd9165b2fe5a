"""A file's physical lines as text: UTF-8 with or without its mark, or UTF-16 with it."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import BufferedReader, TextIOWrapper
from typing import Any

LONGEST = 1 << 20
"""Characters in a line: a file without line ends must not end up in memory whole."""


class Unreadable(Exception):
    """Nothing from line `number` on can be read; the text says why."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(reason)
        self.number = number


class Lines:
    """Iterates over the lines of a binary file, with their line ends.

    number: how many have been given out, so that of the last one.
    record: the last ones. Whoever reads empties it where something new begins.
    spoiled: the number of one that is in another encoding, until it is set to 0; the line itself is given out too.
    Raises Unreadable.
    """

    def __init__(self, source: Any) -> None:
        self.number = 0
        self.record: list[str] = []
        self.spoiled = 0
        self._stream = self._read(source)

    def __iter__(self) -> Iterator[str]:
        return self._stream

    def _read(self, source: Any) -> Iterator[str]:
        record = self.record
        with _text_of(source) as text:
            try:
                for self.number, line in enumerate(iter(partial(text.readline, LONGEST), ""), start=1):
                    if not line.isascii() and not _is_whole(line):
                        self.spoiled = self.number
                    if len(line) == LONGEST:
                        raise Unreadable(self.number, f"A line has {LONGEST:,} characters or more.")
                    record.append(line)
                    yield line
            except UnicodeDecodeError:  # UTF-16 that ends within a character
                raise Unreadable(self.number + 1, not_utf8(self.number + 1)) from None


@contextmanager
def _text_of(source: Any) -> Iterator[TextIOWrapper]:
    """A binary file as text; whoever opened it closes it."""
    buffer = source if hasattr(source, "peek") else BufferedReader(source)
    # What cannot be decoded becomes halves of surrogate pairs, so that it spoils its own line alone.
    encoding, errors = ("utf-16", "surrogatepass") if _is_utf_16(buffer) else ("utf-8-sig", "surrogateescape")
    text = TextIOWrapper(buffer, encoding=encoding, errors=errors, newline="")
    try:
        yield text
    finally:
        if not buffer.closed:
            text.detach()
        if buffer is not source and not buffer.closed:
            buffer.detach()


def not_utf8(number: int) -> str:
    """Why a line in another encoding is refused."""
    return f"not UTF-8 (line {number}): save it as CSV UTF-8"


def _is_utf_16(source: BufferedReader) -> bool:
    """By its mark. No UTF-8 begins with a byte of it, so where a pipe has sent only one, that one tells."""
    beginning = source.peek(2)[:2]
    return beginning in (BOM_UTF16_LE, BOM_UTF16_BE, BOM_UTF16_LE[:1], BOM_UTF16_BE[:1])


def _is_whole(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True
