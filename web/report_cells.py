"""A report as a page of cells, before it is written as Markdown or HTML."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Tone = Literal["", "strong", "waiting", "blocked", "quiet"]
Align = Literal["left", "right"]

_LONGEST: Final = 240


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, where it leads (an address or ""), and what stands small beside it."""

    text: str
    href: str = ""
    sub: str = ""
    tone: Tone = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, one line that says how to read it, a table, and sentences below it.

    heads: name and alignment of each column. rows may be empty: then `empty` is said.
    """

    title: str
    href: str = ""
    note: str = ""
    heads: Sequence[tuple[str, Align]] = ()
    rows: Sequence[Sequence[Cell]] = ()
    empty: str = ""
    lines: Sequence[Cell] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report: `answer` is the sentence on top, `facts` the line below it."""

    title: str
    href: str
    answer: str
    facts: str
    sections: Sequence[Section] = field(default_factory=tuple)
    foot: str = ""


def plain(text: object, *, most: int = _LONGEST) -> str:
    """Text of people in one line: no control signs, none that turn the direction of writing, cut
    with an ellipsis where it is longer than `most`.
    """
    shown = "".join(
        " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign
        for sign in str(text)[: 8 * most]
        if unicodedata.category(sign) not in ("Cf", "Cs")
    )
    one = " ".join(shown.split())
    return one if len(one) <= most else f"{one[: most - 1].rstrip()}…"
