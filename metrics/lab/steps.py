"""Facts as steps: which stages make a step, and each visit of one with its work and its waiting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Ints

DONE, DROPPED, OPEN = -1, -2, -3
"""What follows a visit where no other does."""
_NEVER: Final = 2**62
_INSIDE: Final = ("waiting", "active", "unknown", "ignored")


@dataclass(frozen=True)
class Group:
    """The stages of one step: the queues that lead to a stage of work, and that stage; or queues
    behind which nobody works.
    """

    name: str
    team: str
    stages: tuple[int, ...]
    works: bool


def groups(stages: pd.DataFrame) -> list[Group]:
    """The steps of a stream in order; stages: stage_id, ordinal, name, state, team."""
    found: list[Group] = []
    queues: list[tuple[int, str, str]] = []
    for row in stages.sort_values("ordinal").to_dict("records"):
        told = (int(row["stage_id"]), str(row["name"]), str(row["team"]))
        if row["state"] == "waiting":
            queues.append(told)
        elif row["state"] == "active":
            found.append(Group(told[1], told[2], (*(one[0] for one in queues), told[0]), True))
            queues = []
    if queues:
        team = next((one[2] for one in queues if one[2]), "")
        found.append(Group(queues[0][1], team, tuple(one[0] for one in queues), False))
    return found


def step_visits(
    items: pd.DataFrame, visits: pd.DataFrame, told: list[Group], *, as_of: int
) -> pd.DataFrame:
    """One row per visit of a step, in order for each delivery, from its commitment on.

    items, visits: columns of `item_fact` and `stage_visit`. Returns item_id, episode, kind,
    value_cents, step, enter_ts, leave_ts (`as_of` where it is there still), begin_ts (of the first
    work, or `NONE`), active_s, wait_s, and `then`: the step that follows, `DONE`, `DROPPED` or
    `OPEN`. Time in no step of the stream belongs to the step before it, or where there is none to
    the next.
    """
    rows = _rows(items, visits, as_of)
    place = {stage: number for number, group in enumerate(told) for stage in group.stages}
    by_delivery = [rows["item_id"], rows["episode"]]
    step = rows["stage_id"].map(place).astype("float64")
    step = step.groupby(by_delivery).ffill().groupby(by_delivery).bfill()
    rows = rows.assign(step=step)[step.notna().to_numpy()]
    if rows.empty:
        return _nothing()
    return _joined(rows.astype({"step": "int64"}))


def _rows(items: pd.DataFrame, visits: pd.DataFrame, as_of: int) -> pd.DataFrame:
    names = ["item_id", "episode", "kind", "value_cents", "committed_ts", "done_ts", "cancelled_ts"]
    rows = visits.merge(items[names], on=["item_id", "episode"], how="inner")
    begun = (rows["committed_ts"] != NONE) & (rows["start_ts"] >= rows["committed_ts"])
    here = begun & (rows["start_ts"] < as_of) & rows["state"].isin(list(_INSIDE))
    rows = rows[here].sort_values(["item_id", "ordinal"])
    end = rows["end_ts"].where((rows["end_ts"] != NONE) & (rows["end_ts"] < as_of), as_of)
    return rows.assign(end_ts=end)


def _joined(rows: pd.DataFrame) -> pd.DataFrame:
    keys = [rows[name].to_numpy(np.int64) for name in ("item_id", "episode", "step")]
    begins = np.ones(len(rows), np.bool_)
    begins[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(rows)) - 1
    start, end = rows["start_ts"].to_numpy(np.int64), rows["end_ts"].to_numpy(np.int64)
    seconds = end - start
    active = np.where(rows["state"].to_numpy(object) == "active", seconds, 0)
    found = rows.iloc[first][["item_id", "episode", "kind", "value_cents", "step"]]
    worked = np.add.reduceat(active, first)
    begun = np.minimum.reduceat(np.where(active > 0, start, _NEVER), first)
    told = found.reset_index(drop=True).assign(
        enter_ts=start[first],
        leave_ts=end[last],
        begin_ts=np.where(begun == _NEVER, NONE, begun),
        active_s=worked,
        wait_s=np.add.reduceat(seconds, first) - worked,
    )
    return told.assign(then=_following(told, rows.iloc[last]))


def _following(told: pd.DataFrame, last: pd.DataFrame) -> Ints:
    done = last["done_ts"].to_numpy(np.int64) != NONE
    dropped = last["cancelled_ts"].to_numpy(np.int64) != NONE
    then: Ints = np.where(done, DONE, np.where(dropped, DROPPED, OPEN)).astype(np.int64)
    same = np.zeros(len(told), np.bool_)
    item, episode = told["item_id"].to_numpy(), told["episode"].to_numpy()
    same[:-1] = (item[1:] == item[:-1]) & (episode[1:] == episode[:-1])
    step = told["step"].to_numpy(np.int64)
    then[:-1] = np.where(same[:-1], step[1:], then[:-1])
    return then


def _nothing() -> pd.DataFrame:
    names = ("item_id", "episode", "value_cents", "step", "enter_ts", "leave_ts", "begin_ts",
             "active_s", "wait_s", "then")  # fmt: skip
    kinds = {"kind": pd.Series(dtype=object)}
    return pd.DataFrame({**{name: pd.Series(dtype="int64") for name in names}, **kinds})
