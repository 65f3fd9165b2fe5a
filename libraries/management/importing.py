"""Lines of a file into shares, by several workers at once where the database takes them."""

from __future__ import annotations

import gc
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import NamedTuple

from django.db import connection

from libraries.errors import LibraryNotFound, SharingError
from libraries.identifiers import lookup_for
from libraries.management.base import sentence_of
from libraries.management.share_files import BadLine, Line
from libraries.many import share_across
from libraries.many_writes import Change
from libraries.models import Actor, Library

WORKERS = 2
"""The database works for one while the other thinks: more have nothing left to use."""
AHEAD = 1
"""Rounds begun beyond the one that is being done, so that a worker seldom waits for another. More would be done again,
when an import is resumed, and more would lie in memory."""
SELDOM = 1_000_000
"""Objects more than at its last visit, to which the garbage collector comes."""
Outcome = Change | SharingError
Outcomes = dict[int, Outcome]
"""By the number of the line."""


class Round(NamedTuple):
    """Lines for all workers. `place`: how many bytes of the file have been read with them."""

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

    def run(self, rounds: Iterable[Round]) -> Iterator[tuple[Round, list[str]]]:
        """Import the rounds, a transaction for each worker's part of one.

        Yields each when it and all before it are done, with a sentence for each line of it that is refused.
        """
        for round_, outcomes in self._in_turn(rounds) if self.workers == 1 else self._at_once(rounds):
            self._count(round_, outcomes)
            yield round_, list(self._refusals(round_, outcomes))

    def _count(self, round_: Round, outcomes: Outcomes) -> None:
        done = [outcome for outcome in outcomes.values() if isinstance(outcome, Change)]
        lines, changed = len(round_.lines), sum(change.changes for change in done)
        self.counts.update(lines=lines, changed=changed, unchanged=len(done) - changed, refused=lines - len(done))

    def _refusals(self, round_: Round, outcomes: Outcomes) -> Iterator[str]:
        for line in round_.lines:
            outcome = line.reason if isinstance(line, BadLine) else outcomes.get(line.number) or LibraryNotFound()
            if not isinstance(outcome, Change):
                yield f"line {line.number}: {outcome if isinstance(outcome, str) else sentence_of(outcome)}"

    def _in_turn(self, rounds: Iterable[Round]) -> Iterator[tuple[Round, Outcomes]]:
        for round_ in rounds:
            yield round_, self._share(round_.good_lines)

    def _at_once(self, rounds: Iterable[Round]) -> Iterator[tuple[Round, Outcomes]]:
        """Each library is always one worker's, who finds its lines done in their order."""
        begun: deque[tuple[Round, list[Future[Outcomes]]]] = deque()
        with _threads(self.workers) as threads:
            for round_ in rounds:
                before = begun[-1][1] if begun else [None] * self.workers
                parts = zip(threads, _apart(round_.good_lines, self.workers), before, strict=True)
                begun.append((round_, [self._begin(*part) for part in parts]))
                if len(begun) > AHEAD:
                    yield _wait_for(*begun.popleft())
            while begun:
                yield _wait_for(*begun.popleft())

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


def _wait_for(round_: Round, parts: Iterable[Future[Outcomes]]) -> tuple[Round, Outcomes]:
    return round_, {number: outcome for part in parts for number, outcome in part.result().items()}


def _apart(lines: Sequence[Line], number: int) -> list[list[Line]]:
    """The lines in so many parts, those of one library together, whichever of its names each uses.

    What no library is called by now is in none: once there is one, it might be another worker's.
    """
    lookups = {name: lookup_for(name) for name in {line.library for line in lines}}
    libraries = Library.objects.answering_to(lookups.values()).only("pk", "natural_id", "object_id")
    places = {name: library.pk.int % number for library in libraries for name in library.names}
    parts: list[list[Line]] = [[] for _ in range(number)]
    for line in lines:
        place = places.get(lookups[line.library])
        if place is not None:
            parts[place].append(line)
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
