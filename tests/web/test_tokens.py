"""Colours: text and marks keep the contrast that the design promises, in light and in dark."""

from __future__ import annotations

import re

import pytest

from tests.web.fake_api import STATIC

TEXTS = ("ink", "ink-2", "ink-3", "active-text", "waiting-text", "blocked-text", "done-text")
MARKS = ("active", "waiting", "blocked", "done", "new", "type-feature", "type-defect")


def _tokens(theme: str) -> dict[str, str]:
    css = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    start = css.index(f':root[data-theme="{theme}"] {{')
    body = css[start : css.index("}", start)]
    return dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", body))


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_colours_keep_four_and_a_half_to_one_on_every_ground(theme: str) -> None:
    tokens = _tokens(theme)
    grounds = [tokens[name] for name in ("bg", "bg-side", "bg-raise")]

    weakest = min(_contrast(tokens[name], ground) for name in TEXTS for ground in grounds)

    assert weakest >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_keep_three_to_one_on_the_page(theme: str) -> None:
    tokens = _tokens(theme)

    assert min(_contrast(tokens[name], tokens["bg"]) for name in MARKS) >= 3


def test_the_decided_colours_of_the_states_are_unchanged() -> None:
    light, dark = _tokens("light"), _tokens("dark")

    assert [light[name] for name in MARKS[:4]] == ["#2576BF", "#D67C05", "#A8230E", "#0C5C58"]
    assert [dark[name] for name in MARKS[:4]] == ["#6DB3F2", "#EFB041", "#E5553C", "#3A9A90"]
