"""What was measured, as rows that a file of JSON keeps."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks.measure import Timing

HERE = "here"


@dataclass(frozen=True)
class Row:
    """What one of those compared took for one measure at one size: milliseconds, and how many a second.

    of: HERE, or the peer. size: as the measure says, of libraries where it says nothing. program: where it is measured.
    detail: what else is to be known of the one compared.
    """

    program: str
    measure: str
    size: int
    of: str
    median: float
    p95: float
    p99: float
    rate: float
    database: str
    detail: str = ""


@dataclass(frozen=True)
class Results:
    """A run: where it was, and its rows. note: what else a reader should know of it."""

    machine: str
    command: str
    note: str
    rows: Sequence[Row]

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> Results:
        kept = json.loads(path.read_text())
        return cls(**{**kept, "rows": [Row(**row) for row in kept["rows"]]})


def rows_of(
    program: str, measure: str, size: int, timings: Mapping[str, Timing], details: Mapping[str, str] | None = None
) -> list[Row]:
    """A row for each of those compared. details: of some of them."""
    known = details or {}
    return [
        Row(program, measure, size, of, database=connection.vendor, detail=known.get(of, ""), **asdict(timing))
        for of, timing in timings.items()
    ]


def machine() -> str:
    """Cores, memory and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {_database()}, Python {platform.python_version()}"


def _database() -> str:
    database: Any = connection
    database.ensure_connection()
    if database.vendor == "postgresql":
        return f"PostgreSQL {database.pg_version // 10000}"
    return f"SQLite {database.Database.sqlite_version}"
