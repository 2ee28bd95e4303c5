"""Flow metrics of one window: time, velocity, load, efficiency, distribution (F1 to F5).

All take rows of `item_fact`; times are epoch seconds, and now (`as_of`) is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.cohort import Clock, Cohort, Timed, spans, timed
from metrics.mapping import Flags, Ints
from metrics.measure import Measure, of_durations
from metrics.periods import DAY, Window
from metrics.stats import PERCENTILES, percentiles, ratio
from metrics.survival import OLD_SHARE, open_longer, survival_of
from metrics.working_time import WorkingCalendar, inclusive_days

KINDS: Final = ("feature", "defect", "risk", "debt")


def flow_time(
    items: pd.DataFrame,
    *,
    window: Window,
    clock: Clock = "flow_time",
    kinds: Sequence[str] | None = None,
    calendar: WorkingCalendar | None = None,
) -> Measure:
    """Days from commitment to done (F1), or by another clock (see `cohort`), as percentiles; of the
    calendar where there is one.

    `km_p50` and on stand beside those of `flow_time` where much old work is open (see `survival`).
    """
    found = timed(items, window=window, clock=clock, kinds=kinds)
    told = of_durations(found.seconds(calendar), unit="d", excluded=found.excluded)
    if clock != "flow_time":
        return told
    chosen = items if kinds is None else items[items["kind"].isin(list(kinds))]
    return _with_open_work(told, chosen, window, calendar)


def _with_open_work(
    told: Measure, items: pd.DataFrame, window: Window, calendar: WorkingCalendar | None
) -> Measure:
    p85 = told.value["p85"]
    age_s = 0 if p85 is None else round(p85 * DAY)
    old = 0 if p85 is None else open_longer(items, window=window, age_s=age_s, calendar=calendar)
    if old <= OLD_SHARE * told.n:
        return told
    seen = survival_of(items, window=window, calendar=calendar)
    days = {f"km_{name}": _days(seen.percentile(p)) for name, p in PERCENTILES.items()}
    reason = f"old work is open: {old} items are older than the p85 of {told.n} done; see km_"
    return replace(told, value={**told.value, **days}, reasons=(*told.reasons, reason))


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / DAY


def with_inclusive_days(
    told: Measure, found: Cohort, clock: Clock, *, tz: str, calendar: WorkingCalendar | None = None
) -> Measure:
    """The measure of `flow_time` with percentiles of the days from date to date, both counted, as
    `inclusive_p50` and on: what charts show that call an item of one day 1.
    """
    days = inclusive_days(*spans(found, clock), tz, calendar).astype(np.float64)
    whole = {f"inclusive_{name}": value for name, value in percentiles(days).value.items()}
    return replace(told, value={**told.value, **whole})


def idea_to_done(
    items: pd.DataFrame, *, window: Window, kinds: Sequence[str] | None = None
) -> Measure:
    """Days from the idea to done, of first deliveries."""
    return flow_time(items, window=window, clock="idea_to_done", kinds=kinds)


def idea_to_release(
    items: pd.DataFrame, *, window: Window, kinds: Sequence[str] | None = None
) -> Measure:
    """Days from the idea to the release, of items released in the window."""
    return flow_time(items, window=window, clock="idea_to_release", kinds=kinds)


def velocity(items: pd.DataFrame, *, window: Window, kinds: Sequence[str] | None = None) -> Measure:
    """Deliveries done in the window (F2), in all and by kind; items without a start count too."""
    kind = _done_kinds(items, window, kinds)
    value = {"count": float(len(kind)), **_by_kind(kind)}
    return Measure(sort="count", unit="items", value=value, n=len(kind))


def distribution(
    items: pd.DataFrame, *, window: Window, kinds: Sequence[str] | None = None
) -> Measure:
    """Share of each kind among the deliveries done in the window (F5), by count and by active time.

    Unmapped types are the share `unmapped`, never spread over the others. Shares of active time are
    named `feature_active` and so on; they are None where no active time was observed.
    """
    done = items[window.holds(items["done_ts"].to_numpy(np.int64))]
    if kinds is not None:
        done = done[done["kind"].isin(list(kinds))]
    names = (*KINDS, "unmapped")
    slot = _kind_slots(done["kind"])
    counts = np.bincount(slot, minlength=len(names))
    active = np.bincount(slot, weights=done["active_s"].to_numpy(np.int64), minlength=len(names))
    value = {name: ratio(counts[i], counts.sum()) for i, name in enumerate(names)}
    timed = {f"{name}_active": ratio(active[i], active.sum()) for i, name in enumerate(names)}
    return Measure(
        sort="ratio",
        unit="share",
        value={**value, **timed},
        n=len(done),
        parts={name: float(counts[i]) for i, name in enumerate(names)},
        reasons=() if len(done) else ("no_data",),
    )


def in_load(items: pd.DataFrame, ts: int) -> Flags:
    """Which deliveries were committed, and neither done nor cancelled, at the instant `ts`."""
    end = _ends(items)
    committed = items["committed_ts"].to_numpy(np.int64)
    present: Flags = (committed != NONE) & (committed <= ts) & ((end == NONE) | (end > ts))
    return present


def load(items: pd.DataFrame, *, as_of: int, kinds: Sequence[str] | None = None) -> Measure:
    """Deliveries in load at the instant `as_of` (F3), in all and by kind.

    `parts` counts those whose start is only known as "at or before" (`censored_start`).
    """
    present = items[in_load(items, as_of)]
    if kinds is not None:
        present = present[present["kind"].isin(list(kinds))]
    censored = float((present["start_reason"] == "censored_start").sum())
    return Measure(
        sort="count",
        unit="items",
        value={"count": float(len(present)), **_by_kind(present["kind"])},
        n=len(present),
        parts={"censored_start": censored} if censored else {},
    )


def efficiency(
    items: pd.DataFrame,
    *,
    window: Window,
    staged: bool,
    kinds: Sequence[str] | None = None,
    single_team: bool = False,
) -> Measure:
    """Active time over active and waiting time of the deliveries of the window (F4).

    A ratio of sums; `item_p50`, `item_p85` and `item_p95` describe the ratios of single items. It
    is an upper
    bound: time in an active status is at least the time of work. `staged` is False for a stream
    whose states are the vendor's categories: nothing tells waiting from working, and the ratio is
    unknown. So it is for a single team: what waits between teams is outside of it. Ignored time
    taken out of the numbers and time in unmapped statuses are in `parts`
    alone.
    """
    found = timed(items, window=window, kinds=kinds)
    if single_team:
        return _no_ratio(found, "not told for a single team: what waits at its handoffs is outside")
    if not staged:
        return _no_ratio(found, "no_waiting_statuses")
    active = items["active_s"].to_numpy(np.int64)[found.rows]
    total = active + items["waiting_s"].to_numpy(np.int64)[found.rows]
    lasted = total > 0
    if not lasted.any():
        return _no_ratio(found, "no_data")
    single = percentiles(active[lasted] / total[lasted])
    return Measure(
        sort="ratio",
        unit="ratio",
        value={
            "ratio": ratio(float(active.sum()), float(total.sum())),
            **{f"item_{name}": value for name, value in single.value.items()},
        },
        n=int(lasted.sum()),
        excluded={
            **found.excluded,
            **({"no_time": int((~lasted).sum())} if not lasted.all() else {}),
        },
        parts=_sums(items, found),
        reasons=("upper_bound",),
    )


def _sums(items: pd.DataFrame, found: Timed) -> dict[str, float]:
    names = ("active_s", "waiting_s", "ignored_s", "unknown_s")
    return {name: float(items[name].to_numpy(np.int64)[found.rows].sum()) for name in names}


def reopen_rate(
    items: pd.DataFrame, *, window: Window, as_of: int, reopen_window_s: int
) -> Measure:
    """Deliveries done in the window that had once left DONE, of those that are final.

    A delivery counts once its window has closed by `as_of`; the others are `pending`.
    """
    rows = items[window.holds(items["done_ts"].to_numpy(np.int64))]
    closed = rows["done_ts"].to_numpy(np.int64) + reopen_window_s <= as_of
    reopened = int((rows["reopened"].to_numpy()[closed] > 0).sum())
    return _share(reopened, int(closed.sum()), pending=int((~closed).sum()))


def discard_rate(items: pd.DataFrame, *, window: Window) -> Measure:
    """Cancelled after commitment, of all deliveries that ended; `active_s` spent on them."""
    done = window.holds(items["done_ts"].to_numpy(np.int64))
    cancelled = window.holds(items["cancelled_ts"].to_numpy(np.int64))
    cancelled &= items["committed_ts"].to_numpy(np.int64) != NONE
    spent = float(items["active_s"].to_numpy(np.int64)[cancelled].sum())
    count = int(cancelled.sum())
    return _share(count, int(done.sum()) + count, active_s=spent)


def _share(numerator: int, denominator: int, **parts: float) -> Measure:
    return Measure(
        sort="ratio",
        unit="ratio",
        value={"ratio": ratio(numerator, denominator)},
        n=denominator,
        parts={"numerator": float(numerator), "denominator": float(denominator), **parts},
        reasons=() if denominator else ("no_data",),
    )


def _no_ratio(found: Timed, reason: str) -> Measure:
    names = ("ratio", "item_p50", "item_p85", "item_p95")
    return Measure(
        sort="ratio",
        unit="ratio",
        value=dict.fromkeys(names),
        n=len(found.rows),
        excluded=found.excluded,
        reasons=(reason,),
    )


def _ends(items: pd.DataFrame) -> Ints:
    """When each delivery left the load; NONE while it is in."""
    done = items["done_ts"].to_numpy(np.int64)
    return np.where(done != NONE, done, items["cancelled_ts"].to_numpy(np.int64))


def _done_kinds(items: pd.DataFrame, window: Window, kinds: Sequence[str] | None) -> pd.Series:
    kind = items["kind"][window.holds(items["done_ts"].to_numpy(np.int64))]
    return kind if kinds is None else kind[kind.isin(list(kinds))]


def _kind_slots(kind: pd.Series) -> Ints:
    """Position of each kind in `KINDS`, the number after the last for any other."""
    code, words = pd.factorize(kind.astype(object))
    order = {word: position for position, word in enumerate(KINDS)}
    return np.array([order.get(word, len(KINDS)) for word in words] or [0], np.int64)[code]


def _by_kind(kind: pd.Series) -> dict[str, float | None]:
    counts = np.bincount(_kind_slots(kind), minlength=len(KINDS) + 1)
    return {name: float(counts[i]) for i, name in enumerate((*KINDS, "unmapped"))}
