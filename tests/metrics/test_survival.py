"""Survival by Kaplan and Meier: by hand, and beside the percentiles of what is finished."""

from __future__ import annotations

import numpy as np
import pytest

from metrics import flow
from metrics.periods import DAY, Window
from metrics.survival import Survival, kaplan_meier, lifetimes
from tests.metrics.tables import item_table

WINDOW = Window(100 * DAY, 200 * DAY)


def seen(*lives: tuple[float, bool], entered: tuple[float, ...] | None = None) -> Survival:
    left = np.array([age for age, _ in lives], np.float64)
    since = np.zeros(len(lives)) if entered is None else np.array(entered, np.float64)
    return kaplan_meier(left, np.array([done for _, done in lives], np.bool_), since)


EXAMPLE = seen((2, True), (3, False), (4, True), (4, True), (5, False), (6, True))


def test_the_example_of_the_page() -> None:
    assert [EXAMPLE.at(age) for age in (1, 2, 4, 6)] == pytest.approx([1, 5 / 6, 5 / 12, 0])
    assert EXAMPLE.breach(3, 4) == pytest.approx(0.5)
    assert (EXAMPLE.percentile(0.5), EXAMPLE.percentile(0.85)) == (4, 6)
    assert (EXAMPLE.finished, EXAMPLE.censored) == (4, 2)


def test_at_the_limit_it_is_late_and_never_less_likely_so_with_age() -> None:
    chances = [EXAMPLE.breach(age, 4) for age in (0, 1, 2, 3, 4, 5)]
    assert chances == pytest.approx([5 / 12, 5 / 12, 1 / 2, 1 / 2, 1, 1])


def test_beyond_what_was_seen_nothing_is_known() -> None:
    young = seen((2, True), (5, False))
    assert young.at(5) == 0.5
    assert young.at(6) is None
    assert young.breach(1, 6) is None
    assert young.percentile(0.85) is None


def test_of_nothing_nothing_is_known() -> None:
    nothing = seen()
    assert (nothing.at(1), nothing.breach(2, 1), nothing.percentile(0.5)) == (None, None, None)


def test_what_is_watched_late_is_at_risk_from_then_on() -> None:
    late = seen((3, True), (9, True), entered=(0, 5))
    assert late.at(3) == 1, "the only one watched at 3 does not end the curve: another reached 9"
    assert late.at(9) == 0
    both = seen((3, True), (4, True), (9, True), entered=(0, 0, 5))
    assert both.at(3) == 0.5


def test_lifetimes_are_cut_at_the_window() -> None:
    items = item_table(
        {"committed_ts": 110 * DAY, "done_ts": 120 * DAY},
        {"committed_ts": 90 * DAY, "cancelled_ts": 130 * DAY},
        {"committed_ts": 190 * DAY, "done_ts": 210 * DAY},
        {"committed_ts": 90 * DAY, "done_ts": 99 * DAY},
        {"committed_ts": 200 * DAY},
        {"committed_ts": 150 * DAY, "start_reason": "censored_start"},
    )
    lived = lifetimes(items, window=WINDOW)
    assert (lived["left_s"] / DAY).tolist() == [10, 40, 10]
    assert (lived["entered_s"] / DAY).tolist() == [0, 10, 0]
    assert lived["outcome"].tolist() == ["done", "cancelled", "open"]


def _done(days: float) -> dict[str, object]:
    return {"committed_ts": int((190 - days) * DAY), "done_ts": 190 * DAY}


def test_old_open_work_brings_the_other_percentiles_beside_those_of_what_is_finished() -> None:
    finished = [_done(days) for days in range(1, 21)]
    old = [{"committed_ts": 170 * DAY}] * 2
    usual = flow.flow_time(item_table(*finished, *old), window=WINDOW)
    assert set(usual.value) == {"p50", "p85", "p95"}, "2 of 20 are no more than 10 %"
    told = flow.flow_time(item_table(*finished, *old, old[0]), window=WINDOW)
    assert told.value["p50"] == usual.value["p50"] == 10
    assert (told.value["km_p50"], told.value["km_p85"]) == (12, 20)
    assert told.value["km_p95"] is None
    assert any("3 items are older than the p85 of 20 done" in one for one in told.reasons)
