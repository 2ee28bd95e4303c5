"""`headwater conformance`: in the terminal, as JSON, on foreign vectors and foreign answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from cli.app import main
from conformance import running
from conformance.running import Result
from conformance.vectors import Vector
from tests.cli.conftest import Outcome, Run
from tests.conformance.test_running import SHARE

Vectors = Sequence[tuple[str, Vector]]


@pytest.fixture(scope="module")
def worked_out() -> Callable[[Vectors], Sequence[Result]]:
    """What the product makes of vectors, worked out once for all forms that show it."""
    found: dict[str, Sequence[Result]] = {}

    def once(of: Vectors) -> Sequence[Result]:
        asked = repr(of)
        if asked not in found:
            found[asked] = running.run(of)
        return found[asked]

    return once


@pytest.fixture
def headwater(
    worked_out: Callable[[Vectors], Sequence[Result]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Without any configuration."""
    monkeypatch.setattr("cli.conformance.run", worked_out)
    monkeypatch.setenv("HEADWATER_CONFIG", "/nowhere/headwater.toml")

    def run(*words: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["headwater", *words])
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        told = capsys.readouterr()
        return Outcome(code if isinstance(code, int) else 1, told.out, told.err)

    return run


def vectors(folder: Path, *others: dict[str, Any]) -> str:
    body = {"format": "headwater-golden@1", "title": "", "vectors": [SHARE, *others]}
    (folder / "mine.json").write_text(json.dumps(body), encoding="utf-8")
    return str(folder)


def test_the_shipped_vectors_pass(headwater: Run) -> None:
    outcome = headwater("conformance")
    assert outcome.status == 0
    assert outcome.out.endswith(" passed, 0 failed, 0 not run\n")
    assert "pass     A10  " in outcome.out


def test_json_has_every_value_beside_what_came_out(headwater: Run) -> None:
    (body,) = headwater("conformance", "--json").lines
    (found,) = [one for one in body["vectors"] if one["id"] == "A12"]
    assert (found["outcome"], found["file"]) == ("pass", "a12-change-fail-rate.json")
    (rate,) = [one for one in found["values"] if one["at"] == "change_fail_rate.ratio"]
    assert (rate["expected"], rate["got"], rate["ok"]) == (0.2, 0.2, True)


def test_a_failing_vector_is_told_with_both_values_and_status_1(
    headwater: Run, tmp_path: Path
) -> None:
    folder = vectors(tmp_path, {**SHARE, "id": "two", "expected": {"ratio": 0.5}})
    outcome = headwater("conformance", folder)
    assert outcome.status == 1
    assert "fail     two  1 of 8" in outcome.out
    assert "ratio: expected 0.5, got 0.125" in outcome.out
    assert outcome.out.endswith("1 passed, 1 failed, 0 not run\n")


def test_a_vector_that_no_runner_knows_is_told_and_no_pass(headwater: Run, tmp_path: Path) -> None:
    outcome = headwater("conformance", vectors(tmp_path, {**SHARE, "id": "two", "kind": "tea"}))
    assert outcome.status == 1
    assert 'not run  two  1 of 8: no runner for "tea"' in outcome.out


def test_the_answers_of_another_tool(headwater: Run, tmp_path: Path) -> None:
    folder, answers = vectors(tmp_path), tmp_path / "theirs.txt"
    answers.write_text('{"one": {"ratio": 0}}', encoding="utf-8")
    outcome = headwater("conformance", folder, "--answers", str(answers))
    assert outcome.status == 1
    assert "ratio: expected 0.125, got 0" in outcome.out


@pytest.mark.parametrize("text", ["[1]", "{", '{"one": 1}'])
def test_answers_that_are_none_are_one_line(headwater: Run, tmp_path: Path, text: str) -> None:
    folder, answers = vectors(tmp_path), tmp_path / "theirs.txt"
    answers.write_text(text, encoding="utf-8")
    outcome = headwater("conformance", folder, "--answers", str(answers))
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith("theirs.txt: ")
    assert outcome.err.count("\n") == 1


def test_a_folder_without_vectors_is_one_line(headwater: Run, tmp_path: Path) -> None:
    outcome = headwater("conformance", str(tmp_path))
    assert outcome.status == 1
    assert "no *.json with vectors there" in outcome.err
