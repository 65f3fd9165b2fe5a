"""How a benchmark measures and tells: medians of many runs, as a table of Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from statistics import median
from time import perf_counter
from typing import Any


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


def print_table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """A Markdown table on standard output."""
    lines = [list(header), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    for line in lines:
        print(f"| {' | '.join(line)} |")
