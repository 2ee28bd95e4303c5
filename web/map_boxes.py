"""The steps of a drawn map: who tells them, the queue before them, the box, what comes back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET

from core.written import share
from web.map_facts import (
    Step,
    about,
    days,
    edge_into,
    percentile,
    step_words,
    value_words,
    waiting_d,
)
from web.map_pen import add, fitted, lines_of, text_width, words

PITCH: Final = 142.0
BOX: Final = 98.0
HIGH: Final = 122.0
SLOT: Final = PITCH - BOX
_MOST_LOOPS: Final = 6
_LEVEL: Final = 30.0


def draw_information(root: ET.Element, step: Step, left: float, top: float) -> None:
    """Who tells the step that there is work, down to its queue: a zigzag by a system, a person and
    a dashed line by people.
    """
    x, told = left + 10, step["informed"]
    system = told["told"] == "system"
    if system:
        add(root, "path", d=f"M{x} {top}v10l-5 5h10l-5 5v12", cls="l2")
    else:
        add(root, "circle", cx=x, cy=top + 3, r=3, cls="l2")
        add(root, "path", d=f"M{x - 5} {top + 14}c0-8 10-8 10 0", cls="l2")
    add(
        root, "path", d=f"M{x} {top + (32 if system else 16)}V{top + 62}",
        cls="l2" if system else "l2 dash", marker_end="url(#arrow)",
    )  # fmt: skip
    for row, line in enumerate(lines_of(told["by"] or "", PITCH - 24, 11, most=2)):
        words(root, x + 9, top + 9 + 13 * row, line, cls="ink3")


def draw_step(
    root: ET.Element,
    step: Step,
    document: Mapping[str, Any],
    left: float,
    top: float,
    *,
    longest: float,
    worst: bool,
    weakest: bool,
) -> None:
    """The queue and the box of a step; the box opens the items behind it."""
    link = add(
        root, "a", href=str(step["explain"] or "#"), aria_label=step_words(step, document),
        data_step=str(step["name"]),
    )  # fmt: skip
    if not step["explain"]:
        link.tag = "g"
        del link.attrib["href"]
        link.set("role", "group")
    if step.get("faint"):
        link.set("class", "faint")
    add(link, "title", step_words(step, document))
    _queue(link, step, left, top, longest)
    _arrival(link, step, document, left, top, weakest=weakest)
    _box(link, step, left + SLOT, top, worst=worst)


def _queue(link: ET.Element, step: Step, left: float, top: float, longest: float) -> None:
    wait = waiting_d(step)
    x, base = left + SLOT / 2 - 2, top + 78
    if wait > 0 and longest > 0:
        side = max(7.0, 32 * math.sqrt(wait / longest))
        cls = "ew so" if step["estimated"] else "f-w"
        add(
            link,
            "path",
            d=f"M{x - side / 2:.1f} {base}h{side:.1f}l{-side / 2:.1f} {-side:.1f}z",
            cls=cls,
        )
        words(link, x, base + 14, about(step, wait), cls="b wt", text_anchor="middle")
    now = step["wip"]["waiting_now"]
    if now is not None:
        words(link, x, base + 28, now, cls="ink3", text_anchor="middle")


def _arrival(
    link: ET.Element,
    step: Step,
    document: Mapping[str, Any],
    left: float,
    top: float,
    *,
    weakest: bool,
) -> None:
    """The arrow into the box, its handoff, and how much is usable as received."""
    y = top + 22
    cls = "l2 dash" if step["estimated"] or step["kind"] == "tool" else "l2"
    add(link, "path", d=f"M{left - 1} {y}H{left + SLOT - 1}", cls=cls, marker_end="url(#arrow)")
    into = edge_into(step, document)
    if into is None:
        return
    x = left + SLOT / 2 - 4
    if into["handoff"]:
        add(link, "path", d=f"M{x} {y - 4}l4 4-4 4-4-4z", cls="f-ink")
    accurate = into["complete_accurate"]["share"]
    if accurate is not None:
        text = share(accurate)
        words(link, x, y - 9, text, cls="b ink" if weakest else "", text_anchor="middle")


def _box(link: ET.Element, step: Step, left: float, top: float, *, worst: bool) -> None:
    cls = "box est" if step["estimated"] else "box top" if worst else "box"
    add(link, "rect", x=left, y=top, width=BOX, height=HIGH, rx=4, cls=cls)
    inner, right = left + 7, left + BOX - 7
    most = 1 if step["team"] else 2
    for number, line in enumerate(lines_of(step["name"], (BOX - 14) / 1.06, 12, most=most)):
        words(link, inner, top + 16 + 14 * number, line, cls="t12 b ink halo")
    if step["team"]:
        words(link, inner, top + 30, fitted(step["team"], BOX - 14, 11), cls="ink3 halo")
    rows = (
        ("Active", _active(step)),
        ("p85", _lead(step)),
        ("Inside", "–" if step["wip"]["now"] is None else str(step["wip"]["now"])),
        ("Pass", _passed(step)),
    )[: 2 if step["kind"] == "tool" and step["wip"]["now"] is None else 4]
    for number, (label, value) in enumerate(rows):
        y = top + 49 + 14 * number
        words(link, inner, y, label, cls="ink3 halo")
        room = BOX - 18 - text_width(label, 11)
        words(link, right, y, fitted(value, room, 11), cls="ink halo", text_anchor="end")
    if value_words(step):
        words(link, inner, top + HIGH - 8, value_words(step), cls="halo")


def _active(step: Step) -> str:
    if step["estimated"]:
        return about(step, step["ladder"]["active_d"])
    if step["queues"] and len(step["queues"]) == len(step["stages"]):
        return "–"
    told = percentile(step["process"], "p50_d")
    return f"≤ {told}" if step["process"]["kind"] == "upper_bound" and told[0] != "n" else told


def _lead(step: Step) -> str:
    return (
        about(step, step["lead"]["mean_d"])
        if step["estimated"]
        else percentile(step["lead"], "p85_d")
    )


def _passed(step: Step) -> str:
    right = step["first_pass_yield"]["share"]
    return "no data" if right is None else share(right)


def levels_of(spans: Sequence[tuple[float, float]]) -> list[int]:
    """A level for each span so that no two on one level touch, short ones first on top."""
    taken: list[list[tuple[float, float]]] = []
    found = [0] * len(spans)
    for place in sorted(range(len(spans)), key=lambda one: spans[one][1] - spans[one][0]):
        low, high = spans[place]
        level = next(
            (n for n, row in enumerate(taken) if all(high + 8 < a or b + 8 < low for a, b in row)),
            len(taken),
        )
        if level == len(taken):
            taken.append([])
        taken[level].append((low, high))
        found[place] = level
    return found


def loops_drawn(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The loops that lost most time, at most six; the others stand in the table."""
    names = {one["name"] for one in document["steps"] if one["kind"] != "tool"}
    found = [one for one in document["rework"] if one["from"] in names and one["to"] in names]
    return found[:_MOST_LOOPS]


