"""How far a long command is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from libraries.management.output import printable


class Teller(Protocol):
    """What a command tells of its work as it goes."""

    def say(self, text: str) -> None:
        """Write a line."""

    def advance(self, done: int, text: str) -> None:
        """So much is done in all; `text` says so where there is no bar."""


class _Bar:
    def __init__(self, progress: Progress, total: int | None, what: str) -> None:
        self._progress = progress
        self._task = progress.add_task(what, total=total)

    def say(self, text: str) -> None:
        self._progress.console.print(printable(text), markup=False, highlight=False, soft_wrap=True)

    def advance(self, done: int, text: str) -> None:
        self._progress.update(self._task, completed=done)


class _Lines:
    def __init__(self, out: Any, advances: bool) -> None:
        self._out = out
        self._advances = advances

    def say(self, text: str) -> None:
        self._out.write(text)

    def advance(self, done: int, text: str) -> None:
        if self._advances:
            self._out.write(text)


@contextmanager
def telling(out: Any, *, total: int | None, what: str, quiet: bool) -> Iterator[Teller]:
    """`out`: a command's stderr. quiet: neither a bar nor a line for each advance."""
    if quiet or not out.isatty():
        yield _Lines(out, advances=not quiet)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(file=out.untouched)
    ) as progress:
        yield _Bar(progress, total, what)
