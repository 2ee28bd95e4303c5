"""Answers about a value stream: what it is, and its metrics in envelopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from core.errors import NotFoundError
from core.settings import Settings
from metrics import coverage
from metrics.envelope import Context, Freshness, document, envelope, unread_history
from metrics.registry import METRICS
from metrics.stats import ratio
from metrics.visit_seconds import visit_seconds
from pipeline.breaks import break_reasons, break_rows
from pipeline.delay_ledger import book_in
from pipeline.question import Question
from pipeline.series import stream_series
from pipeline.snapshot import ServiceFacts, Snapshot, StreamFacts
from pipeline.stream_measures import inclusive_measure, stream_measure
from pipeline.stream_teams import MAIN, known_teams, scope_of
from pipeline.times import iso
from pipeline.value_measures import VALUE_SLUGS
from pipeline.working import calendar_name

Answer = dict[str, Any]


def stream_of(snapshot: Snapshot, name: str) -> StreamFacts:
    """The facts of a stream; `NotFoundError` with the names that exist."""
    if name not in snapshot.streams:
        snapshot.later.require("streams", name)
        snapshot.awaited.require("streams", name)
        known = ", ".join(snapshot.streams) or "none"
        raise NotFoundError(f'there is no value stream "{name}"; known: {known}')
    return snapshot.streams[name]


def stream_metric(
    snapshot: Snapshot,
    settings: Settings,
    stream: StreamFacts,
    slug: str,
    asked: Question,
    *,
    inclusive_days: bool = False,
) -> Answer:
    """One metric of a stream in its envelope, with a series where an interval is asked, and of a
    time with its percentiles in inclusive days.
    """
    measure = stream_measure(settings, stream, slug, asked)
    if inclusive_days:
        measure = inclusive_measure(stream, slug, asked, measure)
    metric = METRICS[slug]
    context = context_of(snapshot, stream, slug, asked)
    body = answer(document(envelope(measure, metric.definition, context)))
    if slug == "delay_cost":
        body["value"]["currency"] = settings.cost_of_delay.currency
    if asked.interval is not None:
        whole_from = read_from(snapshot, stream, slug)
        body |= stream_series(settings, stream, slug, asked, whole_from=whole_from)
        body["breaks"] = break_rows(stream.breaks, {slug}, asked, {"stream": stream.config.name})
    return body


_FRACTIONS = frozenset({"per_week", "median_gap_h", "deploy_days_per_week", "kind_unknown_share"})


def _is_fraction(name: str) -> bool:
    return name in _FRACTIONS or name.endswith("_d")


def answer(body: dict[str, object]) -> Answer:
    """The document, with what a ratio or count is made of beside its value.

    A part that has the name of a value gets `_count` behind it. Counts and cents are whole numbers.
    """
    parts = body.pop("parts")
    value = body["value"]
    if not isinstance(parts, Mapping) or not isinstance(value, Mapping):
        raise TypeError("an envelope has mappings")
    beside = {f"{name}_count" if name in value else name: one for name, one in parts.items()}
    whole = str(body["unit"]).startswith(("items", "deployments", "cents"))
    return {
        **body,
        "value": {
            **{name: one if name.endswith("_d") else round(one) for name, one in beside.items()},
            **{name: _whole(one, whole and not _is_fraction(name)) for name, one in value.items()},
        },
    }


def _whole(number: float | None, whole: bool) -> float | None:
    return number if number is None or not whole else round(number)


def coverages(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> dict[str, float | None]:
    """C1, C3, C6, C7, C8 and C11 of a stream in the window, and `team` where one is asked for."""
    return {one.id: one.share for one in stream_coverage(snapshot, stream, asked)}


def stream_coverage(
    snapshot: Snapshot, stream: StreamFacts, asked: Question
) -> list[coverage.Coverage]:
    """The coverage measures of a stream, with numerators and denominators."""
    return stream.memo.of(("coverage", asked), lambda: _coverage(snapshot, stream, asked))


def _coverage(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> list[coverage.Coverage]:
    window, as_of = asked.window, asked.as_of
    shipped = [
        snapshot.services[name] for name in stream.config.services if name in snapshot.services
    ]
    parts = [coverage.known_commits(one.deployments, window=window) for one in shipped]
    known = coverage.Coverage(
        "C3", sum(part.numerator for part in parts), sum(part.denominator for part in parts)
    )
    visits = stream.memo.once(
        ("visit seconds",), lambda: visit_seconds(stream.visits, stream.stages)
    )
    return [
        coverage.ticket_links(stream.items, window=window),
        known,
        coverage.mapped_time(visits, window=window, as_of=as_of),
        coverage.active_with_queue(visits, window=window, as_of=as_of),
        coverage.full_history(stream.items, window=window, as_of=as_of),
        coverage.valued_items(stream.items, as_of=as_of, valued=book_in(stream).holders.of >= 0),
        *([] if asked.team is None else [known_teams(stream, asked)]),
    ]


def sources_of(snapshot: Snapshot, stream: StreamFacts, slug: str) -> dict[str, Freshness]:
    """How far each source was read; required are those without which the metric can't be told."""
    tracker = stream.config.items.source
    everything = slug in ("idea_to_release", "time_by_tool", *VALUE_SLUGS)
    nothing = slug == "predictability"  # people enter what it is made of
    return {
        name: replace(one, required=everything or (name == tracker and not nothing))
        for name, one in snapshot.freshness.items()
    }


