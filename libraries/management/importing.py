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

from libraries.access.check import find_libraries
from libraries.errors import SharingError
from libraries.management.base import sentence_of
from libraries.management.output import printable
from libraries.models import Actor
from libraries.share_files.columns import BadLine, Line
from libraries.share_files.emails import with_emails
from libraries.sharing.bulk import share_across
from libraries.sharing.bulk_write import Change

WORKERS = 2
"""The database works for one while the other thinks: more have nothing left to use."""
ROUNDS_AHEAD = 1
"""Rounds begun beyond the one that is being done, so that a worker seldom waits for another. More would be done again,
when an import is resumed, and more would lie in memory."""
GARBAGE_COLLECTION_THRESHOLD = 1_000_000
"""Objects more than at its last visit, to which the garbage collector comes."""


class Outcome(NamedTuple):
    """What became of lines: how many are done, how many of these changed something, and the refusals, by number."""

    done: int
    changed: int
    refusals: dict[int, SharingError]


class Round(NamedTuple):
    """Lines for all workers. `place`: how many bytes of the file have been read with them."""

    lines: Sequence[Line | BadLine]
    place: int

    @property
    def good_lines(self) -> list[Line]:
        return [line for line in self.lines if isinstance(line, Line)]


class Import:
    """What an import has come to so far. `unread_from`: the line from which on nothing could be read, or 0."""

    def __init__(self, actor: Actor, *, dry_run: bool, workers: int | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self.unread_from = 0
        self.workers = (workers or WORKERS) if _takes_several() else 1
        self._actor = actor
        self._dry_run = dry_run

    def run(self, rounds: Iterable[Round]) -> Iterator[tuple[Round, list[str]]]:
        """Import the rounds, a transaction for each worker's part of one.

        Yields each when it and all before it are done, with a sentence for each line of it that is refused.
        """
        for round_, outcomes in self._in_turn(rounds) if self.workers == 1 else self._at_once(rounds):
            self._count(round_, outcomes)
            yield round_, list(_refusals(round_, outcomes))

    def _count(self, round_: Round, outcomes: Sequence[Outcome]) -> None:
        lines = len(round_.lines)
        done = sum(outcome.done for outcome in outcomes)
        changed = sum(outcome.changed for outcome in outcomes)
        self.counts.update(lines=lines, changed=changed, unchanged=done - changed, refused=lines - done)
        last = round_.lines[-1]
        if isinstance(last, BadLine):
            self.unread_from = last.unread_from

    def _in_turn(self, rounds: Iterable[Round]) -> Iterator[tuple[Round, list[Outcome]]]:
        for round_ in rounds:
            yield round_, [self._share(round_.good_lines)]

    def _at_once(self, rounds: Iterable[Round]) -> Iterator[tuple[Round, list[Outcome]]]:
        """Each library is always one worker's, who finds its lines done in their order."""
        begun: deque[tuple[Round, Outcome, list[Future[Outcome]]]] = deque()
        with _threads(self.workers) as threads:
            for round_ in rounds:
                parts, lost = _apart(round_.good_lines, self.workers, self._actor)
                before = begun[-1][-1] if begun else [None] * self.workers
                begun.append((round_, lost, [self._begin(*part) for part in zip(threads, parts, before, strict=True)]))
                if len(begun) > ROUNDS_AHEAD:
                    yield _wait_for(*begun.popleft())
            while begun:
                yield _wait_for(*begun.popleft())

    def _begin(
        self, thread: ThreadPoolExecutor, lines: Sequence[Line], before: Future[Outcome] | None
    ) -> Future[Outcome]:
        return thread.submit(copy_context().run, self._share_after, before, lines)

    def _share_after(self, before: Future[Outcome] | None, lines: Sequence[Line]) -> Outcome:
        """Fails where the part before has failed, so that no line is done without those before it."""
        if before:
            before.result()
        try:
            return self._share(lines)
        finally:
            connection.close()

    def _share(self, lines: Sequence[Line]) -> Outcome:
        items = [(line.library, line.item) for line in with_emails(lines)]
        outcomes = share_across(items=items, dry_run=self._dry_run, actor=self._actor)
        changes = [outcome for outcome in outcomes if isinstance(outcome, Change)]
        refusals = {
            line.number: outcome
            for line, outcome in zip(lines, outcomes, strict=True)
            if isinstance(outcome, SharingError)
        }
        return Outcome(len(changes), sum(change.changes for change in changes), refusals)


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


def _wait_for(round_: Round, lost: Outcome, parts: Iterable[Future[Outcome]]) -> tuple[Round, list[Outcome]]:
    return round_, [lost, *(part.result() for part in parts)]


def _refusals(round_: Round, outcomes: Iterable[Outcome]) -> Iterator[str]:
    refusals = {number: refusal for outcome in outcomes for number, refusal in outcome.refusals.items()}
    for line in round_.lines:
        if isinstance(line, BadLine):
            yield f"line {line.number}: {printable(line.reason)}"
        elif line.number in refusals:
            yield f"line {line.number}: {printable(sentence_of(refusals[line.number]))}"


def _apart(lines: Sequence[Line], number: int, actor: Actor) -> tuple[list[list[Line]], Outcome]:
    """The lines in so many parts, those of one library together, whichever of its names each uses; and the others.

    What no library is called by now is in no part: once there is one, it might be another worker's.
    """
    meant = find_libraries({line.library for line in lines}, user=actor)
    places = {name: library.pk.int % number for name, library in meant.libraries.items()}
    parts: list[list[Line]] = [[] for _ in range(number)]
    lost = Outcome(done=0, changed=0, refusals={})
    for line in lines:
        place = places.get(line.library)
        if place is None:
            lost.refusals[line.number] = meant.refusal(line.library)
        else:
            parts[place].append(line)
    return parts, lost


@contextmanager
def quick_memory() -> Iterator[None]:
    """The garbage collector comes seldom: a batch makes much and leaves nothing that only it could free."""
    usual = gc.get_threshold()
    gc.set_threshold(GARBAGE_COLLECTION_THRESHOLD)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
