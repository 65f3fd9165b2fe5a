"""The columns of a share file, and what is told of one of its lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from libraries.sharing.bulk import Item

COLUMNS = ("library", "principal", "level", "expires_at", "note")
REQUIRED = COLUMNS[:3]
ABSENT: Any = object()
"""In place of a column that a file or a line does not have: leave that as it is."""
SHOWN = 60
"""How many characters of an unknown name are repeated."""


class FileRefused(ValueError):
    """A file that is no share file; its text says why."""


class Line(NamedTuple):
    """What a line wants. `number`: its place in the file, from 1; of several physical lines, the first."""

    number: int
    library: str
    item: Item


class BadLine(NamedTuple):
    """A line that cannot be read, and why.

    column: the one that the reason is about, where it is about one.
    unread_from: the number of the line from which on nothing can be read, where this is the last; 0 elsewhere.
    """

    number: int
    reason: str
    column: str | None = None
    unread_from: int = 0


class Unread(NamedTuple):
    """In place of a line's values: why it has none, and at which physical line, if not at its first.

    stops: whether nothing from the line on can be read.
    """

    reason: str
    number: int | None = None
    stops: bool = False


Row = Sequence[Any] | Unread
"""The values of a line in the order of COLUMNS, ABSENT for those that it does not have."""


def plain(name: str) -> str:
    """A column's name, whatever its case and the spaces around it."""
    return name.strip().casefold()


def unknown_among(names: Iterable[str]) -> list[str]:
    """Those that name no column, each with the nearest that does."""
    return [_with_the_nearest(name) for name in names if plain(name) not in COLUMNS]


def _with_the_nearest(name: str) -> str:
    shown = name.strip() or "a column without a name"
    shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
    nearest = get_close_matches(plain(name)[:SHOWN], COLUMNS, n=1)
    return f"{shown} (do you mean {nearest[0]}?)" if nearest else shown


def repeated_among(names: Sequence[str]) -> list[str]:
    """The columns that are named more than once."""
    found = [plain(name) for name in names]
    return [column for column in COLUMNS if found.count(column) > 1]


def places_in(header: Sequence[str]) -> list[int]:
    """For each of COLUMNS, where the header has it; what it lacks is beyond its end.

    Raises FileRefused for a header with an unknown or repeated column, or without one that is required.
    """
    names = [plain(name) for name in header]
    _refuse(unknown_among(header), "The header names what is no column here")
    _refuse([name for name in REQUIRED if name not in names], "The header lacks")
    _refuse(repeated_among(header), "The header names twice")
    return [names.index(name) if name in names else len(names) for name in COLUMNS]


def _refuse(names: list[str], what: str) -> None:
    if names:
        raise FileRefused(f"{what}: {', '.join(names)}. The columns are {', '.join(COLUMNS)}; the last two may lack.")
