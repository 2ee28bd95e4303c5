"""The baseline of an improvement: points, limits and definitions as they were when it started.

It is written down once. What records say of that time later moves none of it; it is only told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.errors import BadRequestError
from core.settings import Settings
from metrics.improvement import lasting
from metrics.periods import Window
from metrics.registry import METRICS
from metrics.stats import Floats, NaturalLimits
from metrics.xmr import BASELINE_VALUES, LEAST_VALUES, Signal, Variant, limits
from pipeline.improvement_series import (
    MOST_POINTS,
    Ground,
    Series,
    Subject,
    guards_of,
    owners_of,
    series_of,
)
from pipeline.stream_answers import stream_metric
from pipeline.times import iso

Answer = dict[str, Any]
_MAP = "value_stream_map"


@dataclass(frozen=True)
class Frozen:
    """A baseline as it was written down: see `freeze`."""

    document: Mapping[str, Any]

    @property
    def subject(self) -> Subject:
        told = self.document["target"]
        return Subject(told["metric"], told["step"], self.document["per"])

    @property
    def window(self) -> Window:
        return Window(self.document["from_ts"], self.document["to_ts"])

    @property
    def variant(self) -> Variant:
        told: Variant = self.document["variant"]
        return told

    @property
    def values(self) -> Floats:
        return np.array([one["value"] for one in self.document["target"]["points"]], np.float64)

    @property
    def limits(self) -> NaturalLimits:
        return NaturalLimits(**self.document["target"]["limits"])


def freeze(
    settings: Settings, ground: Ground, subject: Subject, *, variant: Variant, now: int
) -> Answer:
    """The document that is kept: the points before the change and their natural limits, of the
    metric and of what else could get worse, with the versions of the definitions.

    ground: of the window before the change. `BadRequestError` where there are too few points for
    limits.
    """
    target = series_of(ground, subject).last(MOST_POINTS)
    found = _required(target, variant)
    teams = owners_of(ground)
    slug = "flow_time" if subject.step else subject.metric
    body = stream_metric(ground.snapshot, settings, ground.stream, slug, ground.asked)
    window = ground.asked.window
    return {
        "known_at": now,
        "from_ts": window.from_ts,
        "to_ts": window.to_ts,
        "variant": variant,
        "per": subject.per,
        "clock": ground.map().clock,
        "zone": ground.asked.tz,
        "definitions": definitions_now(subject),
        "grade": body["grade"],
        "reasons": body["reasons"],
        "target": {
            **_named(subject, teams),
            "points": target.points,
            "limits": asdict(found),
        },
        "guards": [
            _guard(one, series, teams, variant)
            for one, series in guards_of(ground, subject).items()
        ],
    }


def definitions_now(subject: Subject) -> dict[str, int]:
    """The version of each definition that the baseline rests on."""
    slugs = {"flow_time", "velocity", _MAP, *([] if subject.step else [subject.metric])}
    return {slug: METRICS[slug].version for slug in sorted(slugs)}


def baseline_answer(frozen: Frozen) -> Answer:
    """The frozen baseline as answers tell it, with the signals that it had in its own limits."""
    document, found = frozen.document, frozen.limits
    points = document["target"]["points"]
    own = lasting(frozen.values, found, np.empty(0)).own
    return {
        "from": iso(frozen.window.from_ts),
        "to": iso(frozen.window.to_ts),
        "known_at": iso(document["known_at"]),
        "variant": frozen.variant,
        "per": frozen.subject.points,
        "definitions": [f"{name}@{one}" for name, one in document["definitions"].items()],
        "grade": document["grade"],
        "reasons": document["reasons"],
        "n": len(points),
        "provisional": len(points) < BASELINE_VALUES,
        "limits": limits_answer(found),
        "signals": [signal_answer(one, points) for one in own],
        "points": points,
    }


def restated(frozen: Frozen, ground: Ground) -> Answer:
    """Whether the records of today would make another baseline; the frozen one stays.

    ground: of the same window, as it is known now.
    """
    now = series_of(ground, frozen.subject).last(MOST_POINTS)
    known = {_place(one): one["value"] for one in frozen.document["target"]["points"]}
    seen = {_place(one): one["value"] for one in now.points}
    places = known.keys() | seen.keys()
    changed = sum(known.get(one) != seen.get(one) for one in places)
    found = _limits(now.values, frozen.variant)
    before = frozen.document["definitions"]
    moved = [
        f"{name}@{before[name]} is {name}@{one} now"
        for name, one in definitions_now(frozen.subject).items()
        if before.get(name, one) != one
    ]
    return {
        "would_move": changed > 0,
        "points": changed,
        "limits": None if found is None else limits_answer(found),
        "definitions": moved,
        "reason": None,
    }


def limits_answer(found: NaturalLimits) -> Answer:
    """Without the mean moving range, which is of no use to a reader."""
    return {
        "centre": found.centre,
        "lower": found.lower,
        "upper": found.upper,
        "range_limit": found.range_limit,
    }


def signal_answer(signal: Signal, points: list[Answer]) -> Answer:
    """A signal with the days of its first and last point, and the items in it."""
    inside = points[signal.first : signal.last + 1]
    return {
        "rule": signal.rule,
        "side": signal.side,
        "from": inside[0]["start"],
        "to": inside[-1]["start"],
        "points": len(inside),
        "keys": [one["key"] for one in inside if one["key"] is not None],
    }


def _place(point: Answer) -> tuple[str | None, str]:
    return point["key"], point["end"] if point["key"] is None else ""


def _limits(values: Floats, variant: Variant) -> NaturalLimits | None:
    return limits(values, variant=variant) if len(values) >= LEAST_VALUES else None


def _required(target: Series, variant: Variant) -> NaturalLimits:
    found = _limits(target.values, variant)
    if found is None:
        raise BadRequestError(
            f"the baseline holds {len(target.values)} of {LEAST_VALUES} points that limits need:"
            " begin it earlier (`baseline_from`), or declare the change later (`changed_at`)"
        )
    return found


def _named(subject: Subject, teams: Mapping[str, str]) -> Answer:
    return {
        "metric": subject.metric,
        "step": subject.step,
        "team": teams.get(subject.step, ""),
        "unit": subject.unit,
    }


def _guard(subject: Subject, series: Series, teams: Mapping[str, str], variant: Variant) -> Answer:
    values = series.last(MOST_POINTS).values
    found = _limits(values, variant)
    return {
        **_named(subject, teams),
        "values": values.tolist(),
        "limits": None if found is None else asdict(found),
    }
