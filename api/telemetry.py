"""What a monitoring system is told: sources, headline numbers and the time that answers take, as
families of the Prometheus text format.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from api.deps import Served
from api.timing import durations
from pipeline.freshness import versions
from pipeline.headline import HEADLINES, StreamHeadlines, headlines
from pipeline.question import question
from pipeline.snapshot import Snapshot
from pipeline.source_status import STATES, SourceLevel, States, source_levels, source_states

_HOUR_S: Final = 3_600
_PASSES: Final = ("well", "failed", "paused")
_TIMES: Final = (
    ("source_lag_seconds", "lag_s", "Since the moment up to which a source is read."),
    ("source_interval_seconds", "every_s", "How often a source is to be read."),
    (
        "source_last_success_timestamp_seconds",
        "last_success_ts",
        "When a pass over a source last ended well.",
    ),
)


@dataclass(slots=True, eq=False)
class Telemetry(Collector):
    """One per process. The database is read once a minute, and when its version moves; headline
    numbers are computed again when facts move, a source falls behind or catches up, or an hour is
    over, for their window ends now. Who asks meanwhile waits for the one that computes.
    """

    served: Served
    version: str
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    durations: Histogram = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _read: tuple[object, ...] = ()
    _ground: tuple[object, ...] = ()
    _states: States = field(default_factory=dict)
    _told: StreamHeadlines | None = None

    def __post_init__(self) -> None:
        self.durations = durations(self.registry)
        self.registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """All but the durations, as of this second; an error of the database is raised."""
        states, told = self._known()
        now = self.served.now()
        yield InfoMetricFamily("headwater_build", "What runs.", {"version": self.version})
        yield from _sources(source_levels(states, self.served.settings, as_of=now))
        yield from _streams(told)

    def describe(self) -> Iterator[Metric]:
        """Nothing: a registry would have it all computed to learn the names."""
        yield from ()

    def _known(self) -> tuple[States, StreamHeadlines]:
        with self._lock:
            read = (self.served.version(), self.served.minute())
            told = self._told
            if told is None or read != self._read:
                told = self._told = self._refreshed(self.served.minute())
                self._read = read
            return self._states, told

    def _refreshed(self, minute: int) -> StreamHeadlines:
        settings = self.served.settings
        with self.served.database.read() as session:
            self._states = source_states(session)
            snapshot = self.served.snapshots.present(session)
            ground = (versions(session).facts, _reach(snapshot, minute), minute // _HOUR_S)
            told = self._told
            if told is None or ground != self._ground:
                told = headlines(snapshot, settings, question(settings, as_of=minute))
                self._ground = ground
            return told


def _reach(snapshot: Snapshot, as_of: int) -> tuple[object, ...]:
    """What moves grades without facts: which sources are up to date, and how far back they go."""
    fresh = snapshot.freshness.items()
    return tuple((name, one.fresh(as_of), one.whole_from_ts) for name, one in fresh)


def _sources(levels: list[SourceLevel]) -> Iterator[Metric]:
    state = _gauge("source_state", "1 for the state that a source is in.", "source", "state")
    kind = _gauge("source_info", "Which kind of tool a source is.", "source", "kind")
    for one in levels:
        kind.add_metric([one.name, one.kind], 1.0)
        for word in STATES:
            state.add_metric([one.name, word], float(one.state == word))
    yield kind
    yield state
    yield from _times(levels)
    yield from _tallies(levels)


def _times(levels: list[SourceLevel]) -> Iterator[Metric]:
    for name, attribute, told in _TIMES:
        family = _gauge(name, told, "source")
        for one in levels:
            number = getattr(one, attribute)
            if number is not None:
                family.add_metric([one.name], float(number))
        yield family


def _tallies(levels: list[SourceLevel]) -> Iterator[Metric]:
    passes = _counter("source_passes", "Passes over a source, by how they ended.", "result")
    records = _counter("source_records_read", "Records that passes over a source were told of.")
    requests = _counter("source_requests", "Requests that passes sent to a source.")
    for one in levels:
        if (tally := one.tally) is None:
            continue
        for result in _PASSES:
            passes.add_metric([one.name, result], float(getattr(tally, result)))
        records.add_metric([one.name], float(tally.records))
        requests.add_metric([one.name], float(tally.requests))
    yield from (passes, records, requests)


def _streams(told: StreamHeadlines) -> Iterator[Metric]:
    for one in HEADLINES:
        more = [] if "" in one.fields else ["percentile"]
        more += ["currency"] if one.slug == "delay_cost" else []
        family = _gauge(f"stream_{one.name}", one.help, "stream", *more)
        for figure in told.figures:
            if figure.name == one.name:
                labels = [figure.stream, *(figure.labels[name] for name in more)]
                family.add_metric(labels, figure.value)
        yield family
    grade = _gauge(
        "stream_metric_grade",
        "1 for the grade of a metric; D withholds its numbers.",
        "stream", "metric", "grade",
    )  # fmt: skip
    for graded in told.grades:
        grade.add_metric([graded.stream, graded.slug, graded.grade], 1.0)
    yield grade
    version = _gauge("stream_facts_version", "Moves when facts of a stream change.", "stream")
    for stream, number in told.versions.items():
        version.add_metric([stream], float(number))
    yield version
    as_of = _gauge("streams_as_of_timestamp_seconds", "When the numbers of streams were computed.")
    as_of.add_metric([], float(told.as_of))
    yield as_of


def _gauge(name: str, told: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"headwater_{name}", told, labels=labels)


def _counter(name: str, told: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"headwater_{name}", told, labels=["source", *labels])
