"""What is blocked, why, how long and by whom; and what blocked the items of a window."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from metrics.blocked import NOT_TOLD, REASONS, Blocked, blocked_time
from metrics.periods import DAY
from metrics.stats import ratio
from metrics.stretches import closed, joined
from pipeline.block_reasons import reasons_between
from pipeline.chart_frame import dressed
from pipeline.explain import item_rows
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_measures import items_of_kinds
from pipeline.stream_teams import held_of
from pipeline.times import iso

Answer = dict[str, Any]
SPLIT: Final = (
    "blocked time counts once per item; where reasons overlap, the one named first has the time:"
    f" {', '.join(REASONS)}"
)


def blocked_of(stream: StreamFacts, asked: Question) -> Blocked:
    """The blocked time of the window."""
    return stream.memo.of(
        ("blocked", asked),
        lambda: blocked_time(
            _held(stream, asked),
            stream.blocks,
            window=asked.window,
            statuses=frozenset(stream.blocked_statuses),
        ),
    )


def _held(stream: StreamFacts, asked: Question) -> pd.DataFrame:
    """The visits of the kinds that are asked for, of a team only while it had the item."""
    rows = held_of(stream)
    if asked.kinds is not None:
        own = items_of_kinds(stream, asked)[["item_id", "episode"]]
        rows = rows.merge(own, on=["item_id", "episode"], how="inner")
    return rows if asked.team is None else rows[rows["team"] == asked.team]


def blocked_answer(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> Answer:
    """The envelope of the window, its time by reason, and what is blocked at its end, the longest
    first.
    """
    found = blocked_of(stream, asked)
    body = dressed(
        snapshot, stream, "blocked_time", found.measure, asked, explain="blocked/explain"
    )
    return {
        **body,
        "by_reason": _by_reason(found),
        "split": SPLIT,
        "items": _now(snapshot, stream, asked),
        "next": None,
    }


def _by_reason(found: Blocked) -> list[Answer]:
    """In the order in which overlapping ones are counted; what is not told only where there is
    some.
    """
    seconds = (found.rows["end_ts"] - found.rows["start_ts"]).to_numpy(np.int64)
    whole = int(seconds.sum())
    rows = []
    for reason in (*REASONS, NOT_TOLD):
        own = (found.rows["reason"] == reason).to_numpy(np.bool_)
        spent = int(seconds[own].sum())
        if reason != NOT_TOLD or spent:
            rows.append(
                {
                    "reason": reason,
                    "items": int(found.rows["item_id"][own].nunique()),
                    "blocked_d": spent / DAY,
                    "share": ratio(spent, whole),
                }
            )
    return rows


def _now(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> list[Answer]:
    at = asked.window.to_ts
    here = closed(_held(stream, asked))
    here = here[(here["start_ts"] <= at) & (here["end_ts"] > at) & (here["reason"] == "blocked")]
    since = _since(stream, here, at)
    names = stream.stages.set_index("stage_id")["name"]
    known = stream.items.set_index(["item_id", "episode"])
    rows = []
    for visit in here.to_dict("records"):
        item = known.loc[(visit["item_id"], visit["episode"])]
        begun = since[visit["item_id"]]
        rows.append(
            {
                **{name: item[name] for name in ("key", "title", "type", "kind", "url")},
                "stage": names.get(visit["stage_id"], "unmapped"),
                "team": visit["team"] or None,
                "since": iso(begun),
                "blocked_s": at - begun,
                "reasons": reasons_between(snapshot, stream, visit, at, at + 1),
            }
        )
    return sorted(rows, key=lambda row: (-row["blocked_s"], row["key"]))


def _since(stream: StreamFacts, here: pd.DataFrame, at: int) -> dict[int, int]:
    """From when on each of these items has been blocked without a break, whoever had it."""
    visits = stream.visits
    own = visits[(visits["reason"] == "blocked") & visits["item_id"].isin(here["item_id"])]
    whole = joined(closed(own))
    lasting = whole[(whole["start_ts"] <= at) & (whole["end_ts"] > at)]
    return dict(zip(lasting["item_id"].tolist(), lasting["start_ts"].tolist(), strict=True))


def explain_blocked(stream: StreamFacts, asked: Question) -> Answer:
    """Every delivery that was blocked in the window: its seconds, those of each reason, and the
    stretches.
    """
    rows = blocked_of(stream, replace(asked, interval=None)).rows
    spent = rows.assign(seconds=rows["end_ts"] - rows["start_ts"])
    whole = spent.groupby(["item_id", "episode"], as_index=False)["seconds"].sum()
    items = stream.items.merge(whole, on=["item_id", "episode"], how="inner")
    by = dict(iter(spent.groupby(["item_id", "episode"])))
    included = [
        {**told, **_stretches(by[key])}
        for told, key in zip(
            item_rows(items), zip(items["item_id"], items["episode"], strict=True), strict=True
        )
    ]
    return {
        "metric": "blocked_time",
        "window": [iso(asked.window.from_ts), iso(asked.window.to_ts)],
        "n": len(included),
        "included": included,
        "excluded": [],
    }


def _stretches(rows: pd.DataFrame) -> Answer:
    sums = rows.groupby("reason")["seconds"].sum()
    return {
        "by_reason_s": {str(reason): int(seconds) for reason, seconds in sums.items()},
        "stretches": [
            {"from": iso(int(start)), "to": iso(int(end)), "reason": reason}
            for start, end, reason in zip(
                rows["start_ts"], rows["end_ts"], rows["reason"], strict=True
            )
        ],
    }
