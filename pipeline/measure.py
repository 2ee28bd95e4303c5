"""Brings facts up to date: of the items that changed, and of the services whose deliveries did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b

import orjson
from sqlalchemy.orm import Session

from core.records import Entity
from core.settings import Settings
from pipeline.around import MOST, Around, around_all, around_items, mending_moved
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.fact_engine import FactEngine
from pipeline.progress import Progress, Silent
from pipeline.service_facts import ServiceFacts, delivered, write_service_facts
from pipeline.stages import EVENT_LOG, LOG, MEASURE, MEASURING
from pipeline.stream_facts import StreamFacts, stream_facts
from pipeline.unlinked import Unlinked, unlinked_now
from pipeline.unlinked_part import unlinked_around
from store import dirty, facts, frames
from store.fact_log import Recording, begin_knowing
from store.readings import read_before
from store.settings import get_setting, set_setting
from store.unlinked import replace_unlinked

Waiting = Mapping[Entity, Sequence[int]]

_DELIVERY = (
    Entity.COMMIT,
    Entity.MERGE_REQUEST,
    Entity.DEPLOYMENT,
    Entity.CHANGE,
    Entity.INCIDENT,
    Entity.REPOSITORY,
)


RECORDS = "records"
"""Why facts change in the ordinary way: the records did."""

HISTORY = "history"
"""Older history is still coming: what it moves was not told in full before."""

MAPPING = "mapping"
"""The configuration of the stream, or of the services, is another one."""

REBUILD = "rebuild"
"""Everything was computed anew."""


@dataclass(frozen=True, slots=True)
class Remapped:
    """Names of streams, and whether services, that are configured otherwise than before."""

    streams: frozenset[str] = frozenset()
    services: bool = False


@dataclass(frozen=True, slots=True)
class MeasureReport:
    """`changed`: fact rows that were added, altered or dropped. `streams`: whose version moved."""

    changed: int = 0
    streams: Sequence[str] = ()

    def __add__(self, later: MeasureReport) -> MeasureReport:
        """Both runs, the later one after this."""
        streams = dict.fromkeys([*self.streams, *later.streams])
        return MeasureReport(self.changed + later.changed, tuple(streams))


def measure(
    settings: Settings,
    database: Database,
    *,
    progress: Progress | None = None,
    everything: bool = False,
    cause: str = RECORDS,
    remapped: Remapped = Remapped(),
    engine: FactEngine | None = None,
) -> MeasureReport:
    """Facts of what waits, or of everything. A stream's version moves once, when a fact of it
    did, or one of its items: answers show titles and keys beside the facts.

    cause: why facts change; `HISTORY` restates nothing. remapped: what changes for another reason,
    because its configuration did. engine: who makes the facts of items, where it is not this
    process.
    """
    tell = progress or Silent()
    with database.writing() as session:
        waiting = dirty.take_on(session, MEASURE, MEASURING)
    if not everything and not any(waiting.values()):
        return MeasureReport()
    if engine is not None:
        engine.begin(settings, database, tell)
    with database.read() as session:
        # Outside of what writes: that would keep pages and webhooks waiting for as long.
        made = _made(session, settings, waiting, everything=everything, tell=tell, engine=engine)
    with database.writing() as session:
        sources = [source.name for source in settings.polled]
        before_ts = None if cause == HISTORY else read_before(session, sources)
        report = _write(session, made, cause=cause, remapped=remapped, before_ts=before_ts)
        bare = made.unlinked
        if bare is not None and replace_unlinked(session, bare.rows, bare.days, bare.part):
            facts.bump_services(session)
        if made.ground is not None:
            set_setting(session, _GROUND, made.ground)
        if get_setting(session, EVENT_LOG) is not None:
            dirty.mark(session, LOG, Entity.ITEM, waiting[Entity.ITEM])
        for entity in Entity:
            dirty.clear(session, MEASURING, entity, waiting[entity])
    return report


_GROUND = "measured_on"


@dataclass(frozen=True, slots=True)
class _Made:
    """What a run found. services: None where no fact of them can have moved, as unlinked where
    nothing of that did. ground: the configuration that all of it goes by, where all was looked at.
    """

    streams: Sequence[StreamFacts]
    services: ServiceFacts | None
    unlinked: Unlinked | None
    ground: str | None


def _made(
    session: Session,
    settings: Settings,
    waiting: Waiting,
    *,
    everything: bool,
    tell: Progress,
    engine: FactEngine | None,
) -> _Made:
    """By all there is; or, where items wait and nothing else, by what hangs together with them."""
    items, known = waiting[Entity.ITEM], frames.value_streams(session)
    numbers = {
        str(name): int(number)
        for name, number in zip(known["name"], known["stream_id"], strict=True)
    }
    deliveries = everything or any(waiting[entity] for entity in _DELIVERY)
    deliveries = deliveries or mending_moved(session, settings, items)
    found = cache(partial(delivered, session, settings, whole=deliveries))
    ground = _ground_of(settings)
    others = any(ids for entity, ids in waiting.items() if entity is not Entity.ITEM)
    if deliveries or others or len(items) > MOST or get_setting(session, _GROUND) != ground:
        around = around_all(session, settings, found)
        wanted = None if everything else set(items)
        made = _computed(
            session, settings, numbers, around, wanted=wanted, tell=tell, engine=engine
        )
        bare = unlinked_now(session, settings, found(), made)
        return _Made(made, found().facts, bare, ground)
    own = [numbers[one.name] for one in settings.streams if one.name in numbers]
    around = around_items(session, settings, items, own, found)
    made = _computed(session, settings, numbers, around, wanted=set(items), tell=tell)
    return _Made(made, None, unlinked_around(session, settings, around, made), None)


def _ground_of(settings: Settings) -> str:
    """A digest of what of the configuration decides about any fact."""
    told = [
        [source.name for source in settings.sources],
        [stream.model_dump(mode="json") for stream in settings.streams],
        [service.model_dump(mode="json") for service in settings.services],
        settings.types.model_dump(mode="json"),
        settings.dora.model_dump(mode="json"),
        settings.cost_of_delay.model_dump(mode="json"),
        settings.server.timezone,
    ]
    return blake2b(orjson.dumps(told), digest_size=16).hexdigest()


def _computed(
    session: Session,
    settings: Settings,
    numbers: Mapping[str, int],
    around: Around,
    *,
    wanted: set[int] | None,
    tell: Progress,
    engine: FactEngine | None = None,
) -> list[StreamFacts]:
    total = len(settings.streams) + 1
    made = []
    for place, stream in enumerate(settings.streams):
        tell.step("measure", place + 1, total)
        if stream.name in numbers:
            number = numbers[stream.name]
            made.append(
                stream_facts(
                    session, settings, stream, number, wanted=wanted, around=around, engine=engine
                )
            )
    tell.step("measure", total, total)
    return made


def _write(
    session: Session,
    made: _Made,
    *,
    cause: str,
    remapped: Remapped,
    before_ts: int | None,
) -> MeasureReport:
    # What another mapping makes of it is known later than what was told before, if by a second.
    later = bool(remapped.streams or remapped.services)
    now = max(now_ts(), facts.last_written_ts(session) + later)
    new_streams, new_services = begin_knowing(session, now)
    service_cause = MAPPING if remapped.services and cause != HISTORY else cause
    recording = Recording(now, service_cause, before_ts)
    services = {}
    if made.services:
        services = write_service_facts(session, made.services, recording, new=new_services)
    changed: dict[str, int] = {}
    for one in made.streams:
        name, new = one.stream.name, one.stream_id in new_streams
        why = MAPPING if name in remapped.streams and cause != HISTORY else cause
        recording = Recording(now, why, None if new else before_ts)
        count = _write_stream(session, one, recording)
        if count or one.shown or services.keys() & set(one.stream.services):
            facts.bump_version(session, one.stream_id, now)
            changed[name] = count
    return MeasureReport(sum(changed.values()) + sum(services.values()), tuple(changed))


def _write_stream(session: Session, one: StreamFacts, recording: Recording) -> int:
    """How many rows changed."""
    number, made, wanted = one.stream_id, one.facts, one.wanted
    times, differing = one.tools.times, one.tools.differing
    changes = []
    if differing is None or differing:
        changes.append(
            facts.replace_tool_times(
                session, number, times, recording=recording, item_ids=differing
            )
        )
    if made is not None:
        changes += [
            facts.replace_item_facts(
                session, number, made.items, recording=recording, item_ids=wanted
            ),
            facts.replace_stage_visits(
                session, number, made.visits, recording=recording, item_ids=wanted
            ),
        ]
    return sum(change.count for change in changes)
