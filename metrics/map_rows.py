"""The life of each delivery between the boundaries of a map, cut into stretches that add up."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.map_steps import Steps
from metrics.mapping import Flags, Ints

PARTS: Final = ("active", "waiting", "unknown", "gap", "ignored")
"""What time counts as. gap: between done and reopened; ignored: taken out by the owner."""

REASONS: Final = (
    "",
    "queue",
    "blocked",
    "returned",
    "ignored",
    "not_started",
    "before_item",
    "approval",
    "batch",
    "not_told",
)
"""Why work waits. not_started: in a new stage; before_item: an idea without an item; batch: merged,
and waiting for the release; not_told: done, and no tool says what it waits for.
"""

ACTIVE, WAITING, UNKNOWN, GAP, IGNORED = range(5)
_REASON: Final = {word: code for code, word in enumerate(REASONS)}
QUEUE, APPROVAL, BATCH, NOT_TOLD = (
    _REASON[word] for word in ("queue", "approval", "batch", "not_told")
)
_COLUMNS: Final = ["item_id", "episode", "step", "part", "reason", "stage_id", "status_id"]
_TIMES: Final = ["start_ts", "end_ts"]


def life_rows(lives: pd.DataFrame, visits: pd.DataFrame, steps: Steps) -> pd.DataFrame:
    """Every stretch of the lives of deliveries, in order; those of a delivery add up to its life.

    lives: item_id, episode, begin_ts, finish_ts (the boundaries), created_ts, committed_ts,
    done_ts. visits: columns of `stage_visit`. Returns item_id, episode, step (number), part and
    reason (places in PARTS and REASONS), stage_id, status_id, start_ts, end_ts. A visit of no
    length keeps its row.
    """
    own = lives[["item_id", "episode", "begin_ts", "finish_ts", "committed_ts", "done_ts"]]
    joined = visits.merge(own, on=["item_id", "episode"], how="inner")
    rows = _clipped(joined)
    part, reason = _counted(rows)
    inside = rows.assign(
        step=steps.of_stages(rows["stage_id"]),
        part=part,
        reason=reason,
    )[[*_COLUMNS, *_TIMES]]
    made = pd.concat([_before(lives, joined, steps), inside, _after(lives, steps)])
    ordered = made.astype("int64").sort_values(["item_id", "episode", "start_ts"], kind="stable")
    return ordered.reset_index(drop=True)


def _clipped(joined: pd.DataFrame) -> pd.DataFrame:
    """The rows inside the life of their delivery, up to done: what is after is of other tools."""
    begin, done = joined["begin_ts"].to_numpy(np.int64), joined["done_ts"].to_numpy(np.int64)
    finish = np.minimum(joined["finish_ts"].to_numpy(np.int64), done)
    start, end = joined["start_ts"].to_numpy(np.int64), joined["end_ts"].to_numpy(np.int64)
    low, high = np.maximum(start, begin), np.minimum(np.where(end == NONE, finish, end), finish)
    empty = (start == end) & (start >= begin) & (start < finish)
    told: pd.DataFrame = joined.assign(start_ts=low, end_ts=high)[(low < high) | empty]
    return told


def _counted(rows: pd.DataFrame) -> tuple[Ints, Ints]:
    """Part and reason of rows of history."""
    state, told = rows["state"], rows["reason"]
    part = np.full(len(rows), WAITING, np.int64)
    for word, code in (("active", ACTIVE), ("unknown", UNKNOWN)):
        part[_is(state, word)] = code
    part[_is(state, "done") | _is(state, "cancelled")] = GAP
    early = (rows["start_ts"] < rows["committed_ts"]).to_numpy(np.bool_)
    part[_is(state, "ignored") & ~early] = IGNORED
    reason = np.full(len(rows), QUEUE, np.int64)
    reason[_is(state, "new") | (_is(state, "ignored") & early)] = _REASON["not_started"]
    for word in ("blocked", "returned", "ignored"):
        reason[_is(told, word)] = _REASON[word]
    reason[part != WAITING] = 0
    return part, reason


def _is(words: pd.Series, word: str) -> Flags:
    found: Flags = (words == word).to_numpy(np.bool_)
    return found


def _before(lives: pd.DataFrame, joined: pd.DataFrame, steps: Steps) -> pd.DataFrame:
    """From the begin of each life to the first row of its history: the idea before its item, and
    what of a history is missing.
    """
    first = joined.groupby(["item_id", "episode"], as_index=False).agg(first_ts=("start_ts", "min"))
    found = lives.merge(first, on=["item_id", "episode"], how="left")
    finish = found["finish_ts"].to_numpy(np.int64)
    told = found["first_ts"].fillna(found["done_ts"]).to_numpy(np.int64)
    first_ts = np.minimum(told, finish)
    begin, created = (found[name].to_numpy(np.int64) for name in ("begin_ts", "created_ts"))
    made = np.clip(created, begin, np.maximum(first_ts, begin))
    idea = found.assign(
        step=steps.upstream,
        part=WAITING,
        reason=_REASON["before_item"],
        start_ts=begin,
        end_ts=made,
    )
    lost = found.assign(step=steps.unmapped, part=UNKNOWN, reason=0, start_ts=made, end_ts=first_ts)
    return _longer(pd.concat([idea, lost]))


def _after(lives: pd.DataFrame, steps: Steps) -> pd.DataFrame:
    """From done to the finish, where that is later."""
    rows = lives.assign(
        step=steps.tools["release"],
        part=WAITING,
        reason=NOT_TOLD,
        start_ts=np.maximum(lives["done_ts"], lives["begin_ts"]),
        end_ts=lives["finish_ts"],
    )
    return _longer(rows)


def _longer(rows: pd.DataFrame) -> pd.DataFrame:
    told = rows[rows["start_ts"] < rows["end_ts"]]
    return told.assign(stage_id=NONE, status_id=NONE)[[*_COLUMNS, *_TIMES]]
