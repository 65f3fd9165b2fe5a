"""Cost against size as SVG, both logarithmic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 170, 40, 45
COLOURS = ("#1b6ca8", "#c8553d", "#8a6d3b", "#5b8c5a", "#6b4c9a")

Points = Sequence[tuple[float, float]]


class _Axis:
    """Where a value is drawn between two edges; the powers of ten around all values are its ticks."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self.low = floor(log10(min(values)) + 1e-9)
        self.high = max(ceil(log10(max(values)) - 1e-9), self.low + 1)
        self._start, self._end = start, end

    def place(self, value: float) -> float:
        return self._start + (log10(value) - self.low) / (self.high - self.low) * (self._end - self._start)

    @property
    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def plot(title: str, across: str, lines: Mapping[str, Points]) -> str:
    """An SVG of a line for each name; its points are sizes and milliseconds."""
    x = _Axis([point[0] for points in lines.values() for point in points], LEFT, WIDTH - RIGHT)
    y = _Axis([point[1] for points in lines.values() for point in points], HEIGHT - BOTTOM, TOP)
    parts = [_text(LEFT, 22, title, size=15), _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, across, anchor="middle")]
    for tick in x.ticks:
        parts += [_rule(x.place(tick), TOP, x.place(tick), HEIGHT - BOTTOM)]
        parts += [_text(x.place(tick), HEIGHT - BOTTOM + 16, f"{tick:,.0f}", anchor="middle")]
    for tick in y.ticks:
        parts += [_rule(LEFT, y.place(tick), WIDTH - RIGHT, y.place(tick))]
        parts += [_text(LEFT - 6, y.place(tick) + 4, f"{tick:,g} ms", anchor="end")]
    for number, (name, points) in enumerate(lines.items()):
        parts += _line(number, name, [(x.place(size), y.place(cost)) for size, cost in sorted(points)])
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    background = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="sans-serif">'
    return "\n".join([head, f"<title>{escape(title)}</title>", background, *parts, "</svg>\n"])


def _line(number: int, name: str, points: Points) -> list[str]:
    colour = COLOURS[number % len(COLOURS)]
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
    legend = _text(WIDTH - RIGHT + 14, TOP + 14 + number * 20, name, colour=colour)
    return [f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>', *dots, legend]


def _text(x: float, y: float, text: str, *, size: int = 12, anchor: str = "start", colour: str = "#222") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}"'
    return f"<text {place}>{escape(text)}</text>"


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'
