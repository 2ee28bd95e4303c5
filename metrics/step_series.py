"""How long each delivery waited in each step, in the order in which deliveries were finished."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.map_rows import WAITING
from metrics.periods import DAY
from metrics.stats import Floats

_KEYS = ["item_id", "episode"]


@dataclass(frozen=True)
class StepWaits:
    """lives: the deliveries by their finish, columns of those that were given. days: by number of
    the step the days that each of them waited there, 0 where it did not.
    """

    lives: pd.DataFrame
    days: dict[int, Floats]


def step_waits(lives: pd.DataFrame, rows: pd.DataFrame) -> StepWaits:
    """lives: item_id, episode, finish_ts. rows: their stretches, see `metrics.map_rows.life_rows`.

    Only steps in which any of them waited are there.
    """
    ordered = lives.sort_values(["finish_ts", *_KEYS], ignore_index=True)
    places = ordered[_KEYS].assign(place=np.arange(len(ordered)))
    waiting = rows[rows["part"] == WAITING].merge(places, on=_KEYS)
    spent = waiting.assign(seconds=waiting["end_ts"] - waiting["start_ts"])
    days = {
        int(str(step)): np.bincount(own["place"], weights=own["seconds"], minlength=len(ordered))
        / DAY
        for step, own in spent.groupby("step")
    }
    return StepWaits(ordered, days)
