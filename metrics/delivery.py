"""Deployments, failures, recovery and rework of one service, or of a pool of services (D2 to D5).

Frames have the columns of `deployment_fact` (production only) and `incident_fact`.
In `failed`, 1 (or True) is a deployment with explicit evidence of failure; anything else is none
yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.deployment_verdicts import deployment_verdicts, is_failed
from metrics.mapping import Flags, Ints
from metrics.measure import Measure, lasted, of_durations
from metrics.periods import DAY, WEEK, Period, Window, edges, periods
from metrics.stats import Floats, percentiles, ratio, wilson

KINDS: Final = ("planned", "hotfix", "rollback", "unknown")


@dataclass(frozen=True)
class Recovery:
    """D3: time to recover, its variant from detection, and the failures still open at `as_of`."""

    recovery_time: Measure
    detect_to_restore: Measure
    open_deployments: tuple[int, ...]


def deployment_frequency(
    deployments: pd.DataFrame,
    *,
    window: Window,
    as_of: int,
    tz: str = "UTC",
    week_starts: int = 0,
) -> Measure:
    """Successful production deployments in the window (D2): how many, how far apart, how often.

    value: `count`, `per_week`, `median_gap_h` (between successive deployments of a service),
    `deploy_days_per_week` (median over the complete weeks of the window, empty weeks included;
    `week_starts` is 0 for Monday to 6 for Sunday), the count of each kind, and
    `kind_unknown_share`. `bucket` says the same in a word. A window that reaches past `as_of` ends
    there.
    """
    elapsed = Window(window.from_ts, min(window.to_ts, as_of))
    rows = _successful(deployments, elapsed)
    finished = np.sort(rows["finished_ts"].to_numpy(np.int64))
    weeks = elapsed.seconds / WEEK
    kinds = {kind: float((rows["kind"] == kind).sum()) for kind in KINDS}
    gap = percentiles(_gaps(rows) / 3_600, {"median_gap_h": 0.5})
    days = _median_days_per_week(finished, elapsed, tz, week_starts)
    return Measure(
        sort="count",
        unit="deployments",
        value={
            "count": float(len(rows)),
            "per_week": ratio(len(rows), weeks),
            **gap.value,
            "deploy_days_per_week": days,
            **kinds,
            "kind_unknown_share": ratio(kinds["unknown"], len(rows)),
        },
        n=len(rows),
        interval=gap.interval,
        method="order-statistic",
        parts={"failed_before_production": float(_failed_jobs(deployments, elapsed))},
    )


def bucket(
    deployments: pd.DataFrame,
    *,
    window: Window,
    as_of: int,
    tz: str = "UTC",
    week_starts: int = 0,
) -> str | None:
    """How often in a word: daily, weekly, monthly or rarer; None where the window is too short.

    Daily: the median number of days with a deployment is 3 or more a week; weekly: 1 or more;
    monthly: the median number of deployments is 1 or more a month. Without a complete week there is
    no word, nor where it is not weekly and there is no complete month.
    """
    elapsed = Window(window.from_ts, min(window.to_ts, as_of))
    finished = np.sort(_successful(deployments, elapsed)["finished_ts"].to_numpy(np.int64))
    days = _median_days_per_week(finished, elapsed, tz, week_starts)
    if days is None:
        return None
    if days >= 1:
        return "daily" if days >= 3 else "weekly"
    months = periods(elapsed, interval="month", tz=tz, as_of=elapsed.to_ts)
    monthly = _median_per_period(finished, elapsed, months)
    if monthly is None:
        return None
    return "monthly" if monthly >= 1 else "rarer"


def recovery_time(
    deployments: pd.DataFrame, incidents: pd.DataFrame, *, window: Window, as_of: int
) -> Recovery:
    """Hours from a failed deployment to the first evidence of recovery (D3).

    The cohort is the failed deployments that finished in the window. Those without a recovery by
    `as_of` are right-censored: excluded as `open` and listed.
    `detect_to_restore` starts at the opening of the incident that named the deployment instead.
    """
    rows = _successful(deployments, window)
    failed = rows[is_failed(rows)]
    restored = failed["restored_ts"].to_numpy(np.int64)
    over = (restored != NONE) & (restored <= as_of)
    closed = failed[over]
    opened = dict(zip(incidents["incident_id"], incidents["opened_ts"], strict=True))
    detected = closed["incident_id"].map(opened)
    known = detected.notna().to_numpy()
    open_failures = {"open": int((~over).sum())}
    return Recovery(
        recovery_time=of_durations(
            lasted(closed["finished_ts"], closed["restored_ts"]),
            unit="h",
            excluded=open_failures,
        ),
        detect_to_restore=of_durations(
            lasted(detected[known].astype("int64"), closed["restored_ts"][known]),
            unit="h",
            excluded={**open_failures, "no_incident": int((~known).sum())},
        ),
        open_deployments=tuple(int(number) for number in failed["deployment_id"][~over]),
    )


def detect_to_restore(
    deployments: pd.DataFrame, incidents: pd.DataFrame, *, window: Window, as_of: int
) -> Measure:
    """Hours from the opening of the incident that named a failed deployment to the first evidence
    of recovery: the other start that is published for D3, over the same cohort.

    Failures that no incident named are excluded as `no_incident`, open ones as `open`.
    """
    found = recovery_time(deployments, incidents, window=window, as_of=as_of)
    return found.detect_to_restore


def change_fail_rate(
    deployments: pd.DataFrame,
    incidents: pd.DataFrame,
    *,
    window: Window,
    as_of: int,
    observation_window_s: int,
    incident_window_s: int,
) -> Measure:
    """Failed deployments over deployments (D4): successful, no rollback, observation window closed.

    value: `ratio` and `strict` count sure evidence alone; `lenient` adds every deployment after
    which, within `incident_window_s`, an incident of its service began that nothing sure explains.
    The two are a band, not alternatives. parts: `pending` and `pending_failed` are still being
    observed, `rollbacks` are evidence about other deployments, `failed_before_production` never
    changed it.
    """
    rows = _successful(deployments, window)
    rollback = (rows["kind"] == "rollback").to_numpy()
    closed = rows["finished_ts"].to_numpy(np.int64) + observation_window_s <= as_of
    told = deployment_verdicts(
        rows,
        incidents,
        as_of=as_of,
        observation_window_s=observation_window_s,
        incident_window_s=incident_window_s,
    )
    failed, suspect = ((told[name] == "yes").to_numpy(np.bool_) for name in ("strict", "lenient"))
    population = ~rollback & closed
    pending = ~rollback & ~closed
    return _band(
        n=int(population.sum()),
        strict=int((population & failed).sum()),
        lenient=int((population & suspect).sum()),
        excluded=_counts(pending=pending, rollback=rollback),
        parts={
            "pending": float(pending.sum()),
            "pending_failed": float((pending & failed).sum()),
            "rollbacks": float(rollback.sum()),
            "failed_before_production": float(_failed_jobs(deployments, window)),
        },
    )


def deployment_rework_rate(deployments: pd.DataFrame, *, window: Window) -> Measure:
    """Rollbacks and linked hotfixes over all successful deployments of the window (D5).

    `ratio` and `strict` count `rework`; `lenient` adds hotfixes that nothing links to a failure.
    `kind_unknown_share` of them are of no kind that is known: among them there may be more.
    """
    rows = _successful(deployments, window)
    unknown = int((rows["kind"] == "unknown").sum())
    rework = rows["rework"].to_numpy(np.bool_)
    lenient = rework | (rows["kind"] == "hotfix").to_numpy()
    band = _band(
        n=len(rows),
        strict=int(rework.sum()),
        lenient=int(lenient.sum()),
        excluded={},
        parts={"kind_unknown": float(unknown)},
    )
    shares = {"kind_unknown_share": ratio(unknown, len(rows))}
    return replace(band, value={**band.value, **shares})


def _band(
    *, n: int, strict: int, lenient: int, excluded: dict[str, int], parts: dict[str, float]
) -> Measure:
    """A ratio between its strict and its lenient reading; the strict one is the value."""
    numbers = {"numerator": strict, "denominator": n, "numerator_lenient": lenient}
    return Measure(
        sort="ratio",
        unit="ratio",
        value={"ratio": ratio(strict, n), "strict": ratio(strict, n), "lenient": ratio(lenient, n)},
        n=n,
        interval={"ratio": wilson(strict, n), "lenient": wilson(lenient, n)},
        method="wilson",
        excluded=excluded,
        parts={**{name: float(number) for name, number in numbers.items()}, **parts},
        reasons=() if n else ("no_data",),
    )


def _successful(deployments: pd.DataFrame, window: Window) -> pd.DataFrame:
    inside = window.holds(deployments["finished_ts"].to_numpy(np.int64))
    return deployments[inside & (deployments["result"] == "success").to_numpy(np.bool_)]


def _failed_jobs(deployments: pd.DataFrame, window: Window) -> int:
    inside = window.holds(deployments["finished_ts"].to_numpy(np.int64))
    return int((inside & (deployments["result"] == "failed").to_numpy(np.bool_)).sum())


def _gaps(rows: pd.DataFrame) -> Floats:
    ordered = rows.sort_values(["service_id", "finished_ts"])
    service = ordered["service_id"].to_numpy(np.int64)
    gaps: Floats = np.diff(ordered["finished_ts"].to_numpy(np.int64)).astype(np.float64)
    inside: Floats = gaps[service[1:] == service[:-1]]
    return inside


def _median_days_per_week(
    finished: Ints, window: Window, tz: str, week_starts: int
) -> float | None:
    """Median number of days with a deployment over the whole weeks of the window."""
    weeks = periods(window, interval="week", tz=tz, as_of=window.to_ts, week_starts=week_starts)
    return _median_per_period(_first_of_each_day(finished, tz), window, weeks)


def _median_per_period(moments: Ints, window: Window, touching: Sequence[Period]) -> float | None:
    """Median number of moments over those of the periods that lie in the window as a whole."""
    found = [
        period
        for period in touching
        if period.from_ts >= window.from_ts and period.to_ts <= window.to_ts
    ]
    if not found:
        return None
    return float(np.median(np.diff(np.searchsorted(moments, edges(found)))))


def _first_of_each_day(finished: Ints, tz: str) -> Ints:
    zone = ZoneInfo(tz)
    days = [datetime.fromtimestamp(int(ts), zone).toordinal() for ts in finished]
    fresh: Flags = np.diff(np.array(days, np.int64), prepend=-DAY) != 0
    return finished[fresh]


def _counts(**masks: Flags) -> dict[str, int]:
    return {name: int(mask.sum()) for name, mask in masks.items() if mask.any()}
