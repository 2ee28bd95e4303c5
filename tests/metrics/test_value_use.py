"""First use and adoption, worked out by hand and by a loop over the events."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.periods import Window
from metrics.value_events import ValueRules
from metrics.value_use import time_to, use_cohort, use_times
from tests.metrics.value_tables import NAN, told

DAY = 86_400
RULES = ValueRules(adoption_share=0.25)


def _seen(*since: int) -> pd.DataFrame:
    return pd.DataFrame({"item_id": range(1, len(since) + 1), "shown_ts": since}, dtype="int64")


def _items(live: pd.DataFrame, outcomes: pd.DataFrame, at: int) -> pd.DataFrame:
    return live.merge(use_times(live, outcomes, RULES, as_of=at), on="item_id")


def test_first_use_and_adoption_count_from_the_first_user_who_could_see_it() -> None:
    outcomes = told(
        {"ts": 20 * DAY, "uses": 0},
        {"ts": 23 * DAY, "share": 0.02},
        {"ts": 31 * DAY, "share": 0.30},
        {"ts": 45 * DAY, "share": 0.10},
    )
    items = _items(_seen(20 * DAY), outcomes, 60 * DAY)
    window = Window(0, 50 * DAY)
    assert time_to(items, "first_use", window=window, told=True).value["p50"] == 3.0
    assert time_to(items, "adoption", window=window, told=True).value["p50"] == 11.0


def test_use_by_testers_before_anybody_could_see_it_is_none() -> None:
    items = _items(_seen(20), told({"ts": 10, "uses": 99}, {"ts": 25, "uses": 1}), 60)
    assert items["first_use_ts"].tolist() == [25]
    never = _items(_seen(NONE), told({"ts": 10, "uses": 99}), 60)
    assert never["first_use_ts"].tolist() == [NONE]


def test_what_nobody_tells_is_not_a_use_of_zero() -> None:
    outcomes = told(
        {"item_id": 1, "ts": 30, "share": 0.5},
        {"item_id": 2, "ts": 30, "uses": 0},
        {"item_id": 3, "ts": 30, "uses": 7},
        {"item_id": 4, "ts": 30, "share": 0.1},
        {"item_id": 5, "ts": 30, "value_cents": 500},
    )
    items = _items(_seen(*[20] * 6), outcomes, 60)
    first = time_to(items, "first_use", window=Window(0, 50), told=True)
    assert (first.n, first.excluded) == (3, {"no_use_data": 2, "not_used_yet": 1})
    many = time_to(items, "adoption", window=Window(0, 50), told=True)
    left_out = {"no_use_data": 2, "no_use_share": 2, "not_adopted_yet": 1}
    assert (many.n, many.excluded) == (1, left_out)
    silent = time_to(_items(_seen(20), told(), 60), "first_use", window=Window(0, 50), told=False)
    assert (set(silent.value.values()), silent.n) == ({None}, 0)
    assert silent.reasons == ("no tool reports use",)


def test_what_is_told_later_is_not_known_yet() -> None:
    outcomes = told({"ts": 30, "uses": 1})
    assert _items(_seen(20), outcomes, 29)["first_use_ts"].tolist() == [NONE]
    assert _items(_seen(20), outcomes, 30)["first_use_ts"].tolist() == [30]


def test_an_item_belongs_to_the_window_of_its_first_use() -> None:
    items = _items(_seen(20), told({"ts": 30, "uses": 1}), 90)
    for window, n in ((Window(0, 30), 0), (Window(30, 31), 1), (Window(31, 90), 0)):
        assert len(use_cohort(items, "first_use", window=window).included) == n


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 3),
            st.integers(0, 30),
            st.one_of(st.none(), st.sampled_from([0.0, 0.1, 0.25, 0.9])),
            st.one_of(st.none(), st.integers(0, 2)),
        ),
        max_size=12,
    ),
    st.lists(st.one_of(st.none(), st.integers(0, 20)), min_size=3, max_size=3),
    st.integers(0, 35),
)
def test_the_same_as_a_loop_over_the_events(
    events: list[tuple[int, int, float | None, int | None]], since: list[int | None], as_of: int
) -> None:
    live = _seen(*[NONE if one is None else one for one in since])
    shares = [NAN if share is None else share for _, _, share, _ in events]
    counts = [NONE if uses is None else uses for _, _, _, uses in events]
    rows = told(
        *(
            {"item_id": item, "ts": ts, "share": share, "uses": uses}
            for (item, ts, _, _), share, uses in zip(events, shares, counts, strict=True)
        )
    )
    found = use_times(live, rows, RULES, as_of=as_of).to_dict("records")
    for item, start in enumerate(since, start=1):
        first = many = None
        for own, ts, share, uses in sorted(events, key=lambda one: one[1]):
            if own != item or start is None or ts < start or ts > as_of:
                continue
            if ((share or 0) > 0 or (uses or 0) > 0) and first is None:
                first = ts
            if share is not None and share >= 0.25 and many is None:
                many = ts
        row = found[item - 1]
        assert row["first_use_ts"] == (NONE if first is None else first)
        assert row["adopted_ts"] == (NONE if many is None else many)
        assert (row["use_reason"] == "") == (first is not None)
        assert (row["adopt_reason"] == "") == (many is not None)
