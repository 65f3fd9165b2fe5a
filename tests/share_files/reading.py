"""What the reader makes of a text, as tests look at it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from libraries.share_files.columns import BadLine, Line
from libraries.share_files.reader import read

HEADER = "library,principal,level,expires_at,note\n"


def lines_of(content: str | bytes, format: str = "csv") -> list[Line | BadLine]:
    return list(read(BytesIO(content.encode() if isinstance(content, str) else content), format))


def good_lines_of(content: str) -> list[Line]:
    return [line for line in lines_of(content) if isinstance(line, Line)]


def bad_lines_of(content: str | bytes, format: str = "csv") -> list[BadLine]:
    return [line for line in lines_of(content, format) if isinstance(line, BadLine)]


def told(content: str | bytes, format: str = "csv") -> list[tuple[Any, ...]]:
    """Each line's number, with what it wants or why it is refused."""
    return [_told(line) for line in lines_of(content, format)]


def _told(line: Line | BadLine) -> tuple[Any, ...]:
    if isinstance(line, BadLine):
        return line.number, line.reason
    wanted = line.item.wanted
    return line.number, line.library, line.item.principal.text, wanted and (wanted.level.name, *wanted[1:])


def notes(content: str | bytes, format: str = "csv") -> list[Any]:
    return [line[3][2] for line in told(content, format)]
