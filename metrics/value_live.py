"""When an item could be seen and when it was live (E1), from the switches of its features."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Ints
from metrics.measure import Measure, of_durations
from metrics.periods import Window
from metrics.stats import Floats
from metrics.value_events import ValueRules

NO_EXPOSURE: Final = "no_exposure"
NOT_DEPLOYED: Final = "not_deployed"
NOT_EXPOSED: Final = "not_exposed"
SWITCHED_OFF: Final = "switched_off"
_LIVE: Final = ["item_id", "shown_ts", "live_ts", "off_ts", "share", "live_reason"]

Step = tuple[int, float]
Switch = tuple[int, str, Hashable, bool, float]


@dataclass(frozen=True)
class Live:
    """shown_ts: from when on any user could see it. live_ts: from when on the share of users was
    reached (both NONE: not yet). off_ts: since when it is below that again (NONE: it is not).
    share: of users now. reason: why it is not live, "" where it is.
    """

    shown_ts: int
    live_ts: int
    off_ts: int
    share: float
    reason: str


def exposed_steps(switches: Iterable[Switch], released_ts: int) -> list[Step]:
    """(ts, share of users) of one item each time that the share changes, in order.

    switches: (ts, feature, environment, production, share; NaN: only that the feature is there). Of
    one feature the highest share of a production environment counts, of several features the
    lowest: each one told of so far must be on. Nothing is seen before `released_ts` (NONE: not
    known, so that the switches alone tell).
    """
    shares: dict[str, dict[Hashable, float]] = {}
    steps: list[Step] = []
    last = 0.0
    for ts, feature, environment, production, share in sorted(switches, key=lambda one: one[0]):
        own = shares.setdefault(feature, {})
        if production and share == share:
            own[environment] = share
        now = min(max(one.values(), default=0.0) for one in shares.values())
        steps.append((max(ts, released_ts), now))
    told: list[Step] = []
    for place, (ts, now) in enumerate(steps):
        if place + 1 < len(steps) and steps[place + 1][0] == ts:
            continue  # of one moment the last counts
        if now != last:
            told.append((ts, now))
            last = now
    return told


def live_of(steps: Sequence[Step], rules: ValueRules, *, as_of: int) -> Live:
    """What the steps of one item say at `as_of`.

    A stretch at or above the share that ends within `settle_s` was taken back and is none; what was
    switched off later has been live, and is told with `off_ts`.
    """
    seen = [step for step in steps if step[0] <= as_of]
    shown = next((ts for ts, share in seen if share > 0), NONE)
    share = seen[-1][1] if seen else 0.0
    begun, live, off, any_on = NONE, NONE, NONE, False
    for ts, now in seen:
        on = now >= rules.live_share
        if on and begun == NONE:
            begun, any_on, off = ts, True, NONE
        elif not on and begun != NONE:
            if live == NONE and ts - begun > rules.settle_s:
                live = begun
            begun, off = NONE, ts
    if live == NONE and begun != NONE:
        live = begun
    reason = "" if live != NONE else SWITCHED_OFF if any_on else NOT_EXPOSED
    return Live(shown, live, off, share, reason)


def live_times(
    shown: pd.DataFrame, releases: pd.DataFrame, rules: ValueRules, *, as_of: int
) -> pd.DataFrame:
    """item_id, shown_ts, live_ts, off_ts, share, live_reason of each item of `releases`.

    shown: `SHOWN` and `environment`. releases: item_id, first_released_ts, release_reason, a row
    per item. Reasons: no_exposure (no tool tells), not_deployed (its code is known not to be
    there), not_exposed, switched_off (within `settle_s`, and not on again).
    """
    wanted = releases[["item_id", "first_released_ts", "release_reason"]].reset_index(drop=True)
    switches = _switches(shown[shown["ts"] <= as_of])
    live = wanted[["item_id"]].assign(
        shown_ts=NONE, live_ts=NONE, off_ts=NONE, share=np.nan, live_reason=NO_EXPOSURE
    )
    told = wanted[wanted["item_id"].isin(switches.keys())]
    rows = [
        _row(switches[item], released, why, rules, as_of)
        for item, released, why in told.itertuples(index=False, name=None)
    ]
    for name, column in zip(_LIVE[1:], zip(*rows, strict=True), strict=False):
        live.loc[told.index, name] = list(column)
    return live.astype({"live_reason": "object"})


def _switches(shown: pd.DataFrame) -> dict[int, list[Switch]]:
    found: dict[int, list[Switch]] = {}
    columns = ["item_id", "ts", "feature", "environment", "production", "share"]
    for item, ts, feature, place, production, share in shown[columns].itertuples(
        index=False, name=None
    ):
        found.setdefault(item, []).append((ts, feature, place, production, share))
    return found


def _row(
    switches: Sequence[Switch], released: int, why: str, rules: ValueRules, as_of: int
) -> tuple[int, int, int, float, str]:
    if released == NONE and why == NOT_DEPLOYED:
        return NONE, NONE, NONE, 0.0, NOT_DEPLOYED
    found = live_of(exposed_steps(switches, released), rules, as_of=as_of)
    return found.shown_ts, found.live_ts, found.off_ts, found.share, found.reason


@dataclass(frozen=True)
class Split:
    """Rows that a measure counts, and those it leaves out, with `excluded_reason`."""

    included: pd.DataFrame
    left_out: pd.DataFrame

    @property
    def excluded(self) -> dict[str, int]:
        """How many were left out, by reason."""
        counts = self.left_out["excluded_reason"].value_counts()
        return {str(word): int(count) for word, count in sorted(counts.items())}


def split(rows: pd.DataFrame, counted: pd.Series, reason: pd.Series) -> Split:
    """Rows with and without a reason to leave them out."""
    return Split(rows[counted], rows[~counted].assign(excluded_reason=reason[~counted]))


def live_cohort(items: pd.DataFrame, *, window: Window) -> Split:
    """Items that went live in the window, with `seconds` since the idea; left out are those whose
    code was released in it and that are not live.

    items: columns of `item_fact` of the last delivery of each item, and those of `live_times`.
    """
    live: Ints = items["live_ts"].to_numpy(np.int64)
    released = window.holds(items["released_ts"].to_numpy(np.int64)) & (live == NONE)
    rows = items[window.holds(live) | released]
    counted = rows["live_ts"] != NONE
    timed = rows.assign(seconds=(rows["live_ts"] - rows["idea_ts"]).where(counted))
    return split(timed, counted, rows["live_reason"])


def idea_to_live(items: pd.DataFrame, *, window: Window, told: bool) -> Measure:
    """Time from idea to live (E1), in days; told: whether any tool reports exposure."""
    found = live_cohort(items, window=window)
    seconds: Floats = found.included["seconds"].to_numpy(np.float64)
    off = {"switched_off_since": float((found.included["off_ts"] != NONE).sum())}
    measure = of_durations(seconds, unit="d", excluded=found.excluded, parts=off)
    return measure if told else without(measure, "no tool reports exposure")


def without(measure: Measure, why: str) -> Measure:
    """The measure with nothing to say, for nobody reports what it is made of."""
    empty = dict.fromkeys(measure.value)
    return Measure(measure.sort, measure.unit, empty, 0, excluded=measure.excluded, reasons=(why,))
