"""How long deliveries last, told by those that ended and by those that did not (Kaplan and Meier).

Percentiles of what is finished are too good while old work stays open. Here a delivery that was
cancelled, or is still open, says that it lasted at least so long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Flags, Ints
from metrics.periods import Window
from metrics.stats import Floats
from metrics.working_time import WorkingCalendar, seconds_between

OLD_SHARE: Final = 0.10
"""So many of the sample may be open and older than p85 before the percentiles say too little."""


@dataclass(frozen=True)
class Survival:
    """The share that lasts longer than each age at which something was finished.

    `ages` ascend, `shares` fall; both are empty where nothing was finished. `longest` is the
    greatest age that was seen of any delivery, None of none.
    """

    ages: Floats
    shares: Floats
    longest: float | None
    finished: int
    censored: int

    def at(self, age: float) -> float | None:
        """The share that lasts longer than `age`; None where nobody was seen for so long."""
        if self.longest is None:
            return None
        place = int(np.searchsorted(self.ages, age, side="right"))
        share = float(self.shares[place - 1]) if place else 1.0
        return None if share > 0 and age > self.longest else share

    def percentile(self, p: float) -> float | None:
        """The first age that a share of at most 1 - p outlasts; None where none was seen.

        Where nothing is censored, that is the nearest-rank percentile.
        """
        reached = np.flatnonzero(np.round(self.shares, 9) <= round(1 - p, 9))
        return float(self.ages[reached[0]]) if len(reached) else None

    def breach(self, age: float, limit: float) -> float | None:
        """P(T > limit | T > age) = S(limit) / S(age); 1 once the age has reached the limit.

        None where the history does not reach: nobody was seen for so long, or all of it was
        finished before this age.
        """
        if age >= limit:
            return 1.0 if self.longest is not None else None
        beyond, now = self.at(limit), self.at(age)
        if beyond is None or not now:
            return None
        return min(1.0, beyond / now)


def kaplan_meier(left: Floats, finished: Flags, entered: Floats) -> Survival:
    """The survival of deliveries that were watched from age `entered` to age `left`.

    finished: whether it ended there; else it is censored. entered: 0 for what was watched from its
    start. At each age a of `left` where something was finished, the share falls by the finished
    over those at risk: entered <= a <= left. Where all of these few were finished although others
    were seen at greater ages, it stays: else the curve would end at the first that was watched.
    """
    ages, counts = np.unique(left[finished], return_counts=True)
    begun = np.searchsorted(np.sort(entered), ages, side="right")
    at_risk = begun - np.searchsorted(np.sort(left), ages, side="left")
    longest = float(left.max()) if len(left) else None
    everyone = counts == at_risk
    everyone &= ages < (0.0 if longest is None else longest)
    kept = np.where(everyone, 1.0, 1 - counts / at_risk)
    shares = np.asarray(np.cumprod(kept), np.float64)
    done = int(finished.sum())
    return Survival(ages.astype(np.float64), shares, longest, done, len(left) - done)


def lifetimes(
    items: pd.DataFrame, *, window: Window, calendar: WorkingCalendar | None = None
) -> pd.DataFrame:
    """The deliveries in load at some time of the window, as far as it shows them.

    Those without an observed start are left out. Adds to the columns of `item_fact`: `entered_s`
    (the age at the begin of the window, 0 for what was committed in it), `left_s` (the age at the
    end, or at that of the window), `outcome` (done, cancelled or open, as of the window's end).
    Ages are elapsed, or of the calendar.
    """
    lived = _lived(items, window, calendar)
    outcome = np.where(lived.open, "open", np.where(lived.done, "done", "cancelled"))
    rows: pd.DataFrame = items[lived.seen]
    return rows.assign(entered_s=lived.entered_s, left_s=lived.left_s, outcome=outcome)


def survival(lived: pd.DataFrame) -> Survival:
    """The survival, in seconds, of the deliveries of `lifetimes`."""
    return kaplan_meier(
        lived["left_s"].to_numpy(np.float64),
        (lived["outcome"] == "done").to_numpy(np.bool_),
        lived["entered_s"].to_numpy(np.float64),
    )


def survival_of(
    items: pd.DataFrame, *, window: Window, calendar: WorkingCalendar | None = None
) -> Survival:
    """The same of `lifetimes` without its rows, which take far longer to copy."""
    lived = _lived(items, window, calendar)
    left, entered = lived.left_s.astype(np.float64), lived.entered_s.astype(np.float64)
    return kaplan_meier(left, lived.done & ~lived.open, entered)


def open_longer(
    items: pd.DataFrame,
    *,
    window: Window,
    age_s: int,
    calendar: WorkingCalendar | None = None,
) -> int:
    """How many deliveries with an observed start are open at the window's end and older than
    `age_s`, elapsed or of the calendar.
    """
    committed, _, ended = _times(items)
    open_ = (ended == NONE) | (ended >= window.to_ts)
    age = seconds_between(committed, np.full(len(items), window.to_ts), calendar)
    old = open_ & (committed != NONE) & (age > age_s)
    return int((items["start_reason"].iloc[np.flatnonzero(old)] == "").sum())


@dataclass(frozen=True, slots=True)
class _Lived:
    """seen: of all deliveries those in load in the window; all else is of these alone. done: at
    some time. open: at the window's end.
    """

    seen: Flags
    entered_s: Ints
    left_s: Ints
    done: Flags
    open: Flags


def _lived(items: pd.DataFrame, window: Window, calendar: WorkingCalendar | None) -> _Lived:
    committed, done, ended = _times(items)
    open_ = (ended == NONE) | (ended >= window.to_ts)
    seen = (committed != NONE) & (committed < window.to_ts) & (open_ | (ended >= window.from_ts))
    seen &= (items["start_reason"] == "").to_numpy(np.bool_)
    begun, open_ = committed[seen], open_[seen]
    entered = seconds_between(begun, np.maximum(begun, window.from_ts), calendar)
    left = seconds_between(begun, np.where(open_, window.to_ts, ended[seen]), calendar)
    return _Lived(seen, entered, left, done[seen] != NONE, open_)


def _times(items: pd.DataFrame) -> tuple[Ints, Ints, Ints]:
    committed = items["committed_ts"].to_numpy(np.int64)
    done = items["done_ts"].to_numpy(np.int64)
    return committed, done, np.where(done != NONE, done, items["cancelled_ts"].to_numpy(np.int64))
