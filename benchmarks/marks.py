"""What must hold between the rows of one run, whatever the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from benchmarks.results import HERE, Row

BROKEN_BY_HALF = 0.5


@dataclass(frozen=True)
class Mark:
    """How many times as good as the peer this is at least: a smaller `by` counts as better, but a greater rate.

    peer: none where the rate itself is the mark. sizes: at which it must hold; every measured one otherwise.
    """

    measure: str
    peer: str
    least: float
    by: str = "median"
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What a mark came to at one size."""

    mark: Mark
    size: int
    reached: float

    @property
    def holds(self) -> bool:
        return self.reached >= self.mark.least

    @property
    def is_broken_by_half(self) -> bool:
        return self.reached < self.mark.least * BROKEN_BY_HALF

    def __str__(self) -> str:
        beside = f" against {self.mark.peer}" if self.mark.peer else ""
        by = "" if self.mark.by == "median" else f", by {self.mark.by}"
        return f"{self.mark.measure}{beside} at {self.size:,}{by}: {self.reached:,.2f}, mark {self.mark.least:,.2f}"


DIRECT, GENERIC, BARE_SQL = "guardian, direct", "guardian, generic", "bare SQL"
FLOOR, SPICEDB = "the HTTP floor", "SpiceDB"
ASSIGN_PERM = "guardian's assign_perm"
AT_FEW, FIRST_PAGE = "the same at 100", "page 1"

CHECK = "single check"
FIRST_50_FEW, FIRST_50_MANY = "first 50 of few visible", "first 50 of many visible"
COUNT_FEW, COUNT_MANY = "how many of few visible", "how many of many visible"
WHO_CAN = "who can, through teams"
SHARE_PAGE, FURTHER_PAGE = "page of shares", "page of shares, far back"
NO_MATCH, ACCESS_PAGE = "search of shares without a match", "page of access"
EVALUATION, BULK, ONE_SHARE_WRITTEN = "evaluation", "1,000 evaluations in one request", "one share written"
LIBRARY_LIST, SHARES_OVER_HTTP, SHARE, PUT = "list of libraries", "share page", "share", "PUT of a share"

# Ratios that hold still on a machine that does other things meanwhile: what is compared runs in turns.
ROBUST = (
    Mark(CHECK, DIRECT, 5),
    Mark(CHECK, BARE_SQL, 1 / 3),
    Mark(FIRST_50_FEW, DIRECT, 1),
    Mark(FIRST_50_MANY, DIRECT, 1),
    Mark(FIRST_50_FEW, DIRECT, 5, sizes=(100_000,)),
    Mark(FIRST_50_MANY, DIRECT, 5, sizes=(100_000,)),
    Mark(COUNT_FEW, DIRECT, 1),
    Mark(COUNT_MANY, DIRECT, 1),
    Mark(COUNT_FEW, DIRECT, 3, sizes=(100_000,)),
    Mark(WHO_CAN, DIRECT, 10, sizes=(10_000, 100_000)),
    Mark(SHARE_PAGE, AT_FEW, 1 / 1.5),
    Mark(FURTHER_PAGE, FIRST_PAGE, 1 / 1.5),
    Mark(NO_MATCH, AT_FEW, 1 / 3),
    Mark(ACCESS_PAGE, AT_FEW, 1 / 3),
)

# These depend on how the machine shares its cores between clients, servers and database, or on its disk.
OTHERS = (
    Mark(ONE_SHARE_WRITTEN, ASSIGN_PERM, 0.5),
    *(Mark(measure, FLOOR, 0.6, by="rate") for measure in (EVALUATION, LIBRARY_LIST, SHARES_OVER_HTTP, SHARE, PUT)),
    *(Mark(measure, FLOOR, 0.5, by="p99") for measure in (EVALUATION, LIBRARY_LIST, SHARES_OVER_HTTP, SHARE, PUT)),
    Mark(EVALUATION, SPICEDB, 1, by="rate"),
    Mark(BULK, "", 30_000, by="rate"),
    Mark(BULK, SPICEDB, 1),
)


def verdicts(rows: Iterable[Row], marks: Iterable[Mark]) -> Iterator[Verdict]:
    """Each mark at each size at which both sides of it were measured on PostgreSQL."""
    found = {(row.measure, row.size, row.of): row for row in rows if row.database == "postgresql"}
    for mark in marks:
        for measure, size, of in found:
            if measure == mark.measure and of == HERE and size in (mark.sizes or (size,)):
                peer = found.get((measure, size, mark.peer))
                if peer or not mark.peer:
                    yield Verdict(mark, size, _reached(found[measure, size, of], peer, mark.by))


def _reached(here: Row, peer: Row | None, by: str) -> float:
    value: Callable[[Row], float] = lambda row: getattr(row, by)  # noqa: E731
    if peer is None:
        return value(here)
    return value(here) / value(peer) if by == "rate" else value(peer) / value(here)
