"""Service level expectation (K3): how long work takes with which probability, and was it kept?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pandas as pd

from metrics.cohort import cohort, durations
from metrics.measure import Measure, of_durations
from metrics.periods import DAY, Window
from metrics.stats import MINIMUM_N, Floats, percentile, wilson
from metrics.working_time import WorkingCalendar

LEVELS: Final = {"p50": 0.50, "p70": 0.70, "p85": 0.85, "p95": 0.95}


def expected_s(
    items: pd.DataFrame,
    *,
    window: Window,
    percent: int,
    calendar: WorkingCalendar | None = None,
) -> tuple[float | None, int]:
    """The seconds within which `percent` of the deliveries done in the window ended, and n.

    Nearest rank of the flow times that F1 counts; None where there are none. Of the calendar
    where there is one.
    """
    found = cohort(items, window=window)
    return percentile(durations(found, "flow_time", calendar), percent / 100), len(found.included)


def before(window: Window) -> Window:
    """The time as long as the window that ends where it begins."""
    return Window(window.from_ts - window.seconds, window.from_ts)


def sle(
    items: pd.DataFrame,
    *,
    window: Window,
    percent: int = 85,
    within_d: float | None = None,
    calendar: WorkingCalendar | None = None,
) -> Measure:
    """Days within which 50, 70, 85 and 95 % of the deliveries done in the window ended.

    `adherence` is the share of them that kept the expectation: `within_d` where it is given, else
    what `percent` of the deliveries done in the same time before the window took. So it is never
    measured against itself. None, with the reason, where there is no expectation or nothing was
    done; withheld where the expectation rests on too few. All days, `within_d` too, are of the
    calendar where there is one.
    """
    found = cohort(items, window=window)
    seconds = durations(found, "flow_time", calendar)
    told = of_durations(seconds, unit="d", excluded=found.excluded, levels=LEVELS)
    limit, n = (
        (within_d * DAY, None)
        if within_d is not None
        else expected_s(items, window=before(window), percent=percent, calendar=calendar)
    )
    return _with_adherence(told, seconds, limit=limit, n=n, percent=percent)


def _with_adherence(
    told: Measure, seconds: Floats, *, limit: float | None, n: int | None, percent: int
) -> Measure:
    """n: of the expectation, None where it was given."""
    if limit is None or not len(seconds):
        why = "nothing was done in the same time before the window: no expectation to keep"
        return replace(
            told,
            value={**told.value, "adherence": None},
            reasons=(*told.reasons, f"adherence: {why}") if len(seconds) else told.reasons,
        )
    kept = int((seconds <= limit).sum())
    least = MINIMUM_N[f"p{percent}"]
    few = n is not None and n < least
    return replace(
        told,
        value={**told.value, "adherence": kept / len(seconds)},
        interval={**told.interval, "adherence": wilson(kept, len(seconds))},
        method="order-statistic; of adherence Wilson",
        parts={
            **told.parts,
            "kept": float(kept),
            "done": float(len(seconds)),
            "expected_d": limit / DAY,
            **({} if n is None else {"expected_from": float(n)}),
        },
        withheld={"adherence": f"adherence withheld: what was expected rests on n<{least}"}
        if few
        else {},
    )