def loops_between_rows(document: Mapping[str, Any], rows: Sequence[Mapping[str, float]]) -> int:
    """How many of them lead from one row to another, where there is no room for an arc."""
    return sum(
        not any(one["from"] in row and one["to"] in row for row in rows)
        for one in loops_drawn(document)
    )


def draw_loops(
    root: ET.Element, document: Mapping[str, Any], lefts: Mapping[str, float], top: float
) -> float:
    """The way back to earlier steps below the boxes of a row; the costliest of the map in black.
    How high they are.
    """
    told = loops_drawn(document)
    loops = [one for one in told if one["from"] in lefts and one["to"] in lefts]
    spans, texts = [], []
    for one in loops:
        a, b = lefts[one["to"]] + SLOT + BOX * 0.4, lefts[one["from"]] + SLOT + BOX * 0.6
        text = f"{share(one['deliveries']['share'])} come back, +{days(one['lost_each_d'])} each"
        middle, half = (a + b) / 2, text_width(text, 11, bold=True) / 2
        spans.append((min(a, middle - half), max(b, middle + half)))
        texts.append((a, b, text))
    levels = levels_of(spans)
    for number, (one, (a, b, text)) in enumerate(zip(loops, texts, strict=True)):
        y = top + 14 + levels[number] * _LEVEL
        ink = one is told[0]
        wide = 1 + 3.5 * float(one["deliveries"]["share"] or 0)
        group = add(root, "g") if one["shown"] else add(root, "g", cls="faint")
        add(group, "title", f"{one['from']} back to {one['to']}: {text}")
        add(
            group, "path", d=f"M{b:.1f} {top}V{y}H{a:.1f}V{top + 2}", cls="li" if ink else "l2",
            marker_end="url(#arrow-ink)" if ink else "url(#arrow)", stroke_width=wide,
        )  # fmt: skip
        words(
            group, (a + b) / 2, y + 12, text, cls="b ink halo" if ink else "ink3 halo",
            text_anchor="middle",
        )  # fmt: skip
    return max((max(levels, default=-1) + 1) * _LEVEL + 6, 36.0)
