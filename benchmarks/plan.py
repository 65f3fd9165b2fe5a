"""How much a run measures."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.measure import Pace


@dataclass(frozen=True)
class Plan:
    """The sizes and how often each question is asked.

    libraries, shares: sizes of the worlds, and of one library. everything_at: the libraries of the world in which what is
    asked over HTTP, in bulk and by teams is measured, and what is written. teams: of one user. times: runs of each at
    most, in `seconds` at most. requests: of one burst over HTTP; none without it. bursts: of each server.
    generic: whether guardian's generic models are a peer too.
    """

    libraries: tuple[int, ...]
    everything_at: int
    shares: tuple[int, ...]
    teams: tuple[int, ...]
    users: int
    times: int
    seconds: float
    requests: int
    bursts: int
    generic: bool = True

    @property
    def pace(self) -> Pace:
        """How often each question is asked."""
        return Pace(self.times, self.seconds)


PLANS = {
    "full": Plan((100, 1000, 10_000, 100_000), 10_000, (100, 10_000, 1_000_000), (1, 10, 100), 10_000, 200, 6, 320, 7),
    "quick": Plan((100, 10_000), 10_000, (100, 10_000), (), 10_000, 60, 2, 0, 0, generic=False),
    "tiny": Plan((20,), 20, (100, 120), (1, 3), 40, 2, 0.1, 16, 1),
}
