"""Defects instead of a reopened item, moves of many items at once, and dates that change later."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.periods import DAY, Window
from metrics.questions.finding import Finding, Proof, in_order, not_looked_at, proofs_of
from metrics.questions.working_days import Week
from metrics.stats import ratio

SOON_S: Final = 14 * DAY
LEAST_DEFECTS: Final = 3
DEFECT_SHARE: Final = 0.1
TOGETHER_S: Final = 60
LEAST_TOGETHER: Final = 10
BULK_SHARE: Final = 0.1
LEAST_REDATED: Final = 5
REDATED_SHARE: Final = 0.05
MAPPING_DAYS: Final = 3
LEAST_REMAPPED: Final = 10


def avoided_reopen(
    items: pd.DataFrame, defects: pd.DataFrame, links: pd.DataFrame, *, window: Window
) -> Finding:
    """Items to which a new defect was linked within fourteen days of their closing.

    defects: item_id, created_ts of every defect. links: item_id, other_item_id, in either
    direction, without those to a parent. Asks from three and a tenth of the deliveries of the
    window.
    """
    done = items[window.holds(items["done_ts"].to_numpy(np.int64))]
    if done.empty:
        return not_looked_at("nothing was done in the window")
    both = links[links["other_item_id"] != NONE][["item_id", "other_item_id"]]
    turned = both.rename(columns={"item_id": "other_item_id", "other_item_id": "item_id"})
    pairs = pd.concat([both, turned], ignore_index=True).drop_duplicates()
    young = defects.rename(columns={"item_id": "other_item_id", "created_ts": "found_ts"})
    rows = done[["item_id", "done_ts"]].merge(pairs, on="item_id").merge(young, on="other_item_id")
    after = rows["found_ts"] - rows["done_ts"]
    rows = rows.assign(after=after)[(after > 0) & (after <= SOON_S)]
    rows = rows.sort_values("found_ts").drop_duplicates("item_id")
    rows = rows.assign(
        note=[f"a defect {s / DAY:.1f} days after it was done" for s in rows["after"]]
    )
    count = int(done["item_id"].nunique())
    share = ratio(len(rows), count)
    return Finding(
        asked=len(rows) >= LEAST_DEFECTS and (share or 0.0) >= DEFECT_SHARE,
        seen=f"{len(rows)} of {count} items got a new defect linked within 14 days of being done;"
        f" {int((done['reopened'] > 0).sum())} were reopened",
        figures={
            "items": len(rows),
            "done_items": count,
            "share": share,
            "reopened": int((done["reopened"] > 0).sum()),
        },
        proofs=proofs_of("item", rows, id="item_id", ts="found_ts", note="note"),
    )


def bulk_moves(items: pd.DataFrame, *, window: Window) -> Finding:
    """Commitments and deliveries of ten or more items within the same minute.

    Only moves that set a number: when a delivery was committed, and when it was done. Asks where
    they are a tenth or more of all of these in the window.
    """
    moves = pd.concat(
        [
            items[["item_id"]].assign(ts=items[name], what=word)
            for name, word in (("committed_ts", "committed"), ("done_ts", "done"))
        ],
        ignore_index=True,
    )
    moves = moves[window.holds(moves["ts"].to_numpy(np.int64))].sort_values(["what", "ts"])
    if moves.empty:
        return not_looked_at("nothing was committed or done in the window")
    ts, word = moves["ts"].to_numpy(np.int64), moves["what"].to_numpy(object)
    breaks = (np.diff(ts, prepend=ts[0]) > TOGETHER_S) | (word != np.roll(word, 1))
    group = np.cumsum(breaks)
    size = pd.Series(group).map(pd.Series(group).value_counts()).to_numpy(np.int64)
    rows = moves.assign(
        note=[f"{what} together with {n - 1} others" for what, n in zip(word, size, strict=True)]
    )[size >= LEAST_TOGETHER]
    share = ratio(len(rows), len(moves))
    return Finding(
        asked=len(rows) >= LEAST_TOGETHER and (share or 0.0) >= BULK_SHARE,
        seen=f"{len(rows)} of {len(moves)} commitments and deliveries came ten or more within a"
        " minute of each other",
        figures={"moves": len(rows), "all_moves": len(moves), "share": share},
        proofs=proofs_of("item", rows, id="item_id", ts="ts", note="note"),
    )


def redated(changes: pd.DataFrame, items: pd.DataFrame, *, window: Window) -> Finding:
    """Items whose commitment or delivery moved by more than a day after it had been told.

    changes: item_id, recorded_ts, cause, shift_s (the greatest shift, NONE: no date moved) of what
    was restated. Only those that the records caused, not a changed mapping. Asks from five and a
    twentieth of the deliveries of the window.
    """
    rows = changes[window.holds(changes["recorded_ts"].to_numpy(np.int64))]
    rows = rows[
        (rows["cause"] != "mapping") & (rows["shift_s"] != NONE) & (rows["shift_s"].abs() > DAY)
    ]
    rows = rows.sort_values("recorded_ts").drop_duplicates("item_id")
    rows = rows.assign(note=[f"moved by {s / DAY:+.1f} days" for s in rows["shift_s"]])
    done = items[window.holds(items["done_ts"].to_numpy(np.int64))]
    count = len({*done["item_id"].tolist(), *rows["item_id"].tolist()})
    share = ratio(len(rows), count)
    return Finding(
        asked=len(rows) >= LEAST_REDATED and (share or 0.0) >= REDATED_SHARE,
        seen=f"the commitment or delivery of {len(rows)} items moved by more than a day after it"
        " had been told",
        figures={"items": len(rows), "done_items": len(done), "share": share},
        proofs=proofs_of("item", rows, id="item_id", ts="recorded_ts", note="note"),
    )


def remapped(changes: pd.DataFrame, *, window: Window, week: Week) -> Finding:
    """Facts that a changed mapping restated in the last three working days of a month.

    changes: as of `redated`. Asks from ten items.
    """
    rows = changes[(changes["cause"] == "mapping").to_numpy(np.bool_)]
    months = week.months(Window(window.from_ts, window.to_ts))
    found: dict[int, Proof] = {}
    for month in months:
        begin, _ = week.last_days(month, MAPPING_DAYS)
        late = rows[Window(begin, month.to_ts).holds(rows["recorded_ts"].to_numpy(np.int64))]
        for proof in proofs_of(
            "item",
            late.assign(note="restated by a mapping"),
            id="item_id",
            ts="recorded_ts",
            note="note",
        ):
            found.setdefault(proof.id, proof)
    if not months:
        return not_looked_at("the window holds no whole month")
    return Finding(
        asked=len(found) >= LEAST_REMAPPED,
        seen=f"{len(found)} items were restated by a changed mapping in the last {MAPPING_DAYS}"
        " working days of a month",
        figures={"items": len(found), "months": len(months)},
        proofs=tuple(in_order(found.values())),
    )
