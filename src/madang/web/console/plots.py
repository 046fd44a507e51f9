"""Plots as SVG, made on the server: bars, columns and lines with axes, a title and a description for screen readers.

Colours come from the page's style by class. A plot says nothing that the table beside it does not say.
"""

from collections.abc import Sequence
from html import escape

import msgspec

from madang.web.site.formats import Markup

WIDTH = 960
BAR, GAP, LABELS, VALUES, AXIS = 22, 10, 230, 120, 34
HEIGHT = 300
LEFT, TOP = 110, 16
MOST_TICKS = 5


class Point(msgspec.Struct, frozen=True):
    """One value with its label; `said` is the value as people read it."""

    label: str
    value: int
    said: str


def ticks(highest: int) -> list[int]:
    """Round values from 0 up to at least `highest`, at most six of them."""
    step = 1
    while step * MOST_TICKS < highest:
        for factor in (2, 5, 10):
            if step * factor * MOST_TICKS >= highest:
                step *= factor
                break
        else:
            step *= 10
    return list(range(0, max(highest, 1) + step, step)) if highest % step else list(range(0, max(highest, 1) + 1, step))


def bars(name: str, title: str, description: str, points: Sequence[Point]) -> Markup:
    """Horizontal bars, one below the other, each with its label and value."""
    highest = max((one.value for one in points), default=0) or 1
    room = WIDTH - LABELS - VALUES
    parts = []
    for place, one in enumerate(points):
        y = TOP + place * (BAR + GAP)
        length = max(one.value, 0) * room // highest
        middle = y + BAR * 3 // 4
        parts += [
            f'<text class="label" x="{LABELS - 10}" y="{middle}" text-anchor="end">{escape(_short(one.label))}</text>',
            f'<rect class="bar" x="{LABELS}" y="{y}" width="{max(length, 1)}" height="{BAR}"/>',
            f'<text class="value" x="{LABELS + length + 8}" y="{middle}">{escape(one.said)}</text>',
        ]
    height = 2 * TOP + max(len(points), 1) * (BAR + GAP)
    return _svg(name, title, description, height, parts)


def columns(name: str, title: str, description: str, points: Sequence[Point], unit: str) -> Markup:
    """Columns side by side over labels, such as the hours of a day."""
    top, parts = _axis(points, unit)
    width = (WIDTH - LEFT - 10) / max(len(points), 1)
    for place, one in enumerate(points):
        x, y = LEFT + place * width, _y(one.value, top)
        parts.append(
            f'<rect class="bar" x="{x + 2:.1f}" y="{y:.1f}" width="{max(width - 4, 1):.1f}" '
            f'height="{TOP + HEIGHT - y:.1f}"/>'
        )
        parts += _label(place, len(points), x + width / 2, one.label)
    return _svg(name, title, description, TOP + HEIGHT + AXIS, parts)


def line(name: str, title: str, description: str, points: Sequence[Point], unit: str) -> Markup:
    """A line over labels, such as days, with a dot at each value."""
    top, parts = _axis(points, unit)
    width = (WIDTH - LEFT - 30) / max(len(points) - 1, 1)
    first = LEFT + 10 if len(points) > 1 else (LEFT + WIDTH) / 2
    places = [(first + place * width, _y(one.value, top)) for place, one in enumerate(points)]
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts.append(f'<polyline class="line" points="{drawn}" fill="none"/>')
    for place, (x, y) in enumerate(places):
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
        parts += _label(place, len(points), x, points[place].label)
    return _svg(name, title, description, TOP + HEIGHT + AXIS, parts)


def _axis(points: Sequence[Point], unit: str) -> tuple[int, list[str]]:
    """The highest tick, and lines with their values."""
    marks = ticks(max((one.value for one in points), default=0))
    parts = []
    for mark in marks:
        y = _y(mark, marks[-1])
        parts += [
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}"/>',
            f'<text class="label" x="{LEFT - 8}" y="{y + 5:.1f}" text-anchor="end">{mark:,}{escape(unit)}</text>',
        ]
    return marks[-1], parts


def _y(value: int, top: int) -> float:
    return TOP + HEIGHT - max(value, 0) * HEIGHT / top


def _label(place: int, count: int, x: float, text: str) -> list[str]:
    """A label below the axis; of many only some, so that they do not lie on each other."""
    every = -(-count // 12)
    if place % every:
        return []
    return [f'<text class="label" x="{x:.1f}" y="{TOP + HEIGHT + 22}" text-anchor="middle">{escape(text)}</text>']


def _short(text: str) -> str:
    return text if len(text) <= 18 else f"{text[:17]}…"


def _svg(name: str, title: str, description: str, height: int, parts: Sequence[str]) -> Markup:
    return Markup(
        f'<svg class="plot" id="{escape(name)}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="{escape(name)}-title {escape(name)}-desc">'
        f'<title id="{escape(name)}-title">{escape(title)}</title><desc id="{escape(name)}-desc">'
        f"{escape(description)}</desc>{''.join(parts)}</svg>"
    )
