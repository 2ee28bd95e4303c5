"""The formulas of docs/metrics with a calculator: sums, ranks and counts over listed rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from math import ceil, comb, sqrt
from typing import Any

import pytest

Answer = dict[str, Any]
DAY = 86_400
WEEK = 7 * DAY
LEAST = {"p50": 5, "p85": 19, "p95": 59}
SHARES = {"p50": 0.5, "p85": 0.85, "p95": 0.95}
GRADED_BY = {
    "flow_time": ("C6", "C8"),
    "velocity": ("C6", "C8"),
    "load": ("C6", "C8"),
    "efficiency": ("C6", "C7", "C8"),
    "idea_to_release": ("C1", "C3", "C6", "C8"),
    "delay_cost": ("C6", "C8", "C11"),
    "change_lead_time": ("C3",),
    "deployment_frequency": (),
    "recovery_time": ("C3", "C5"),
    "change_fail_rate": ("C3", "C5"),
    "deployment_rework_rate": ("C3", "C5"),
}
"""As docs/metrics/index.md lists them."""

COUNTS = ("velocity", "load", "delay_cost", "deployment_frequency")
Near = Any


def near(number: float) -> Near:
    return pytest.approx(number, rel=1e-9, abs=1e-9)


def ts(text: str | None) -> int | None:
    return None if text is None else int(datetime.fromisoformat(text).timestamp())


def between(start: str | None, end: str | None) -> int:
    """Seconds; both moments are there."""
    first, last = ts(start), ts(end)
    assert first is not None
    assert last is not None
    return last - first


def nearest(values: Sequence[float], share: float) -> float:
    """The nearest rank: the value of rank ceil(p n)."""
    return sorted(values)[max(1, ceil(round(share * len(values), 9))) - 1]


def below(n: int, share: float, rank: int) -> float:
    """How likely fewer than `rank` of n values lie under the true percentile."""
    return sum(comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(rank))


def bounds(values: Sequence[float], share: float) -> list[float | None]:
    """The last rank that is surely (97.5 %) not above the percentile, the first one not under."""
    ordered, n = sorted(values), len(values)
    low = [rank for rank in range(1, n + 1) if below(n, share, rank) <= 0.025]
    high = [rank for rank in range(1, n + 1) if below(n, share, rank) >= 0.975]
    return [ordered[low[-1] - 1] if low else None, ordered[high[0] - 1] if high else None]


def wilson(part: int, n: int) -> list[float]:
    share, z = part / n, 1.959964
    middle, spread = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    return [
        max(0.0, (middle - spread) / (1 + z * z / n)),
        min(1.0, (middle + spread) / (1 + z * z / n)),
    ]


def cents(value_per_week: int, seconds: int) -> int:
    """What so much waiting costs, half a cent up."""
    return (2 * value_per_week * seconds + WEEK) // (2 * WEEK)


def kinds(rows: Iterable[Answer]) -> dict[str, int]:
    names = [row["kind"] or "unmapped" for row in rows]
    return {name: names.count(name) for name in ("feature", "defect", "risk", "debt", "unmapped")}


def told(envelope: Answer, name: str) -> float | None:
    """What is printed, or what was seen where it is withheld."""
    value = envelope["value"][name]
    found: float | None = envelope["observed"].get(name) if value is None else value
    return found


def check_percentiles(envelope: Answer, values: Sequence[float], *, prefix: str = "") -> None:
    """Values, withholding and, for those without a prefix, the intervals."""
    assert envelope["n"] == len(values)
    for name, share in SHARES.items():
        shown = envelope["value"][prefix + name]
        if not values:
            assert shown is None
            assert prefix + name not in envelope["observed"]
            continue
        assert told(envelope, prefix + name) == near(nearest(values, share))
        few = len(values) < LEAST[name]
        assert (shown is None) == (few or envelope["grade"] == "D")
        assert (f"{prefix}{name} withheld: n<{LEAST[name]}" in envelope["reasons"]) == few
        if not prefix:
            pair = bounds(values, share)
            assert envelope["interval"][name] == [one and near(one) for one in pair]


def check_ratio(envelope: Answer, name: str, part: int, n: int) -> None:
    """A ratio of counts and its Wilson interval."""
    if n == 0:
        assert envelope["value"][name] is None
        return
    assert told(envelope, name) == near(part / n)
    assert envelope["interval"][name] == [near(one) for one in wilson(part, n)]


def grade(envelope: Answer, *, fresh: bool = True) -> str:
    """The lowest that coverage, n and freshness allow."""
    slug = envelope["metric"]
    found = ["A" if fresh else "B"]
    for name in GRADED_BY[slug]:
        share = envelope["coverage"][name]
        steps = ((0.9, "A"), (0.7, "B"), (0.5, "C"), (-1, "D"))
        found.append("A" if share is None else next(to for least, to in steps if share >= least))
    if slug not in COUNTS:
        steps = ((59, "A"), (19, "B"), (5, "C"), (-1, "D"))
        found.append(next(to for least, to in steps if envelope["n"] >= least))
    return max(found)


def outlasted(lives: Sequence[tuple[int, int, bool]], share: float) -> int | None:
    """The first age that at most 1 - share of these outlast, each (entered, left, whether done): at
    each age of an end, of those who are watched then, the ended ones fall away.
    """
    left = 1.0
    for age in sorted({end for _, end, done in lives if done}):
        watched = [one for one in lives if one[0] <= age <= one[1]]
        ended = sum(end == age and done for _, end, done in watched)
        if ended < len(watched) or age == max(end for _, end, _ in lives):
            left *= 1 - ended / len(watched)
        if round(left, 9) <= round(1 - share, 9):
            return age
    return None


def limits(values: Sequence[float]) -> Mapping[str, float] | None:
    """Mean, and 2.66 mean moving ranges to either side; from six values on."""
    if len(values) < 6:
        return None
    mean = sum(values) / len(values)
    steps = [abs(after - before) for before, after in pairwise(values)]
    reach = 2.66 * sum(steps) / len(steps)
    return {"mean": near(mean), "lower": near(max(0.0, mean - reach)), "upper": near(mean + reach)}
