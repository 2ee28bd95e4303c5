"""Histories of work items from a fixed seed: what facts are computed from, without a store."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.facts import FactInputs
from metrics.mapping import Ints

MOVES = 8
"""Status changes of an item; as in the sizes that are promised, eight times as many as items."""

STATES = ("new", "waiting", "active", "waiting", "active", "active", "done", "cancelled")
"""Status n means stage n, which is in this state."""

TYPES = ("Story", "Bug", "Security", "Tech Debt")
_DONE = STATES.index("done") + 1
_BEGIN = 1_700_000_000
_DAY = 86_400


def history(items: int) -> FactInputs:
    """So many items, each with eight status changes, in order: mostly forwards, one in eight back,
    some done and reopened, one in twenty cancelled at the end, one in ten once blocked.
    """
    random = np.random.default_rng(items)
    created = _BEGIN + np.sort(random.integers(0, 700 * _DAY, items))
    status = _statuses(random, items)
    ts = created[:, None] + np.cumsum(random.integers(600, 6 * _DAY, (items, MOVES)), axis=1)
    ids = np.arange(1, items + 1, dtype=np.int64)
    return FactInputs(
        items=_items(random, ids, created, ts[:, -1], status[:, -1]),
        transitions=pd.DataFrame(
            {
                "item_id": np.repeat(ids, MOVES),
                "ts": ts.ravel(),
                "seq": np.tile(np.arange(MOVES), items),
                "from_id": status[:, :-1].ravel(),
                "to_id": status[:, 1:].ravel(),
            }
        ),
        blocks=_blocks(random, ids, ts),
        mapping=pd.DataFrame(
            {"status_id": range(1, 9), "stage_id": range(1, 9), "since_ts": 0}, dtype="int64"
        ),
        stages=pd.DataFrame(
            {"stage_id": range(1, 9), "ordinal": range(1, 9), "state": list(STATES)}
        ),
        statuses=pd.DataFrame({"status_id": range(1, 9), "category": ["new"] * 8}),
        ideas=pd.DataFrame({"item_id": ids, "idea_ts": created}),
        releases=_releases(ids, ts, status),
    )


def shuffled(inputs: FactInputs) -> pd.DataFrame:
    """The status changes in an arbitrary order."""
    order = np.random.default_rng(1).permutation(len(inputs.transitions))
    return inputs.transitions.take(order).reset_index(drop=True)


def _statuses(random: np.random.Generator, items: int) -> Ints:
    """The status of each item at its creation and after each change, none of which stays."""
    status = np.ones((items, MOVES + 1), np.int64)
    back = random.random((items, MOVES)) < 0.125
    for move in range(MOVES):
        before = status[:, move]
        backwards = (back[:, move] & (before > 1)) | (before == _DONE)
        status[:, move + 1] = np.where(backwards, before - 1, before + 1)
    dropped = (random.random(items) < 0.05) & (status[:, -2] < _DONE)
    status[dropped, -1] = _DONE + 1
    return status


def _items(
    random: np.random.Generator, ids: Ints, created: Ints, updated: Ints, status: Ints
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item_id": ids,
            "type": np.array(TYPES, object)[random.integers(0, len(TYPES), len(ids))],
            "status_id": status,
            "created_ts": created,
            "updated_ts": updated,
            "resolved_ts": np.where(status == _DONE, updated, NONE),
            "value_cents": np.where(random.random(len(ids)) < 0.3, 100_000, NONE),
            "changelog_complete": True,
            "gone": "",
        }
    )


def _blocks(random: np.random.Generator, ids: Ints, ts: Ints) -> pd.DataFrame:
    blocked = random.random(len(ids)) < 0.1
    start = ts[blocked, 2] + 3_600
    return pd.DataFrame(
        {
            "item_id": ids[blocked],
            "start_ts": start,
            "end_ts": start + random.integers(3_600, 9 * _DAY, len(start)),
        }
    )


def _releases(ids: Ints, ts: Ints, status: Ints) -> pd.DataFrame:
    released = np.where(status[:, -1] == _DONE, ts[:, -1] + 7_200, NONE)
    return pd.DataFrame(
        {
            "item_id": ids,
            "first_released_ts": released,
            "released_ts": released,
            "release_reason": np.where(released == NONE, "not_deployed", ""),
            "has_code": True,
        }
    )
