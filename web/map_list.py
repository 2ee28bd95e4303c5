"""The map as a list, one step below the other: for a narrow screen, with the same facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET

from core.written import share
from web.map_facts import (
    Step,
    about,
    active_d,
    constraint,
    edge_into,
    finding,
    percentile,
    period,
    step_words,
    value_words,
    waiting_d,
)
from web.map_pen import add, fitted, lines_of, text_width, words
from web.map_style import Theme
from web.map_svg import begun, finished

WIDTH: Final = 360.0
_EDGE: Final = 16.0
_LEFT: Final = 30.0
_BAR: Final = 130.0


def map_list(document: Mapping[str, Any], *, theme: Theme = "auto", headed: bool = True) -> str:
    """The SVG of a map as `GET /v1/streams/{name}/map` answers it, 360 wide.

    headed: see `map_svg`.
    """
    steps: Sequence[Step] = document["steps"]
    root = begun(document, theme)
    room = WIDTH - 2 * _EDGE
    y = _finding(root, document) if headed else 0.0
    ends = document["boundaries"]
    for text in (ends["trigger"]["text"], ends["done"]["text"]):
        y += 17
        words(root, _EDGE, y, fitted(text, room, 12), cls="t12 ink")
    y += 14
    worst = constraint(steps)
    longest = max((max(waiting_d(one), active_d(one)) for one in steps), default=0.0)
    for step in steps:
        y = _step(root, step, document, y, longest, worst=step is worst)
    return finished(root, WIDTH, y + 12)


def _finding(root: ET.Element, document: Mapping[str, Any]) -> float:
    """The map in words; where what follows begins."""
    y, room = 22.0, WIDTH - 2 * _EDGE
    for line in lines_of(finding(document), room - 12, 14, most=5):
        words(root, _EDGE, y, line, cls="t14 b ink")
        y += 19
    for line in lines_of(period(document), room, 11, most=4):
        words(root, _EDGE, y, line, cls="ink3")
        y += 15
    return y


def _step(
    root: ET.Element,
    step: Step,
    document: Mapping[str, Any],
    top: float,
    longest: float,
    *,
    worst: bool,
) -> float:
    """One step; where the next one begins."""
    tag = "a" if step["explain"] else "g"
    link = add(root, tag, aria_label=step_words(step, document), data_step=str(step["name"]))
    if step["explain"]:
        link.set("href", str(step["explain"]))
    else:
        link.set("role", "group")
    add(link, "title", step_words(step, document))
    ground = add(
        link, "rect", x=_EDGE, y=top, width=WIDTH - 2 * _EDGE, cls="f-ws" if worst else "f-bg"
    )
    y = top + 18
    y = _bar(link, step, y, waiting_d(step), longest, what="waiting")
    into = edge_into(step, document)
    if into is not None and into["complete_accurate"]["share"] is not None:
        x = _LEFT
        if into["handoff"]:
            add(link, "path", d=f"M{x + 4} {y - 8}l4 4-4 4-4-4z", cls="f-ink")
            x += 14
        words(
            link,
            x,
            y,
            f"{share(into['complete_accurate']['share'])} usable as received",
            cls="ink3",
        )
        y += 16
    name = fitted(step["name"], 150, 14, bold=True)
    words(link, _LEFT, y + 3, name, cls="t14 b ink")
    more = " · ".join(one for one in (step["team"] or "", value_words(step)) if one)
    at = _LEFT + text_width(name, 14, bold=True) + 8
    words(link, at, y + 3, fitted(more, WIDTH - _EDGE - at - 4, 12), cls="t12 ink3")
    y = _bar(link, step, y + 22, active_d(step), longest, what="active")
    if step["kind"] == "tool" and step["lead"]["n"]:
        within = percentile(step["lead"], "p50_d")
        told = f"half of {step['lead']['n']} within {within}, as the tool tells"
        words(link, _LEFT, y, told, cls="t12 ink3")
        y += 17
    for loop in document["rework"]:
        if loop["from"] == step["name"]:
            told = f"↩ {share(loop['deliveries']['share'])} go back to {loop['to']}"
            words(link, _LEFT, y, fitted(told, WIDTH - _LEFT - _EDGE, 12), cls="t12 ink")
            y += 17
    ground.set("height", f"{y - top - 6:.0f}")
    add(link, "path", d=f"M{_EDGE} {top:.0f}V{y - 6:.0f}", cls="li" if worst else "l")
    add(link, "path", d=f"M{_EDGE} {y - 6:.0f}H{WIDTH - _EDGE}", cls="l")
    return y - 6


def _bar(
    link: ET.Element, step: Step, y: float, value: float, longest: float, *, what: str
) -> float:
    """A bar true to scale with its days; nothing of what is not there."""
    waits = what == "waiting"
    if value <= 0:
        return y
    wide = max(1.0, _BAR * value / longest)
    cls = ("ew" if waits else "ea") if step["estimated"] else ("f-w" if waits else "f-a")
    add(link, "rect", x=_LEFT, y=y - 9, width=wide, height=10, cls=cls)
    line = words(link, _LEFT + wide + 6, y, "", cls="t12")
    span = add(line, "tspan", cls="b wt" if waits else "b at")
    span.text = about(step, value)
    now = step["wip"]["waiting_now"] if waits else None
    rest = add(line, "tspan", cls="ink3")
    rest.text = f" {what}" + (f" · {now} now" if now is not None else "")
    return y + 18
