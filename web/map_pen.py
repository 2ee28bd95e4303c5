"""Draws shapes and text of an SVG; whatever text is given, the result is well-formed."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from xml.etree import ElementTree as ET

_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WIDE: Final = frozenset("WF")
_NARROW: Final = frozenset("iljtfrI.,:;'|!()[] ")


def clean(text: object) -> str:
    """Without what XML can't hold, and on one line."""
    return " ".join(_NO_XML.sub("\ufffd", str(text)).split())


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """About how many pixels wide a text is, on the safe side."""
    total = 0.0
    for letter in text:
        if unicodedata.east_asian_width(letter) in _WIDE:
            total += 1.02
        elif letter in _NARROW:
            total += 0.34
        elif letter.isupper() or letter in "mwMW%—≈":
            total += 0.72
        else:
            total += 0.56
    return total * size * (1.06 if bold else 1.0)


def fitted(text: object, width: float, size: float, *, bold: bool = False) -> str:
    """The text, or as much of its begin as fits, with an ellipsis."""
    told = clean(text)
    if text_width(told, size, bold=bold) <= width:
        return told
    while told and text_width(f"{told}…", size, bold=bold) > width:
        told = told[:-1]
    return f"{told.rstrip()}…"


def lines_of(text: object, width: float, size: float, *, most: int) -> list[str]:
    """The text on so many lines at most, cut at spaces where there are any."""
    lines: list[str] = []
    for word in clean(text).split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size) <= width:
            lines[-1] = joined
        elif len(lines) < most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}"
    return [fitted(line, width, size) for line in lines]


def add(parent: ET.Element, tag: str, text: object = None, **more: object) -> ET.Element:
    """A child element; `cls` is its class, an underscore in a name a hyphen; numbers are cut."""
    told = {"class" if name == "cls" else name.replace("_", "-"): one for name, one in more.items()}
    made = ET.SubElement(parent, tag, {name: _told(one) for name, one in told.items()})
    if text is not None:
        made.text = clean(text)
    return made


def words(parent: ET.Element, x: float, y: float, text: object, **more: object) -> ET.Element:
    """Text at a place."""
    return add(parent, "text", text, x=x, y=y, **more)


def _told(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return clean(value)


def defined(root: ET.Element) -> None:
    """Hatchings of what is estimated, and the head of arrows."""
    defs = add(root, "defs")
    for name, cls, width in (("wait", "f-w", 2.2), ("work", "f-a", 2.2), ("box", "f-ls", 1.0)):
        pattern = add(
            defs, "pattern", id=f"hatch-{name}", width=6, height=6,
            patternUnits="userSpaceOnUse", patternTransform="rotate(45)",
        )  # fmt: skip
        add(pattern, "rect", width=6, height=6, cls="f-bg")
        add(pattern, "rect", width=width, height=6, cls=cls)
    for name, cls in (("arrow", "f-ink2"), ("arrow-ink", "f-ink")):
        marker = add(
            defs, "marker", id=name, viewBox="0 0 8 8", refX=7, refY=4, markerWidth=8,
            markerHeight=8, markerUnits="userSpaceOnUse", orient="auto-start-reverse",
        )  # fmt: skip
        add(marker, "path", d="M1 1l6 3-6 3z", cls=cls)
