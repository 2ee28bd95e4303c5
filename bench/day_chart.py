"""The picture of a day: rows, lag, seconds of a pass and memory over its 24 hours, as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from bench.day_figures import Day, Step
from web.map_pen import add, lines_of, text_width, words
from web.map_style import style_of

_WIDTH: Final = 760.0
_LEFT, _RIGHT, _HIGH, _GAP = 56.0, 16.0, 110.0, 62.0
_HOURS: Final = (0, 6, 12, 18, 24)
_STEPS: Final = (1, 2, 2.5, 5, 10)

Value = Callable[[Step], float]


@dataclass(frozen=True, slots=True)
class _Line:
    """colour: a token of the dashboard."""

    label: str
    colour: str
    value: Value


@dataclass(frozen=True, slots=True)
class _Panel:
    title: str
    unit: str
    lines: Sequence[_Line]
    zero: bool = True


def day_chart(day: Day) -> str:
    """One SVG without script and font, light or dark as the reader has it."""
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img"})
    root.set("aria-labelledby", "day-title day-desc")
    add(root, "title", _finding(day), id="day-title")
    add(root, "desc", _about(day), id="day-desc")
    add(root, "style").text = style_of("auto")
    add(root, "rect", width="100%", height="100%", cls="f-bg")
    top = 28.0
    for line in lines_of(_finding(day), _WIDTH - 32, 14, most=3):
        words(root, 16.0, top, line, cls="t14 b ink")
        top += 19
    for line in lines_of(_about(day), _WIDTH - 32, 12, most=3):
        words(root, 16.0, top + 2, line, cls="t12")
        top += 17
    top += 34
    for panel in _panels(day):
        _draw(root, panel, day.steps, top)
        top += _HIGH + _GAP
    words(root, _LEFT, top - 22, "hour of the day", cls="ink3")
    height = top - 8
    root.set("viewBox", f"0 0 {_WIDTH:.0f} {height:.0f}")
    root.set("width", f"{_WIDTH:.0f}")
    root.set("height", f"{height:.0f}")
    return f"{ET.tostring(root, encoding='unicode')}\n"


def _finding(day: Day) -> str:
    calm = max(step.calm_min for step in day.steps)
    fast = max(step.lag_most_min for step in day.steps)
    return (
        f"{day.speed:,.0f} times as fast as in life, facts were up to {fast:.0f} minutes of the"
        f" company's clock late; at its own pace they would be no later than {calm:.1f}: a quarter"
        " of an hour, and the longest pass"
    )


def _about(day: Day) -> str:
    return (
        f"{day.engineers:,} engineers, {day.rows:,} rows of records after {day.before:,};"
        f" {len(day.steps)} passes one after the other, a point for each; one process and"
        " PostgreSQL on two cores that others used, too"
    )


def _panels(day: Day) -> Sequence[_Panel]:
    fast = f"latest, {day.speed:,.0f} x as fast"
    return (
        _Panel("Rows that a pass read", "", [_Line("", "new", lambda one: one.rows)]),
        _Panel(
            "From an event to its facts",
            "min",
            [
                _Line(fast, "waiting", lambda one: one.lag_most_min),
                _Line("half of them", "new", lambda one: one.lag_p50_min),
                _Line("latest at its own pace, worked out", "active", lambda one: one.calm_min),
            ],
        ),
        _Panel(
            "What a pass took",
            "s",
            [
                _Line("all", "active", lambda one: one.pass_s),
                _Line("storing", "new", lambda one: one.store_s),
            ],
        ),
        _Panel("Memory of the process", "MB", [_Line("", "active", lambda one: one.mb)]),
    )


def _draw(root: ET.Element, panel: _Panel, steps: Sequence[Step], top: float) -> None:
    most = _rounded(max(one.value(step) for one in panel.lines for step in steps))
    bottom, right = top + _HIGH, _WIDTH - _RIGHT
    words(root, _LEFT, top - 12, panel.title, cls="t12 b ink")
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * _HIGH
        add(root, "path", d=f"M{_LEFT:.1f} {y:.1f}H{right:.1f}", cls="l")
        unit = f" {panel.unit}" if panel.unit and share else ""
        told = f"{most * share:,.10g}{unit}"
        words(root, _LEFT - 6, y + 4, told, text_anchor="end", cls="ink3")
    for hour in _HOURS:
        words(root, _x(hour), bottom + 16, str(hour), text_anchor="middle", cls="ink3")
    for line in panel.lines:
        points = [
            f"{_x(step.until_h):.1f} {bottom - line.value(step) / most * _HIGH:.1f}"
            for step in steps
        ]
        style = f"fill:none;stroke:var(--{line.colour});stroke-width:1.5"
        add(root, "path", d=f"M{'L'.join(points)}", style=style)
    _key(root, [one for one in panel.lines if one.label], top - 12)


def _key(root: ET.Element, lines: Sequence[_Line], y: float) -> None:
    """From the right, on the line of the title."""
    x = _WIDTH - _RIGHT
    for line in reversed(lines):
        x -= text_width(line.label, 11)
        words(root, x, y, line.label)
        style = f"stroke:var(--{line.colour});stroke-width:2"
        add(root, "path", d=f"M{x - 20:.1f} {y - 4:.1f}h14", style=style)
        x -= 34


def _x(hour: float) -> float:
    return _LEFT + hour / 24 * (_WIDTH - _LEFT - _RIGHT)


def _rounded(most: float) -> float:
    """The next number that is easily halved."""
    size = 1.0
    while size * _STEPS[-1] < most:
        size *= 10
    while size > most:
        size /= 10
    return next(size * step for step in _STEPS if size * step >= most)
