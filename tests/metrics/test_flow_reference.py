"""The flow metrics against the slow reference, from made-up histories on."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics import flow
from metrics.facts import Facts, Rules
from metrics.periods import DAY, Window
from metrics.stages import stage_time
from tests.examples import examples
from tests.metrics.history import STATES, frame
from tests.metrics.test_facts_reference import changes, fast, histories, place
from tests.reference import flow as slow
from tests.reference import item_history
from tests.reference.statistics import percentile

STAGES = [*(10 * n for n in STATES), None]
HISTORIES = st.lists(histories(), max_size=8)
NOW = 200
KINDS = {"Story": "feature"}


def deliveries(items: list[item_history.History], rules: Rules) -> list[slow.Delivery]:
    told = item_history.Rules(place, changes, rules.reopen_window_s, rules.count_ignored)
    return [
        slow.Delivery(index, number, episode, "feature", history.created)
        for index, history in enumerate(items)
        for number, episode in enumerate(item_history.episodes_of(history, told)[0], start=1)
    ]


def quick(items: list[item_history.History], rules: Rules) -> Facts:
    return fast(items, rules)


@st.composite
def windows(draw: st.DrawFn) -> tuple[int, int]:
    start = draw(st.integers(-5, 150))
    return start, draw(st.integers(start, 160))


def days(seconds: list[int], name: str) -> float | None:
    found = percentile(seconds, Fraction(int(name[1:]), 100))
    return None if found is None else found / DAY


@settings(max_examples=examples(50), deadline=None)
@given(
    items=HISTORIES,
    window=windows(),
    reopen=st.integers(0, 40),
    count_ignored=st.booleans(),
)
def test_flow_metrics_equal_the_slow_reference(
    items: list[item_history.History],
    window: tuple[int, int],
    reopen: int,
    count_ignored: bool,
) -> None:
    rules = Rules(reopen_window_s=reopen, count_ignored=count_ignored, kinds=KINDS)
    rows, known = quick(items, rules).items, deliveries(items, rules)
    asked = Window(*window)

    times = slow.flow_times(known, *window)
    measure = flow.flow_time(rows, window=asked)
    told = {name: measure.value[name] for name in ("p50", "p85", "p95")}
    assert told == {name: days(times, name) for name in told}
    assert (measure.n, measure.excluded) == (len(times), slow.excluded(known, *window))
    ideas = slow.ideas_to_done(known, *window)
    assert flow.idea_to_done(rows, window=asked).value["p85"] == days(ideas, "p85")

    counted = slow.velocity(known, *window)
    velocity = flow.velocity(rows, window=asked).value
    assert (velocity["count"], velocity["feature"]) == (counted.total(), counted["feature"])
    assert flow.load(rows, as_of=NOW).value["count"] == slow.load(known, NOW)

    whole, single = slow.efficiency(known, *window)
    found = flow.efficiency(rows, window=asked, staged=True)
    assert found.value["ratio"] == pytest.approx(whole)
    assert found.value["item_p50"] == pytest.approx(percentile(single, Fraction(1, 2)))
    shares = slow.active_shares(known, *window)
    told = flow.distribution(rows, window=asked).value
    assert {name: told[f"{name}_active"] for name in shares} == pytest.approx(shares)


@settings(max_examples=examples(30), deadline=None)
@given(items=HISTORIES, window=windows(), at=st.integers(0, 200), reopen=st.integers(0, 40))
def test_rates_equal_the_slow_reference(
    items: list[item_history.History], window: tuple[int, int], at: int, reopen: int
) -> None:
    rules = Rules(reopen_window_s=reopen)
    rows, known = quick(items, rules).items, deliveries(items, rules)
    asked = Window(*window)
    rates = (
        (
            flow.reopen_rate(rows, window=asked, as_of=at, reopen_window_s=reopen),
            slow.reopen_rate(known, *window, window=reopen, as_of=at),
        ),
        (flow.discard_rate(rows, window=asked), slow.discard_rate(known, *window)),
    )
    for measure, (numerator, denominator) in rates:
        assert (measure.parts["numerator"], measure.n) == (numerator, denominator)
        assert measure.value["ratio"] == (numerator / denominator if denominator else None)


@settings(max_examples=examples(50), deadline=None)
@given(items=HISTORIES, window=windows(), at=st.integers(0, 150), count_ignored=st.booleans())
def test_stage_time_equals_the_slow_reference(
    items: list[item_history.History], window: tuple[int, int], at: int, count_ignored: bool
) -> None:
    rules = Rules(reopen_window_s=20, count_ignored=count_ignored)
    facts, known = quick(items, rules), deliveries(items, rules)
    stages = frame(
        "stage_id ordinal name state team", [(10 * n, n, w, w, "") for n, w in STATES.items()]
    )
    table = stage_time(facts.items, facts.visits, stages, window=Window(*window), as_of=at)
    expected = slow.stage_time(known, STAGES, window=window, at=at)
    count = len(slow.flow_times(known, *window))
    named = dict(zip(table["name"], table.to_dict("records"), strict=True))
    assert ("unmapped" in named) == bool(expected[None].visits)
    for name, stage_id in [*((word, 10 * n) for n, word in STATES.items()), ("unmapped", None)]:
        stage = expected[stage_id]
        if name not in named:
            continue
        row = named[name]
        assert (row["visits"], row["items_now"]) == (len(stage.visits), stage.now), name
        assert _told(row["p85_d"]) == pytest.approx(days(stage.visits, "p85"))
        for column, seconds in (("waiting_d", stage.waiting), ("active_d", stage.active)):
            spent = seconds / DAY / count if count else None
            assert _told(row[column]) == pytest.approx(spent)
        share = stage.deliveries / count if count else None
        assert _told(row["visit_share"]) == pytest.approx(share)


def _told(value: float | None) -> float | None:
    return None if value is None or value != value else value


def test_ten_thousand_items_equal_the_slow_reference() -> None:
    made = [_made(number) for number in range(10_000)]
    rules = Rules(reopen_window_s=20, kinds=KINDS)
    rows, known = quick(made, rules).items, deliveries(made, rules)
    window = (20, 140)
    times = slow.flow_times(known, *window)
    measure = flow.flow_time(rows, window=Window(*window))
    assert (measure.n, measure.excluded) == (len(times), slow.excluded(known, *window))
    assert len(times) > 1_000
    ordered = sorted(times)
    assert measure.value["p85"] == ordered[-(-len(ordered) * 85 // 100) - 1] / DAY
    whole, single = slow.efficiency(known, *window)
    found = flow.efficiency(rows, window=Window(*window), staged=True)
    assert (found.value["ratio"], found.n) == (pytest.approx(whole), len(single))
    assert flow.velocity(rows, window=Window(*window)).n == slow.velocity(known, *window).total()
    assert flow.load(rows, as_of=NOW).n == slow.load(known, NOW)


def _made(number: int) -> item_history.History:
    """Reproducible, and unlike its neighbours."""
    draw = random.Random(number)
    moves, was = [], draw.randint(1, 9)
    for seq in range(draw.randint(0, 9)):
        moves.append((draw.randint(0, 140), seq, was, to := draw.choice([1, 2, 2, 3, 3, 4, 5])))
        was = to
    return item_history.History(
        created=draw.randint(0, 40),
        updated=draw.randint(0, 140),
        status=was,
        moves=moves,
        blocks=[(draw.randint(0, 140), draw.randint(0, 140))] * draw.randint(0, 1),
        complete=draw.random() < 0.9,
    )
