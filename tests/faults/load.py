"""Sixteen callers who do not wait for each other: half of them ask, half of them change a share back and forth."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from itertools import count
from time import monotonic, sleep
from uuid import uuid4

from tests.faults.service import Service
from tests.servers import PATIENCE

CALLERS = 16
OK, AWAY, BROKEN = 200, 503, 0
"""BROKEN: there was no answer, since the connection broke."""
CHANGED = [(library, who) for library in ("handbook", "press-kit") for who in ("bob", "carol", "erin", "frank")]


@dataclass(frozen=True)
class Answer:
    caller: int
    began: float
    ended: float
    status: int
    retry_after: str | None = None
    request_id: str = ""
    """Of a change."""

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass
class Load:
    service: Service
    answers: list[Answer] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def since(self, moment: float) -> list[Answer]:
        """What began since then, and has ended."""
        return [answer for answer in list(self.answers) if answer.began >= moment]

    def until_each_has(self, number: int, since: float, status: int) -> None:
        """Wait until each caller has had so many answers of that status since then."""

        def had() -> bool:
            found = Counter(answer.caller for answer in self.since(since) if answer.status == status)
            return len(found) == CALLERS and min(found.values()) >= number

        wait_until(had)

    @property
    def done(self) -> list[str]:
        """The requests that were told that they changed something."""
        return [answer.request_id for answer in self.answers if answer.request_id and answer.status == OK]

    def call(self, caller: int) -> None:
        for number in count():
            if self.over.is_set():
                return
            request_id = str(uuid4()) if caller < len(CHANGED) else ""
            began, retry_after = monotonic(), None
            try:
                status, headers = self._ask(caller, number, request_id)
                retry_after = headers["Retry-After"]
            except (OSError, HTTPException):
                status = BROKEN
            self.answers.append(Answer(caller, began, monotonic(), status, retry_after, request_id))

    def _ask(self, caller: int, number: int, request_id: str) -> tuple[int, HTTPMessage]:
        if not request_id:
            status, decision, headers = self.service.may_read()
            assert decision is True or status != OK
            return status, headers
        library, principal = CHANGED[caller]
        return self.service.share(principal, 1 + number % 2, request_id, library)


@contextmanager
def load_on(service: Service, status: int = OK) -> Iterator[Load]:
    """Under load inside, from when each caller has had that status; at the end, all has been answered."""
    load = Load(service)
    callers = [threading.Thread(target=load.call, args=(number,)) for number in range(CALLERS)]
    for caller in callers:
        caller.start()
    try:
        load.until_each_has(1, 0, status)
        yield load
    finally:
        load.over.set()
        for caller in callers:
            caller.join()


def wait_until(condition: Callable[[], bool]) -> None:
    end = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < end, "It hangs."
        sleep(0.05)


def p99(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)]
