"""A map made of ways of (day, stage), as findings read it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.findings.model import Ground
from metrics.holders import DelayClock, Values, steady_values
from metrics.ledger import Book, book_of
from metrics.map_rows import life_rows
from metrics.map_steps import map_steps
from metrics.map_visits import edges, loops, moves, step_visits
from metrics.map_waits import with_tools
from metrics.periods import DAY, WEEK
from metrics.prices import Prices, prices_of
from tests.metrics.tables import item_table
from tests.metrics.test_value_stream_map import NO_SPANS, STAGES, lives_of, visits_of

Way = list[tuple[int, int]]
IDEAS, READY, BUILD, TEST_QUEUE, TEST, DONE = 10, 20, 30, 40, 50, 60


def ground_of(
    *ways: Way,
    finish: tuple[int, ...] = (),
    spans: pd.DataFrame = NO_SPANS,
    stages: pd.DataFrame = STAGES,
) -> Ground:
    """Each way ends in DONE; finish: the day of each one's release, where it is not the same."""
    done = [way[-1][0] for way in ways]
    ends = [(way[0][0], day, out) for way, day, out in zip(ways, done, finish or done, strict=True)]
    lives = lives_of(*ends)
    lives = lives.assign(released_ts=lives["finish_ts"].to_numpy(np.int64))
    steps = map_steps(stages)
    rows = with_tools(life_rows(lives, visits_of(*ways), steps), spans, steps)
    stays = step_visits(rows)
    made = moves(stays, steps)
    return Ground(
        lives=lives,
        rows=rows,
        visits=stays,
        moves=made,
        loops=loops(stays, made),
        edges=edges(made),
        spans=spans,
        steps=steps,
        waiting_now=np.zeros(len(steps.steps), np.int64),
    )


def ledger_of(
    *ways: Way,
    values: Values,
    parents: dict[int, int] | None = None,
    clock: DelayClock = "commitment",
) -> Book:
    """The ledger of the same deliveries, each done with the last move of its way."""
    visits = visits_of(*ways)
    waiting = visits[visits["state"].isin(["waiting", "active"])]
    committed = waiting.groupby("item_id")["start_ts"].min()
    rows = [
        {
            "item_id": number,
            "created_ts": way[0][0] * DAY,
            "idea_ts": way[0][0] * DAY,
            "committed_ts": int(committed.get(number, NONE)),
            "done_ts": way[-1][0] * DAY,
        }
        for number, way in enumerate(ways, 1)
    ]
    above = [(one["item_id"], (parents or {}).get(int(str(one["item_id"])), NONE)) for one in rows]
    table = pd.DataFrame(above, columns=["item_id", "parent_id"])
    return book_of(item_table(*rows), visits, values, table, clock=clock)


def prices_of_ways(
    *ways: Way, values: tuple[int, ...] = (), clock: DelayClock = "commitment"
) -> Prices:
    """values: cents a week of the first ones; the others are not valued."""
    priced = np.array([*values, *[NONE] * (len(ways) - len(values))], np.int64)
    worth = steady_values(np.arange(1, len(ways) + 1), priced)
    later = max(way[-1][0] for way in ways) * DAY + WEEK
    return prices_of(ledger_of(*ways, values=worth, clock=clock), at=later, as_of=later)


def way_of(start: int, before_build: int, before_test: int) -> Way:
    """Two days of ideas, so many in each queue, one in each stage of work."""
    begun = start + 2 + before_build
    tested = begun + 1 + before_test
    return [
        (start, IDEAS), (start + 2, READY), (begun, BUILD), (begun + 1, TEST_QUEUE),
        (tested, TEST), (tested + 1, DONE),
    ]  # fmt: skip
