"""A row of steps of a drawn map: which tool, who tells whom, the queues and the boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from xml.etree import ElementTree as ET

from web.map_boxes import PITCH, draw_information, draw_step
from web.map_facts import Step, days
from web.map_pen import add, fitted, words

MOST: Final = 8
"""So many steps stand in one row at most, or their words would be too small to read."""
BOXES: Final = 112.0
"""So far below the top of a row its boxes begin."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What of the whole map is emphasised: the longest wait in days, the step that has it, and the
    one that could use least as received; None where there is none.
    """

    longest: float
    worst: Step | None
    weakest: Step | None


def lines_of_steps(steps: Sequence[Step]) -> list[Sequence[Step]]:
    """The steps as rows that fit a page: all in one up to `MOST`; more are parted where work is
    committed to, and what is still too long into rows of about the same length.
    """
    if len(steps) <= MOST:
        return [steps] if steps else []
    found: list[Sequence[Step]] = []
    for _, same in groupby(steps, key=lambda one: one["phase"] == "upstream"):
        own = list(same)
        count = -(-len(own) // MOST)
        found += [
            own[number * len(own) // count : (number + 1) * len(own) // count]
            for number in range(count)
        ]
    return found


def draw_row(
    root: ET.Element,
    steps: Sequence[Step],
    document: Mapping[str, Any],
    left: float,
    top: float,
    marks: Marks,
) -> dict[str, float]:
    """Where the place of each step begins, by its name."""
    _brackets(root, steps, left, top)
    lefts = {}
    for number, step in enumerate(steps):
        x = left + number * PITCH
        lefts[str(step["name"])] = x
        draw_information(root, step, x + 8, top + 36)
        draw_step(
            root, step, document, x, top + BOXES,
            longest=marks.longest, worst=step is marks.worst, weakest=step is marks.weakest,
        )  # fmt: skip
    return lefts


def _brackets(root: ET.Element, steps: Sequence[Step], left: float, y: float) -> None:
    """Time by tool: a bracket over steps whose clock runs in the same one; they add up."""
    number = 0
    while number < len(steps):
        name, begin = _system(steps[number]), number
        while number < len(steps) and _system(steps[number]) == name:
            number += 1
        own = steps[begin:number]
        spent = sum(float(one["ladder"][key] or 0.0) for one in own for key in one["ladder"])
        a, b = left + begin * PITCH + 3, left + number * PITCH - 3
        guessed = all(one["estimated"] for one in own)
        label = fitted(f"{name}  {'≈ ' if guessed else ''}{days(spent)}", b - a - 4, 12, bold=True)
        words(root, a, y, label, cls="t12 m ink")
        add(root, "path", d=f"M{a} {y + 15}v-7H{b}v7", cls="l3 dash" if guessed else "l3")


def _system(step: Step) -> str:
    own = [one["system"] for one in step["systems"] if step["tool"] in (None, one["tool"])]
    return str(own[0]) if own else "no tool"
