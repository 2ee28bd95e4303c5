"""By which age past deliveries had left each stage, beside what is in it: the zones of ageing."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from core.frames import NONE
from metrics.ageing import Ageing, left_after_d
from metrics.stats import MINIMUM_N
from pipeline.snapshot import StreamFacts

Answer = dict[str, Any]

UNMAPPED: Final = "unmapped"
_ENDS: Final = ("done", "cancelled")
_BESIDE: Final = ("new", "ignored")
"""Stages that are shown only while something begun is in them."""


def zones(stream: StreamFacts, found: Ageing, rows: pd.DataFrame) -> list[Answer]:
    """A row per stage in the order of the work: what is in it, and the ages at which 50, 70, 85 and
    95 % of what was done had left it; null where too few did, which is `observed` then.

    `rows`: what is in load, with `stage`. What is in no stage is a row of its own at the end.
    """
    inside: dict[Any, int] = rows["stage"].value_counts().to_dict()
    past = left_after_d(found.left)
    stages = stream.stages.sort_values("ordinal")
    told = []
    for row in stages[~stages["state"].isin(_ENDS)].to_dict("records"):
        many = inside.get(row["name"], 0)
        if many or row["state"] not in _BESIDE:
            told.append(_zone(row["name"], row["state"], many, past.get(int(row["stage_id"]))))
    if many := inside.get(UNMAPPED, 0):
        told.append(_zone(UNMAPPED, "unknown", many, past.get(NONE)))
    return told


def _zone(name: str, state: str, many: int, past: tuple[int, dict[str, float]] | None) -> Answer:
    n, ages = past or (0, {})
    enough = {level: least <= n for level, least in MINIMUM_N.items()}
    return {
        "stage": name,
        "state": state,
        "items": many,
        "n": n,
        "left_after_d": {level: ages[level] if enough[level] else None for level in enough},
        "observed": {level: ages[level] for level in ages if not enough[level]},
    }
