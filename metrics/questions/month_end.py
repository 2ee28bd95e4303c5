"""What is done, or cancelled, in the last days of months."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.comparing import ALPHA, binomial_tail, ranks_differ
from metrics.mapping import Flags, Ints
from metrics.periods import DAY, Window
from metrics.questions.finding import Finding, not_looked_at, proofs_of
from metrics.questions.working_days import Week
from metrics.stats import percentile, ratio

CLOSING_DAYS: Final = 2
REVIEW_DAYS: Final = 5
TIMES: Final = 2.0
LEAST_ITEMS: Final = 5
RELEASED_WITHIN_S: Final = 7 * DAY
OLDER: Final = 2.0


def batch_closing(items: pd.DataFrame, *, window: Window, week: Week) -> Finding:
    """Deliveries done in the last two working days of whole months, most with no release near.

    Asks from five of them where they are at least twice as many as working days would give
    (binomial test, p < 0.01) and fewer than half were released within seven days before or after.
    """
    months = week.months(window)
    if not months:
        return not_looked_at("the window holds no whole month")
    done = items["done_ts"].to_numpy(np.int64)
    late, expected, total = np.zeros(len(items), np.bool_), 0.0, 0
    for month in months:
        begin, worked = week.last_days(month, CLOSING_DAYS)
        inside = Window(month.from_ts, month.to_ts).holds(done)
        late |= Window(begin, month.to_ts).holds(done)
        total += int(inside.sum())
        expected += int(inside.sum()) * CLOSING_DAYS / max(worked, CLOSING_DAYS)
    if total == 0:
        return not_looked_at("nothing was done in the whole months of the window")
    count, share = int(late.sum()), expected / total
    rows = items[late]
    near = _released_near(rows)
    p = binomial_tail(count, total, share)
    many = count >= LEAST_ITEMS and count >= TIMES * expected and p < ALPHA
    notes = np.where(near, "released within seven days", "no release within seven days")
    return Finding(
        asked=many and int(near.sum()) * 2 < count,
        seen=f"{count} of {total} deliveries were done in the last {CLOSING_DAYS} working days of a"
        f" month, {expected:.1f} would be usual; {int(near.sum())} of them were released within"
        " seven days",
        figures={
            "items": count,
            "all_items": total,
            "expected": expected,
            "p": p,
            "released_near": int(near.sum()),
        },
        proofs=proofs_of("item", rows.assign(note=notes), id="item_id", ts="done_ts", note="note"),
    )


def _released_near(rows: pd.DataFrame) -> Flags:
    released, done = rows["released_ts"].to_numpy(np.int64), rows["done_ts"].to_numpy(np.int64)
    near: Flags = (released != NONE) & (np.abs(released.astype(float) - done) <= RELEASED_WITHIN_S)
    return near


def cancelled_old(items: pd.DataFrame, *, window: Window, week: Week) -> Finding:
    """Items cancelled in the last five working days of whole months, much older than those of the
    other days.

    Age is from creation. Asks where both groups have five, the rank sum test says that they differ,
    and the median age is at least twice that of the others.
    """
    cancelled = items["cancelled_ts"].to_numpy(np.int64)
    months = week.months(window)
    if not months:
        return not_looked_at("the window holds no whole month")
    late, inside = np.zeros(len(items), np.bool_), np.zeros(len(items), np.bool_)
    for month in months:
        begin, _ = week.last_days(month, REVIEW_DAYS)
        inside |= Window(month.from_ts, month.to_ts).holds(cancelled)
        late |= Window(begin, month.to_ts).holds(cancelled)
    ages = _days(items)
    one, other = ages[late], ages[inside & ~late]
    told = ranks_differ(one, other)
    if told.effect is None:
        return not_looked_at("fewer than five were cancelled in the last days of months, or else")
    old, usual = percentile(one, 0.5) or 0.0, percentile(other, 0.5) or 0.0
    rows = items.assign(note=[f"{age:.0f} days old" for age in ages])[late]
    return Finding(
        asked=told.differs and told.effect > 0.5 and old >= OLDER * usual,
        seen=f"{len(one)} items were cancelled in the last {REVIEW_DAYS} working days of a month,"
        f" at a median age of {old:.0f} days; {len(other)} on other days, at {usual:.0f}",
        figures={
            "items": len(one),
            "other_items": len(other),
            "age_p50_d": old,
            "other_age_p50_d": usual,
            "p": told.p,
            "share": ratio(len(one), len(one) + len(other)),
        },
        proofs=proofs_of("item", rows, id="item_id", ts="cancelled_ts", note="note"),
    )


def _days(items: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    ended: Ints = items["cancelled_ts"].to_numpy(np.int64)
    created = items["created_ts"].to_numpy(np.int64)
    return np.where(ended == NONE, 0, (ended - np.where(ended == NONE, ended, created)) / DAY)
