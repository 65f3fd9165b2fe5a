"""The benchmarks: what a run keeps, how its ratios are judged, and what is drawn of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import psycopg
import pytest
from django.db import connection

from benchmarks import marks
from benchmarks.__main__ import judge
from benchmarks.checks import BY_TEAMS
from benchmarks.marks import Mark, verdicts
from benchmarks.measure import Pace, Timing, in_agreement, in_turns
from benchmarks.plots import plot
from benchmarks.report import main as report
from benchmarks.results import HERE, Results, Row

ROOT = Path(__file__).resolve().parent.parent
IN_PROCESS = {
    marks.CHECK,
    marks.FIRST_50_FEW,
    marks.FIRST_50_MANY,
    marks.COUNT_FEW,
    marks.COUNT_MANY,
    marks.WHO_CAN,
}


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The URL of one of its own, which a run may empty."""
    if connection.vendor == "sqlite":
        yield "sqlite://:memory:"
        return
    url = urlsplit(os.environ["DATABASE_URL"])
    name = f"benchmarks_{os.getpid()}"
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield url._replace(path=f"/{name}").geturl()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_run_keeps_a_row_of_every_measure_and_peer(empty_database, tmp_path):
    results = tmp_path / "results"
    command = [sys.executable, "-m", "benchmarks", "tiny", "--folder", str(results), "--note", "Of a test."]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": empty_database}, check=True)
    run = Results.read(results / f"{connection.vendor}.json")
    assert (run.command, run.note) == ("python -m benchmarks tiny", "Of a test.")
    assert all(0 < row.median <= row.p95 <= row.p99 and row.rate > 0 for row in run.rows)
    assert promised() <= {(row.measure, row.of) for row in run.rows}
    report(tmp_path)
    assert "| single check | 20 | guardian, direct |" in (tmp_path / "RESULTS.md").read_text()


def promised() -> set[tuple[str, str]]:
    """Measures, with each of those compared; SpiceDB is not installed everywhere."""
    judged = marks.ROBUST + marks.OTHERS
    if connection.vendor == "sqlite":
        judged = tuple(mark for mark in judged if mark.measure in IN_PROCESS and mark.peer != marks.BARE_SQL)
    compared = {(mark.measure, mark.peer) for mark in judged if mark.peer not in ("", marks.SPICEDB)}
    generic = {(measure, marks.GENERIC) for measure in IN_PROCESS}
    return compared | generic | {(mark.measure, HERE) for mark in judged} | {(BY_TEAMS, HERE)}


def row(of: str, median: float, *, measure: str = marks.CHECK, size: int = 100) -> Row:
    return Row("checks", measure, size, of, median, median, median * 2, 1000 / median, "postgresql")


@pytest.mark.parametrize(("theirs", "code"), [(5.0, 0), (2.6, 0), (2.4, 1)])
def test_a_ratio_is_judged_broken_below_half_of_its_mark(capsys, theirs, code):
    """The mark is five times as quick as guardian."""
    assert judge([row(HERE, 1.0), row(marks.DIRECT, theirs)]) == code
    assert ("Broken by half: single check against guardian" in capsys.readouterr().err) is bool(code)


def test_nothing_measured_is_no_success():
    assert judge([row(HERE, 1.0)]) == 1


@pytest.mark.parametrize(
    ("mark", "reached"),
    [
        (Mark(marks.CHECK, marks.FLOOR, 0.6, by="rate"), 0.25),
        (Mark(marks.CHECK, marks.FLOOR, 0.6, by="p99"), 0.25),
        (Mark(marks.CHECK, "", 300, by="rate"), 250),
    ],
)
def test_rates_are_better_when_greater_and_times_when_smaller(mark, reached):
    [verdict] = verdicts([row(HERE, 4.0), row(marks.FLOOR, 1.0)], [mark])
    assert (verdict.reached, verdict.holds) == (reached, False)


def test_a_mark_holds_only_at_its_sizes():
    rows = [row(of, 1.0, size=size) for of in (HERE, marks.DIRECT) for size in (100, 1000)]
    found = verdicts(rows, [Mark(marks.CHECK, marks.DIRECT, 1, sizes=(1000,))])
    assert [verdict.size for verdict in found] == [1000]


def test_those_compared_run_in_turns():
    order: list[str] = []
    runs = {name: (lambda name=name: order.append(name)) for name in ("a", "b")}
    timings = in_turns(runs, Pace(times=3, warm_up=1))
    assert (order, set(timings)) == (["a", "b"] * 4, {"a", "b"})


def test_those_compared_must_agree():
    with pytest.raises(AssertionError):
        in_agreement({"a": lambda: 1, "b": lambda: 2})


def test_percentiles_are_what_so_many_runs_exceed():
    assert Timing.of([float(each) for each in range(100)]) == Timing(49.5, 95, 99, 1000 / 49.5)


def test_a_plot_has_a_line_for_each_and_a_point_for_each_size():
    drawing = ElementTree.fromstring(plot("Check", "libraries", {"a": [(100, 1), (1000, 20)], "b": [(100, 2)]}))
    tags = [element.tag.rpartition("}")[2] for element in drawing.iter()]
    assert (tags.count("polyline"), tags.count("circle")) == (2, 3)
