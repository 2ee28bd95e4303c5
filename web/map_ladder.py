"""The time ladder of a drawn map: waiting above the line, activity below, true to scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from web.map_facts import Step, active_d, days, other_d, waiting_d
from web.map_pen import add, fitted, text_width, words

HEIGHT = 142
_HIGH, _LOW = 36.0, 21.0
_NICE = (1 / 24, 0.25, 0.5, 1, 2, 7, 14, 28, 56, 91, 182, 364, 728)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the days of a step lie on the ladder."""

    left: float
    right: float


def draw_ladder(
    root: ET.Element, document: Mapping[str, Any], left: float, top: float, width: float
) -> dict[str, Place]:
    """The ladder in a box of `HEIGHT`; where each step lies by name. Nothing where nothing was."""
    steps: Sequence[Step] = document["steps"]
    total = sum(waiting_d(one) + active_d(one) + other_d(one) for one in steps)
    group = add(root, "g")
    add(group, "title", "Time ladder: waiting above the line, activity below it")
    if total <= 0:
        words(group, left, top + 40, document["ladder"]["reason"] or "no time passed", cls="ink3")
        return {}
    scale = width / total
    places = {}
    at, base = left, top + 20 + _HIGH
    for step in steps:
        begin = at
        at = _bars(group, step, at, base, scale)
        places[str(step["name"])] = Place(begin, at)
    _names(group, steps, places, top + 12)
    _axis(group, left, base + _LOW + 22, width, total)
    _sums(group, document, left, base + _LOW + 56)
    return places


def _bars(group: ET.Element, step: Step, at: float, base: float, scale: float) -> float:
    rows = (
        (waiting_d(step), "ew" if step["estimated"] else "f-w", True, "ow"),
        (active_d(step), "ea" if step["estimated"] else "f-a", False, "oa"),
        (other_d(step), "f-n", True, "ink"),
    )
    for value, cls, above, ink in rows:
        wide = value * scale
        if wide <= 0:
            continue
        y, high = (base - _HIGH, _HIGH) if above else (base + 1, _LOW)
        add(group, "rect", x=at, y=y, width=max(wide - 0.6, 0.4), height=high, cls=cls)
        text = f"≈ {days(value)}" if step["estimated"] else days(value)
        if text_width(text, 11, bold=True) + 6 <= wide:
            more = "ink halo" if step["estimated"] else ink
            words(
                group, at + wide / 2, y + high / 2 + 4, text,
                cls=f"b {more}", text_anchor="middle",
            )  # fmt: skip
        at += wide
    return at


def _names(group: ET.Element, steps: Sequence[Step], places: Mapping[str, Place], y: float) -> None:
    """The name of each step over its days, where there is room for it."""
    for step in steps:
        place = places[str(step["name"])]
        room = place.right - place.left - 4
        if room >= text_width("abcd", 11):
            name = fitted(step["name"], room, 11)
            words(group, (place.left + place.right) / 2, y, name, cls="ink3", text_anchor="middle")


def _axis(group: ET.Element, left: float, y: float, width: float, total: float) -> None:
    step = next((one for one in _NICE if total / one <= 8), 1456)
    add(group, "path", d=f"M{left:.1f} {y:.1f}h{width:.1f}", cls="l")
    number = 0
    while number * step <= total:
        x = left + number * step / total * width
        add(group, "path", d=f"M{x:.1f} {y:.1f}v4", cls="l")
        text = (
            "day 0" if number == 0 else f"{number * step:g}" if step >= 1 else days(number * step)
        )
        if number == 0:
            words(group, x, y + 15, text, cls="ink3")
        elif x < left + width - 56:
            words(group, x, y + 15, text, cls="ink3", text_anchor="middle")
        number += 1
    words(group, left + width, y + 15, days(total), cls="b ink", text_anchor="end")


def _sums(group: ET.Element, document: Mapping[str, Any], left: float, y: float) -> None:
    ladder = document["ladder"]
    line = words(group, left, y, "", cls="t12")
    for text, cls in (
        (f"{days(ladder['waiting_d'])} waiting", "b wt"),
        (" above the line   ", "ink3"),
        (f"{days(ladder['active_d'])} active", "b at"),
        (" below it, at most: status time overstates touch time", "ink3"),
    ):
        span = add(line, "tspan", cls=cls)
        span.text = text
    if ladder["estimated_d"]:
        span = add(line, "tspan", cls="ink3")
        span.text = f"   ≈ {days(ladder['estimated_d'])} more by estimate"
