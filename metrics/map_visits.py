"""Stays of deliveries in the steps of a map, and the moves between them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.map_rows import ACTIVE, UNKNOWN, WAITING
from metrics.map_steps import Steps
from metrics.mapping import Flags, Ints


def step_visits(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per stay of a delivery in a step, queue included, in order.

    rows: those of lives, in order. Returns item_id, episode, step, start_ts, end_ts, active_s,
    waiting_s, unknown_s, `first` (the delivery was not there before) and `place` (0, 1 .. within
    the delivery).
    """
    begins = _run_starts(rows)
    firsts = np.flatnonzero(begins)
    run = np.cumsum(begins) - 1
    made = rows.take(firsts)[["item_id", "episode", "step", "start_ts"]].reset_index(drop=True)
    ends = np.append(firsts[1:], len(rows)) - 1
    seconds = (rows["end_ts"] - rows["start_ts"]).to_numpy(np.int64)
    part = rows["part"].to_numpy(np.int64)
    made = made.assign(end_ts=rows["end_ts"].to_numpy(np.int64)[ends] if len(firsts) else 0)
    for name, code in (("active_s", ACTIVE), ("waiting_s", WAITING), ("unknown_s", UNKNOWN)):
        chosen = part == code
        sums = np.bincount(run[chosen], weights=seconds[chosen], minlength=len(firsts))
        made[name] = sums.astype(np.int64)
    made["first"] = ~made.duplicated(["item_id", "episode", "step"])
    made["place"] = made.groupby(["item_id", "episode"]).cumcount()
    return made


def _run_starts(rows: pd.DataFrame) -> Flags:
    begins = np.ones(len(rows), np.bool_)
    same = [
        rows[name].to_numpy()[1:] == rows[name].to_numpy()[:-1]
        for name in ("item_id", "episode", "step")
    ]
    begins[1:] = ~np.logical_and.reduce(same)
    return begins


def moves(visits: pd.DataFrame, steps: Steps) -> pd.DataFrame:
    """One row per move of a delivery between two steps of the tracker.

    Returns item_id, episode, `from_step`, `to_step`, `ts`, `back` (to an earlier step), `first`
    (the delivery was never at `to_step` before), `bounced` (it went on from there to an earlier
    step) and `next_step` (-1: none), `place` of the visit that it leads to.
    """
    tracker = visits[visits["step"].isin([one.number for one in steps.tracker])]
    item, episode, step = (
        tracker[name].to_numpy(np.int64) for name in ("item_id", "episode", "step")
    )
    linked = (item[1:] == item[:-1]) & (episode[1:] == episode[:-1])
    at = np.flatnonzero(linked)
    following = np.append(np.where(linked, step[1:], -1), -1)[: len(step)]
    to = tracker.take(at + 1)
    onward = following[at + 1]
    arrived = step[at + 1]
    return pd.DataFrame(
        {
            "item_id": to["item_id"].to_numpy(np.int64),
            "episode": to["episode"].to_numpy(np.int64),
            "from_step": step[at],
            "to_step": arrived,
            "ts": to["start_ts"].to_numpy(np.int64),
            "back": arrived < step[at],
            "first": to["first"].to_numpy(np.bool_),
            "bounced": (onward >= 0) & (onward < arrived),
            "next_step": onward,
            "place": to["place"].to_numpy(np.int64),
        }
    )


def loops(visits: pd.DataFrame, made: pd.DataFrame) -> pd.DataFrame:
    """The moves back (V9) with what each cost: the columns of `moves`, and `lost_s`, the time until
    the delivery was again at the step that it came from, or beyond, or else ended; `waited_s` is
    what of that it waited.
    """
    back = made[made["back"]].reset_index(drop=True)
    keys = ["item_id", "episode"]
    if back.empty:
        return back.assign(lost_s=0, waited_s=0).astype({"lost_s": "int64", "waited_s": "int64"})
    own = visits.merge(back[keys].drop_duplicates(), on=keys)
    waited = own.groupby(keys)["waiting_s"].cumsum() - own["waiting_s"]
    own = own.assign(before_s=waited)
    later = (
        back[[*keys, "from_step", "place"]]
        .reset_index(names="loop")
        .merge(own[[*keys, "step", "place"]], on=keys, suffixes=("", "_of"))
    )
    reached = later[(later["place_of"] > later["place"]) & (later["step"] >= later["from_step"])]
    again = reached.groupby("loop")["place_of"].min().reindex(back.index)
    ends = own.groupby(keys).agg(finish_ts=("end_ts", "max"), all_s=("waiting_s", "sum"))
    end = back.merge(ends, left_on=keys, right_index=True, how="left")
    begun = back.merge(own[[*keys, "place", "before_s"]], on=[*keys, "place"], how="left")
    reach = back[keys].assign(place=again.fillna(-1).astype("int64"))
    at = reach.merge(own[[*keys, "place", "start_ts", "before_s"]], on=[*keys, "place"], how="left")
    until = at["start_ts"].fillna(end["finish_ts"]).astype("int64")
    total = at["before_s"].fillna(end["all_s"]).astype("int64")
    return back.assign(
        lost_s=until - back["ts"], waited_s=total - begun["before_s"].astype("int64")
    )


def edges(made: pd.DataFrame) -> pd.DataFrame:
    """One row per pair of steps between which work went: from_step, to_step, `moves`, `items`
    (deliveries), `received` (first passes forward) and `bounced` of those, for V4.
    """
    first = made["first"] & ~made["back"]
    delivery = made["item_id"] * 65_536 + made["episode"]
    told = made.assign(received=first, sent_back=first & made["bounced"], delivery=delivery)
    found: pd.DataFrame = told.groupby(["from_step", "to_step"], as_index=False).agg(
        moves=("item_id", "size"),
        items=("delivery", "nunique"),
        received=("received", "sum"),
        bounced=("sent_back", "sum"),
    )
    return found.astype("int64")


def first_time_right(visits: pd.DataFrame, count: int) -> tuple[Ints, Ints]:
    """By number of the step the deliveries that entered it, and those that came but once (V10)."""
    keys = ["item_id", "episode", "step"]
    stays = visits.groupby(keys, as_index=False).size()
    step = stays["step"].to_numpy(np.int64)
    entered = np.bincount(step, minlength=count)
    right = np.bincount(step[stays["size"].to_numpy() == 1], minlength=count)
    return entered.astype(np.int64), right.astype(np.int64)


def handoffs(held: pd.DataFrame) -> pd.DataFrame:
    """The changes of the owning team (V8): item_id, episode, from_team, to_team, ts.

    held: item_id, episode, team ("" not known), start_ts: rows of lives with the team that had the
    delivery, in order. Time in which no team is known is passed over.
    """
    known = held[held["team"].astype(object) != ""]
    item, episode = (known[name].to_numpy(np.int64) for name in ("item_id", "episode"))
    team = known["team"].astype(object).to_numpy()
    handed = (item[1:] == item[:-1]) & (episode[1:] == episode[:-1]) & (team[1:] != team[:-1])
    at = np.flatnonzero(handed)
    to = known.take(at + 1)
    return pd.DataFrame(
        {
            "item_id": to["item_id"].to_numpy(np.int64),
            "episode": to["episode"].to_numpy(np.int64),
            "from_team": team[at],
            "to_team": team[at + 1],
            "ts": to["start_ts"].to_numpy(np.int64),
        }
    )
