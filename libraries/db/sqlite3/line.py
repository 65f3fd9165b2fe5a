"""A line of threads, in the order in which they came."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic


class Line:
    """One thread at a time is first; each goes by handing that on to the one who has waited longest."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def place(self, deadline: float) -> Iterator[bool]:
        """Be first for as long as this lasts, as soon as nobody is before; tells whether somebody was.

        Whoever is not first by the deadline, a moment of the monotonic clock, goes on without being so.
        """
        turn = self._join()
        is_first = turn is None or turn.acquire(timeout=max(deadline - monotonic(), 0)) or not self._leave(turn)
        try:
            yield turn is not None
        finally:
            if is_first:
                self._hand_on()

    def _join(self) -> Lock | None:
        """None to who is first at once; else what is released when it is their turn."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return None
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
            return turn

    def _leave(self, turn: Lock) -> bool:
        """Wait no longer; false where the turn came in this very moment."""
        with self._guard:
            if turn not in self._waiting:
                return False
            self._waiting.remove(turn)
            return True

    def _hand_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
