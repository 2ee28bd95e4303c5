"""The vectors that ship: the product passes each, and each would notice a wrong answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from conformance.comparing import compare
from conformance.kinds import KINDS
from conformance.running import run
from conformance.vectors import Vector, golden_folder, read_vectors

ROOT = Path(__file__).parents[2]
SHIPPED = read_vectors(golden_folder())


@pytest.mark.parametrize(("file", "vector"), SHIPPED, ids=[vector.id for _, vector in SHIPPED])
def test_the_product_passes_every_vector_that_ships(file: str, vector: Vector) -> None:
    (result,) = run([(file, vector)])
    wrong = [value for value in result.values if not value.ok]
    assert (result.outcome, result.reason, wrong) == ("pass", "", [])
    assert result.values


@pytest.mark.parametrize("vector", [one for _, one in SHIPPED], ids=lambda vector: vector.id)
def test_a_tool_that_answers_nothing_passes_no_vector(vector: Vector) -> None:
    values = compare(vector.expected, {}, tolerance=vector.tolerance)
    assert values
    assert not any(value.ok for value in values)


def test_every_golden_vector_of_a_metric_that_exists_is_there() -> None:
    ids = {vector.id for _, vector in SHIPPED}
    assert {f"A{number}" for number in (*range(1, 8), *range(9, 14))} <= ids
    assert {"A1-n30-p50", "A1-n100-p85", "A8-0-of-12", "A8-kingman-0.9", "A8-sakasegawa"} <= ids
    assert {vector.kind for _, vector in SHIPPED} == set(KINDS)


def test_the_files_lie_where_an_outsider_finds_them() -> None:
    folder = ROOT / "tests" / "golden"
    assert {path.name for path in folder.glob("*.json")} == {file for file, _ in SHIPPED}
    for path in folder.glob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["format"] == "headwater-golden@1"


def test_every_kind_is_described() -> None:
    page = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^### `(\w+)`", page, re.MULTILINE)) == set(KINDS)
