"""One pass over one source, from opening it to recording how it went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from hashlib import blake2b

import orjson
import structlog

from connectors.budget import Spent
from connectors.http import SourceClient, request_count
from connectors.registry import KINDS, open_source
from connectors.stream import Connection, Stream, Wanted
from core.errors import SourceAnswerError, SourceError, SourcePausedError
from core.settings import Settings
from core.source_settings import AnySource
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.health import Health, Round, decoded, encoded
from pipeline.lease import WHOLE, held
from pipeline.permission import check_account, lost_scopes, without_census
from pipeline.progress import Progress, Silent
from pipeline.reading import MISSHAPEN
from pipeline.source_pass import SourcePass
from pipeline.stopping import Stop
from pipeline.stream_counts import StreamCounts
from store import cursors, hooks
from store.cursors import StreamKey
from store.sources import SourceRow, ensure_sources

log = structlog.get_logger()
_ASKS_THE_SAME = {"name", "url", "auth", "every", "concurrency", "budget", "hooks"}
_REPEATED_FOR_S = 7 * 86_400  # vendors repeat a delivery for three days at most


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What a pass over a source did; `error` is one line for a person, empty when all went well."""

    source: str
    streams: dict[str, StreamCounts] = field(default_factory=dict)
    requests: int = 0
    error: str = ""
    paused_at: str = ""

    @property
    def paused(self) -> str:
        """Why the pass ended early without a fault, and when it goes on; empty where it did not."""
        return self.paused_at or next((c.paused for c in self.streams.values() if c.paused), "")

    @property
    def problems(self) -> list[str]:
        """One line for the source, or for each stream that failed, in however many scopes."""
        whole = [self.error] if self.error else []
        return whole + [
            f"{stream}: {counts.errors[0]}{_and_more(len(counts.errors) - 1)}"
            for stream, counts in self.streams.items()
            if counts.errors
        ]

    @property
    def changed(self) -> int:
        return sum(counts.changed for counts in self.streams.values())

    @property
    def history_left(self) -> frozenset[str]:
        """Streams with older history to be read at once; none while something is wrong: each pass
        that follows on schedule reads a part all the same.
        """
        left = {name for name, counts in self.streams.items() if counts.older}
        return frozenset() if self.problems or self.paused else frozenset(left)

    @property
    def read_history(self) -> bool:
        """Whether older history came, by which facts change although nothing happened."""
        return any(counts.deeper for counts in self.streams.values())

    def __add__(self, later: SourceReport) -> SourceReport:
        """Both passes over the source, the later one after this."""
        streams = {
            name: self.streams.get(name, StreamCounts()) + later.streams.get(name, StreamCounts())
            for name in {**self.streams, **later.streams}
        }
        requests = self.requests + later.requests
        error = self.error or later.error
        return SourceReport(self.source, streams, requests, error, later.paused_at)


def _and_more(others: int) -> str:
    return f" (and {others} more of its scopes)" if others else ""


def wanted_of(settings: Settings) -> Wanted:
    """What the streams and people of the configuration ask of connectors."""
    blocked = [stream.blocked for stream in settings.streams]
    return Wanted(
        flag_fields=frozenset(rule.field for rule in blocked if rule.field)
        or frozenset(["Flagged"]),
        value_field=settings.cost_of_delay.field,
        blocking_labels=frozenset(label for rule in blocked for label in rule.labels),
        blocking_links=frozenset(kind for rule in blocked for kind in rule.links),
        bots=settings.people.bots,
    )


