"""P10: weekly percentiles of flow time by type, load by day, and cumulative flow, beside the same
written by hand in NumPy over bare arrays. Both give the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd

from bench.histories import MOVES, TYPES, history
from bench.measuring import Outcome, in_turn, peak_mb
from core.frames import NONE
from metrics.cfd import boundaries, crossed, crossings
from metrics.facts import FactInputs, Facts, Rules, item_facts
from metrics.flow import KINDS
from metrics.flow_series import flow_time_series, load_series
from metrics.mapping import Ints
from metrics.periods import DAY, Interval, Period, Window, periods
from metrics.stats import PERCENTILES, Floats, rank

_MOST = 2.5
_RULES = Rules(kinds=dict(zip(TYPES, KINDS, strict=True)))


@dataclass(frozen=True, slots=True)
class _Bare:
    """The same facts as arrays; boundary: -1 where a visit crosses none."""

    committed: Ints
    done: Ints
    ended: Ints
    kind: Ints
    item: Ints
    boundary: Ints
    start: Ints


def run(*, full: bool) -> Iterator[Outcome]:
    """full: 1,000,000 items and 8,000,000 status changes instead of a hundredth of them."""
    items = 1_000_000 if full else 10_000
    inputs = history(items)
    facts = item_facts(inputs, _RULES)
    bare = bare_facts(facts, inputs)
    first, last = int(bare.committed[bare.committed != NONE].min()), int(bare.start.max())
    weeks, days = (_periods(first, last, one) for one in ("week", "day"))
    pairs = (
        ("weekly percentiles by type", f"{items:,} items, {len(weeks)} weeks",
         partial(percentiles_by_hand, bare, weeks), partial(_percentiles, facts, weeks)),
        ("load by day", f"{items:,} items, {len(days)} days",
         partial(_load_by_hand, bare, days), partial(_load, facts, days)),
        ("cumulative flow", f"{items * MOVES:,} status changes, {len(days)} days",
         partial(_flow_by_hand, bare, days), partial(_flow, facts, inputs, days)),
    )  # fmt: skip
    for what, size, by_hand, own in pairs:
        np.testing.assert_array_equal(by_hand(), own())
        yield Outcome(
            "P10", what, size, "NumPy by hand", *in_turn(by_hand, own), None, peak_mb(), _MOST
        )


def bare_facts(facts: Facts, inputs: FactInputs) -> _Bare:
    items, visits = facts.items, facts.visits
    done = items["done_ts"].to_numpy(np.int64)
    steps = boundaries(inputs.stages.assign(name=inputs.stages["state"]))
    of_stage = {stage: place for place, step in enumerate(steps) for stage in step.stages}
    last = len(steps) - 1
    boundary = np.asarray(visits["stage_id"].map(of_stage).fillna(last), np.int64)
    return _Bare(
        committed=items["committed_ts"].to_numpy(np.int64),
        done=done,
        ended=np.where(done != NONE, done, items["cancelled_ts"].to_numpy(np.int64)),
        kind=np.asarray(pd.Index(KINDS).get_indexer(pd.Index(items["kind"])), np.int64),
        item=visits["item_id"].to_numpy(np.int64),
        boundary=boundary,
        start=visits["start_ts"].to_numpy(np.int64),
    )


def _periods(first: int, last: int, interval: Interval) -> Sequence[Period]:
    return periods(Window(first, last), interval=interval, tz="UTC", as_of=last)


def _edges(found: Sequence[Period]) -> Ints:
    return np.array([*(one.from_ts for one in found), found[-1].to_ts], np.int64)


def percentiles_by_hand(bare: _Bare, weeks: Sequence[Period]) -> Floats:
    edges = _edges(weeks)
    counted = (bare.committed != NONE) & (bare.done >= edges[0]) & (bare.done < edges[-1])
    done, kind = bare.done[counted], bare.kind[counted]
    days = (done - bare.committed[counted]) / DAY
    week = np.searchsorted(edges, done, side="right") - 1
    order = np.lexsort((days, week, kind))
    cell = kind[order] * len(weeks) + week[order]
    bounds = np.searchsorted(cell, np.arange(len(KINDS) * len(weeks) + 1))
    found = np.full((len(KINDS) * len(weeks), len(PERCENTILES)), np.nan)
    days = days[order]
    for place, (low, high) in enumerate(pairwise(bounds)):
        if high > low:
            found[place] = [days[low + rank(high - low, p) - 1] for p in PERCENTILES.values()]
    return found


def _percentiles(facts: Facts, weeks: Sequence[Period]) -> Floats:
    parts = [
        flow_time_series(facts.items, weeks, kinds=(kind,), trailing_weeks=None) for kind in KINDS
    ]
    names = [f"{name}_d" for name in PERCENTILES]
    return np.concatenate([part[names].to_numpy(np.float64) for part in parts])


def _load_by_hand(bare: _Bare, days: Sequence[Period]) -> Ints:
    close = _edges(days)[1:] - 1
    begun = bare.committed != NONE
    ended = bare.ended[begun]
    arrived = np.searchsorted(np.sort(bare.committed[begun]), close, side="right")
    gone: Ints = np.searchsorted(np.sort(ended[ended != NONE]), close, side="right")
    return arrived - gone


def _load(facts: Facts, days: Sequence[Period]) -> Ints:
    found = load_series(facts.items, days, as_of=days[-1].to_ts)
    load: Ints = found["load"].to_numpy(np.int64)
    return load


def _flow_by_hand(bare: _Bare, days: Sequence[Period]) -> Ints:
    """A boundary is crossed with the first visit at or beyond it; rows are in order by item."""
    close = _edges(days)[1:] - 1
    lines = []
    for place in range(int(bare.boundary.max()) + 1):
        beyond = np.flatnonzero(bare.boundary >= place)
        item = bare.item[beyond]
        fresh = np.append(True, item[1:] != item[:-1])
        crossing = np.sort(bare.start[beyond[fresh]])
        lines.append(np.searchsorted(crossing, close, side="right"))
    return np.stack(lines, axis=1)


def _flow(facts: Facts, inputs: FactInputs, days: Sequence[Period]) -> Ints:
    steps = boundaries(inputs.stages.assign(name=inputs.stages["state"]))
    lines, _ = crossed(crossings(facts.visits, steps), _edges(days)[1:] - 1)
    return lines
