"""Little's law, ageing and expectation against plain loops, on many made-up histories."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.ageing import Ageing, ageing
from metrics.facts import Facts, Rules
from metrics.little import littles_law
from metrics.periods import DAY, Window
from metrics.sle import before, sle
from metrics.survival import lifetimes, survival
from tests.examples import examples
from tests.metrics.test_facts_reference import changes, fast, place
from tests.reference import item_history, kanban
from tests.reference.kanban import TICK, Life

statuses = st.sampled_from([1, 2, 3, 4, 5, 6, 9])
moment = st.integers(0, 60).map(lambda tick: tick * TICK)
REOPEN = 5 * TICK


@st.composite
def histories(draw: st.DrawFn) -> item_history.History:
    """Of statuses that keep their meaning; mostly towards done, with ties and returns."""
    path = draw(st.lists(statuses, max_size=6))
    times = draw(st.lists(moment, min_size=len(path), max_size=len(path)))
    ends = st.one_of(st.none(), moment)
    return item_history.History(
        created=draw(st.integers(0, 20)) * TICK,
        updated=draw(moment),
        status=draw(statuses),
        moves=[
            (ts, seq, was, to)
            for seq, (ts, was, to) in enumerate(zip(times, [1, *path], path, strict=False))
        ],
        blocks=draw(st.lists(st.tuples(moment, ends), max_size=2)),
        complete=draw(st.booleans()),
        resolved=draw(ends),
    )


companies = st.lists(histories(), max_size=9)
windows = st.tuples(st.integers(0, 50), st.integers(1, 40)).map(
    lambda pair: Window(pair[0] * TICK, (pair[0] + pair[1]) * TICK)
)


def told(items: list[item_history.History]) -> tuple[Facts, list[Life]]:
    facts = fast(items, Rules(reopen_window_s=REOPEN))
    rules = item_history.Rules(place, changes, REOPEN)
    lives = [
        Life(index, number, episode)
        for index, history in enumerate(items)
        for number, episode in enumerate(item_history.episodes_of(history, rules)[0], start=1)
    ]
    return facts, lives


@settings(max_examples=examples(40), deadline=None)
@given(companies, windows)
def test_littles_law_is_that_of_a_count_tick_by_tick(
    items: list[item_history.History], window: Window
) -> None:
    facts, lives = told(items)
    found = littles_law(facts.items, facts.visits, window=window)
    slow = kanban.little(lives, window.from_ts, window.to_ts)
    if not slow.area_s and not slow.departures:
        assert set(found.measure.value.values()) == {None}
        assert found.measure.reasons == ("no_data",)
        return
    value, parts = found.measure.value, found.measure.parts
    assert parts["presence_in_window_s"] == slow.area_s == found.rows["inside_s"].sum()
    assert value["average_load"] == pytest.approx(slow.area_s / window.seconds)
    assert parts["arrivals"] == slow.arrivals
    assert (parts["departures"], parts["cancelled"]) == (len(slow.departures), slow.cancelled)
    assert (parts["load_at_begin"], parts["load_at_end"]) == (
        slow.load_at_begin, slow.load_at_end,
    )  # fmt: skip
    total = sum(slow.departures)
    if total:
        assert value["average_presence_d"] == pytest.approx(total / len(slow.departures) / DAY)
        assert value["r"] == pytest.approx(slow.area_s / total)
    else:
        assert value["r"] is None
    figures = {one.name: one.figure for one in found.assumptions}
    assert figures["units_are_consistent"] == 0
    steep = kanban.slope(slow.ages)
    if steep is None:
        assert figures["age_is_level"] is None
    else:
        assert figures["age_is_level"] == pytest.approx(float(steep), abs=1e-9)


@settings(max_examples=examples(40), deadline=None)
@given(companies, windows, st.sampled_from([50, 70, 85, 95]), st.none() | st.integers(1, 20))
def test_ageing_is_that_of_plain_loops(
    items: list[item_history.History], window: Window, percent: int, within_d: int | None
) -> None:
    facts, lives = told(items)
    found = ageing(facts.items, facts.visits, window=window, percent=percent, within_d=within_d)
    seen = kanban.watched(lives, window.from_ts, window.to_ts)
    done = [(life, one.left) for life, one in seen if one.outcome == "done"]
    limit = kanban.nearest_rank([left for _, left in done], Fraction(percent, 100))
    limit = limit if within_d is None else within_d * DAY
    assert found.limit_s == limit
    rows = {(row["item_id"], row["episode"]): row for row in found.rows.to_dict("records")}
    inside = [(life, life.row_at(window.to_ts)) for life in lives]
    here = {(life.item, life.number): (life, row) for life, row in inside if row}
    assert set(rows) == set(here)
    for key, (life, place_now) in here.items():
        row = rows[key]
        age = window.to_ts - (life.committed or 0)
        assert row["age_s"] == age
        assert row["stage_id"] == (NONE if place_now.stage is None else place_now.stage)
        ages = [kanban.left_stage(one, place_now.stage) for one, _ in done]
        known = [one for one in ages if one is not None]
        assert row["pace_n"] == len(known)
        if known:
            assert row["pace"] == pytest.approx(sum(one <= age for one in known) / len(known))
        else:
            assert np.isnan(row["pace"])
        if limit is not None and done:
            expected = kanban.breach([one for _, one in seen], age, limit)
            assert row["breach_p"] == pytest.approx(
                np.nan if expected is None else float(expected), nan_ok=True
            )
        else:
            assert np.isnan(row["breach_p"])


@settings(max_examples=examples(30), deadline=None)
@given(companies, windows)
def test_probabilities_lie_between_0_and_1_and_never_fall_with_age(
    items: list[item_history.History], window: Window
) -> None:
    facts, _ = told(items)
    found = ageing(facts.items, facts.visits, window=window)
    for name in ("breach_p", "pace"):
        numbers = found.rows[name].dropna()
        assert ((numbers >= 0) & (numbers <= 1)).all()
    seen = survival(found.history)
    limits = [(seen.breach(age * TICK, 12 * TICK)) for age in range(40)]
    known = [one for one in limits if one is not None]
    assert known == sorted(known)


@settings(max_examples=examples(30), deadline=None)
@given(companies, windows)
def test_the_ages_of_a_past_day_are_those_that_were_told_on_it(
    items: list[item_history.History], window: Window
) -> None:
    """What was moved later, also out of done, does not change what was in load, and how old."""
    whole = [one for one in items if one.complete and one.moves]
    now, _ = told(whole)
    cut = [
        replace(one, moves=[move for move in one.moves if move[0] <= window.to_ts]) for one in whole
    ]
    # Without a move it is still where the first one finds it.
    cut = [
        one if one.moves else replace(one, status=min(was.moves)[2])
        for one, was in zip(cut, whole, strict=True)
    ]
    then, _ = told(cut)
    found = (ageing(facts.items, facts.visits, window=window) for facts in (now, then))
    ages, ages_then = (_ages(one) for one in found)
    assert ages == ages_then


def _ages(found: Ageing) -> dict[int, int]:
    return dict(zip(found.rows["item_id"], found.rows["age_s"], strict=True))


@settings(max_examples=examples(30), deadline=None)
@given(companies, windows, st.sampled_from([50, 70, 85, 95]))
def test_the_expectation_and_its_adherence_are_those_of_plain_loops(
    items: list[item_history.History], window: Window, percent: int
) -> None:
    facts, lives = told(items)
    found = sle(facts.items, window=window, percent=percent)
    taken = _taken(lives, window)
    for p in (50, 70, 85, 95):
        rank = kanban.nearest_rank(taken, Fraction(p, 100))
        days = None if rank is None else rank / DAY
        assert found.value[f"p{p}"] == (None if days is None else pytest.approx(days))
    promise = kanban.nearest_rank(_taken(lives, before(window)), Fraction(percent, 100))
    if promise is None or not taken:
        assert found.value["adherence"] is None
    else:
        share = sum(one <= promise for one in taken) / len(taken)
        assert found.value["adherence"] == pytest.approx(share)


def _taken(lives: list[Life], window: Window) -> list[int]:
    return [
        life.episode.done - life.committed
        for life in lives
        if life.episode.done is not None
        and life.committed is not None
        and not life.episode.start_reason
        and window.from_ts <= life.episode.done < window.to_ts
    ]


@settings(max_examples=examples(30), deadline=None)
@given(companies)
def test_without_open_work_the_survival_is_what_was_finished(
    items: list[item_history.History],
) -> None:
    facts, _ = told(items)
    lived = lifetimes(facts.items, window=Window(0, 1_000 * TICK))
    done = lived[lived["outcome"] == "done"]
    seen = survival(done)
    for age in range(0, 70 * TICK, TICK):
        longer = (done["left_s"] > age).mean() if len(done) else None
        assert seen.at(age) == (None if longer is None else pytest.approx(longer))
