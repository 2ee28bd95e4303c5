"""Time per stage."""

from __future__ import annotations

import pandas as pd
import pytest

from core.frames import NONE
from metrics.facts import Rules, item_facts
from metrics.periods import DAY, Window
from metrics.stages import stage_time
from tests.metrics.history import STATES, inputs, item, path

STAGES = pd.DataFrame(
    [(n * 10, n, word.title(), word, "") for n, word in STATES.items()],
    columns=["stage_id", "ordinal", "name", "state", "team"],
)
NEW, WAITING, ACTIVE, DONE = 1, 2, 3, 4


def stages_of(now: int = 30 * DAY) -> pd.DataFrame:
    """Two deliveries (the second skips waiting), one item waiting now."""
    first = [(0, NEW), (DAY, ACTIVE), (2 * DAY, WAITING), (5 * DAY, ACTIVE), (8 * DAY, DONE)]
    second = [(0, NEW), (DAY, ACTIVE), (3 * DAY, DONE)]
    third = [(0, NEW), (DAY, WAITING)]
    given = inputs(
        [item(1, 0, DONE), item(2, 0, DONE), item(3, 0, WAITING)],
        [*path(1, *first), *path(2, *second), *path(3, *third)],
        blocks=[(1, 6 * DAY, 7 * DAY)],
    )
    facts = item_facts(given, Rules())
    made = stage_time(facts.items, facts.visits, STAGES, window=Window(0, now), as_of=now)
    return made.set_index("name")


def test_every_visit_counts_and_a_block_does_not_split_one() -> None:
    active = stages_of().loc["Active"]
    assert active["visits"] == 3
    assert active["p50_d"] == 2
    assert active["p85_d"] == 3


def test_averages_per_delivery_add_up_to_the_flow_time() -> None:
    made = stages_of()
    assert made.loc["Active", "active_d"] == pytest.approx((1 + 2 + 2) / 2)
    assert made.loc["Active", "waiting_d"] == 0.5
    assert made.loc["Waiting", "waiting_d"] == 1.5
    total = made["waiting_d"].sum() + made["active_d"].sum()
    assert total == pytest.approx((7 + 2) / 2)


def test_a_skipped_stage_lowers_the_share_not_the_percentiles() -> None:
    made = stages_of()
    assert made.loc["Waiting", "visit_share"] == 0.5
    assert made.loc["Waiting", "p50_d"] == 3
    assert made["items_now"].tolist() == [0, 1, 0, 0, 0, 0]


def test_before_anything_is_done_there_are_no_averages() -> None:
    made = stages_of(now=DAY)
    assert made["active_d"].isna().all()
    assert made["visits"].sum() == 0
    assert made["items_now"].tolist() == [0, 1, 2, 0, 0, 0]


def test_unmapped_time_has_a_row_of_its_own() -> None:
    given = inputs([item(1, 0, DONE)], path(1, (0, NEW), (DAY, 9), (3 * DAY, DONE)))
    facts = item_facts(given, Rules())
    made = stage_time(facts.items, facts.visits, STAGES, window=Window(0, 9 * DAY), as_of=9 * DAY)
    last = made.iloc[-1]
    assert (last["name"], last["stage_id"], last["p50_d"]) == ("unmapped", NONE, 2)
