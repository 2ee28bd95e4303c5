"""Realised against expected value, and outcome coverage, worked out by hand and by a loop."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.periods import Window
from metrics.value_return import (
    CLASSES,
    expected_cents,
    outcome_coverage,
    realised,
    realised_value,
    return_cohort,
)
from tests.metrics.tables import Row
from tests.metrics.value_tables import released, told

DAY = 86_400


def _items(*rows: Row) -> pd.DataFrame:
    """Items that went live on day 10 with a value of 70.00 per week, unless said otherwise."""
    usual: Row = {"live_ts": 10 * DAY, "value_cents": 7_000}
    items = released(*({**usual, **row} for row in rows))
    return items


def _worth(cents: int, day: int, **more: object) -> Row:
    usual: Row = {"attribution": "experiment", "effect": "direct"}
    return {**usual, "value_cents": cents, "ts": day * DAY, **more}


def test_each_attribution_is_held_against_what_was_expected_of_the_same_items() -> None:
    items = _items({"item_id": 1}, {"item_id": 2}, {"item_id": 3, "value_cents": NONE})
    outcomes = told(
        _worth(10_000, 20),
        _worth(8_000, 40),
        _worth(5_000, 41),
        _worth(30_000, 30, attribution="opinion"),
        _worth(12_000, 30, effect="indirect"),
        _worth(9_000, 30, item_id=2, attribution="before_after"),
        _worth(1_000, 30, item_id=3),
    )
    found = realised_value(
        items, outcomes, window=Window(0, 50 * DAY), as_of=60 * DAY, reported=True
    )
    assert found.value == {
        "experiment_30": 18_000 / 30_000,
        "before_after_30": 9_000 / 30_000,
        "opinion_30": 1.0,
        "experiment_90": None,
        "before_after_90": None,
        "opinion_90": None,
    }
    assert found.parts["experiment_30_indirect_cents"] == 12_000
    assert found.parts["experiment_30_items"] == 1
    assert (found.n, found.excluded) == (2, {"unvalued": 1})


def test_a_mark_belongs_to_the_window_in_which_it_lies_and_waits_until_it_is_over() -> None:
    items, outcomes = _items({}), told(_worth(3_000, 12))
    for window, n in (
        (Window(0, 40 * DAY), 0),
        (Window(40 * DAY, 41 * DAY), 1),
        (Window(41 * DAY, 99 * DAY), 0),
    ):
        rows = return_cohort(items, outcomes, days=30, window=window, as_of=200 * DAY).included
        assert len(rows) == n
    later = Window(0, 100 * DAY)
    early = return_cohort(items, outcomes, days=30, window=later, as_of=40 * DAY - 1)
    assert early.included.empty
    assert early.left_out.empty


def test_value_told_of_nobody_is_null_with_a_reason_and_a_loss_is_a_number() -> None:
    window, at = Window(0, 50 * DAY), 60 * DAY
    silent = realised_value(_items({}), told(), window=window, as_of=at, reported=False)
    assert set(silent.value.values()) == {None}
    assert (silent.reasons, silent.excluded) == (
        ("no tool reports outcomes",), {"no_value_told": 1}
    )  # fmt: skip
    loss = realised_value(
        _items({}), told(_worth(-3_000, 20)), window=window, as_of=at, reported=True
    )
    assert loss.value["experiment_30"] == pytest.approx(-0.1)


def test_expected_value_is_per_week_and_cut_to_the_cent() -> None:
    weekly = np.array([7_000, 1, 3, 0], np.int64)
    assert expected_cents(weekly, 30).tolist() == [30_000, 4, 13, 0]
    assert expected_cents(weekly, 7).tolist() == weekly.tolist()


def test_outcome_coverage_is_of_what_was_released() -> None:
    items = released(*({"item_id": item, "released_ts": 20} for item in range(1, 5)),
                     {"item_id": 5, "released_ts": 99})  # fmt: skip
    outcomes = told(
        {"item_id": 1, "ts": 25, "uses": 0},
        {"item_id": 2, "ts": 25, "value_cents": 5},
        {"item_id": 3, "ts": 70, "uses": 9},
        {"item_id": 5, "ts": 25, "uses": 9},
    )
    found = outcome_coverage(items, outcomes, window=Window(0, 50), as_of=60, reported=True)
    assert (found.value["ratio"], found.n) == (0.5, 4)
    assert found.parts == {"numerator": 2, "denominator": 4}
    nobody = outcome_coverage(items, told(), window=Window(0, 50), as_of=60, reported=False)
    assert (nobody.value["ratio"], nobody.reasons) == (0.0, ("no tool reports outcomes",))
    empty = outcome_coverage(items, told(), window=Window(0, 5), as_of=60, reported=True)
    assert (empty.value["ratio"], empty.reasons) == (None, ("no_data",))


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 3),
            st.integers(0, 120),
            st.integers(-50, 50),
            st.sampled_from(CLASSES),
            st.sampled_from(["direct", "indirect"]),
        ),
        max_size=12,
    ),
    st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=3, max_size=3),
    st.integers(0, 150),
)
def test_the_same_as_a_loop_over_the_events(
    events: list[tuple[int, int, int, str, str]], lives: list[int | None], as_of: int
) -> None:
    live = [NONE if day is None else day * DAY for day in lives]
    items = pd.DataFrame({"item_id": [1, 2, 3], "live_ts": live}, dtype="int64")
    rows = told(
        *(
            {"item_id": item, **_worth(cents, day, attribution=kind, effect=effect)}
            for item, day, cents, kind, effect in events
        )
    )
    expected: dict[tuple[int, str, str], int] = {}
    for item, day, cents, kind, effect in events:
        begun = lives[item - 1]
        if begun is not None and begun + 30 <= as_of and day <= begun + 30:
            expected[item, kind, effect] = expected.get((item, kind, effect), 0) + cents
    found = realised(items, rows, days=30, as_of=as_of * DAY)
    told_rows = found[["item_id", "attribution", "effect", "cents"]].itertuples(index=False)
    assert {(item, kind, effect): cents for item, kind, effect, cents in told_rows} == expected
