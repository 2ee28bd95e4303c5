"""Work that rests in a status that counts as active, or that is taken out of the numbers."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Ints
from metrics.periods import DAY, Window
from metrics.questions.finding import Finding, Proof, in_order, not_looked_at
from metrics.questions.working_days import Week
from metrics.stats import ratio

QUIET_DAYS: Final = 5
LEAST_ITEMS: Final = 5
LEAST_SHARE: Final = 0.25
IGNORED_SHARE: Final = 0.1
IGNORED_GROWTH: Final = 2.0


def parked_work(
    items: pd.DataFrame,
    visits: pd.DataFrame,
    signs: pd.DataFrame,
    *,
    window: Window,
    week: Week,
) -> Finding:
    """Stretches of an active stage in which nothing was seen for more than five working days.

    Only of items that expect code. items, visits: the facts. signs: item_id, ts of every commit,
    merge request, review, build, work log and change in the tracker. Asks from five items and a
    quarter of those that were active in the window.
    """
    if signs.empty:
        return not_looked_at("no commit, review, build or work log is linked with an item")
    coded = items.loc[items["expects_code"].to_numpy(np.bool_), "item_id"].unique()
    stretches = _active(visits[visits["item_id"].isin(coded)], window)
    found: dict[int, Proof] = {}
    moments = {
        int(str(item)): np.sort(group.to_numpy(np.int64))
        for item, group in signs.groupby("item_id")["ts"]
    }
    for item, start, end in stretches:
        days, since = _longest(start, end, moments.get(item, np.empty(0, np.int64)), week)
        if days > QUIET_DAYS and (item not in found or days > _days(found[item])):
            found[item] = Proof("item", item, since, f"{days} working days without a sign of work")
    active = len({item for item, *_ in stretches})
    share = ratio(len(found), active)
    return Finding(
        asked=len(found) >= LEAST_ITEMS and (share or 0.0) >= LEAST_SHARE,
        seen=f"{len(found)} of {active} items that were in an active stage rested there for more"
        f" than {QUIET_DAYS} working days without a commit, review, build, work log or change",
        figures={"items": len(found), "active_items": active, "share": share},
        proofs=tuple(in_order(found.values())),
    )


def _days(proof: Proof) -> int:
    return int(proof.note.split(" ", 1)[0])


def _active(visits: pd.DataFrame, window: Window) -> list[tuple[int, int, int]]:
    """item, start and end of each unbroken stretch in active stages, as far as in the window."""
    rows = visits[(visits["state"] == "active").to_numpy(np.bool_)].sort_values(
        ["item_id", "start_ts", "ordinal"]
    )
    found: list[tuple[int, int, int]] = []
    ends = np.where(rows["end_ts"] == NONE, window.to_ts, rows["end_ts"])
    for item, start, end in zip(
        rows["item_id"].tolist(), rows["start_ts"].tolist(), ends.tolist(), strict=True
    ):
        low, high = max(start, window.from_ts), min(end, window.to_ts)
        if high <= low:
            continue
        if found and found[-1][0] == item and found[-1][2] == low:
            found[-1] = (item, found[-1][1], high)
        else:
            found.append((item, low, high))
    return found


def _longest(start: int, end: int, signs: Ints, week: Week) -> tuple[int, int]:
    """The longest time without a sign between start and end: its working days, its begin."""
    inside = signs[(signs > start) & (signs < end)]
    bounds = np.concatenate([[start], inside, [end]])
    best = (0, start)
    for place in np.flatnonzero(np.diff(bounds) > QUIET_DAYS * DAY):
        since, until = int(bounds[place]), int(bounds[place + 1])
        best = max(best, (week.between(since, until), since))
    return best


def ignored_time(items: pd.DataFrame, visits: pd.DataFrame, *, window: Window) -> Finding:
    """Growth of the time in ignored statuses against the window of the same length before.

    Asks where it is a tenth or more of the time in process, at least twice the share of before, and
    of five items or more.
    """
    before = Window(window.from_ts - window.seconds, window.from_ts)
    now, rows = _ignored(visits, window)
    then, _ = _ignored(visits, before)
    if now is None:
        return not_looked_at("no time in process in the window")
    if then is None:
        return not_looked_at("no time in process in the window before, to compare with")
    own = items.drop_duplicates("item_id")["item_id"]
    held = (
        rows[rows["item_id"].isin(own)]
        .groupby("item_id")
        .agg(ts=("start_ts", "min"), s=("s", "sum"))
    )
    proofs = [
        Proof(
            "item",
            int(item),
            max(int(ts), window.from_ts),
            f"{int(seconds) / DAY:.1f} days ignored",
        )
        for item, ts, seconds in zip(held.index, held["ts"], held["s"], strict=True)
    ]
    grown = now >= IGNORED_SHARE and now >= IGNORED_GROWTH * then
    return Finding(
        asked=grown and len(proofs) >= LEAST_ITEMS,
        seen=f"{now:.0%} of the time in process was in statuses that are ignored; in the window"
        f" before {then:.0%}",
        figures={"share": now, "share_before": then, "items": len(proofs)},
        proofs=tuple(in_order(proofs)),
    )


def _ignored(visits: pd.DataFrame, window: Window) -> tuple[float | None, pd.DataFrame]:
    """The share of ignored seconds in the window (None: none in process), and their rows."""
    ignored = ((visits["state"] == "ignored") | (visits["reason"] == "ignored")).to_numpy(np.bool_)
    process = ignored | visits["state"].isin(("waiting", "active", "unknown")).to_numpy(np.bool_)
    start = visits["start_ts"].to_numpy(np.int64)
    end = np.where(visits["end_ts"] == NONE, window.to_ts, visits["end_ts"].to_numpy(np.int64))
    seconds = np.maximum(0, np.minimum(end, window.to_ts) - np.maximum(start, window.from_ts))
    total = int(seconds[process].sum())
    rows = visits.assign(s=seconds)[ignored & (seconds > 0)]
    return ratio(int(seconds[ignored].sum()), total), rows
