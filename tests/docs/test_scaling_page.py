"""docs/scaling.md: its arithmetic, from what it assumes and what it measured."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import ceil
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "scaling.md").read_text(encoding="utf-8")
SIZES = (10_000, 100_000, 1_000_000)
UNITS = {"min": 60.0, "h": 3_600.0, "s": 1.0, "GB": 1e9, "million": 1e6, "": 1.0}


def _cells(text: str) -> dict[str, list[str]]:
    rows = [
        [cell.strip(" *") for cell in line.strip("|").split("|")]
        for line in PAGE.partition(text)[2].partition("\n## ")[0].splitlines()
        if line.startswith("| ")
    ]
    return {row[0]: row[1:] for row in rows}


DAY = {
    name: float(cells[0])
    for name, cells in _cells("## What is assumed").items()
    if re.fullmatch(r"[\d.]+", cells[0])
}
COSTS = {name: cells[1] for name, cells in _cells("## What was measured").items() if cells[1:]}
TABLE = _cells("## What follows")


def _cost(row: str, unit: str) -> float:
    """The number that stands before a unit."""
    own = next(told for name, told in COSTS.items() if name.startswith(row))
    found = re.search(rf"([\d,.]+) {unit}", own)
    assert found, (row, unit)
    return float(found[1].replace(",", ""))


ROW_BYTES = _cost("stored", "bytes a row")
ROWS = DAY["rows of records"]
YEAR = 230
COLLECT_S = _cost("collected", "ms a row") / 1e3
ASKED = _cost("requests to the sources", "a row")
LINK_S = _cost("linking everything", "µs") / 1e6
LINK_BYTES = _cost("linking everything", "bytes a commit")
FACTS_S = _cost("recompute", "µs") / 1e6
FACTS_BYTES = _cost("recompute", "bytes an item")
KEPT_S = _cost("a view that is kept", "ms") / 1e3
COMPUTED_S = _cost("a view that is computed", "ms") / 1e3
EVENT_BYTES = _cost("the event log", "bytes an event")


def _answering(n: int) -> float:
    return n / 20 / 5 * KEPT_S + n / 20 * COMPUTED_S / 300


WORKED_OUT: dict[str, Callable[[int], float]] = {
    "rows of records a day": lambda n: n * ROWS,
    "rows a second": lambda n: n * ROWS / 5 / 3_600,
    "stored a day": lambda n: n * ROWS * ROW_BYTES,
    "stored a year": lambda n: n * ROWS * ROW_BYTES * YEAR,
    "event log a year": lambda n: n * (DAY["status changes"] + DAY["items"]) * YEAR * EVENT_BYTES,
    "requests to sources": lambda n: n * ROWS * ASKED,
    "cores that collect": lambda n: n * ROWS / 5 / 3_600 * COLLECT_S,
    "workers": lambda n: max(2, ceil(2 * n * ROWS / 5 / 3_600 * COLLECT_S)),
    "commits in a year": lambda n: n * DAY["commits"] * YEAR,
    "linking everything": lambda n: n * DAY["commits"] * YEAR * LINK_S,
    "memory of that: x 2,430": lambda n: n * DAY["commits"] * YEAR * LINK_BYTES,
    "items in a year": lambda n: n * DAY["items"] * YEAR,
    "recompute of their facts": lambda n: n * DAY["items"] * YEAR * FACTS_S,
    "memory of that: x 2,240": lambda n: n * DAY["items"] * YEAR * FACTS_BYTES,
    "requests for views": lambda n: n / 20 / 5,
    "cores that answer": lambda n: n / 20 / 5 * KEPT_S,
    "cores that compute": lambda n: n / 20 * COMPUTED_S / 300,
    "API processes": lambda n: max(2, ceil(2 * _answering(n))),
}


def test_the_rows_of_a_day_are_the_sum_of_its_records() -> None:
    parts = [value for name, value in DAY.items() if name != "rows of records"]
    assert len(parts) == 7
    assert sum(parts) == pytest.approx(ROWS)


def test_every_line_is_worked_out() -> None:
    lines = [line for line in TABLE if line and not line.startswith("-")]
    assert [line for line in lines if not any(map(line.startswith, WORKED_OUT))] == []


@pytest.mark.parametrize("line", list(WORKED_OUT))
def test_a_line_is_what_was_measured_times_what_is_assumed(line: str) -> None:
    [cells] = [cells for name, cells in TABLE.items() if name.startswith(line)]
    for cell, engineers in zip(cells, SIZES, strict=True):
        number, _, unit = cell.partition(" ")
        told = float(number.replace(",", "")) * UNITS[unit]
        shown = 0.5 * 10 ** -len(number.partition(".")[2]) * UNITS[unit]
        made = WORKED_OUT[line](engineers)
        assert abs(told - made) <= max(shown, 0.005 * made) + 1e-9
