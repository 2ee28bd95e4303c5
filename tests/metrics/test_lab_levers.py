"""What each lever does to a stream, which are refused, and how a change is judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.errors import FieldError
from metrics.lab.levers import changed
from metrics.lab.network import Kind, Network, line
from metrics.lab.paired import difference, student
from metrics.lab.runs import Plan, outcome
from metrics.lab.verdict import Judgement, judged
from tests.metrics.lab_lines import always, exponential, random_three, three

_PLAN = Plan(300, 60)


def _judged(network: Network, levers: dict[str, str], plan: Plan = _PLAN) -> Judgement:
    new = changed(network, levers)
    return judged(
        (network, new.network), (outcome(network, plan), outcome(new.network, plan)), new.change
    )


def test_half_of_the_wait_that_a_second_reviewer_removes_comes_back() -> None:
    """A9 (i)."""
    told = _judged(three(), {"review.people": "+1"}, Plan(10, 0))
    assert told.verdict == "shifted"
    assert (told.removed, told.returned) == (pytest.approx(4.5), pytest.approx(2.25))
    assert told.moved == ((2, pytest.approx(2.25)),)
    assert (told.constraint_before, told.constraint, told.inherits) == (1, 2, 2)


def test_the_same_change_shifts_or_relieves_as_there_is_much_or_little_to_do() -> None:
    """A9 (ii), (iii)."""
    over = _judged(random_three(1.3, 1), {"review.people": "+1"}, Plan(1_000, 100))
    calm = _judged(random_three(0.9, 1), {"review.people": "+1"}, Plan(1_000, 100))
    assert (over.verdict, calm.verdict) == ("shifted", "relieved")
    assert over.moved[0][0] == 2


def test_a_change_of_nothing_has_no_effect_and_a_loss_is_worse() -> None:
    network = replace(random_three(0.9, 2), people=(1, 4, 1))
    assert _judged(network, {"review.people": "+3"}).verdict == "no_effect"
    assert _judged(network, {"review.people": "1"}).verdict == "worse"
    assert _judged(network, {"test.batch": "weekly"}).verdict == "worse"


def test_work_that_nobody_accounts_for_is_hidden_before_all_else() -> None:
    network = random_three(0.9, 1)
    hidden = _judged(network, {"review.remove": "undeclared"})
    assert hidden.verdict == "hidden"
    assert hidden.p85.is_less
    assert list(hidden.hidden) == [1]
    assert _judged(network, {"review.remove": "eliminated"}).verdict == "relieved"
    assert _judged(network, {"review.remove": "automated"}).verdict == "relieved"
    assert _judged(network, {"review.owner": "elsewhere"}).verdict == "hidden"
    assert _judged(network, {"review.owner": "review"}).verdict == "no_effect"


def test_a_cap_that_moves_the_wait_outside_relieves_nobody() -> None:
    told = _judged(random_three(0.9, 1), {"arrivals.cap": "5.6"})
    assert told.verdict == "worse"
    assert told.moved[0][0] == -1


def test_levers_that_only_change_who_does_it_keep_all_the_work() -> None:
    network = random_three(0.9, 1)
    for levers in (
        {"review.automate": "50 %"},
        {"review.automate": "100 %"},
        {"review.approve": "80 %"},
        {"dev.merge": "review"},
        {"test.usable": "80 %"},
        {"test.limit": "3"},
        {"review.order": "shortest"},
    ):
        assert not _judged(network, levers, Plan(100, 20)).hidden, levers


def test_what_each_lever_sets() -> None:
    network = replace(three(), per_person=(1.0, 2.0, 1.0))

    def step(place: int, levers: dict[str, str]) -> object:
        return changed(network, levers).network.steps[place]

    assert changed(network, {"dev.people": "+2"}).network.people == (3, 1, 1)
    assert changed(network, {"review.people": "+2"}).network.people == (1, 5, 1)
    assert changed(network, {"review.people": "3"}).network.people == (1, 6, 1)
    assert step(2, {"test.limit": "4"}) == replace(network.steps[2], limit=4)
    weekly = step(2, {"test.batch": "2 a week"})
    assert weekly == replace(network.steps[2], openings=(0.0, 3.5), period=7.0)
    assert step(2, {"test.usable": "90 %"}) == replace(
        network.steps[2], back={1: pytest.approx(0.1)}
    )
    assert changed(network, {"arrivals.cap": "6"}).network.cap == 6
    assert changed(network, {"arrivals.cap": "none"}).network.cap is None
    kinds = (Kind("feature", 0.6, (1.0,) * 3, (1.0,) * 3), Kind("defect", 0.4, (1.0,) * 3,
             (1.0,) * 3))  # fmt: skip
    mixed = changed(replace(network, kinds=kinds), {"mix.defect": "10 %"}).network.kinds
    assert [kind.share for kind in mixed] == pytest.approx([0.9, 0.1])


@pytest.mark.parametrize(
    ("levers", "told"),
    [
        ({}, "levers: move 1 to 12"),
        ({f"dev{n}.people": "+1" for n in range(13)}, "move 1 to 12"),
        ({"design.people": "+1"}, "there are: dev, review, test"),
        ({"people": "+1"}, "no such step"),
        ({"dev.speed": "2"}, "a step has: people, limit"),
        ({"dev.people": "-1"}, "from 1 to 1000"),
        ({"dev.people": "many"}, "+2, -1 or 5"),
        ({"dev.people": "+99999"}, "+2, -1 or 5"),
        ({"dev.limit": "0"}, "from 1 on, or none"),
        ({"dev.batch": "sometimes"}, "daily, weekly"),
        ({"dev.batch": "999d"}, "daily, weekly"),
        ({"dev.wait": "-50 %"}, "for its people"),
        ({"dev.usable": "90 %"}, "no step before it"),
        ({"test.usable": "0 %"}, "above 0 %"),
        ({"test.usable": "1 %", "review.usable": "10 %"}, "too often"),
        ({"test.usable": "110 %"}, "from 0 % to 100 %"),
        ({"test.remove": "yes"}, "eliminated, automated or undeclared"),
        ({"dev.merge": "test"}, "follows: review"),
        ({"test.merge": "dev"}, "follows: done"),
        ({"dev.order": "loudest"}, "first_in"),
        ({"dev.order": "cd3"}, "no item has a value"),
        ({"dev.order": "defect"}, "no work of this kind"),
        ({"dev.owner": ""}, "the name of a team"),
        ({"arrivals.cap": "0"}, "from 0.1 on"),
        ({"mix.defect": "10 %"}, "all work is of one"),
    ],
)
def test_a_lever_that_can_not_be_moved_says_why(levers: dict[str, str], told: str) -> None:
    with pytest.raises(FieldError) as found:
        changed(three(), levers)
    assert told in str(found.value)


def test_where_nobody_works_people_and_order_are_refused() -> None:
    network = three()
    alone = replace(network.steps[1], pool=None, delay=exponential(2.0, 50))
    steps = replace(network, steps=(network.steps[0], alone, network.steps[2]))
    for levers in ({"review.people": "+1"}, {"review.order": "shortest"}, {"dev.merge": "review"}):
        with pytest.raises(FieldError, match="nobody works"):
            changed(steps, levers)
    half = changed(steps, {"review.wait": "-50 %"}).network.steps[1]
    assert half.delay.mean() == pytest.approx(alone.delay.mean() / 2)


def test_merging_takes_no_people_from_other_steps() -> None:
    network = three()
    shared = replace(network.steps[2], pool=1)
    with pytest.raises(FieldError, match="work in other steps, too"):
        changed(replace(network, steps=(*network.steps[:2], shared)), {"dev.merge": "review"})


def test_the_interval_is_that_of_student() -> None:
    assert [student(n) for n in (5, 19, 39)] == pytest.approx([2.5706, 2.0930, 2.0227], abs=2e-3)
    before, after = (
        np.array([3.0, 5.0, 4.0, 6.0, 2.0, 4.0]),
        np.array([1.0, 4.0, 2.0, 5.0, 1.0, 2.0]),
    )
    told = difference(before, after)
    assert (told.mean, told.is_less, told.is_more) == (-1.5, True, False)
    assert (told.low, told.high) == pytest.approx((-2.0749, -0.9251), abs=1e-3)
    same = difference(before, before)
    assert (same.mean, same.low, same.high, same.is_less, same.is_more) == (0, 0, 0, False, False)


def test_money_is_what_waits_times_its_value() -> None:
    network = replace(
        line({"work": (always(2), 1)}, always(1)), values=np.array([7_000.0]), waiting=()
    )
    told = outcome(network, Plan(11, 0, runs=2))
    waited = sum(range(11))
    assert told.cost[:, 0] == pytest.approx(waited * 7_000 / 10)
    unvalued = outcome(replace(network, values=np.array([np.nan])), Plan(11, 0, runs=2))
    assert not unvalued.cost.any()
