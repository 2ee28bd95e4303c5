"""The drawn map: well-formed whatever it is told, every step in words, no box on another."""

from __future__ import annotations

import copy
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.web.fake_map import document
from tests.web.test_tokens import _tokens
from web.map_boxes import levels_of
from web.map_facts import finding, step_words
from web.map_list import map_list
from web.map_pen import clean, fitted, text_width
from web.map_style import DARK, LIGHT
from web.map_svg import map_svg

_NS = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"'&]]>\u0000\u0008\ud800 " + "W" * 300


def _parsed(text: str) -> ET.Element:
    return ET.fromstring(text)


def _boxes(root: ET.Element) -> list[tuple[float, float, float, float]]:
    return [
        (float(one.get("x", 0)), float(one.get("y", 0)), float(one.get("width", 0)),
         float(one.get("height", 0)))
        for one in root.iter(f"{_NS}rect")
        if "box" in one.get("class", "").split()
    ]  # fmt: skip


def _links(root: ET.Element) -> list[ET.Element]:
    return [one for one in root.iter() if one.get("aria-label")]


@pytest.mark.parametrize("draw", [map_svg, map_list])
def test_every_step_is_told_in_words_and_opens_its_items(draw: Any) -> None:
    told = document()
    root = _parsed(draw(told))
    labels = [one.get("aria-label") for one in _links(root)]
    assert labels == [step_words(step, told) for step in told["steps"]]
    for one, step in zip(_links(root), told["steps"], strict=True):
        assert one.get("href") == step["explain"]
        assert one.find(f"{_NS}title") is not None
    assert root.get("role") == "img"
    named = root.get("aria-labelledby", "").split()
    ids = {one.get("id"): "".join(one.itertext()) for one in root.iter() if one.get("id")}
    assert ids[named[0]] == finding(told)
    assert all(step["name"] in ids[named[1]] for step in told["steps"])


def test_no_two_boxes_touch_and_all_lie_on_the_paper() -> None:
    root = _parsed(map_svg(document()))
    width, height = (float(one) for one in root.get("viewBox", "").split()[2:])
    boxes = _boxes(root)
    assert len(boxes) == len(document()["steps"])
    for number, (x, y, wide, high) in enumerate(boxes):
        assert x >= 0 <= y
        assert x + wide <= width
        assert y + high <= height
        for a, b, c, d in boxes[number + 1 :]:
            assert x + wide <= a or a + c <= x or y + high <= b or b + d <= y


def test_the_bars_of_the_ladder_are_true_to_scale_and_add_up() -> None:
    told = document()
    root = _parsed(map_svg(told))
    bars = [
        (one.get("class"), float(one.get("width", 0)))
        for one in root.iter(f"{_NS}rect")
        if one.get("class") in ("f-w", "f-a", "ew", "ea", "f-n") and one.get("x") is not None
    ]
    drawn = sum(width + 0.6 for _, width in bars)
    paper = float(root.get("viewBox", "").split()[2]) - 32
    assert drawn == pytest.approx(paper, abs=1.5)
    waits = sum(width for cls, width in bars if cls == "f-w")
    assert waits / paper == pytest.approx(9 / 17, abs=0.02)


def test_an_estimate_is_hatched_and_never_looks_measured() -> None:
    root = _parsed(map_svg(document()))
    classes = [one.get("class", "") for one in root.iter(f"{_NS}rect")]
    assert classes.count("box est") == 1
    assert "ew" in classes
    (step,) = [one for one in _links(root) if "estimated" in one.get("aria-label", "")]
    assert any("≈" in "".join(one.itertext()) for one in step.iter(f"{_NS}text"))


@pytest.mark.parametrize("draw", [map_svg, map_list])
def test_hostile_names_are_text_and_nothing_else(draw: Any) -> None:
    told = copy.deepcopy(document())
    names = {step["name"]: f"{number}{HOSTILE}" for number, step in enumerate(told["steps"])}
    for step in told["steps"]:
        step["name"], step["team"] = names[step["name"]], HOSTILE
        step["informed"]["by"] = HOSTILE
        step["systems"] = [{**one, "system": HOSTILE} for one in step["systems"]]
    for row in (*told["edges"], *told["rework"]):
        row["from"], row["to"] = names[row["from"]], names[row["to"]]
    told["title"] = told["boundaries"]["trigger"]["text"] = HOSTILE
    text = draw(told)
    root = _parsed(text)
    assert not list(root.iter(f"{_NS}script"))
    assert "<script" not in text
    assert not [name for one in root.iter() for name in one.attrib if name.startswith("on")]
    assert len(_links(root)) == len(told["steps"])
    width = float(root.get("viewBox", "").split()[2])
    for one in root.iter(f"{_NS}text"):
        assert text_width("".join(one.itertext()), 11) <= width


