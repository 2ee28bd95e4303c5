"""The seconds of visits in any window, from their begins and ends in order."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from core.frames import NONE
from metrics.periods import Window
from metrics.visit_seconds import visit_seconds

STAGES = pd.DataFrame(
    [(10, 1, "new"), (20, 2, "active"), (30, 3, "waiting"), (40, 4, "active"), (50, 5, "done"),
     (60, 6, "active"), (70, 7, "ignored")],
    columns=["stage_id", "ordinal", "state"],
)  # fmt: skip
BESIDE_A_QUEUE = (20, 40)
Row = Mapping[str, Any]


def visit(stage_id: int, state: str, start_ts: int, end_ts: int) -> Row:
    return {"stage_id": stage_id, "state": state, "start_ts": start_ts, "end_ts": end_ts}


def many(chance: random.Random) -> list[Row]:
    rows = []
    for _ in range(chance.randrange(40)):
        start = chance.randrange(100)
        end = NONE if chance.random() < 0.2 else start + chance.randrange(30)
        state = chance.choice(["waiting", "active", "unknown", "ignored", "new", "done"])
        rows.append(visit(chance.choice([10, 20, 30, 40, 50, 60, 70, NONE]), state, start, end))
    return rows


def one_by_one(rows: Sequence[Row], window: Window, as_of: int) -> int:
    """Second by second."""
    return sum(
        row["start_ts"] <= second and (row["end_ts"] == NONE or second < row["end_ts"])
        for row in rows
        for second in range(window.from_ts, min(window.to_ts, as_of))
    )


@pytest.mark.parametrize("seed", range(25))
def test_they_are_those_that_looking_at_each_second_finds(seed: int) -> None:
    chance = random.Random(seed)
    rows = many(chance)
    begin = chance.randrange(120)
    window, as_of = Window(begin, begin + chance.randrange(60)), chance.randrange(60, 160)
    found = visit_seconds(
        pd.DataFrame(rows, columns=["stage_id", "state", "start_ts", "end_ts"]), STAGES
    )
    working = [row for row in rows if row["state"] in ("active", "waiting")]
    expected = {
        "counted": [row for row in rows if row["state"] not in ("new", "done")],
        "unknown": [row for row in rows if row["state"] == "unknown"],
        "active": [row for row in working if row["stage_id"] in (20, 40, 60)],
        "paired": [row for row in working if row["stage_id"] in BESIDE_A_QUEUE],
    }
    for name, own in expected.items():
        told = getattr(found, name).seconds(window, as_of)
        assert told == one_by_one(own, window, as_of), name


def test_what_lasts_counts_up_to_now_and_nothing_after() -> None:
    rows = pd.DataFrame([visit(20, "active", 10, NONE), visit(20, "active", 0, 4)])
    active = visit_seconds(rows, STAGES).active
    assert active.seconds(Window(0, 100), 30) == 20 + 4
    assert active.seconds(Window(40, 100), 30) == 0
    assert active.seconds(Window(2, 12), 30) == 2 + 2
