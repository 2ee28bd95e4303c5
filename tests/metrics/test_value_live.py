"""Idea to live, worked out by hand, and against a look at every second."""

from __future__ import annotations

from pathlib import Path

import orjson
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.periods import Window
from metrics.value_events import ValueRules
from metrics.value_live import exposed_steps, idea_to_live, live_cohort, live_of, live_times
from tests.metrics.value_tables import NAN, released, shown
from tests.reference.value import SwitchRow, life

DAY = 86_400
RULES = ValueRules(live_share=0.5, settle_s=14 * DAY)
GOLDEN = orjson.loads((Path(__file__).parent / "value_exposure.json").read_bytes())


def _items(exposure: pd.DataFrame, *rows: dict[str, object], at: int) -> pd.DataFrame:
    items = released(*rows)
    return items.merge(live_times(exposure, items, RULES, as_of=at), on="item_id")


def test_an_item_is_live_once_the_share_of_users_is_reached() -> None:
    exposure = shown(
        (1, "split-pay", "production", 0.05, 20 * DAY),
        (1, "split-pay", "production", 0.5, 24 * DAY),
        (1, "split-pay", "production", 1.0, 30 * DAY),
    )
    items = _items(exposure, {"idea_ts": 4 * DAY, "first_released_ts": 18 * DAY}, at=60 * DAY)
    found = idea_to_live(items, window=Window(0, 50 * DAY), told=True)
    assert found.value == {"p50": 20.0, "p85": 20.0, "p95": 20.0}
    assert (found.n, found.excluded) == (1, {})
    assert items[["shown_ts", "live_ts"]].iloc[0].tolist() == [20 * DAY, 24 * DAY]


def test_a_flag_that_was_on_before_the_code_came_exposes_it_with_the_release() -> None:
    exposure = shown((1, "f", "production", 1.0, 2 * DAY))
    items = _items(exposure, {"first_released_ts": 9 * DAY}, at=60 * DAY)
    assert items["live_ts"].tolist() == [9 * DAY]


def test_code_that_is_known_not_to_be_deployed_is_not_live_whatever_the_flag_says() -> None:
    exposure = shown((1, "f", "production", 1.0, 2 * DAY), (2, "f", "production", 1.0, 2 * DAY))
    gone = {"first_released_ts": NONE, "released_ts": NONE}
    items = _items(
        exposure,
        {**gone, "release_reason": "not_deployed"},
        {**gone, "item_id": 2, "release_reason": "deployments_unknown"},
        at=60 * DAY,
    )
    assert items["live_reason"].tolist() == ["not_deployed", ""]
    assert items["live_ts"].tolist() == [NONE, 2 * DAY]


def test_a_switch_off_soon_after_takes_it_back_and_a_later_one_does_not() -> None:
    soon = exposed_steps([(1 * DAY, "f", "p", True, 1.0), (9 * DAY, "f", "p", True, 0.0)], 0)
    found = live_of(soon, RULES, as_of=60 * DAY)
    assert (found.live_ts, found.off_ts, found.reason) == (NONE, 9 * DAY, "switched_off")
    assert found.shown_ts == 1 * DAY
    again = exposed_steps(
        [(1 * DAY, "f", "p", True, 1.0), (9 * DAY, "f", "p", True, 0.0),
         (20 * DAY, "f", "p", True, 1.0)], 0)  # fmt: skip
    assert live_of(again, RULES, as_of=60 * DAY).live_ts == 20 * DAY
    late = exposed_steps([(1 * DAY, "f", "p", True, 1.0), (40 * DAY, "f", "p", True, 0.0)], 0)
    told = live_of(late, RULES, as_of=60 * DAY)
    assert (told.live_ts, told.off_ts, told.reason, told.share) == (DAY, 40 * DAY, "", 0.0)


