"""RESULTS.md and its pictures, from the results of the last run on each database: `python -m benchmarks.report`."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks import marks
from benchmarks.checks import BY_TEAMS
from benchmarks.measure import table
from benchmarks.plots import plot
from benchmarks.results import Results, Row

FOLDER = Path(__file__).parent
HEAD = ("measure", "size", "of", "median, ms", "p95, ms", "p99, ms", "a second", "command")
COMMANDS = {"postgresql": ".ci/with-postgres", "sqlite": "DATABASE_URL=sqlite://:memory:"}
PLOTTED = {
    **dict.fromkeys(
        (
            marks.CHECK,
            marks.FIRST_50_FEW,
            marks.FIRST_50_MANY,
            marks.COUNT_FEW,
            marks.COUNT_MANY,
            marks.WHO_CAN,
        ),
        "libraries",
    ),
    BY_TEAMS: "teams of the user",
    **dict.fromkeys((marks.SHARE_PAGE, marks.FURTHER_PAGE, marks.NO_MATCH, marks.ACCESS_PAGE), "shares of the library"),
}


def main(folder: Path = FOLDER) -> None:
    """Read `results/*.json` in the folder, write `RESULTS.md` and `results/*.svg` there."""
    runs = [Results.read(path) for path in sorted((folder / "results").glob("*.json"))]
    pictures = dict(_pictures([row for run in runs for row in run.rows if row.database == "postgresql"]))
    for name, picture in pictures.items():
        (folder / "results" / name).write_text(picture)
    (folder / "RESULTS.md").write_text("\n\n".join(_pages(runs, list(pictures))) + "\n")


def _pages(runs: list[Results], pictures: list[str]) -> Iterator[str]:
    yield "# Results"
    yield "One run of `make bench`. What is compared ran in turns, on the same data. [How to read it](README.md)."
    for run in runs:
        database = run.rows[0].database
        yield f"## On {'PostgreSQL' if database == 'postgresql' else 'SQLite'}"
        yield f"{run.machine}. {run.note}".rstrip()
        if database == "postgresql":
            yield from _judged(run)
        command = f"`{COMMANDS[database]} .venv/bin/{run.command}`"
        yield table(HEAD, (_cells(row, command) for row in run.rows))
    yield "## Cost against size"
    yield "\n".join(f"![{name}](results/{name})" for name in pictures)


def _judged(run: Results) -> Iterator[str]:
    found = marks.verdicts(run.rows, marks.ROBUST + marks.OTHERS)
    judged = (
        (
            verdict.mark.measure,
            f"{verdict.size:,}",
            verdict.mark.peer or "a rate",
            verdict.mark.by,
            f"{verdict.reached:,.2f}",
            f"{verdict.mark.least:,.2f}",
            "holds" if verdict.holds else "**does not hold**",
        )
        for verdict in found
    )
    yield "How many times as good as the peer, and the mark, which is the least:"
    yield table(("measure", "size", "against", "by", "reached", "mark", ""), judged)


def _cells(row: Row, command: str) -> tuple[str, ...]:
    times = (f"{value:,.2f}" for value in (row.median, row.p95, row.p99))
    of = f"{row.of} ({row.detail})" if row.detail else row.of
    return (row.measure, f"{row.size:,}", of, *times, f"{row.rate:,.0f}", command)


def _pictures(rows: list[Row]) -> Iterator[tuple[str, str]]:
    lines: dict[str, dict[str, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row.measure in PLOTTED:
            lines[row.measure][row.of].append((row.size, row.median))
    for measure, of in lines.items():
        yield f"{re.sub(r'[^a-z0-9]+', '-', measure)}.svg", plot(measure, PLOTTED[measure], of)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
