"""Service level expectation: from own history, kept or not, and never measured against itself."""

from __future__ import annotations

import pytest

from metrics.periods import DAY, Window
from metrics.sle import sle
from metrics.stats import wilson
from tests.metrics.tables import item_table
from tests.metrics.test_stats import A1

WINDOW = Window(100 * DAY, 200 * DAY)


def finished(days: float, done: int = 150) -> dict[str, object]:
    return {"committed_ts": int((done - days) * DAY), "done_ts": done * DAY}


def test_the_example_of_the_page() -> None:
    earlier = [finished(days, done=50) for days in A1]
    items = item_table(*(finished(days) for days in range(1, 21)), *earlier)
    found = sle(items, window=WINDOW)
    expected = {"p50": 10, "p70": 14, "p85": 17, "p95": 19}
    assert {name: found.value[name] for name in expected} == expected
    assert found.parts["expected_d"] == 15
    assert found.value["adherence"] == 0.75
    assert found.interval["adherence"] == wilson(15, 20)
    assert (found.parts["kept"], found.parts["done"], found.parts["expected_from"]) == (15, 20, 15)
    assert list(found.withheld) == ["adherence"], "what was expected rests on 15 of 19"


def test_an_expectation_of_ones_own_needs_no_history() -> None:
    items = item_table(*(finished(days) for days in range(1, 21)))
    found = sle(items, window=WINDOW, within_d=12)
    assert (found.value["adherence"], found.parts["expected_d"]) == (0.6, 12)
    assert found.withheld == {}
    assert "expected_from" not in found.parts


def test_without_earlier_work_there_is_nothing_to_keep() -> None:
    found = sle(item_table(finished(3)), window=WINDOW)
    assert found.value == {"p50": 3, "p70": 3, "p85": 3, "p95": 3, "adherence": None}
    assert any("no expectation to keep" in one for one in found.reasons)


def test_without_work_there_is_nothing_to_promise() -> None:
    for items in (item_table(), item_table(finished(3, done=50))):
        found = sle(items, window=WINDOW)
        assert set(found.value.values()) == {None}
        assert (found.n, found.reasons) == (0, ("no_data",))


def test_what_cannot_be_timed_is_left_out_with_its_reason() -> None:
    items = item_table(
        finished(3), {**finished(9), "start_reason": "censored_start"},
        {"committed_ts": 0, "cancelled_ts": 150 * DAY},
    )  # fmt: skip
    found = sle(items, window=WINDOW)
    assert (found.n, found.excluded) == (1, {"censored_start": 1, "cancelled": 1})


@pytest.mark.parametrize(("percent", "days"), [(50, 6), (70, 11), (85, 15), (95, 60)])
def test_the_level_may_be_chosen(percent: int, days: float) -> None:
    items = item_table(*(finished(one, done=50) for one in A1), finished(3))
    found = sle(items, window=WINDOW, percent=percent)
    assert found.parts["expected_d"] == days
