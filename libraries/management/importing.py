"""Lines of a file into shares, several batches at once where the database takes them."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context

from django.db import connection

from libraries.errors import SharingError
from libraries.identifiers import lookup_for
from libraries.management.base import sentence_of
from libraries.management.share_files import BadLine, Line
from libraries.many import share_across
from libraries.many_writes import Change
from libraries.models import Actor, Library

WORKERS = 2
"""The database works for one while the other thinks: more have nothing left to use."""
SELDOM = 1_000_000
"""Objects more than at its last visit, to which the garbage collector comes."""
Outcome = Change | SharingError


class Import:
    """What an import has come to so far."""

    def __init__(self, actor: Actor, *, dry_run: bool, workers: int | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self.workers = (workers or WORKERS) if _takes_several() else 1
        self._actor = actor
        self._dry_run = dry_run

    def do(self, lines: Sequence[Line | BadLine]) -> Iterator[str]:
        """Import the lines, a transaction for each worker; a sentence for each line that is refused."""
        outcomes = self._outcomes([line for line in lines if isinstance(line, Line)])
        for line in lines:
            outcome = line.reason if isinstance(line, BadLine) else outcomes[line.number]
            self.counts["lines"] += 1
            if isinstance(outcome, Change):
                self.counts["changed" if outcome.changes else "unchanged"] += 1
            else:
                self.counts["refused"] += 1
                yield f"line {line.number}: {outcome if isinstance(outcome, str) else sentence_of(outcome)}"

    def _outcomes(self, lines: Sequence[Line]) -> dict[int, Outcome]:
        """By line. No library is in two parts, so each finds its lines done in their order."""
        if self.workers == 1:
            return self._share(lines)
        with ThreadPoolExecutor(self.workers) as threads:
            parts = [
                threads.submit(copy_context().run, self._share_by_itself, part) for part in _apart(lines, self.workers)
            ]
        return {number: outcome for part in parts for number, outcome in part.result().items()}

    def _share_by_itself(self, lines: Sequence[Line]) -> dict[int, Outcome]:
        try:
            return self._share(lines)
        finally:
            connection.close()

    def _share(self, lines: Sequence[Line]) -> dict[int, Outcome]:
        items = [(line.library, line.item) for line in lines]
        outcomes = share_across(items=items, dry_run=self._dry_run, actor=self._actor)
        return {line.number: outcome for line, outcome in zip(lines, outcomes, strict=True)}


def _takes_several() -> bool:
    """SQLite has one writer at a time, and what is inside a transaction stays on its connection."""
    return connection.vendor == "postgresql" and not connection.in_atomic_block


def _apart(lines: Iterable[Line], number: int) -> list[list[Line]]:
    """The lines in so many parts, those of one library together, whichever of its names each uses."""
    lookups = {line.library: lookup_for(line.library) for line in lines}
    libraries = Library.objects.answering_to(lookups.values()).only("pk", "natural_id", "object_id")
    places = {name: library.pk.int % number for library in libraries for name in library.names}
    parts: list[list[Line]] = [[] for _ in range(number)]
    for line in lines:
        parts[places.get(lookups[line.library], 0)].append(line)
    return parts


@contextmanager
def quick_memory() -> Iterator[None]:
    """The garbage collector comes seldom: a batch makes much and leaves nothing that only it could free."""
    usual = gc.get_threshold()
    gc.set_threshold(SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