def read_from(snapshot: Snapshot, stream: StreamFacts, slug: str) -> int | None:
    """From when on all that a metric requires is read, None where its history is whole."""
    return whole_from(sources_of(snapshot, stream, slug))


def whole_from(sources: Mapping[str, Freshness]) -> int | None:
    """The same of these sources."""
    marks = [one.whole_from_ts for one in sources.values() if one.required]
    return max((mark for mark in marks if mark is not None), default=None)


def window_caveats(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> list[str]:
    """What to know of rows about a window, and about what is in flight, while history is read."""
    sources = sources_of(snapshot, stream, "flow_time")
    found = unread_history(sources, asked.window, in_flight="also")
    told = [reason.removeprefix("withheld: ") for _, reason in found]
    return told if asked.team is None else [*told, f"team {asked.team}: {MAIN}"]


def context_of(snapshot: Snapshot, stream: StreamFacts, slug: str, asked: Question) -> Context:
    """The context of one metric of a stream."""
    sources = sources_of(snapshot, stream, slug)
    return Context(
        scope=scope_of(stream, slug, asked),
        window=asked.window,
        as_of=asked.as_of,
        known_at=known_at(sources, asked),
        coverage=coverages(snapshot, stream, asked),
        sources=sources,
        explain=explain_address(f"/v1/streams/{stream.config.name}/metrics/{slug}/explain", asked),
        calendar=calendar_name(asked),
        caveats=break_reasons(stream.breaks, {slug}, asked),
    )


def pooled_context(
    snapshot: Snapshot, streams: Sequence[StreamFacts], slug: str, asked: Question
) -> Context:
    """The context of a number over several streams: coverage of all of them together."""
    totals: dict[str, list[int]] = {}
    for stream in streams:
        for one in stream_coverage(snapshot, stream, asked):
            pair = totals.setdefault(one.id, [0, 0])
            pair[0] += one.numerator
            pair[1] += one.denominator
    names = ",".join(stream.config.name for stream in streams)
    return Context(
        scope={"streams": names},
        window=asked.window,
        as_of=asked.as_of,
        known_at=known_at(snapshot.freshness, asked),
        coverage={name: ratio(*pair) for name, pair in totals.items()},
        sources=snapshot.freshness,
        explain=explain_address("/v1/overview/explain", asked, metric=slug),
    )


def known_at(sources: Mapping[str, Freshness], asked: Question) -> int:
    """The latest moment up to which any source was read; the moment asked for where none was, and
    where an answer as it was then is asked for.
    """
    if asked.known_at is not None:
        return asked.known_at
    marks = [one.watermark_ts for one in sources.values() if one.watermark_ts is not None]
    return min(asked.as_of, max(marks, default=asked.as_of))


def explain_address(path: str, asked: Question, **more: str) -> str:
    """The address that lists what a number is made of."""
    query = {**more, "from": iso(asked.window.from_ts), "to": iso(asked.window.to_ts)}
    if asked.kinds:
        query["type"] = asked.kinds[0]
    if asked.team is not None:
        query["team"] = asked.team
    if asked.known_at is not None:
        query["known_at"] = iso(asked.known_at)
    if asked.calendar is not None:
        query |= {"calendar": "working", "zone": asked.tz}
    return f"{path}?{urlencode(query, safe=':')}"


def services_of(snapshot: Snapshot, stream: StreamFacts) -> list[ServiceFacts]:
    """The services that deliver a stream."""
    return [snapshot.services[name] for name in stream.config.services if name in snapshot.services]


def stream_document(stream: StreamFacts) -> Answer:
    """What a stream is: its stages, services, and the version of its facts."""
    return {
        "name": stream.config.name,
        "title": stream.title,
        "facts_version": stream.version,
        "services": list(stream.config.services),
        "repositories": list(stream.config.repositories),
        "stages": [
            {"name": one.name, "state": one.state, "team": one.team, "value": one.value}
            for one in stream.config.stages
        ],
    }
