"""The step in which work in flight is older than its pace."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.written import duration
from metrics.findings.model import KEYS, Finding, Found, Part, chosen, stretches
from metrics.findings.words import advice, of_all
from metrics.map_steps import Step, Steps
from metrics.stats import MINIMUM_N

PACE: Final = 0.85
_NAMED: Final = 3


def waits_so_far(rows: pd.DataFrame, visits: pd.DataFrame, at: int) -> pd.DataFrame:
    """The waiting of what is in flight from its commitment up to `at`: item_id, episode, start_ts,
    end_ts.

    rows: item_id, episode, committed_ts. visits: columns of `stage_visit`.
    """
    own = visits[visits["state"] == "waiting"].merge(rows[[*KEYS, "committed_ts"]], on=KEYS)
    end = own["end_ts"].to_numpy(np.int64)
    end = np.minimum(np.where(end == NONE, at, end), at)
    start = np.maximum(own["start_ts"].to_numpy(np.int64), own["committed_ts"].to_numpy(np.int64))
    told: pd.DataFrame = own[KEYS].assign(start_ts=start, end_ts=end)[start < end]
    return told


def waited_so_far(rows: pd.DataFrame, waits: pd.DataFrame) -> pd.DataFrame:
    """The rows of what is in flight with `waited_s`. waits: see `waits_so_far`."""
    own = waits.assign(waited_s=waits["end_ts"] - waits["start_ts"])
    sums = own.groupby(KEYS, as_index=False)["waited_s"].sum()
    told = rows.merge(sums, on=KEYS, how="left")
    return told.assign(waited_s=told["waited_s"].fillna(0).astype("int64"))


def ageing_work(steps: Steps, rows: pd.DataFrame, waits: pd.DataFrame) -> Found:
    """By step how many are past the age by which 85 % had left their stage; of as many, those that
    waited longest.

    rows: of what is in flight: item_id, episode, key, stage_id, age_s, waited_s, pace (NaN: not
    known), pace_n. waits: see `waits_so_far`.
    """
    whole = int(rows["waited_s"].sum())
    placed = rows.assign(step=steps.of_stages(rows["stage_id"]), seconds=rows["age_s"])
    old = placed[(placed["pace"] >= PACE).to_numpy(np.bool_)]
    inside = placed.groupby("step").size()
    found = [
        _pile(steps.steps[int(str(number))], own, int(inside[number]), waits, whole)
        for number, own in old.groupby("step")
    ]
    found.sort(key=lambda one: (-one.items, -one.waited_s))
    nothing = "nothing in flight is past the age by which 85 % had left its stage"
    if rows.empty:
        nothing = "nothing is in flight"
    elif placed["pace"].isna().all():
        nothing = "nothing was done in this window, so that no pace is known"
    return chosen("ageing", found, whole, reason=nothing)


def _pile(step: Step, own: pd.DataFrame, inside: int, waits: pd.DataFrame, whole: int) -> Finding:
    first = own.sort_values(["age_s", "key"], ascending=[False, True])
    named = ", ".join(str(key) for key in first["key"].tolist()[:_NAMED])
    more = " and others" if len(own) > _NAMED else ""
    waited, rests = int(own["waited_s"].sum()), int(own["pace_n"].min())
    oldest = duration(int(own["age_s"].max()))
    return Finding(
        title=f"Ageing in {step.name}",
        step=step,
        evidence=first[[*KEYS, "seconds", "waited_s"]].reset_index(drop=True),
        waits=stretches(waits.merge(own[KEYS], on=KEYS)),
        part=Part(
            len(own), inside, "items in flight here that are past the pace", _needed(inside, rests)
        ),
        words=(
            f"{len(own)} of the {inside} here now are older than 85 % were when they left it, the"
            f" oldest {oldest}: {named}{more}.",
            f"They waited {duration(waited)} so far:"
            f" {of_all(waited, whole, 'the waiting of what is in flight')}.",
        ),
        advice=advice(step, "take up the oldest of these before something new is begun"),
        figures={"inside": inside, "oldest_s": int(own["age_s"].max()), "pace_n": rests},
        lasts=True,
    )


def _needed(inside: int, rests: int) -> int:
    """A pace that rests on too few makes the count an observed one, however many are inside."""
    return inside + 1 if rests < MINIMUM_N["p85"] else 5
