"""Lines of a file into shares, several batches at once where the database takes them."""

from __future__ import annotations

import gc
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import NamedTuple

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
AHEAD = 1
"""Batches that wait behind the one that is being done, so that no worker has to."""
SELDOM = 1_000_000
"""Objects more than at its last visit, to which the garbage collector comes."""
Outcome = Change | SharingError
Outcomes = dict[int, Outcome]
"""By the number of the line."""


class Batch(NamedTuple):
    """Lines to be done together. `place`: how many bytes of the file have been read with them."""

    lines: Sequence[Line | BadLine]
    place: int

    @property
    def good_lines(self) -> list[Line]:
        return [line for line in self.lines if isinstance(line, Line)]


class Import:
    """What an import has come to so far."""

    def __init__(self, actor: Actor, *, dry_run: bool, workers: int | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self.workers = (workers or WORKERS) if _takes_several() else 1
        self._actor = actor
        self._dry_run = dry_run

    def run(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, list[str]]]:
        """Import the batches, a transaction for each worker's part of one.

        Yields each when it and all before it are done, with a sentence for each line of it that is refused.
        """
        for batch, outcomes in self._in_turn(batches) if self.workers == 1 else self._at_once(batches):
            yield batch, list(self._refusals(batch, outcomes))

    def _refusals(self, batch: Batch, outcomes: Outcomes) -> Iterator[str]:
        for line in batch.lines:
            outcome = line.reason if isinstance(line, BadLine) else outcomes[line.number]
            self.counts["lines"] += 1
            if isinstance(outcome, Change):
                self.counts["changed" if outcome.changes else "unchanged"] += 1
            else:
                self.counts["refused"] += 1
                yield f"line {line.number}: {outcome if isinstance(outcome, str) else sentence_of(outcome)}"

    def _in_turn(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, Outcomes]]:
        for batch in batches:
            yield batch, self._share(batch.good_lines)

    def _at_once(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, Outcomes]]:
        """Each library is always one worker's, who finds its lines done in their order."""
        begun: deque[tuple[Batch, list[Future[Outcomes]]]] = deque()
        with _threads(self.workers) as threads:
            for batch in batches:
                before = begun[-1][1] if begun else [None] * self.workers
                parts = zip(threads, _apart(batch.good_lines, self.workers), before, strict=True)
                begun.append((batch, [self._begin(*part) for part in parts]))
                if len(begun) > AHEAD:
                    yield _ended(*begun.popleft())
            while begun:
                yield _ended(*begun.popleft())

    def _begin(
        self, thread: ThreadPoolExecutor, lines: Sequence[Line], before: Future[Outcomes] | None
    ) -> Future[Outcomes]:
        return thread.submit(copy_context().run, self._share_after, before, lines)

    def _share_after(self, before: Future[Outcomes] | None, lines: Sequence[Line]) -> Outcomes:
        """Fails where the part before has failed, so that no line is done without those before it."""
        if before:
            before.result()
        try:
            return self._share(lines)
        finally:
            connection.close()

    def _share(self, lines: Sequence[Line]) -> Outcomes:
        items = [(line.library, line.item) for line in lines]
        outcomes = share_across(items=items, dry_run=self._dry_run, actor=self._actor)
        return {line.number: outcome for line, outcome in zip(lines, outcomes, strict=True)}


def _takes_several() -> bool:
    """SQLite has one writer at a time, and what is inside a transaction stays on its connection."""
    return connection.vendor == "postgresql" and not connection.in_atomic_block


@contextmanager
def _threads(number: int) -> Iterator[list[ThreadPoolExecutor]]:
    """So many threads, each doing what it is given in that order. What none has begun by the end is not done."""
    threads = [ThreadPoolExecutor(1) for _ in range(number)]
    try:
        yield threads
    finally:
        for thread in threads:
            thread.shutdown(wait=False, cancel_futures=True)
        for thread in threads:
            thread.shutdown()


def _ended(batch: Batch, parts: Iterable[Future[Outcomes]]) -> tuple[Batch, Outcomes]:
    return batch, {number: outcome for part in parts for number, outcome in part.result().items()}


def _apart(lines: Iterable[Line], number: int) -> list[list[Line]]:
    """The lines in so many parts, those of one library together, whichever of its names each uses."""
    lookups = {name: lookup_for(name) for name in {line.library for line in lines}}
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
