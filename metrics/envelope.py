"""The answer envelope: a measure with its grade, coverage and reasons; withholds what must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from core.frames import from_ts
from metrics.measure import Measure
from metrics.periods import Window
from metrics.stats import LEVEL, MINIMUM_N, Bounds

InFlight = Literal["no", "also", "only"]
GRADES: Final = "ABCD"
_COVERAGE_STEPS: Final = (0.9, 0.7, 0.5)
_SAMPLE_STEPS: Final = (59, 19, 5)
_STALE_AFTER: Final = 3


@dataclass(frozen=True)
class Freshness:
    """How far a source has been read: its watermark (None: never) and its interval in seconds.

    back_to_ts: while its history is still being read, from when on it is whole; None once it is.
    since_ts: what is older is not asked of it, by configuration; None: everything is.
    """

    watermark_ts: int | None
    every_s: int
    required: bool = True
    back_to_ts: int | None = None
    since_ts: int | None = None

    def fresh(self, as_of: int) -> bool:
        """Whether the watermark is younger than three intervals."""
        return self.watermark_ts is not None and as_of - self.watermark_ts < (
            _STALE_AFTER * self.every_s
        )

    @property
    def whole_from_ts(self) -> int | None:
        """From when on it is read as a whole; None: from the beginning."""
        marks = [one for one in (self.back_to_ts, self.since_ts) if one is not None]
        return max(marks, default=None)


@dataclass(frozen=True)
class Definition:
    """What the envelope needs of a metric: name, version, the coverages that grade it.

    in_flight: whether it counts what is in flight, however long ago that last changed: beside what
    happened in the window, or only, at its end.
    """

    slug: str
    version: int
    required: tuple[str, ...]
    in_flight: InFlight = "no"


@dataclass(frozen=True)
class Context:
    """What was asked, and of which data; `known_at` (epoch s) is the latest knowledge used.

    caveats: reasons that lower no grade.
    """

    scope: Mapping[str, str]
    window: Window | None
    as_of: int
    known_at: int
    coverage: Mapping[str, float | None]
    sources: Mapping[str, Freshness]
    explain: str
    calendar: str = "elapsed"
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Envelope:
    """A graded answer. A value that is withheld is None and has its number in `observed`."""

    metric: str
    definition: str
    scope: Mapping[str, str]
    window: Window | None
    as_of: int
    known_at: int
    unit: str
    calendar: str
    value: Mapping[str, float | None]
    observed: Mapping[str, float]
    interval: Mapping[str, Bounds]
    interval_method: str
    n: int
    parts: Mapping[str, float]
    excluded: Mapping[str, int]
    coverage: Mapping[str, float | None]
    watermarks: Mapping[str, int | None]
    history_back_to: Mapping[str, int]
    grade: str
    reasons: tuple[str, ...]
    explain: str


def envelope(measure: Measure, definition: Definition, context: Context) -> Envelope:
    """Grade a measure and withhold what it can't carry.

    The grade is the lowest that its required coverages, freshness and (for percentiles, ratios
    and forecasts) n allow; D withholds every value. A percentile under its least n (5, 19, 59) is
    withheld by itself. Where every value is null there is nothing to grade: D.
    """
    grade, causes = _grade(measure, definition, context)
    withheld = {name for name in measure.value if grade == "D" or _too_few(measure, name)}
    withheld |= set(measure.withheld)
    value = {k: None if k in withheld else v for k, v in measure.value.items()}
    if value and all(number is None for number in value.values()):
        grade = "D"
    few = [
        f"{name} withheld: n<{MINIMUM_N[_percentile(name)]}"
        for name, number in measure.value.items()
        if number is not None and _too_few(measure, name)
    ]
    few += [
        reason
        for name, reason in measure.withheld.items()
        if reason and measure.value[name] is not None
    ]
    return Envelope(
        metric=definition.slug,
        definition=f"{definition.slug}@{definition.version}",
        scope=context.scope,
        window=context.window,
        as_of=context.as_of,
        known_at=context.known_at,
        unit=measure.unit,
        calendar=context.calendar,
        value=value,
        observed={k: v for k, v in measure.value.items() if k in withheld and v is not None},
        interval=measure.interval,
        interval_method=measure.method,
        n=measure.n,
        parts=measure.parts,
        excluded=measure.excluded,
        coverage=context.coverage,
        watermarks={name: source.watermark_ts for name, source in context.sources.items()},
        history_back_to={
            name: source.back_to_ts
            for name, source in context.sources.items()
            if source.back_to_ts is not None
        },
        grade=grade,
        reasons=(*measure.reasons, *causes, *few, *context.caveats),
        explain=context.explain,
    )


def document(answer: Envelope) -> dict[str, object]:
    """The envelope as the API prints it: ISO times in UTC, intervals as pairs."""
    window = answer.window
    intervals: dict[str, object] = {name: list(pair) for name, pair in answer.interval.items()}
    if intervals:
        intervals |= {"level": LEVEL, "method": answer.interval_method}
    edges = None if window is None else [_iso(window.from_ts), _iso(window.to_ts)]
    fields = {name: getattr(answer, name) for name in Envelope.__dataclass_fields__}
    del fields["interval_method"]
    return {
        **fields,
        "window": edges,
        "as_of": _iso(answer.as_of),
        "known_at": _iso(answer.known_at),
        "interval": intervals,
        "watermarks": {name: _iso(ts) for name, ts in answer.watermarks.items()},
        "history_back_to": {name: _iso(ts) for name, ts in answer.history_back_to.items()},
        "reasons": list(answer.reasons),
    }


def _iso(ts: int | None) -> str | None:
    at = None if ts is None else from_ts(ts)
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def _too_few(measure: Measure, name: str) -> bool:
    least = MINIMUM_N.get(_percentile(name))
    return least is not None and measure.sort != "forecast" and measure.n < least


def _percentile(name: str) -> str:
    """`item_p50`, `km_p50` and `inclusive_p50` need what p50 needs."""
    return name.removeprefix("item_").removeprefix("km_").removeprefix("inclusive_")


def _grade(measure: Measure, definition: Definition, context: Context) -> tuple[str, list[str]]:
    found = []
    if context.window is not None:
        count, in_flight = measure.sort in ("count", "sum"), definition.in_flight
        found = unread_history(context.sources, context.window, count=count, in_flight=in_flight)
    found += [_by_coverage(name, context.coverage) for name in definition.required]
    found += [
        _by_freshness(name, source, context.as_of)
        for name, source in context.sources.items()
        if source.required
    ]
    if measure.sort in ("percentile", "ratio", "forecast"):
        found.append(_by_sample(measure.n))
    lowest = max((grade for grade, _ in found), default="A")
    return lowest, [reason for _, reason in found if reason]


def unread_history(
    sources: Mapping[str, Freshness],
    window: Window,
    *,
    count: bool = False,
    in_flight: InFlight = "no",
) -> list[tuple[str, str]]:
    """Grade and reason for each required source of which not all that is asked for is read.

    Less than half of the window says nothing (D), less than seven tenths only a direction (C). A
    count or a sum of a part is not that of the whole: less than nine tenths of one are withheld.
    """
    if in_flight == "only":
        window = Window(window.to_ts - 1, window.to_ts)
    found = []
    for name, source in sources.items():
        back_to, whole_from = source.back_to_ts, source.whole_from_ts
        if not source.required or whole_from is None:
            continue
        if whole_from > window.from_ts:
            text = f"{name} is read {_from_when(source)}"
            found.append(_half_read(text, whole_from, window, count=count))
        elif in_flight != "no" and back_to is not None:
            found.append(
                ("B", f"{name}: what last changed before {_day(back_to)} is still to come")
            )
    return found


def _from_when(source: Freshness) -> str:
    if source.back_to_ts is not None and source.back_to_ts == source.whole_from_ts:
        return f"back to {_day(source.back_to_ts)} only"
    return f"from {_day(source.whole_from_ts)} on only: `history` of its [[sources]]"


def _half_read(text: str, whole_from: int, window: Window, *, count: bool) -> tuple[str, str]:
    read = max(0, window.to_ts - whole_from) / max(window.seconds, 1)
    best, good, least = _COVERAGE_STEPS
    if read < (best if count else least):
        return "D", f"withheld: {text}"
    return ("B" if count or read >= good else "C"), text


def _day(ts: int | None) -> str:
    return str(_iso(ts))[:10]


def _by_coverage(name: str, coverage: Mapping[str, float | None]) -> tuple[str, str]:
    if name not in coverage:
        return "D", f"{name} not measured"
    share = coverage[name]
    if share is None:
        return "A", f"{name}: nothing to cover"
    for grade, least in zip(GRADES, _COVERAGE_STEPS, strict=False):
        if share >= least:
            return (
                grade,
                "" if grade == "A" else f"{name}<{_COVERAGE_STEPS[GRADES.index(grade) - 1]}",
            )
    return "D", f"withheld: {name}<{_COVERAGE_STEPS[-1]}"


def _by_freshness(name: str, source: Freshness, as_of: int) -> tuple[str, str]:
    if source.watermark_ts is None:
        return "D", f"withheld: {name} was never read"
    return ("A", "") if source.fresh(as_of) else ("B", f"{name} is stale")


def _by_sample(n: int) -> tuple[str, str]:
    for grade, least in zip(GRADES, _SAMPLE_STEPS, strict=False):
        if n >= least:
            return grade, "" if grade == "A" else f"n<{_SAMPLE_STEPS[GRADES.index(grade) - 1]}"
    return "D", f"withheld: n<{_SAMPLE_STEPS[-1]}"
