"""A model made of facts: it finds what the facts were made with, or says that it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.frames import NONE
from metrics.lab.calibrate import Facts, Model, NoModel, model
from metrics.lab.gate import Check, calibrated
from metrics.lab.levers import changed
from metrics.lab.network import Network, line
from metrics.lab.rhythm import weekly
from metrics.lab.runs import outcome
from metrics.lab.steps import groups
from metrics.lab.verdict import judged
from metrics.periods import DAY
from tests.metrics.lab_facts import facts_of, stages_of
from tests.metrics.lab_lines import exponential

_WORKS = {
    "Dev": (exponential(2.0, 997), 3),
    "Review": (exponential(0.8, 997), 1),
    "Test": (exponential(1.5, 997), 2),
}


def _line(demand: float) -> Network:
    return line(_WORKS, exponential(1 / demand, 997))


def _model(facts: Facts) -> Model:
    found = model(facts)
    assert isinstance(found, Model)
    return found


@pytest.fixture(scope="module")
def busy() -> Facts:
    return facts_of(_line(1.1), 700, until_d=500, window_d=180, people={"Review": 2})


def test_the_steps_are_a_queue_and_the_work_behind_it(busy: Facts) -> None:
    told = groups(busy.stages)
    assert [group.name for group in told] == ["Dev", "Review", "Test"]
    assert [group.stages for group in told] == [(1, 2), (3, 4), (5, 6)]
    queues = stages_of(_line(1.0))
    last = queues[queues["name"] != "Test"]
    assert [(one.name, one.works) for one in groups(last)][-1] == ("Test queue", False)


def test_what_people_can_do_is_found_where_work_waited_for_them(busy: Facts) -> None:
    found = _model(busy)
    assert found.network.people == (3, 1, 2)
    review = found.capacities[1]
    assert review.basis == "queue_waited"
    assert review.per_week == pytest.approx(7 / 0.8, rel=0.15)
    assert found.network.arrivals_per_week == pytest.approx(7.7, rel=0.15)
    assert found.people == (None, 2, None)
    assert found.network.per_person == (1.0, 0.5, 1.0)


@pytest.mark.parametrize("demand", [0.9, 1.1])
def test_the_model_has_the_stream_as_it_is_and_may_speak_in_numbers(demand: float) -> None:
    facts = facts_of(_line(demand), 700, until_d=500, window_d=180)
    found = calibrated(_model(facts))
    assert found.speaks_numbers, [(one.what, one.step, one.off) for one in found.checks]


def test_no_lever_moves_nothing(busy: Facts) -> None:
    found = calibrated(_model(busy))
    again = outcome(found.model.network, found.plan)
    assert (again.p85 == found.today.p85).all()
    assert (again.wait == found.today.wait).all()
    assert (again.cost == found.today.cost).all()


def test_the_shortage_is_found_and_its_end_judged(busy: Facts) -> None:
    found = calibrated(_model(busy))
    new = changed(found.model.network, {"Review.people": "+2"})
    told = judged(
        (found.model.network, new.network),
        (found.today, outcome(new.network, found.plan)),
        new.change,
    )
    assert told.constraint_before == 1
    assert told.p85.is_less
    assert told.removed > 10
    assert told.verdict == "relieved"


def test_waiting_that_people_do_not_explain_is_no_matter_of_people() -> None:
    """Everything waits three days more although testers have time: a fourth tester ends nothing."""
    facts = facts_of(_line(0.5), 500, until_d=500, window_d=300)
    late = facts.visits.copy()
    queue = late["stage_id"].isin([5, 6])
    shift = np.where(queue & (late["stage_id"] == 6), 3 * DAY, 0)
    ended = late["end_ts"] > 0
    late["start_ts"] += shift
    late.loc[ended, "end_ts"] += shift[ended]
    gap = late[late["stage_id"] == 6].copy()
    gap = gap.assign(stage_id=5, state="waiting", end_ts=gap["start_ts"])
    gap["start_ts"] -= 3 * DAY
    visits = pd.concat([late[late["stage_id"] != 5], gap]).sort_values(
        ["item_id", "start_ts", "end_ts"]
    )
    visits["ordinal"] = visits.groupby("item_id").cumcount() + 1
    items = facts.items.copy()
    done = items["done_ts"] > 0
    items.loc[done, "done_ts"] += 3 * DAY
    found = calibrated(_model(replace(facts, items=items, visits=visits)))
    test = found.model.network.steps[2]
    assert found.model.capacities[2].basis == "most_at_once"
    assert float(test.delay.mean()) == pytest.approx(3, abs=0.5)
    new = changed(found.model.network, {"Test.people": "+2"})
    after = outcome(new.network, found.plan)
    assert abs(float((after.wait - found.today.wait)[:, 2].mean())) < 0.3


def test_a_weekly_batch_is_seen_and_daily_ones_shorten_the_wait() -> None:
    network = _line(0.5)
    batched = replace(network.steps[2], openings=(2.5,), period=7.0)
    enough = replace(network, steps=(*network.steps[:2], batched), people=(3, 1, 8))
    facts = facts_of(enough, 500, until_d=497, window_d=294)
    found = calibrated(_model(facts))
    step = found.model.network.steps[2]
    assert (len(step.openings), step.period) == (1, 7.0)
    assert (step.openings[0] + facts.window.from_ts / DAY) % 7 == pytest.approx(2.5, abs=0.3)
    assert found.model.network.steps[0].openings == ()
    new = changed(found.model.network, {"Test.batch": "daily"})
    after = outcome(new.network, found.plan)
    told = judged((found.model.network, new.network), (found.today, after), new.change)
    assert told.verdict == "relieved"
    assert told.removed == pytest.approx(3.0, abs=1.2)


@pytest.mark.parametrize(
    ("moments", "rhythm"),
    [
        ([2.0 + 7 * n for n in range(30)], (2.0,)),
        ([6.9 + 7 * n + 0.2 * (n % 2) for n in range(31)], (6.9,)),
        ([(1.0, 3.0)[n % 2] + 7 * n for n in range(40)], (1.0, 3.0)),
        ([n % 5 + 7 * n for n in range(60)], ()),
        ([0.37 * n for n in range(100)], ()),
        ([2.0 + 7 * n for n in range(19)], ()),
        ([2.0 + 7 * n if n % 4 else 0.91 * n for n in range(60)], ()),
    ],
)
def test_a_batch_is_what_leaves_on_few_moments_of_the_week(
    moments: list[float], rhythm: tuple[float, ...]
) -> None:
    assert weekly(np.array(moments)) == pytest.approx(rhythm, abs=0.21)


def test_a_model_that_misses_gives_no_numbers(busy: Facts) -> None:
    """Where half of the items needed ten times the days that their stages show."""
    items = busy.items.copy()
    early = items["item_id"] % 2 == 0
    items.loc[early & (items["done_ts"] > 0), "committed_ts"] -= 200 * DAY
    found = calibrated(_model(replace(busy, items=items)))
    assert not found.speaks_numbers
    assert {"p85"} <= {one.what for one in found.checks if not one.holds}


def test_there_is_no_model_of_too_little() -> None:
    few = facts_of(_line(1.0), 15, until_d=90, window_d=90)
    told = model(few)
    assert isinstance(told, NoModel)
    assert "a model wants 20" in told.reason
    bare = replace(few, stages=few.stages[few.stages["state"] == "done"])
    without = model(bare)
    assert isinstance(without, NoModel)
    assert "stages" in without.reason


@pytest.mark.parametrize(
    ("measured", "modelled", "step", "holds"),
    [(10, 12, None, True), (10, 12.1, None, False), (10, 7.9, None, False), (0.1, 0.29, "x", True),
     (0.1, 0.31, "x", False), (5, 6, "x", True)],
)  # fmt: skip
def test_a_fifth_is_the_limit(
    measured: float, modelled: float, step: str | None, holds: bool
) -> None:
    assert Check("queue", step, measured, modelled).holds is holds


def _with_lying(facts: Facts, count: int, value_cents: int) -> Facts:
    """Items that came to the queue of Test before the window and are there still."""
    ids = np.arange(10_000, 10_000 + count)
    came = facts.window.from_ts - 30 * DAY
    items = pd.DataFrame(
        {"item_id": ids, "episode": 1, "kind": "feature", "committed_ts": came, "done_ts": NONE,
         "cancelled_ts": NONE, "value_cents": value_cents, "start_reason": ""}
    )  # fmt: skip
    visits = pd.DataFrame(
        {"item_id": ids, "stage_id": 5, "state": "waiting", "start_ts": came, "end_ts": NONE,
         "reason": "", "episode": 1, "ordinal": 1}
    )  # fmt: skip
    return replace(
        facts,
        items=pd.concat([facts.items, items], ignore_index=True),
        visits=pd.concat([facts.visits, visits], ignore_index=True),
    )


def test_what_lies_all_through_the_window_waits_and_makes_nothing_else_slower(
    busy: Facts,
) -> None:
    """Eight that never leave a queue: it is eight longer, and the others go on as before."""
    before = calibrated(_model(busy))
    found = calibrated(_model(_with_lying(busy, 8, 70_000)))
    assert [round(one.items, 6) for one in found.model.network.lying] == [0, 0, 8]
    assert found.model.network.lying[2].cents_per_week == pytest.approx(8 * 70_000)
    longer = found.model.measured.queue[2] - before.model.measured.queue[2]
    assert longer == pytest.approx(8)
    assert found.model.network.waiting == before.model.network.waiting
    assert found.model.capacities == before.model.capacities
    assert found.speaks_numbers, [(one.what, one.step, one.off) for one in found.checks]
    assert found.today.wait.mean(axis=0) == pytest.approx(before.today.wait.mean(axis=0), rel=0.01)


def test_no_lever_moves_what_lies(busy: Facts) -> None:
    found = calibrated(_model(_with_lying(busy, 8, 70_000)))
    new = changed(found.model.network, {"Test.people": "+9"})
    after = outcome(new.network, found.plan)
    assert after.queue[:, 2].min() >= 8
    assert after.cost[:, 2].min() >= 8 * 70_000
