"""What all charts and forecasts share: their periods, since when they know, and their envelope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from metrics.envelope import Context, document, envelope
from metrics.measure import Measure
from metrics.periods import Interval, Period, Window, periods
from metrics.registry import METRICS
from metrics.run_chart import begun
from pipeline.breaks import break_reasons, break_rows
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import coverages, explain_address, known_at, read_from, sources_of
from pipeline.stream_teams import scope_of
from pipeline.working import calendar_name

Answer = dict[str, Any]


def chart_periods(asked: Question, interval: Interval) -> Sequence[Period]:
    """The whole periods that touch the window, but for those that have not begun."""
    found = periods(
        asked.window,
        interval=interval,
        tz=asked.tz,
        as_of=asked.as_of,
        week_starts=asked.week_starts,
    )
    return [period for period in found if period.from_ts < asked.as_of]


def whole_days(asked: Question) -> list[Period]:
    """The days that lie in the window from midnight to midnight, and are over."""
    return [
        period
        for period in chart_periods(asked, "day")
        if period.complete
        and period.from_ts >= asked.window.from_ts
        and period.to_ts <= asked.window.to_ts
    ]


def over(asked: Question, found: Sequence[Period]) -> Question:
    """The same question of the time that these periods cover, up to now."""
    if not found:
        return asked
    return replace(
        asked, window=Window(found[0].from_ts, min(found[-1].to_ts, asked.as_of)), interval=None
    )


def known_from(snapshot: Snapshot, stream: StreamFacts) -> int | None:
    """From when on completions can be counted: the history is read, and work had begun. None where
    nothing ever began.
    """
    first = begun(stream.items)
    read = read_from(snapshot, stream, "velocity")
    return None if first is None else max(first, read or first)


def dressed(
    snapshot: Snapshot,
    stream: StreamFacts,
    slug: str,
    measure: Measure,
    asked: Question,
    *,
    explain: str,
    of: str = "",
) -> Answer:
    """The envelope; what a value is made of stands beside it, and the lines where a definition
    broke. explain: the path that lists it; of: the metric that is charted, where it is another.
    """
    sources = sources_of(snapshot, stream, slug)
    context = Context(
        scope=scope_of(stream, slug, asked),
        window=asked.window,
        as_of=asked.as_of,
        known_at=known_at(sources, asked),
        coverage=coverages(snapshot, stream, asked),
        sources=sources,
        explain=explain_address(f"/v1/streams/{stream.config.name}/{explain}", asked),
        calendar=calendar_name(asked),
        caveats=break_reasons(stream.breaks, {slug, of}, asked),
    )
    body = document(envelope(measure, METRICS[slug].definition, context))
    beside = _plain(body.pop("parts"))
    breaks = break_rows(stream.breaks, {slug, of}, asked, {"stream": stream.config.name})
    return {**body, "value": {**beside, **_plain(body["value"])}, "breaks": breaks}


def _plain(values: object) -> dict[str, float | None]:
    """Whole numbers without a fraction."""
    if not isinstance(values, Mapping):
        raise TypeError("an envelope has mappings")
    return {
        str(name): int(one) if isinstance(one, float) and one.is_integer() else one
        for name, one in values.items()
    }