def test_nothing_delivered_is_said_in_words() -> None:
    told = copy.deepcopy(document())
    told["ladder"] |= {"n": 0, "total_d": None, "waiting_d": None, "active_d": None}
    told["ladder"]["reason"] = "nothing was delivered in this window"
    for step in told["steps"]:
        step["ladder"] = dict.fromkeys(step["ladder"])
    text = map_svg(told)
    assert "nothing was delivered in this window" in text
    assert _boxes(_parsed(text))


def test_dark_follows_the_reader_unless_a_theme_is_fixed() -> None:
    auto, light, dark = (map_svg(document(), theme=one) for one in ("auto", "light", "dark"))
    assert "prefers-color-scheme:dark" in auto
    assert "prefers-color-scheme" not in light + dark
    assert f"svg{{--bg:{LIGHT['bg']}" in light
    assert f"svg{{--bg:{DARK['bg']}" in dark
    for text in (auto, light, dark):
        assert not re.search(
            r"(?:href|src|url\()=?[\"']?(?:https?:)?//", text.replace("xmlns=", "")
        )
        assert "@import" not in text


@pytest.mark.parametrize(("theme", "own"), [("light", LIGHT), ("dark", DARK)])
def test_the_colours_are_those_of_the_dashboard(theme: str, own: dict[str, str]) -> None:
    tokens = _tokens(theme)
    assert own == {name: tokens[name] for name in own}


def test_loops_on_one_level_never_touch() -> None:
    spans = [(0.0, 50.0), (40.0, 90.0), (10.0, 20.0), (95.0, 120.0), (0.0, 200.0)]
    levels = levels_of(spans)
    for a, (low, high) in enumerate(spans):
        for b, (other, end) in enumerate(spans):
            if a != b and levels[a] == levels[b]:
                assert high < other or end < low


def test_text_is_cut_to_what_fits() -> None:
    assert fitted("Build", 100, 12) == "Build"
    cut = fitted("A very long name of a step", 60, 12)
    assert cut.endswith("…")
    assert text_width(cut, 12) <= 60
    assert clean("a\u0000b\nc") == "a\ufffdb c"


def _long(count: int, upstream: int) -> dict[str, Any]:
    """A map of so many stages, the first ones before work is committed to."""
    told = document()
    stages = [one for one in told["steps"] if one["kind"] == "stage"]
    steps = [
        {
            **copy.deepcopy(stages[0]),
            "name": f"S{n}",
            "phase": "upstream" if n < upstream else "work",
        }
        for n in range(count)
    ]
    tools = [one for one in told["steps"] if one["kind"] == "tool"]
    loop = told["rework"][0]
    told["steps"] = [*steps, *tools]
    told["edges"] = []
    told["rework"] = [
        {**loop, "from": f"S{count - 1}", "to": f"S{count - 2}"},
        {**loop, "from": f"S{count - 1}", "to": "S0"},
    ]
    told["paths"]["paths"] = []
    return told


@pytest.mark.parametrize(
    ("count", "upstream", "rows"), [(8, 2, 1), (9, 2, 2), (12, 0, 2), (14, 4, 3), (25, 12, 4)]
)
def test_more_steps_than_fit_the_page_stand_in_rows(count: int, upstream: int, rows: int) -> None:
    root = _parsed(map_svg(_long(count, upstream)))
    width, height = (float(one) for one in root.get("viewBox", "").split()[2:])
    assert width <= 1204  # of the page: its words stay as large as they are written
    boxes = _boxes(root)
    tools = sum(step["kind"] == "tool" for step in document()["steps"])
    assert len(boxes) == count + tools
    tops = [y for _, y, _, _ in boxes[:count]]
    assert len(set(tops)) == rows
    assert tops == sorted(tops)
    for number, (x, y, wide, high) in enumerate(boxes):
        assert y + high <= height
        for a, b, c, d in boxes[number + 1 :]:
            assert x + wide <= a or a + c <= x or y + high <= b or b + d <= y
    words = " ".join(root.itertext())
    assert ("1 loop leads from one row to another" in words) is (rows > 1)
    assert f"S{count - 1} back to S{count - 2}" in words
