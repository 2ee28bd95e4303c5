"""`headwater map`: steps and ladder in the terminal, a drawing, a workshop's map beside it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.conftest import Run


def test_the_steps_and_the_ladder_are_shown(headwater: Run) -> None:
    outcome = headwater("map", "checkout", "--days", "300")
    assert outcome.status == 0
    assert outcome.out.startswith("Value stream map of Checkout: ")
    for word in (
        "Build",
        "Test",
        "Release",
        "necessary",
        " waiting",
        "active, at most",
        "come back",
    ):
        assert word in outcome.out
    assert "█" in outcome.out
    assert 'done = "..."' in outcome.out
    assert "~ Intake" in outcome.out
    assert "≈ 3 d" in outcome.out


def test_json_is_the_document_of_the_api(headwater: Run) -> None:
    (body,) = headwater("map", "checkout", "--days", "300", "--json").lines
    assert body["metric"] == "value_stream_map"
    assert body["n"] > 10
    total = sum(sum(step["ladder_s"].values()) for step in body["steps"] if step["ladder_s"])
    assert total == body["ladder"]["total_s"]


def test_a_drawing_is_written(headwater: Run, tmp_path: Path) -> None:
    path = tmp_path / "checkout.svg"
    assert headwater("map", "checkout", "--svg", str(path)).status == 0
    assert ET.parse(path).getroot().tag.endswith("svg")
    outcome = headwater("map", "checkout", "--svg", str(tmp_path / "no" / "where.svg"))
    assert outcome.status != 0
    assert "can't be written" in outcome.err


TOML = """
title = "Workshop"
[[steps]]
name = "Build"
wait = "1s"
[[steps]]
name = "Security board"
wait = "2w"
[[rework]]
from = "Test"
to = "Build"
"""
CSV = """name,wait,tools,rework_to,rework_share
Build,1s,gitlab; figma,,
Security board,2w,,Build,0.5
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("w.toml", TOML),
        ("w.csv", CSV),
        (
            "w.json",
            json.dumps({"steps": [{"name": "Build", "wait": "1s"}, {"name": "Security board"}]}),
        ),
    ],
)
def test_a_workshop_is_laid_beside_it(headwater: Run, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    outcome = headwater("map", "checkout", "--days", "300", "--beside", str(tmp_path / name))
    assert outcome.status == 0
    assert "Build: believed to wait 0 min, waits " in outcome.out
    assert "Security board: no tool records it" in outcome.out.replace("\n", " ")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("w.txt", "", "a .toml, .json or .csv file"),
        ("w.toml", "steps = 1", "steps"),
        ("w.toml", "steps = [", "can't be read as a map"),
        ("w.json", '{"steps": [{"name": "A", "wait": "soon"}]}', "steps.0.wait"),
        ("w.csv", "name,rework_to,rework_share\nA,B,half\n", "can't be read as a map"),
        ("w.csv", "name,speed\nA,1\n", "steps.0.speed"),
    ],
)
def test_what_is_no_map_is_one_line(
    headwater: Run, tmp_path: Path, name: str, text: str, told: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    outcome = headwater("map", "checkout", "--beside", str(tmp_path / name))
    assert outcome.status == 2
    assert told in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_an_unknown_stream_is_one_line(headwater: Run) -> None:
    outcome = headwater("map", "shop")
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err == 'there is no value stream "shop"; known: checkout, fulfilment, search\n'


def test_findings_stand_beneath_the_map(headwater: Run) -> None:
    out = headwater("map", "checkout", "--days", "300").out
    assert out.index("Biggest delay: ") > out.rindex("\N{FULL BLOCK}")
    assert "Try next: " in out
    assert "Before work begins: Waiting in " in out
