"""A map made of ways of (day, stage), as findings read it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.findings.model import Ground
from metrics.map_rows import life_rows
from metrics.map_steps import map_steps
from metrics.map_visits import edges, loops, moves, step_visits
from metrics.map_waits import with_tools
from tests.metrics.test_value_stream_map import NO_SPANS, STAGES, lives_of, visits_of

Way = list[tuple[int, int]]
IDEAS, READY, BUILD, TEST_QUEUE, TEST, DONE = 10, 20, 30, 40, 50, 60


def ground_of(
    *ways: Way,
    finish: tuple[int, ...] = (),
    spans: pd.DataFrame = NO_SPANS,
    stages: pd.DataFrame = STAGES,
    values: tuple[int, ...] = (),
) -> Ground:
    """Each way ends in DONE; finish: the day of each one's release, where it is not the same.

    values: cents a week of the first ones; the others are not valued.
    """
    done = [way[-1][0] for way in ways]
    ends = [(way[0][0], day, out) for way, day, out in zip(ways, done, finish or done, strict=True)]
    lives = lives_of(*ends)
    priced = [*values, *[NONE] * (len(ways) - len(values))]
    lives = lives.assign(
        value_cents=np.array(priced, np.int64), released_ts=lives["finish_ts"].to_numpy(np.int64)
    )
    steps = map_steps(stages)
    rows = with_tools(life_rows(lives, visits_of(*ways), steps), spans, steps)
    stays = step_visits(rows)
    made = moves(stays, steps)
    back = loops(stays, made).merge(lives[["item_id", "episode", "value_cents"]], how="left")
    return Ground(
        lives=lives,
        rows=rows,
        visits=stays,
        moves=made,
        loops=back,
        edges=edges(made),
        spans=spans,
        steps=steps,
        waiting_now=np.zeros(len(steps.steps), np.int64),
    )


def way_of(start: int, before_build: int, before_test: int) -> Way:
    """Two days of ideas, so many in each queue, one in each stage of work."""
    begun = start + 2 + before_build
    tested = begun + 1 + before_test
    return [
        (start, IDEAS), (start + 2, READY), (begun, BUILD), (begun + 1, TEST_QUEUE),
        (tested, TEST), (tested + 1, DONE),
    ]  # fmt: skip
