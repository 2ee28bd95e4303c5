"""One whole pass: mapping, every source, correlate, measure. What `headwater sync` and the
scheduler run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from core.errors import ConfigError
from core.settings import Settings
from core.source_settings import AnySource
from pipeline.again import scope_named
from pipeline.alerts.look import bring_alerts_up_to_date
from pipeline.collect import collect
from pipeline.correlate import CorrelateReport, correlate
from pipeline.daily import bring_days_up_to_date
from pipeline.database import Database
from pipeline.definition_changes import keep_definitions, note_changes
from pipeline.fact_engine import FactEngine
from pipeline.knowledge import configured, note_readings
from pipeline.mapping import apply_mapping
from pipeline.measure import HISTORY, REBUILD, RECORDS, MeasureReport, measure
from pipeline.progress import Progress, Silent
from pipeline.snapshots import Snapshots
from pipeline.source_report import SourceReport
from pipeline.stopping import Stop
from pipeline.turns import note_read
from pipeline.wanted import wanted_of
from store.alone import alone

_LINKING = 1


@dataclass(frozen=True, slots=True)
class SyncReport:
    """How a pass went. `warnings` are lines for a person that do not make it a failure."""

    sources: Sequence[SourceReport]
    links: CorrelateReport
    facts: MeasureReport
    warnings: Sequence[str] = ()

    def __add__(self, later: SyncReport) -> SyncReport:
        """Both; the later one knows what the sources told in all."""
        links, facts = self.links + later.links, self.facts + later.facts
        return SyncReport(later.sources, links, facts, later.warnings)

    @property
    def failed(self) -> bool:
        return any(report.problems for report in self.sources)


def sync(
    settings: Settings,
    database: Database,
    *,
    only: Sequence[str] = (),
    full: bool = False,
    since: date | None = None,
    again: str = "",
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> SyncReport:
    """Collect the sources side by side, then bring links and facts up to date; then the same with
    the older history that the first load left, part by part, so that numbers are there soon.

    only: names of sources, none for all. full: read everything again. again: the name of a
    project, repository or job of the one source, of which everything is read again, and of the
    rest what changed; what is stored of it stays. A source that fails leaves
    the others alone; `ConfigError` for a name that is not configured. An interrupt ends all of them
    after the page that they are at.
    """
    stop = stop or Stop()
    tell = progress or Silent()
    wanted = wanted_of(settings)
    chosen = _chosen(settings, only)
    part = scope_named(database, chosen[0], again) if again else ""

    def one(source: AnySource, streams: frozenset[str] = frozenset()) -> SourceReport:
        again = full and not streams
        report = collect(
            source,
            database,
            wanted,
            progress=tell,
            full=again,
            since=since,
            only=streams,
            again="" if streams else part,
            stop=stop,
        )
        if not streams:
            note_read(database, source, report)
        return report

    reports = _side_by_side([partial(one, source) for source in chosen], stop)
    outcome = bring_up_to_date(settings, database, reports, tell, stop=stop)
    told = {report.source: report for report in reports}
    while behind := [source for source in chosen if told[source.name].history_left]:
        parts = [partial(one, source, told[source.name].history_left) for source in behind]
        for report in _side_by_side(parts, stop):
            told[report.source] += report
        outcome += bring_up_to_date(settings, database, list(told.values()), tell, stop=stop)
    snapshots = Snapshots(settings)
    bring_days_up_to_date(settings, database, snapshots=snapshots, stop=stop)
    bring_alerts_up_to_date(settings, database, snapshots=snapshots, stop=stop)
    return outcome


def _side_by_side(parts: Sequence[Callable[[], SourceReport]], stop: Stop) -> list[SourceReport]:
    with ThreadPoolExecutor(max(1, len(parts)), thread_name_prefix="source") as pool:
        try:
            return list(pool.map(lambda part: part(), parts))
        except KeyboardInterrupt:
            stop.ask()
            raise


def bring_up_to_date(
    settings: Settings,
    database: Database,
    reports: Sequence[SourceReport] = (),
    progress: Progress | None = None,
    *,
    everything: bool = False,
    stop: Stop | None = None,
    engine: FactEngine | None = None,
) -> SyncReport:
    """Links and facts from the records; of what changed, or of everything. Of several processes one
    at a time: what an older look at the records made of them must not overwrite a newer one's.

    engine: who makes the facts of items, where it is not this process.
    """
    tell = progress or Silent()
    cause = REBUILD if everything else RECORDS
    if any(report.read_history for report in reports):
        cause = HISTORY
    unread = {report.source for report in reports if report.problems or report.paused}
    with alone(database.engine, _LINKING, (stop or Stop()).sleep) as still:
        database = replace(database, guard=still)
        before = configured(database)
        note_changes(settings, database)
        warnings = apply_mapping(settings, database, unread=unread)
        remapped = configured(database).since(before)
        links = correlate(settings, database, progress=tell, everything=everything)
        facts = measure(
            settings,
            database,
            progress=tell,
            everything=everything,
            cause=cause,
            remapped=remapped,
            engine=engine,
        )
        note_readings(settings, database)
        keep_definitions(settings, database)
    return SyncReport(reports, links, facts, warnings)


def _chosen(settings: Settings, only: Sequence[str]) -> Sequence[AnySource]:
    names = [source.name for source in settings.polled]
    unknown = [name for name in only if name not in names]
    if unknown:
        raise ConfigError(
            f'there is no source "{unknown[0]}"; configured are: {", ".join(names) or "none"}'
        )
    return [source for source in settings.polled if not only or source.name in only]