def collect(
    source: AnySource,
    database: Database,
    wanted: Wanted,
    *,
    progress: Progress | None = None,
    full: bool = False,
    since: date | None = None,
    only: frozenset[str] = frozenset(),
    stop: Stop | None = None,
) -> SourceReport:
    """Read what changed at one source into the store. A fault of the source is in the report, not
    raised; `StoppedError` when asked to stop.

    only: the streams to be read, with those that they are read over; none for all.
    Where the configuration asks otherwise than in the last good pass, everything is read again:
    payloads that did not change mean something else now.
    """
    stop = stop or Stop()
    asked = fingerprint(source, wanted)
    with database.writing() as session:
        row = SourceRow(source.name, source.kind, source.url)
        source_id = ensure_sources(session, [row])[source.name]
        state = cursors.load_state(session, StreamKey(source_id, WHOLE))
        noted = hooks.last_hint(session, source_id)
    before = state.cursor.get("asked")
    # Only who asks for it trusts that what vanished is gone; a changed configuration may want less.
    trusting, full = full, full or before not in (None, asked)
    health = decoded(state.health)
    rounds = None if only else health.round
    going_on = rounds if rounds and rounds.asked == asked else None
    turn = Round(
        going_on.from_ts if going_on else now_ts(), asked, full or bool(going_on and going_on.full)
    )
    streams: dict[str, StreamCounts] = {}
    requests, error, paused = 0, "", ""
    try:
        with (
            held(database, source_id, source.name) as renew,
            opened(source, stop, spent=health.spent) as client,
        ):
            try:
                found = connected(client, source, wanted)
                if not trusting:
                    check_account(source.name, health, found)
                error = "" if turn.full else lost_scopes(source.name, health, found)
                health = health if error else health.accepting(found)
                one = SourcePass(
                    source_id,
                    source.name,
                    database,
                    client,
                    progress or Silent(),
                    renew,
                    stop,
                    full=turn.full,
                    trusting=trusting,
                    round_ts=going_on.from_ts if going_on else None,
                    since=since or source.history,
                    counts=streams,
                )
                streams_wanted = _needed(found.streams, only)
                one.run(without_census(streams_wanted) if error else streams_wanted)
            finally:
                requests, health = request_count(client), health.after(client)
    except SourcePausedError as raised:
        paused = str(raised)
    except SourceError as raised:
        error = str(raised)
    report = SourceReport(source.name, streams, requests, error, paused)
    health = replace(health, round=turn if report.paused and not only else None)
    _record(database, source_id, report, turn=turn, health=health, noted=None if only else noted)
    return report


def _needed(streams: Sequence[Stream], only: frozenset[str]) -> list[Stream]:
    """These streams and those whose payloads are their scopes."""
    names = set(only) | {stream.over for stream in streams if stream.name in only}
    return [stream for stream in streams if not only or stream.name in names]


def fingerprint(source: AnySource, wanted: Wanted) -> str:
    """Changes with whatever decides what is asked of the source and what a payload means."""
    settings = source.model_dump(mode="json", exclude=_ASKS_THE_SAME)
    names = {name: sorted(value) for name, value in asdict(wanted).items()}
    text = orjson.dumps([settings, names], option=orjson.OPT_SORT_KEYS)
    return blake2b(text, digest_size=8).hexdigest()


@contextmanager
def opened(source: AnySource, stop: Stop, *, spent: Spent | None = None) -> Iterator[SourceClient]:
    """A client that sends nothing more, and waits no longer, once asked to stop. `spent` is used of
    its budget.
    """
    client = open_source(source, sleep=stop.sleep, spent=spent)
    client.http.event_hooks = {"request": [stop.check]}
    try:
        yield client
    finally:
        client.http.close()


def connected(client: SourceClient, source: AnySource, wanted: Wanted) -> Connection:
    """What the source offers; `SourceError`, also for answers of another shape than its kind's."""
    try:
        return KINDS[source.kind].connect(client, source, wanted)
    except SourceAnswerError as error:
        if error.status != 404:
            raise
        raise SourceAnswerError(
            f"there is no {source.kind} at {source.url} (404); correct `url`, its path too",
            status=404,
        ) from error
    except MISSHAPEN as error:
        raise SourceAnswerError(
            f"the answers are not those of {source.kind} ({type(error).__name__}: {error}); "
            "check `url` and `kind`"
        ) from error


def _record(
    database: Database,
    source_id: int,
    report: SourceReport,
    *,
    turn: Round,
    health: Health,
    noted: int | None,
) -> None:
    """noted: the last hint that there was before all streams were read; None where only some of
    them were.
    """
    message = "; ".join(report.problems)
    key = StreamKey(source_id, WHOLE)
    with database.writing() as session:
        cursors.save_health(session, key, encoded(health))
        if message:
            cursors.save_error(session, key, message, now_ts=now_ts())
        elif report.paused:
            cursors.save_partial(session, key, f"partial: {report.paused}")
        elif noted is not None:
            cursors.save_cursor(session, key, {"asked": turn.asked}, watermark_ts=turn.from_ts)
            cursors.save_success(session, key, now_ts=now_ts(), requests=report.requests)
            hooks.clear(session, source_id, last=noted)  # a whole pass has read them, too
            hooks.forget_deliveries(session, source_id, before_ts=turn.from_ts - _REPEATED_FOR_S)
    seen = sum(counts.seen for counts in report.streams.values())
    unparsed = sum(counts.unparsed for counts in report.streams.values())
    log.info(
        "source_collected",
        source=report.source,
        seen=seen,
        changed=report.changed,
        unparsed=unparsed,
        requests=report.requests,
        error=message or None,
        paused=report.paused or None,
    )
