"""What the values of a line mean: levels, ends, principals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Any

from libraries.principals import named
from libraries.rules.levels import Level
from libraries.share_files.columns import ABSENT, BadLine, Line
from libraries.sharing.bulk import Item
from libraries.sharing.rules import KEEP, Wanted

CACHED_VALUES = 10_000
"""Of what lines have in common, how much is kept at hand."""
LEVELS = {text: level for level in Level for text in (level.name, str(level.value))}
SPACES = " \t\u00a0"
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
"""A date, or a moment in ISO 8601, with or without seconds and a zone."""
END_OF_DAY = time(23, 59, 59)


class ValueRefused(ValueError):
    """A value that means nothing; its text says why."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


def line_of(number: int, row: Sequence[Any]) -> Line | BadLine:
    """What the values of a line want, spaces around them left out, the note's excepted."""
    library, principal, level, expires_at, note = row
    try:
        line = Line(number, library.strip(), Item(_named(principal), _wanted(level, expires_at, note)))
    except ValueRefused as error:
        return BadLine(number, f"{error}.", error.column)
    return line if line.library else BadLine(number, "There is no library.", "library")


def level_of(text: str) -> Level:
    """The level of that name, in any case, or number. Raises ValueError."""
    try:
        return LEVELS[text.strip().upper()]
    except KeyError:
        raise ValueError(f"{text!r} is not one of {', '.join(Level.names)}, or 0 to {max(Level.values)}") from None


def moment_of(text: str) -> datetime:
    """A moment such as 2030-01-31T12:00:00+01:00, in UTC; UTC too where it names no zone. Raises ValueError."""
    return _moment(text, time.min)


def end_of(text: str) -> datetime:
    """The same for an end: a date alone means the end of that day."""
    return _moment(text, END_OF_DAY)


def _moment(text: str, of_a_date: time) -> datetime:
    try:
        parsed = _parsed(text.strip(SPACES), of_a_date)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a date such as 2030-01-31 or 2030-01-31T12:00:00Z") from None


def _parsed(text: str, of_a_date: time) -> datetime:
    """Plain dates and times alone: Python would read weeks, and the digits of every script."""
    if not MOMENT.fullmatch(text):
        raise ValueError
    moment = datetime.fromisoformat(text)
    return moment if len(text) > len("2030-01-31") else datetime.combine(moment, of_a_date)


@lru_cache(CACHED_VALUES)
def _wanted(level: Any, expires_at: Any, note: Any) -> Wanted | None:
    """An empty level takes the share away; an empty end is none."""
    if level is None or not str(level).strip():
        return None
    try:
        wanted = level_of(str(level))
    except ValueError as error:
        raise ValueRefused("level", str(error)) from None
    return Wanted(wanted, _end(expires_at), KEEP if note is ABSENT else note or "")


def _end(expires_at: Any) -> Any:
    if expires_at is ABSENT:
        return KEEP
    if not expires_at or not expires_at.strip():
        return None
    try:
        return end_of(expires_at)
    except ValueError as error:
        raise ValueRefused("expires_at", str(error)) from None


@lru_cache(CACHED_VALUES)
def _named(principal: str) -> Any:
    name = principal.strip()
    if not name:
        raise ValueRefused("principal", "There is no principal")
    return named(name)
