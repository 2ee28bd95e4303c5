"""The value stream map as an SVG of its own: for a page, a wiki, or paper.

Three layers: who tells whom, the steps in equal columns, and the days true to scale. No script, no
font and no address but those of the items.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET

from web.map_boxes import HIGH, PITCH, draw_loops, loops_between_rows
from web.map_facts import (
    Step,
    constraint,
    days,
    edge_into,
    finding,
    period,
    step_words,
    waiting_d,
)
from web.map_ladder import HEIGHT as LADDER
from web.map_ladder import Place, draw_ladder
from web.map_pen import add, defined, fitted, lines_of, text_width, words
from web.map_row import BOXES, Marks, draw_row, lines_of_steps
from web.map_style import Theme, style_of

_EDGE: Final = 16.0
_LEAST: Final = 760.0
_KEY: Final = (
    "triangle: area is days of waiting, below it items waiting now · diamond: handoff to another"
    " team · % above an arrow: usable as received · hatched, ≈: estimated, no tool records it ·"
    " Active: half of the stays, at most ≤ · p85: 85 % spend less, queue included · Pass: left"
    " right the first time · ( ): observed, few"
)


def map_svg(document: Mapping[str, Any], *, theme: Theme = "auto", headed: bool = True) -> str:
    """The SVG of a map as `GET /v1/streams/{name}/map` answers it: the steps of the tracker with
    the ladder below, and in a row of their own the steps of the way to production.

    headed: with the finding and the window above it; a page says them itself.
    """
    steps = _shown(document)
    rows, tools = lines_of_steps(_of(steps, tools=False)), _of(steps, tools=True)
    width = max(_LEAST, 2 * _EDGE + PITCH * max(map(len, [*rows, tools]), default=0))
    root = begun(document, theme)
    under = add(root, "g")
    y = _finding(root, document, width) if headed else 0.0
    _ends(root, document, width, y + 20)
    marks = _marks(steps, document)
    top = y + 46.0
    drawn: list[tuple[Mapping[str, float], float]] = []
    for row in rows:
        lefts = draw_row(root, row, document, _EDGE, top, marks)
        drawn.append((lefts, top + BOXES))
        top += BOXES + HIGH
        top += draw_loops(root, document, lefts, top + 2) + 20
    top = _between_rows(root, loops_between_rows(document, [one for one, _ in drawn]), top)
    if rows:
        places = draw_ladder(root, document, _EDGE, top, width - 2 * _EDGE)
        for own, boxes in drawn:
            ladder = top if own is drawn[-1][0] else None
            _constraint(root, under, marks.worst, own, boxes, places, ladder)
        top += LADDER + 10
    if tools:
        top = _aside(root, top + 14, width) if rows else top
        draw_row(root, tools, document, _EDGE, top, marks)
        top += BOXES + HIGH
    key = lines_of(_KEY, width - 2 * _EDGE, 11, most=6)
    for number, line in enumerate(key):
        words(root, _EDGE, top + 24 + 16 * number, line, cls="ink3")
    return finished(root, width, top + 24 + 16 * len(key))


def _of(steps: Sequence[Step], *, tools: bool) -> Sequence[Step]:
    return [one for one in steps if (one["kind"] == "tool") is tools]


def _marks(steps: Sequence[Step], document: Mapping[str, Any]) -> Marks:
    longest = max((waiting_d(one) for one in steps), default=0.0)
    return Marks(longest, constraint(steps), _weakest(steps, document))


def begun(document: Mapping[str, Any], theme: Theme) -> ET.Element:
    """The root with name, description, style and paper."""
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img"})
    root.set("aria-labelledby", "map-title map-desc")
    add(root, "title", finding(document), id="map-title")
    steps = ". ".join(step_words(step, document) for step in document["steps"])
    add(root, "desc", f"{period(document)}. {steps}.", id="map-desc")
    add(root, "style").text = style_of(theme)
    defined(root)
    add(root, "rect", width="100%", height="100%", cls="f-bg")
    return root


def finished(root: ET.Element, width: float, height: float) -> str:
    """The text of the SVG, which has this size of itself; a page that shows it may scale it."""
    root.set("viewBox", f"0 0 {width:.0f} {height:.0f}")
    root.set("width", f"{width:.0f}")
    root.set("height", f"{height:.0f}")
    return ET.tostring(root, encoding="unicode")


def _shown(document: Mapping[str, Any]) -> Sequence[Step]:
    """The steps; those that no shown way goes through are faint."""
    ways = [one for one in document["paths"]["paths"] if one["shown"]]
    through = {name for one in ways for name in one["steps"]}
    return [
        {**step, "faint": bool(ways) and step["kind"] == "stage" and step["name"] not in through}
        for step in document["steps"]
    ]


def _between_rows(root: ET.Element, count: int, top: float) -> float:
    """Says what of the loops is not drawn, for it has no row of its own."""
    if not count:
        return top
    told = "1 loop leads" if count == 1 else f"{count} loops lead"
    words(root, _EDGE, top + 4, f"{told} from one row to another: in the table", cls="ink3")
    return top + 20


def _aside(root: ET.Element, top: float, width: float) -> float:
    """From here on the same work again as its tools tell it; where that begins."""
    add(root, "path", d=f"M{_EDGE} {top:.1f}H{width - _EDGE}", cls="l")
    title = words(
        root, _EDGE, top + 24, "The way to production, as its tools tell it", cls="t12 b ink"
    )
    more = add(title, "tspan", cls="ink3")
    more.text = "   the same deliveries; only what lies after done is in the days above"
    return top + 42


def _constraint(
    root: ET.Element,
    under: ET.Element,
    worst: Step | None,
    lefts: Mapping[str, float],
    boxes: float,
    places: Mapping[str, Place],
    ladder: float | None,
) -> None:
    """The tinted shape of the step that waits longest, down to its days where these are below it
    (`ladder`); none where it stands in another row.
    """
    left = lefts.get(str(worst["name"])) if worst is not None else None
    if worst is None or left is None:
        return
    if ladder is None:
        _shade(under, left, boxes)
    else:
        _tint(under, left, boxes, places[str(worst["name"])], ladder)
    words(
        root, left + PITCH / 2, boxes - 10, f"longest wait · {days(waiting_d(worst))}",
        cls="b wt halo", text_anchor="middle",
    )  # fmt: skip


def _weakest(steps: Sequence[Step], document: Mapping[str, Any]) -> Step | None:
    told = [
        (into["complete_accurate"]["share"], step)
        for step in steps
        if (into := edge_into(step, document)) is not None
        and into["complete_accurate"]["share"] is not None
        and into["complete_accurate"]["share"] < 1
    ]
    return min(told, key=lambda one: float(one[0]), default=(0, None))[1]


def _finding(root: ET.Element, document: Mapping[str, Any], width: float) -> float:
    """The finding and the period; how far down they reach."""
    room = width - 2 * _EDGE
    lines = lines_of(finding(document), room / 1.06, 14, most=3)
    for number, line in enumerate(lines):
        words(root, _EDGE, 22 + 19 * number, line, cls="t14 b ink")
    down = 19.0 * len(lines)
    words(root, _EDGE, down + 21, fitted(period(document), room, 11), cls="ink3")
    return down + 27


def _ends(root: ET.Element, document: Mapping[str, Any], width: float, y: float) -> None:
    """Trigger and recipient with the two rates."""
    room = width - 2 * _EDGE
    trigger, done = document["boundaries"]["trigger"], document["boundaries"]["done"]
    recipient = document["boundaries"]["recipient"]["text"]
    left = trigger["text"] + _rate(trigger["per_week"])
    right = f"{done['text']}{f' for {recipient}' if recipient else ''}{_rate(done['per_week'])}"
    left, right = fitted(left, room * 0.42, 12), fitted(right, room * 0.42, 12)
    words(root, _EDGE, y, left, cls="t12 ink")
    words(root, width - _EDGE, y, right, cls="t12 ink", text_anchor="end")
    begin = _EDGE + text_width(left, 12) + 12
    end = width - _EDGE - text_width(right, 12) - 12
    if end > begin + 16:
        add(
            root, "path", d=f"M{begin:.1f} {y - 4:.1f}H{end:.1f}", cls="l", marker_end="url(#arrow)"
        )


def _rate(per_week: float | None) -> str:
    return "" if per_week is None else f" · {per_week:.1f} a week"


def _shade(under: ET.Element, left: float, top: float) -> None:
    path = f"M{left:.1f} {top - 24:.1f}h{PITCH:.1f}V{top + HIGH + 8:.1f}h{-PITCH:.1f}Z"
    add(under, "path", d=path, cls="f-ws")


def _tint(under: ET.Element, left: float, top: float, place: Place, ladder: float) -> None:
    """One shape from the queue down to its days."""
    right, low = left + PITCH, top + HIGH + 8
    bend = ladder + 2
    path = (
        f"M{left:.1f} {top - 24:.1f}H{right:.1f}V{low:.1f}"
        f"C{right:.1f} {bend:.1f} {place.right:.1f} {low:.1f} {place.right:.1f} {bend:.1f}"
        f"V{ladder + 80:.1f}H{place.left:.1f}V{bend:.1f}"
        f"C{place.left:.1f} {low:.1f} {left:.1f} {bend:.1f} {left:.1f} {low:.1f}Z"
    )
    add(under, "path", d=path, cls="f-ws")