def test_all_features_of_an_item_must_be_on_and_one_production_environment_is_enough() -> None:
    exposure = shown(
        (1, "web", "production", 1.0, 10),
        (1, "app", "staging", 1.0, 11),
        (1, "app", "production", 0.0, 11),
        (1, "app", "production", 1.0, 90),
    )
    every = exposure.assign(production=True)
    assert live_times(exposure, released({}), RULES, as_of=200)["live_ts"].tolist() == [90]
    assert live_times(every, released({}), RULES, as_of=200)["live_ts"].tolist() == [10]


def test_what_is_not_told_is_left_out_by_reason_and_never_counted() -> None:
    exposure = shown(
        (1, "a", "production", 1.0, 30 * DAY),
        (2, "b", "production", 0.1, 30 * DAY),
        (3, "c", "staging", 1.0, 30 * DAY),
        (5, "e", "production", NAN, 30 * DAY),
    )
    rows = [{"item_id": item, "released_ts": 20 * DAY} for item in range(1, 6)]
    items = _items(exposure, *rows, at=60 * DAY)
    found = idea_to_live(items, window=Window(0, 50 * DAY), told=True)
    assert (found.n, found.excluded) == (1, {"no_exposure": 1, "not_exposed": 3})
    behind = live_cohort(items, window=Window(0, 50 * DAY))
    assert behind.included["seconds"].tolist() == [30 * DAY - items["idea_ts"].iloc[0]]
    assert behind.left_out["seconds"].isna().all()
    silent = idea_to_live(items.assign(live_ts=NONE), window=Window(0, 50 * DAY), told=False)
    assert set(silent.value.values()) == {None}
    assert silent.reasons == ("no tool reports exposure",)


def test_an_item_belongs_to_the_window_in_which_it_went_live() -> None:
    items = _items(shown((1, "a", "production", 1.0, 30)), {"released_ts": 5}, at=90)
    for window, n in ((Window(0, 30), 0), (Window(30, 31), 1), (Window(31, 90), 0)):
        assert len(live_cohort(items, window=window).included) == n
    assert live_cohort(items, window=Window(0, 30)).left_out.empty


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_golden_lives_of_features(case: dict[str, object]) -> None:
    rows = case["switches"]
    assert isinstance(rows, list)
    exposure = shown(
        *((1, feature, place, share, day * DAY) for day, feature, place, share in rows)
    )
    item = {"idea_ts": 0, "first_released_ts": int(str(case["released_d"])) * DAY}
    at = int(str(case["as_of_d"])) * DAY
    row = _items(exposure, item, at=at).to_dict("records")[0]
    expected = case["expected"]
    assert isinstance(expected, dict)
    for name in ("shown", "live", "off"):
        day = expected[f"{name}_d"]
        assert row[f"{name}_ts"] == (NONE if day is None else day * DAY), name
    assert (row["share"], row["live_reason"]) == (expected["share"], expected["reason"])


_SWITCH = st.tuples(
    st.integers(0, 40),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["eu", "us", "test"]),
    st.sampled_from([None, 0.0, 0.2, 0.5, 1.0]),
)


@settings(deadline=None)
@given(
    st.lists(_SWITCH, min_size=1, max_size=9),
    st.one_of(st.none(), st.integers(0, 40)),
    st.integers(0, 10),
    st.integers(0, 45),
)
def test_the_same_as_a_look_at_every_second(
    rows: list[tuple[int, str, str, float | None]], released_at: int | None, settle: int, as_of: int
) -> None:
    switches: list[SwitchRow] = [(ts, f, place, place != "test", s) for ts, f, place, s in rows]
    rules = ValueRules(live_share=0.5, settle_s=settle)
    expected = life(switches, released_at, live_share=0.5, settle=settle, as_of=as_of)
    steps = exposed_steps(
        [(ts, f, p, live, NAN if s is None else s) for ts, f, p, live, s in switches],
        NONE if released_at is None else released_at,
    )
    found = live_of(steps, rules, as_of=as_of)
    none = {None: NONE}
    assert found.shown_ts == none.get(expected.shown, expected.shown)
    assert found.live_ts == none.get(expected.live, expected.live)
    assert found.off_ts == none.get(expected.off, expected.off)
    assert (found.share, found.reason) == (expected.share, expected.reason)
