"""How a benchmark measures and tells: medians of many runs, as a table of Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

LEAST_ROUNDS = 3


@dataclass(frozen=True)
class Timing:
    """Milliseconds: the median, and what one run in twenty and one in a hundred exceeds. rate: so many a second."""

    median: float
    p95: float
    p99: float
    rate: float

    @classmethod
    def of(cls, times: Sequence[float], *, rate: float | None = None) -> Timing:
        """times: milliseconds. rate: where it does not follow from the median, since several ran at once."""
        ordered = sorted(times)
        middle = median(ordered)
        return cls(middle, _exceeded_by(0.05, ordered), _exceeded_by(0.01, ordered), rate or 1000 / middle)


def _exceeded_by(part: float, ordered: Sequence[float]) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * (1 - part)))]


@dataclass(frozen=True)
class Pace:
    """How often: so many times, but no further round begins after so many seconds, once there were LEAST_ROUNDS.

    warm_up: rounds that do not count; one, where the first takes its part of the time and more.
    """

    times: int = 200
    at_most: float = 10.0
    warm_up: int = 5


def in_turns(runs: Mapping[str, Callable[[], Any]], pace: Pace) -> dict[str, Timing]:
    """What each takes, one run of each after the other: what else the machine does meanwhile hits them alike."""
    took: dict[str, list[float]] = {name: [] for name in runs}
    start = perf_counter()
    for _ in range(pace.warm_up):
        for run in runs.values():
            run()
        if perf_counter() - start > pace.at_most / 10:
            break
    for number in range(pace.times):
        if number >= LEAST_ROUNDS and perf_counter() - start > pace.at_most:
            break
        for name, run in runs.items():
            took[name].append(seconds(run) * 1000)
    return {name: Timing.of(each) for name, each in took.items()}


def in_agreement(runs: Mapping[str, Callable[[], Any]]) -> Mapping[str, Callable[[], Any]]:
    """The same, once each has given the same answer: nothing else can be compared."""
    answers = {name: run() for name, run in runs.items()}
    first, *others = answers.values()
    assert all(other == first for other in others), answers
    return runs


def milliseconds(run: Callable[[], Any], *, times: int = 200, warm_up: int = 20) -> float:
    """The median time of a run, after some that do not count."""
    for _ in range(warm_up):
        run()
    return median(seconds(run) for _ in range(times)) * 1000


def seconds(run: Callable[[], Any]) -> float:
    """The time of one run."""
    start = perf_counter()
    run()
    return perf_counter() - start


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown."""
    lines = [list(header), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def print_table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """A Markdown table on standard output."""
    print(table(header, rows))
