"""The time that people booked on deliveries, by the stay in which they worked (V1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.map_times import LEVELS
from metrics.mapping import Ints
from metrics.stats import Percentiles, percentiles

ENOUGH = 0.5
"""From this share of the stays in which somebody worked on, what is booked is the process time."""


@dataclass(frozen=True, slots=True)
class Booked:
    """Of one step. seconds: percentiles per stay with work logs; total_s: of all of them. stays:
    those in which somebody worked, by a status or a work log. over: with more booked than they
    lasted (several people, or a mistake).
    """

    seconds: Percentiles
    total_s: int
    stays: int
    over: int

    @property
    def tells(self) -> bool:
        """Whether so many stays have work logs that they tell the process time."""
        return self.seconds.n > 0 and self.seconds.n >= ENOUGH * self.stays


def booked_in_stays(visits: pd.DataFrame, logs: pd.DataFrame) -> Ints:
    """Seconds booked in each row of `visits` (see `step_visits`): a work log belongs to the stay
    in which its work began; one that began in none counts nowhere. logs: item_id, started_ts,
    spent_s.
    """
    booked = np.zeros(len(visits), np.int64)
    own = logs[logs["item_id"].isin(visits["item_id"])]
    if own.empty:
        return booked
    stays = visits[["item_id", "start_ts", "end_ts"]].assign(stay=np.arange(len(visits)))
    found = pd.merge_asof(
        own.sort_values("started_ts"),
        stays.sort_values("start_ts", kind="stable"),
        left_on="started_ts",
        right_on="start_ts",
        by="item_id",
    ).dropna(subset="stay")
    found = found[found["started_ts"] < found["end_ts"]]
    np.add.at(booked, found["stay"].to_numpy(np.int64), found["spent_s"].to_numpy(np.int64))
    return booked


def booked_by_step(visits: pd.DataFrame, logs: pd.DataFrame, count: int) -> list[Booked]:
    """By number of the step, of `count` steps."""
    booked = booked_in_stays(visits, logs)
    step, active = (visits[name].to_numpy(np.int64) for name in ("step", "active_s"))
    lasted = (visits["end_ts"] - visits["start_ts"]).to_numpy(np.int64)
    found = []
    for number in range(count):
        own = step == number
        told = booked[own & (booked > 0)]
        found.append(
            Booked(
                seconds=percentiles(told.astype(np.float64), LEVELS),
                total_s=int(told.sum()),
                stays=int((own & ((active > 0) | (booked > 0))).sum()),
                over=int((own & (booked > lasted)).sum()),
            )
        )
    return found
