"""Bars over days, drawn on the server: an SVG needs no script, and its words are real text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT = 720, 150
LEFT, BOTTOM, TOP = 34, 22, 12
TICK_DAYS = 15


@dataclass(frozen=True)
class Bar:
    """One day's bar in the picture's own units."""

    x: float
    y: float
    width: float
    height: float
    day: date
    count: int


@dataclass(frozen=True)
class Tick:
    """A line of the scale, and what is written at it."""

    at: float
    text: str


@dataclass(frozen=True)
class Plot:
    """Everything that `admin/plot.html` draws. days: from the first to the last, with a count each."""

    days: tuple[tuple[date, int], ...]

    width = WIDTH
    height = HEIGHT
    left = LEFT
    floor = HEIGHT - BOTTOM

    @property
    def total(self) -> int:
        return sum(count for _, count in self.days)

    @property
    def busiest(self) -> tuple[date, int]:
        return max(self.days, key=lambda day: day[1])

    @property
    def summary(self) -> str:
        """The picture in words."""
        if not self.total:
            return f"No shares were made in the last {len(self.days)} days."
        day, count = self.busiest
        made = "1 share was" if self.total == 1 else f"{self.total} shares were"
        return f"{made} made in the last {len(self.days)} days, most of them on {day:%-d %B %Y}: {count}."

    @property
    def top(self) -> int:
        """What the scale goes up to: a round number, even so that its half is a whole one."""
        most = max(self.busiest[1], 2)
        step = 10 ** (len(str(most)) - 1)
        return next(step * times for times in (1, 2, 4, 6, 8, 10, 20) if step * times >= most)

    @property
    def bars(self) -> list[Bar]:
        slot = (WIDTH - LEFT) / len(self.days)
        return [
            self._bar(LEFT + slot * number, slot * 0.76, day, count) for number, (day, count) in enumerate(self.days)
        ]

    def _bar(self, x: float, width: float, day: date, count: int) -> Bar:
        height = (self.floor - TOP) * count / self.top
        return Bar(round(x, 1), round(self.floor - height, 1), round(width, 1), round(height, 1), day, count)

    @property
    def levels(self) -> list[Tick]:
        """The scale of counts."""
        half = self.top // 2
        return [Tick(self.floor - (self.floor - TOP) * count / self.top, str(count)) for count in (0, half, self.top)]

    @property
    def dates(self) -> list[Tick]:
        """The scale of days."""
        return [Tick(bar.x, f"{bar.day:%-d %b}") for bar in self.bars[: -TICK_DAYS // 2 : TICK_DAYS]]

    @property
    def weeks(self) -> list[tuple[date, int]]:
        """The same numbers for a table: the first day of each seven, and how many."""
        seven = [self.days[start : start + 7] for start in range(0, len(self.days), 7)]
        return [(days[0][0], sum(count for _, count in days)) for days in seven]


def plot_of(counts: Mapping[date, int], *, until: date, days: int) -> Plot:
    """The plot of so many days up to `until`; a day without a count has none."""
    first = until - timedelta(days=days - 1)
    shown = [first + timedelta(days=number) for number in range(days)]
    return Plot(tuple((day, counts.get(day, 0)) for day in shown))
