"""Which items an event about a feature is put down to, and how shared value is split."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.value_events import ValueRules, nothing_told, value_facts
from tests.metrics.value_tables import NAN

KEYS = pd.DataFrame(
    {"key": ["SHOP-1", "SHOP-2", "OLD-7", "SHOP-3", "X-9"], "item_id": [1, 2, 2, 3, 9]}
)


def _exposures(*rows: tuple[str, Sequence[str], float]) -> pd.DataFrame:
    made = [(feature, list(items), share, True, 10) for feature, items, share in rows]
    frame = pd.DataFrame(made, columns=["feature", "items", "share", "production", "ts"])
    return frame.astype({"share": "float64", "ts": "int64", "production": "bool"})


def _outcomes(*rows: tuple[str, Sequence[str], int]) -> pd.DataFrame:
    made = [
        (feature, "m", list(items), NAN, NONE, cents, "experiment", "direct", 10)
        for feature, items, cents in rows
    ]
    names = ["feature", "measure", "items", "share", "uses", "value_cents"]
    frame = pd.DataFrame(made, columns=[*names, "attribution", "effect", "ts"])
    whole = dict.fromkeys(("uses", "value_cents", "ts"), "int64")
    return frame.astype({"share": "float64", **whole})


def test_a_feature_is_of_the_items_that_any_of_its_exposures_names() -> None:
    told = _exposures(("pay", ["SHOP-1"], NAN), ("Pay", [], 1.0), ("pay", ["old-7"], 0.5))
    found = value_facts(told, _outcomes(), KEYS, [1, 2, 3, 9], ValueRules())
    assert sorted(found.shown["item_id"].tolist()) == [1, 1, 1, 2, 2, 2]
    assert (found.exposure, found.use, found.outcome) == (True, False, False)


def test_a_feature_with_the_key_of_an_item_is_of_that_item_and_others_are_passed_over() -> None:
    told = _exposures(("shop-3", [], 1.0), ("nobody", [], 1.0), ("x", ["GONE-1"], 1.0))
    found = value_facts(told, _outcomes(), KEYS, [1, 2, 3], ValueRules())
    assert found.shown["item_id"].tolist() == [3]


def test_an_outcome_is_of_the_items_it_names_else_of_those_of_its_feature() -> None:
    told = _exposures(("pay", ["SHOP-1", "SHOP-2"], 1.0))
    outcomes = _outcomes(("pay", ["SHOP-3"], 7), ("pay", [], 5), ("SHOP-3", [], 2))
    found = value_facts(told, outcomes, KEYS, [1, 2, 3], ValueRules()).told
    rows = sorted(zip(found["item_id"], found["value_cents"], found["among"], strict=True))
    assert rows == [(1, 3, 2), (2, 2, 2), (3, 2, 1), (3, 7, 1)]


def test_the_part_of_an_item_of_another_stream_is_not_given_to_this_one() -> None:
    found = value_facts(
        _exposures(), _outcomes(("pay", ["SHOP-1", "X-9"], 100)), KEYS, [1, 2, 3], ValueRules()
    )
    assert found.told["value_cents"].tolist() == [50]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from(["SHOP-1", "SHOP-2", "SHOP-3", "X-9"]), min_size=1),
            st.integers(-1000, 1000),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_the_parts_of_shared_value_add_up_to_the_cent(rows: list[tuple[set[str], int]]) -> None:
    outcomes = _outcomes(*(("f", sorted(items), cents) for items, cents in rows))
    found = value_facts(_exposures(), outcomes, KEYS, [1, 2, 3, 9], ValueRules()).told
    assert found["value_cents"].sum() == sum(cents for _, cents in rows)
    for (items, cents), (_, own) in zip(
        rows, found.assign(row=_rows(rows)).groupby("row"), strict=True
    ):
        assert own["value_cents"].max() - own["value_cents"].min() <= 1
        assert (len(own), own["value_cents"].sum()) == (len(items), cents)


def _rows(rows: list[tuple[set[str], int]]) -> list[int]:
    return [place for place, (items, _) in enumerate(rows) for _ in items]


def test_nothing_told_has_the_same_columns_and_no_rows() -> None:
    empty = nothing_told()
    found = value_facts(_exposures(), _outcomes(), KEYS, [1], ValueRules())
    for name in ("shown", "told"):
        ours, theirs = getattr(empty, name), getattr(found, name)
        assert len(ours) == len(theirs) == 0
        assert set(ours.columns) <= set(theirs.columns)
