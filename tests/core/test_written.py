"""Money as the terminal writes it: the shared cases of the dashboard, of what both can say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import web
from core.written import money, money_range

_ALL = json.loads(
    (Path(web.__file__).parent / "static" / "js" / "format.cases.json").read_text("utf-8")
)
MONEY = [one for one in _ALL if one["fn"] == "money" and "grade" not in one["args"][2]]
RANGES = [one for one in _ALL if one["fn"] == "moneyRange"]


@pytest.mark.parametrize("case", MONEY, ids=lambda one: str(one["args"][0]))
def test_money_is_written_as_the_pages_write_it(case: dict[str, object]) -> None:
    cents, currency, more = case["args"]  # type: ignore[misc]
    interval = tuple(more["interval"]) if "interval" in more else None
    assert money(cents, currency, interval) == (case["text"] or "not known")


@pytest.mark.parametrize("case", RANGES, ids=lambda one: str(one["args"][0]))
def test_a_range_is_written_as_the_pages_write_it(case: dict[str, object]) -> None:
    interval, currency = case["args"]  # type: ignore[misc]
    assert money_range(tuple(interval), currency) == case["text"]


def test_there_are_cases() -> None:
    assert len(MONEY) > 8
    assert len(RANGES) > 2
