"""Merge requests on their way to production: the delivery cycle with its parts, and its last part.

Frames have the columns of `change_fact` and `request_fact`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.lead_time import loose_commits
from metrics.measure import Measure, of_durations
from metrics.periods import Window
from metrics.request_spans import PARTS, request_spans
from metrics.stats import MINIMUM_N, PERCENTILES, Bounds, Floats, percentiles, ratio

_LEVELS: Final = {name: PERCENTILES[name] for name in ("p50", "p85")}
_HOUR: Final = 3_600


def merge_to_deploy(changes: pd.DataFrame, requests: pd.DataFrame, *, window: Window) -> Measure:
    """Hours from the merge of a request to the production of its last commit, one value each.

    Left out are, by reason, requests without a merge that is known and those that were live before
    it, and commits without a merge request.
    """
    spans = request_spans(changes, requests, window=window)
    known = (spans["deploy_reason"] == "").to_numpy(np.bool_)
    reasons = spans["deploy_reason"][~known].value_counts()
    return of_durations(
        spans["deploy_s"][known].to_numpy(np.float64),
        unit="h",
        excluded={
            **{str(reason): int(count) for reason, count in sorted(reasons.items())},
            "no_merge_request": len(loose_commits(changes, window=window)),
        },
    )


def delivery_cycle(changes: pd.DataFrame, requests: pd.DataFrame, *, window: Window) -> Measure:
    """Hours from the first commit of a merge request to the production of its last (`p50`, `p85`,
    `p95`), and those of its parts, each over the requests of which that part is known.

    value: the whole; `coding_p50`, `coding_p85` and so on for pickup, review and deploy; and
    `coding_share` and so on, the parts of the time of those requests of which all four are known:
    these add up to 1. The whole is measured by itself and is no sum. parts: `pickup_known`, and of
    the others how many by reason, such as `pickup_no_review`; `all_known`.
    """
    spans = request_spans(changes, requests, window=window)
    whole = of_durations(
        spans["seconds"].to_numpy(np.float64),
        unit="h",
        excluded={"no_merge_request": len(loose_commits(changes, window=window))},
    )
    value, interval = dict(whole.value), dict(whole.interval)
    counts = dict(whole.parts)
    withheld: dict[str, str] = {}
    for name in PARTS:
        found = _part(spans, name)
        value |= found.value
        interval |= found.interval
        counts |= found.parts
        withheld |= found.withheld
    shares, every = _shares(spans)
    few = {name: "" for name in shares if every < MINIMUM_N["p50"]}
    return Measure(
        sort="percentile",
        unit="h",
        value={**value, **shares},
        n=whole.n,
        interval=interval,
        method=whole.method,
        excluded=whole.excluded,
        parts={**counts, "all_known": float(every)},
        reasons=(*whole.reasons, *_unknown(spans)),
        withheld={**withheld, **few},
    )


def _part(spans: pd.DataFrame, name: str) -> Measure:
    """A part alone; what rests on too few is withheld."""
    seconds = spans[f"{name}_s"].to_numpy(np.int64)
    hours: Floats = seconds[seconds != NONE].astype(np.float64) / _HOUR
    found = percentiles(hours, _LEVELS)
    reasons = spans[f"{name}_reason"][seconds == NONE].value_counts()
    intervals: dict[str, Bounds] = {f"{name}_{p}": pair for p, pair in found.interval.items()}
    return Measure(
        sort="percentile",
        unit="h",
        value={f"{name}_{p}": number for p, number in found.value.items()},
        n=found.n,
        interval=intervals,
        parts={
            f"{name}_known": float(found.n),
            **{f"{name}_{reason}": float(count) for reason, count in sorted(reasons.items())},
        },
        withheld={
            f"{name}_{p}": f"{name}_{p} withheld: n<{MINIMUM_N[p]}"
            for p in _LEVELS
            if found.n < MINIMUM_N[p]
        },
    )


def _shares(spans: pd.DataFrame) -> tuple[dict[str, float | None], int]:
    """Each part of the time of the requests of which all are known, and how many those are."""
    seconds = spans[[f"{name}_s" for name in PARTS]].to_numpy(np.int64)
    whole = seconds[(seconds != NONE).all(axis=1)]
    sums = whole.sum(axis=0)
    shares = {
        f"{name}_share": ratio(float(own), float(sums.sum()))
        for name, own in zip(PARTS, sums, strict=True)
    }
    return shares, len(whole)


def _unknown(spans: pd.DataFrame) -> list[str]:
    """Which parts are not known of how many, for people."""
    missing = {name: int((spans[f"{name}_reason"] != "").sum()) for name in PARTS}
    return [f"{name} unknown: {count} of {len(spans)}" for name, count in missing.items() if count]
