"""P1, P2: facts of all items in memory, from ordered and from unordered status changes.

P1's baseline sums the same columns with NumPy, and then the facts of half of the items, so that 2
is linear. P2's is what one writes in pandas: sort, the next row of the same item by a grouped
shift, seconds by item and state, the first commitment, the last completion; seconds are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from bench.histories import MOVES, TYPES, history, shuffled
from bench.measuring import Outcome, in_turn, peak_mb
from core.frames import NONE
from metrics.facts import FactInputs, Facts, Rules, item_facts

_SUMS = 25.0
_LINEAR = 2.2
_FASTER = 2.0
_RULES = Rules(kinds=dict(zip(TYPES, ("feature", "defect", "risk", "debt"), strict=True)))


def run(*, full: bool) -> Iterator[Outcome]:
    """full: 1,000,000 items and 8,000,000 status changes instead of a hundredth of them."""
    items = 1_000_000 if full else 10_000
    inputs = history(items)
    size = f"{items:,} items, {items * MOVES:,} status changes"
    facts = partial(item_facts, inputs, _RULES)
    yield _outcome("P1", "facts, in order", size, "sum of the same columns",
                   in_turn(partial(_summed, inputs), facts), most=_SUMS)  # fmt: skip
    half = partial(item_facts, history(items // 2), _RULES)
    yield _outcome("P1", "facts, twice as many", size, "facts of half of them",
                   in_turn(half, facts), most=_LINEAR)  # fmt: skip
    unordered = replace(inputs, transitions=shuffled(inputs))
    _same(item_facts(unordered, _RULES), unordered)
    yield _outcome("P2", "facts, in any order", size, "sort_values, groupby, shift",
                   in_turn(partial(_in_pandas, unordered), partial(item_facts, unordered, _RULES)),
                   target=_FASTER)  # fmt: skip


def _summed(inputs: FactInputs) -> int:
    return sum(int(inputs.transitions[name].to_numpy().sum()) for name in inputs.transitions)


def _in_pandas(inputs: FactInputs) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Seconds of each change, and by item its times and its seconds by state: without blocks,
    deliveries, mapping by date, and the time before the first change.
    """
    ordered = inputs.transitions.sort_values(["item_id", "ts", "seq"])
    until = ordered.groupby("item_id")["ts"].shift(-1)
    states = inputs.stages.set_index("stage_id")["state"]
    timed = ordered.assign(seconds=until - ordered["ts"], state=ordered["to_id"].map(states))
    parts = timed.pivot_table(index="item_id", columns="state", values="seconds", aggfunc="sum")
    working = timed[timed["state"].isin(["waiting", "active"])]
    done = timed[timed["state"] == "done"]
    times = {
        "committed_ts": working.groupby("item_id")["ts"].min(),
        "done_ts": done.groupby("item_id")["ts"].max(),
    }
    return timed, inputs.items.set_index("item_id").join(parts).assign(**times)


def _same(facts: Facts, inputs: FactInputs) -> None:
    """Both give the same seconds of the statuses that were left again; the facts know also of the
    time before the first change, and a block that ends cuts what lasts.
    """
    moved = inputs.items.set_index("item_id")["updated_ts"]
    left = facts.visits["start_ts"] < facts.visits["item_id"].map(moved)
    visits = facts.visits[left & (facts.visits["end_ts"] != NONE)]
    own = visits.assign(seconds=visits["end_ts"] - visits["start_ts"])
    first = own["ordinal"] == 1
    by_status = own[~first].groupby(["item_id", "status_id"])["seconds"].sum()
    timed, _ = _in_pandas(inputs)
    told = timed.dropna().groupby(["item_id", "to_id"])["seconds"].sum().astype(np.int64)
    assert by_status.to_dict() == told.to_dict(), "the facts differ from plain durations"


def _outcome(
    number: str,
    what: str,
    size: str,
    baseline: str,
    taken: tuple[float, float],
    *,
    target: float | None = None,
    most: float | None = None,
) -> Outcome:
    return Outcome(number, what, size, baseline, *taken, target, peak_mb(), most)
