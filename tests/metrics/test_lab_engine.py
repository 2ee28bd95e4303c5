"""The model of a stream: lines with known answers, limits, rhythms, orders, the same chances."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.lab.draws import Draws
from metrics.lab.engine import Play, play
from metrics.lab.instant import instant_waits, kingman, little, sakasegawa, visits_per_item
from metrics.lab.network import Kind, Network, Order, Step, line
from metrics.lab.runs import Plan, outcome
from tests.metrics.lab_lines import always, exponential, random_three, three


def _played(network: Network, items: int, *, seed: int = 1, run: int = 0) -> Play:
    return play(network, Draws(network, items, seed, run))


def _waits(found: Play, steps: int) -> list[float]:
    return [float(found.waited[found.step == n].mean()) for n in range(steps)]


def test_the_golden_line() -> None:
    """A9 (i): half of the wait that a second reviewer removes comes back at the tester."""
    for network, waits, flow in (
        (three(), [0, 4.5, 0], 9.0),
        (three(review=2), [0, 0, 2.25], 6.75),
        (three(review=2, test=2), [0, 0, 0], 4.5),
    ):
        found = _played(network, 10)
        assert _waits(found, 3) == pytest.approx(waits, abs=1e-12)
        assert (found.ended - found.arrived).mean() == pytest.approx(flow, abs=1e-12)


def test_the_golden_formulas() -> None:
    """A8."""
    loads = (0.5, 0.7, 0.8, 0.9, 0.95)
    assert [kingman(load, 1, 1, 1) for load in loads] == pytest.approx(
        [1.0, 2.3333, 4, 9, 19], abs=1e-3
    )
    assert sakasegawa(0.9, 3, 1, 1, 1) == pytest.approx(2.749, abs=5e-4)
    assert sakasegawa(0.8, 1, 1, 1, 1) == pytest.approx(kingman(0.8, 1, 1, 1))
    assert kingman(1.0, 1, 1, 1) == math.inf == sakasegawa(1.2, 2, 1, 1, 1)
    assert little(2.0, 3.5) == 7.0


def _erlang_wait(demand: float, work: float, people: int) -> float:
    """Of M/M/c, by the textbook."""
    offered = demand * work
    terms = [offered**n / math.factorial(n) for n in range(people)]
    full = offered**people / math.factorial(people) * people / (people - offered)
    return full / (sum(terms) + full) * work / (people - offered)


@pytest.mark.parametrize(("people", "demand"), [(1, 0.7), (2, 1.6), (4, 3.0)])
def test_random_queues_wait_as_long_as_their_formula_says(people: int, demand: float) -> None:
    network = line({"work": (exponential(1.0), people)}, exponential(1 / demand))
    found = outcome(network, Plan(6_000, 600, runs=20))
    expected = _erlang_wait(demand, 1.0, people)
    for told, wanted in ((found.wait[:, 0], expected), (found.queue[:, 0], demand * expected)):
        error = told.std(ddof=1) / math.sqrt(20)
        assert error < 0.06 * wanted
        assert told.mean() == pytest.approx(wanted, abs=3 * error)
    assert found.busy[:, 0].mean() == pytest.approx(demand / people, rel=0.03)
    (instant,) = instant_waits(network)
    assert instant == pytest.approx(expected, rel=0.15)


def test_work_is_conserved_and_everything_that_arrives_leaves() -> None:
    network = random_three(0.9, 1)
    draws = Draws(network, 500, 3, 0)
    found = play(network, draws)
    assert len(found.item) == 3 * 500
    assert not np.isnan(found.ended).any()
    worked = np.zeros((500, 3))
    worked[found.item, found.step] = found.worked - found.begun
    assert worked.ravel() == pytest.approx(draws.visit(0).service)
    parts = np.bincount(found.item, weights=found.left - found.entered)
    assert parts == pytest.approx(found.ended - found.arrived)


def test_the_same_stream_under_the_same_chances_is_exactly_the_same() -> None:
    network = random_three(0.9, 1)
    first, again = (outcome(network, Plan(200, 50, runs=3)) for _ in range(2))
    assert (first.flows == again.flows).all()
    other = outcome(network, Plan(200, 50, runs=3, seed=2))
    assert not (first.p85 == other.p85).any()


def test_what_happens_to_one_step_moves_no_chance_of_another() -> None:
    network = random_three(0.9, 1)
    faster = replace(network, people=(1, 2, 1))
    before, after = _played(network, 300), _played(faster, 300)
    for step in (0, 2):
        works = []
        for found in (before, after):
            here = found.step == step
            in_order = np.argsort(found.item[here])
            works.append((found.worked - found.begun)[here][in_order])
        assert works[0] == pytest.approx(works[1])


@settings(max_examples=40, deadline=None)
@given(
    people=st.integers(1, 5),
    more=st.integers(1, 3),
    demand=st.floats(0.3, 6.0),
    seed=st.integers(0, 999),
)
def test_more_people_on_a_single_step_let_nobody_wait_longer(
    people: int, more: int, demand: float, seed: int
) -> None:
    one = line({"work": (exponential(1.0, 500), people)}, exponential(1 / demand, 500))
    two = replace(one, people=(people + more,))
    before, after = _played(one, 120, seed=seed), _played(two, 120, seed=seed)
    begun = [np.sort(found.begun) for found in (before, after)]
    assert (begun[1] <= begun[0] + 1e-9).all()
    assert (after.ended - after.arrived).sum() <= (before.ended - before.arrived).sum() + 1e-6


@settings(max_examples=30, deadline=None)
@given(limits=st.tuples(*[st.sampled_from([None, 1, 2, 4])] * 3), seed=st.integers(0, 999))
def test_no_step_holds_more_than_its_limit(limits: tuple[int | None, ...], seed: int) -> None:
    network = random_three(0.95, 1)
    steps = tuple(replace(s, limit=one) for s, one in zip(network.steps, limits, strict=True))
    found = _played(replace(network, steps=steps), 150, seed=seed)
    assert len(found.item) == 3 * 150
    for place, limit in enumerate(limits):
        here = found.step == place
        edges = np.concatenate([found.entered[here], found.left[here]])
        change = np.repeat([1, -1], here.sum())
        inside = np.cumsum(change[np.lexsort((change, edges))])
        assert limit is None or inside.max() <= limit


def test_a_full_step_holds_the_people_before_it() -> None:
    network = line({"dev": (always(1), 1), "test": (always(3), 1)}, always(1))
    limited = replace(network, steps=(network.steps[0], replace(network.steps[1], limit=1)))
    found = _played(limited, 4)
    dev = found.step == 0
    assert found.left[dev].tolist() == [2, 5, 8, 11]
    assert found.begun[dev].tolist() == [1, 2, 5, 8]


def test_work_begins_only_when_the_step_opens() -> None:
    network = line({"test": (always(0.25), 2)}, always(1))
    weekly = replace(network, steps=(replace(network.steps[0], openings=(1.0, 4.0), period=7.0),))
    found = _played(weekly, 9)
    assert found.ready.tolist() == [1.0, 4.0, 4.0, 4.0, 8.0, 8.0, 8.0, 8.0, 11.0]


def test_a_cap_lets_in_no_more_a_week_and_the_rest_waits_outside() -> None:
    network = replace(line({"work": (always(0.1), 1)}, always(1)), cap=3.5)
    found = _played(network, 8)
    assert found.admitted.tolist() == [1, 3, 5, 7, 9, 11, 13, 15]
    assert found.entered.tolist() == found.admitted.tolist()
    told = outcome(network, Plan(8, 0, runs=2))
    assert told.outside.mean() == pytest.approx(np.mean(np.arange(8.0)))


def _queue_of(order: Order, works: list[float], values: list[float]) -> list[int]:
    """In which order those that come while the first is worked on are begun."""
    gaps = np.full(1, 1e-3)
    step = Step("work", pool=0, service=np.array(sorted(works)), onward={1: 1.0}, order=order)
    network = Network((step,), (1,), {0: 1.0}, gaps, values=np.array(values))
    draws = Draws(network, 12, 5, 0)
    found = play(network, draws)
    return [int(item) for item in found.item[np.argsort(found.begun)]][1:]


def test_the_order_of_a_queue_is_the_one_that_is_asked_for() -> None:
    works, values = [1.0, 2.0, 3.0, 4.0], [100.0, 410.0, 930.0]
    step = Step("work", pool=0, service=np.array(works), onward={1: 1.0})
    network = Network((step,), (1,), {0: 1.0}, np.full(1, 1e-3), values=np.array(values))
    draws = Draws(network, 12, 5, 0)
    service, value = draws.visit(0).service, draws.values()
    assert _queue_of("first_in", works, values) == list(range(1, 12))
    assert _queue_of("shortest", works, values) == sorted(
        range(1, 12), key=lambda item: (service[item], item)
    )
    assert _queue_of("cd3", works, values) == sorted(
        range(1, 12), key=lambda item: (-value[item] / service[item], item)
    )


def test_a_kind_of_work_goes_first() -> None:
    step = Step("work", pool=0, service=always(1), onward={1: 1.0}, order="defect")
    kinds = (Kind("feature", 0.5, (1.0,), (1.0,)), Kind("defect", 0.5, (2.0,), (1.0,)))
    network = Network((step,), (1,), {0: 1.0}, np.full(1, 1e-3), kinds=kinds)
    draws = Draws(network, 20, 1, 0)
    found = play(network, draws)
    kind = draws.kinds()[found.item[np.argsort(found.begun)]][1:]
    assert kind.tolist() == sorted(kind.tolist(), reverse=True)
    work = (found.worked - found.begun)[np.argsort(found.item)]
    assert work.tolist() == pytest.approx([1.0 + float(one) for one in draws.kinds()])


def test_merged_steps_have_no_queue_between_and_do_the_same_work() -> None:
    network = three()
    steps = (replace(network.steps[0], joined=1), replace(network.steps[1], pool=0))
    merged = replace(network, steps=(*steps, network.steps[2]), people=(2, 0, 1))
    found = _played(merged, 10)
    review = found.step == 1
    assert found.waited[review].tolist() == [0.0] * 10
    assert (found.worked - found.begun)[review].tolist() == pytest.approx([2.0] * 10)


def test_rework_is_visited_as_often_as_its_chance_says() -> None:
    network = three()
    back = replace(network.steps[2], back={0: 0.2})
    again = replace(network, steps=(*network.steps[:2], back), gaps=always(10))
    assert visits_per_item(again) == pytest.approx([1.25] * 3)
    told = outcome(again, Plan(2_000, 0, runs=4))
    assert told.visits.mean(axis=0) == pytest.approx([1.25] * 3, rel=0.03)


def test_what_passes_by_record_waits_for_nobody_and_is_not_sent_back() -> None:
    network = three()
    step = replace(network.steps[1], approved=1.0, back={0: 0.9})
    found = _played(replace(network, steps=(network.steps[0], step, network.steps[2])), 10)
    review = found.step == 1
    assert review.sum() == 10
    assert (found.left - found.entered)[review].tolist() == [0.0] * 10


def test_what_is_there_at_the_begin_comes_before_all_others() -> None:
    network = replace(three(), waiting=(0, 3, 0))
    found = _played(network, 5)
    assert found.arrived.tolist() == [0, 0, 0, 1, 2]
    first = np.argsort(found.entered, kind="stable")[:3]
    assert found.step[first].tolist() == [1, 1, 1]
