"""The value stream map as an SVG of its own: for a page, a wiki, or paper.

Three layers: who tells whom, the steps in equal columns, and the days true to scale. No script, no
font and no address but those of the items.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET

from web.map_boxes import (
    BOX,
    HIGH,
    PITCH,
    draw_information,
    draw_loops,
    draw_step,
)
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
from web.map_pen import add, defined, fitted, text_width, words
from web.map_style import Theme, style_of

_EDGE: Final = 16.0
_LEAST: Final = 760.0
_HEAD: Final = 46.0
"""So far down the finding and the window reach."""
_KEY: Final = (
    "triangle: area is days of waiting, below it items waiting now · diamond: handoff to another"
    " team · % above an arrow: usable as received",
    "hatched, ≈: estimated, no tool records it · Active: half of the stays, at most ≤ · p85: 85 %"
    " spend less, queue included · Pass: left right the first time · ( ): observed, few",
)


def map_svg(document: Mapping[str, Any], *, theme: Theme = "auto", headed: bool = True) -> str:
    """The SVG of a map as `GET /v1/streams/{name}/map` answers it.

    headed: with the finding and the window above it; a page says them itself.
    """
    steps = _shown(document)
    width = max(_LEAST, 2 * _EDGE + PITCH * len(steps))
    root = begun(document, width, theme)
    under = add(root, "g")
    if headed:
        _finding(root, document, width)
    _ends(root, document, width)
    _brackets(root, steps, 92.0)
    top = 204.0
    worst, longest = constraint(steps), max((waiting_d(one) for one in steps), default=0.0)
    weakest = _weakest(steps, document)
    lefts = {}
    for number, step in enumerate(steps):
        left = _EDGE + number * PITCH
        lefts[str(step["name"])] = left + PITCH - BOX
        draw_information(root, step, left + 8, 128.0)
        if step["kind"] == "tool" and (number == 0 or steps[number - 1]["kind"] != "tool"):
            _aside(root, left, top)
        draw_step(
            root, step, document, left, top,
            longest=longest, worst=step is worst, weakest=step is weakest,
        )  # fmt: skip
    loops = draw_loops(root, document, lefts, top + HIGH + 2)
    ladder_top = top + HIGH + loops + 20
    places = draw_ladder(root, document, _EDGE, ladder_top, width - 2 * _EDGE)
    if worst is not None:
        left = lefts[str(worst["name"])] - (PITCH - BOX)
        _tint(under, left, top, places[str(worst["name"])], ladder_top)
        words(
            root, left + PITCH / 2, top - 10, f"longest wait · {days(waiting_d(worst))}",
            cls="b wt halo", text_anchor="middle",
        )  # fmt: skip
    bottom = ladder_top + LADDER + 10
    for number, line in enumerate(_KEY):
        words(root, _EDGE, bottom + 16 * number, line, cls="ink3")
    return finished(root, width, bottom + 16 * len(_KEY), top=0.0 if headed else _HEAD)


def begun(document: Mapping[str, Any], width: float, theme: Theme) -> ET.Element:
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


def finished(root: ET.Element, width: float, bottom: float, *, top: float = 0.0) -> str:
    """The text of the SVG from `top` to `bottom`; it scales with what it is put into."""
    root.set("viewBox", f"0 {top:.0f} {width:.0f} {bottom - top:.0f}")
    root.set("width", f"{width:.0f}")
    root.set("height", f"{bottom - top:.0f}")
    return ET.tostring(root, encoding="unicode")


def _shown(document: Mapping[str, Any]) -> Sequence[Step]:
    """The steps; those that no shown way goes through are faint."""
    ways = [one for one in document["paths"]["paths"] if one["shown"]]
    through = {name for one in ways for name in one["steps"]}
    return [
        {**step, "faint": bool(ways) and step["kind"] == "stage" and step["name"] not in through}
        for step in document["steps"]
    ]


def _aside(root: ET.Element, left: float, top: float) -> None:
    """From here on the same work again as its tools tell it; their days are those after done."""
    add(root, "path", d=f"M{left - 2:.1f} {top - 20:.1f}V{top + HIGH + 6:.1f}", cls="l3 dash")
    words(root, left + 3, top + HIGH + 18, "the way to production, as its tools tell it", cls="ink3")


def _weakest(steps: Sequence[Step], document: Mapping[str, Any]) -> Step | None:
    told = [
        (into["complete_accurate"]["share"], step)
        for step in steps
        if (into := edge_into(step, document)) is not None
        and into["complete_accurate"]["share"] is not None
        and into["complete_accurate"]["share"] < 1
    ]
    return min(told, key=lambda one: float(one[0]), default=(0, None))[1]


def _finding(root: ET.Element, document: Mapping[str, Any], width: float) -> None:
    room = width - 2 * _EDGE
    words(root, _EDGE, 22, fitted(finding(document), room, 14, bold=True), cls="t14 b ink")
    words(root, _EDGE, 40, fitted(period(document), room, 11), cls="ink3")


def _ends(root: ET.Element, document: Mapping[str, Any], width: float) -> None:
    """Trigger and recipient with the two rates."""
    room = width - 2 * _EDGE
    trigger, done = document["boundaries"]["trigger"], document["boundaries"]["done"]
    recipient = document["boundaries"]["recipient"]["text"]
    left = trigger["text"] + _rate(trigger["per_week"])
    right = f"{done['text']}{f' for {recipient}' if recipient else ''}{_rate(done['per_week'])}"
    left, right = fitted(left, room * 0.42, 12), fitted(right, room * 0.42, 12)
    words(root, _EDGE, 66, left, cls="t12 ink")
    words(root, width - _EDGE, 66, right, cls="t12 ink", text_anchor="end")
    begin = _EDGE + text_width(left, 12) + 12
    end = width - _EDGE - text_width(right, 12) - 12
    if end > begin + 16:
        add(root, "path", d=f"M{begin:.1f} 62H{end:.1f}", cls="l", marker_end="url(#arrow)")


def _rate(per_week: float | None) -> str:
    return "" if per_week is None else f" · {per_week:.1f} a week"


def _brackets(root: ET.Element, steps: Sequence[Step], y: float) -> None:
    """Time by tool: a bracket over steps whose clock runs in the same one; they add up."""
    number = 0
    while number < len(steps):
        name, begin = _system(steps[number]), number
        while number < len(steps) and _system(steps[number]) == name:
            number += 1
        own = steps[begin:number]
        spent = sum(float(one["ladder"][key] or 0.0) for one in own for key in one["ladder"])
        a, b = _EDGE + begin * PITCH + 3, _EDGE + number * PITCH - 3
        guessed = all(one["estimated"] for one in own)
        label = fitted(f"{name}  {'≈ ' if guessed else ''}{days(spent)}", b - a - 4, 12, bold=True)
        words(root, a, y, label, cls="t12 m ink")
        add(root, "path", d=f"M{a} {y + 15}v-7H{b}v7", cls="l3 dash" if guessed else "l3")


def _system(step: Step) -> str:
    own = [one["system"] for one in step["systems"] if step["tool"] in (None, one["tool"])]
    return str(own[0]) if own else "no tool"


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
