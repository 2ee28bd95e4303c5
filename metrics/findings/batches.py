"""Merged work that waits for a release which others share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.written import duration
from metrics.findings.model import (
    KEYS,
    NOTHING_DONE,
    Finding,
    Found,
    Ground,
    Part,
    chosen,
    per_delivery,
    stretches,
)
from metrics.findings.words import advice, deliveries, each, of_all
from metrics.map_rows import BATCH

_MOST: Final = 0.5
"""Of the items of a job: where more come with others, a train is what they wait for."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Of releases: how many, items in each (the median), and seconds between two (the median; None
    of fewer than two).
    """

    releases: int
    carried: float
    gap_s: float | None


def releases(lives: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """item_id, episode, released_ts, `job` (the last deployment that held the item, "" where none
    is known) and `shared`: how many items came with that release. What is not released is left out.
    """
    out = lives[lives["released_ts"] != NONE][[*KEYS, "released_ts"]]
    runs = spans[spans["tool"] == "deploy"].sort_values(["item_id", "end_ts", "start_ts"])
    last = runs.drop_duplicates("item_id", keep="last")[["item_id", "name"]]
    named = out.merge(last.rename(columns={"name": "job"}), on="item_id", how="left")
    named["job"] = named["job"].astype(object).where(named["job"].notna(), "")
    named["shared"] = named.groupby(["job", "released_ts"])["item_id"].transform("nunique")
    return named


def rhythm(own: pd.DataFrame) -> Rhythm:
    """Of the releases of one job; see `releases`."""
    carried = own.groupby("released_ts")["item_id"].nunique().sort_index()
    gaps = np.diff(carried.index.to_numpy(np.int64))
    return Rhythm(
        len(carried), float(carried.median()), float(np.median(gaps)) if len(gaps) else None
    )


def waiting_batches(ground: Ground) -> Found:
    """By the job that releases, the waiting from the last merge to a release with other items.

    Where most come with others, those that came alone waited for the same departure.
    """
    whole = ground.whole_s
    waits = ground.waits()
    batch = waits[waits["reason"] == BATCH]
    held = per_delivery(batch, "step")
    out = releases(ground.lives, ground.spans)
    shared = out["shared"] > 1
    usual = shared.groupby(out["job"]).transform("mean") > _MOST
    trains = held.merge(out[shared | usual][[*KEYS, "job"]], on=KEYS)
    several = len(set(trains["job"])) > 1
    found = [
        _train(ground, str(job) if several else "", own, out[out["job"] == job], batch)
        for job, own in trains.groupby("job")
    ]
    found.sort(key=lambda one: -one.seconds)
    return chosen(
        "batch", found, whole, against_s=ground.begun_s, reason=_reason(ground, held, out)
    )


def _reason(ground: Ground, held: pd.DataFrame, out: pd.DataFrame) -> str:
    if not ground.n:
        return NOTHING_DONE
    if out.empty:
        return "no release of these items is known"
    if held.empty:
        return "nothing waited between its last merge and its release"
    return "every item that waited for a release had it alone"


def _train(
    ground: Ground, job: str, own: pd.DataFrame, out: pd.DataFrame, batch: pd.DataFrame
) -> Finding:
    by_step = own.groupby("step")["seconds"].sum()
    step = ground.steps.steps[int(str(by_step.idxmax()))]
    held = per_delivery(own)
    seconds, items, told = int(held["seconds"].sum()), len(held), rhythm(out)
    often = f", one every {duration(told.gap_s)}" if told.gap_s is not None else ""
    carried = f"{told.carried:.1f}".removesuffix(".0")
    return Finding(
        title=f"Waiting for the release by {job}" if job else "Waiting for the release",
        step=step,
        evidence=held.assign(waited_s=held["seconds"]),
        waits=stretches(batch.merge(held[KEYS], on=KEYS)),
        part=Part(items, ground.n, "deliveries that waited for a release with others"),
        words=(
            f"{items} of {deliveries(ground.n)} were merged and waited for a release with others,"
            f" {each(seconds, items)} each: {of_all(seconds, ground.whole_s)}.",
            f"A release carries {carried} of them at the median{often}.",
        ),
        advice=advice(step, "release smaller pieces more often, for instance each day"),
        figures={
            "releases": told.releases,
            "items_per_release": told.carried,
            "release_gap_s": told.gap_s,
        },
    )
