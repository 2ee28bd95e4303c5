"""The facts that answers read, kept in memory and loaded again when their version moves."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import pandas as pd
from sqlalchemy.orm import Session

from connectors.history import Older
from core.errors import BadRequestError
from core.records import Entity
from core.settings import Service, Settings, ValueStream
from correlator.evidence import combine
from metrics.envelope import Freshness
from metrics.sensitivity import SURE
from metrics.stretches import begun_by, closed, opened
from pipeline.assigned import assigned_of
from pipeline.breaks import Break, breaks_of_stream
from pipeline.definition import stored_definition
from pipeline.history_status import back_to, parts_left
from pipeline.memo import Memo
from pipeline.stream_blocks import blocked_statuses, blockers_of, linked_blocks, open_blocks
from pipeline.times import iso
from store import cursors, frames
from store.cursors import StreamState
from store.definitions import DefinitionChange, definition_changes
from store.facts import services_version
from store.known_facts import facts_known_at, known_since, named_items
from store.models import (
    change_fact,
    deployment_fact,
    incident_fact,
    item_fact,
    request_fact,
    stage_visit,
    tool_time,
)
from store.readings import Reading, readings_at
from store.unlinked import unlinked_days
from store.weak_links import weak_links

COUNTS = 0.5
"""From this combined confidence on a link of ticket and commit counts; see `service_facts`."""
_MOMENTS = 4
"""Of so many moments what was known stays in memory."""


@dataclass(frozen=True)
class StreamFacts:
    """Facts of one stream. items has key, type, title, url of the work item beside the fact's
    columns; and, but for what was known once, `weak`: whether one of its commits is linked by weak
    evidence alone. tools: columns of `tool_time`. blocks: what blocked them, see `open_blocks`.
    assigned: see `assigned_of`. blockers: the items in their way by id, see `blockers_of`.
    blocked_statuses: names by id.
    """

    id: int
    version: int
    config: ValueStream
    stages: pd.DataFrame
    items: pd.DataFrame
    visits: pd.DataFrame
    tools: pd.DataFrame
    blocks: pd.DataFrame
    assigned: pd.DataFrame
    blockers: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    blocked_statuses: Mapping[int, str] = field(default_factory=dict)
    breaks: tuple[Break, ...] = ()
    memo: Memo = field(default_factory=Memo, compare=False)

    @property
    def title(self) -> str:
        return self.config.title or self.config.name


@dataclass(frozen=True)
class ServiceFacts:
    """Facts of one service, production only."""

    id: int
    config: Service
    changes: pd.DataFrame
    deployments: pd.DataFrame
    incidents: pd.DataFrame
    requests: pd.DataFrame


@dataclass(frozen=True)
class Later:
    """By name the streams and services of which nothing was kept yet at the moment asked for, with
    the moment from which on it is (None: not yet).
    """

    streams: Mapping[str, int | None] = field(default_factory=dict)
    services: Mapping[str, int | None] = field(default_factory=dict)

    def require(self, kind: Literal["streams", "services"], name: str) -> None:
        """`BadRequestError` where it is one of them, which says from when on there is an answer."""
        of = self.streams if kind == "streams" else self.services
        if name in of:
            raise _too_early(of[name], f' of "{name}"')

    def require_any(self) -> None:
        """The same where there is no stream but later ones."""
        if self.streams:
            known = [ts for ts in self.streams.values() if ts is not None]
            raise _too_early(min(known, default=None), "")


def _too_early(since_ts: int | None, of: str) -> BadRequestError:
    if since_ts is None:
        return BadRequestError(f"known_at: nothing is known{of} yet")
    return BadRequestError(
        f"known_at: what was known{of} before {iso(since_ts)} was not kept; ask for that moment or"
        " a later one"
    )


@dataclass(frozen=True)
class Snapshot:
    """Everything that is answered from, as of one version. Lists keep the order of the
    configuration.
    """

    streams: Mapping[str, StreamFacts]
    services: Mapping[str, ServiceFacts]
    freshness: Mapping[str, Freshness]
    unlinked_days: pd.DataFrame
    """See `store.unlinked.unlinked_days`."""
    older: Mapping[str, Sequence[Older]] = field(default_factory=dict)
    """By source, the parts of its history that are still to be read; only where there are any."""
    later: Later = field(default_factory=Later)
    """Where it is asked what was known: of what nothing was kept yet."""


@dataclass(slots=True)
class Snapshots:
    """One per process: streams whose `facts_version` did not move are not loaded again."""

    settings: Settings
    _streams: dict[str, StreamFacts] = field(default_factory=dict)
    _services: dict[str, ServiceFacts] = field(default_factory=dict)
    _unlinked: pd.DataFrame = field(default_factory=pd.DataFrame)
    _versions: tuple[int, ...] = ()
    _changes: Sequence[DefinitionChange] = ()
    _known: Memo = field(default_factory=lambda: Memo(_MOMENTS))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def present(self, session: Session) -> Snapshot:
        """The facts as they stand in this transaction."""
        with self._lock:
            known = frames.value_streams(session)
            versions = dict(zip(known["name"], known["facts_version"], strict=True))
            ids = dict(zip(known["name"], known["stream_id"], strict=True))
            changes = definition_changes(session)
            if changes != self._changes:
                self._changes, self._streams = changes, {}
            streams = {}
            for config in self.settings.streams:
                if config.name not in ids:
                    continue
                kept = self._streams.get(config.name)
                if kept is None or kept.version != versions[config.name]:
                    number, version = int(ids[config.name]), int(versions[config.name])
                    kept = _stream(session, config, number, version)
                    meant = stored_definition(session, number, self.settings.server.timezone)
                    kept = replace(kept, breaks=breaks_of_stream(number, changes, meant))
                streams[config.name] = kept
            self._streams = streams
            moved = (services_version(session), *map(int, known["facts_version"]))
            if moved != self._versions:
                self._unlinked = unlinked_days(session)
            if moved != self._versions or not self._services:
                self._services = _services(session, self.settings)
                self._versions = moved
            states = cursors.all_states(session)
            older = _older(states, self.settings)
            fresh = freshness(states, self.settings, older)
            return Snapshot(streams, self._services, fresh, self._unlinked, older)

    def known(self, session: Session, ts: int) -> Snapshot:
        """The facts and stages as they were known at `ts`. Titles and the rest of the configuration
        are those of now, as is what is read of reasons and assignees of before; what is not linked
        is not told.
        """
        present = self.present(session)
        changes = tuple(one for one in self._changes if one.changed_ts > ts)
        key = (ts, self._versions, len(changes))
        return self._known.of(key, lambda: _known(session, present, ts, changes))


def _stream(session: Session, config: ValueStream, stream_id: int, version: int) -> StreamFacts:
    facts = frames.item_facts(session, stream_id)
    items = frames.stream_items(session, stream_id)
    columns = items[["item_id", "key", "type", "title", "url"]]
    stages = frames.stages(session, stream_id)
    linked = linked_blocks(session, config, stream_id)
    blocks = open_blocks(session, linked, stages, frames.stage_mappings(session, stream_id))
    return StreamFacts(
        stream_id,
        version,
        config,
        stages,
        _with_weak(session, stream_id, facts.merge(columns, on="item_id", how="left")),
        frames.stage_visits(session, stream_id),
        frames.tool_times(session, stream_id),
        blocks,
        assigned_of(session, stream_id, stages),
        blockers_of(session, blocks),
        blocked_statuses(session, config),
    )


def _with_weak(session: Session, stream_id: int, items: pd.DataFrame) -> pd.DataFrame:
    told = weak_links(session, stream_id, below=SURE)
    pairs = combine(told.assign(a_kind=int(Entity.ITEM), b_kind=int(Entity.COMMIT)))
    counted = pairs["confidence"].between(COUNTS, SURE, inclusive="left")
    return items.assign(weak=items["item_id"].isin(pairs["a_id"][counted]))


def _services(session: Session, settings: Settings) -> dict[str, ServiceFacts]:
    known = frames.services(session)
    ids = dict(zip(known["name"], known["service_id"], strict=True))
    return {
        config.name: ServiceFacts(
            int(ids[config.name]),
            config,
            frames.change_facts(session, int(ids[config.name])),
            frames.deployment_facts(session, int(ids[config.name])),
            frames.incident_facts(session, int(ids[config.name])),
            frames.request_facts(session, int(ids[config.name])),
        )
        for config in settings.services
        if config.name in ids
    }


def _known(
    session: Session, present: Snapshot, ts: int, changes: Sequence[DefinitionChange]
) -> Snapshot:
    """changes: those that came after it."""
    since = known_since(session)
    known = [{name for name, at in of.items() if at <= ts} for of in since]
    later = Later(
        {name: since[0].get(name) for name in present.streams if name not in known[0]},
        {name: since[1].get(name) for name in present.services if name not in known[1]},
    )
    readings = readings_at(session, ts)
    return Snapshot(
        {
            name: _stream_then(session, one, ts, changes)
            for name, one in present.streams.items()
            if name in known[0]
        },
        {
            name: _service_then(session, one, ts)
            for name, one in present.services.items()
            if name in known[1]
        },
        {
            name: replace(one, watermark_ts=read.watermark_ts, back_to_ts=read.back_to_ts)
            for name, one in present.freshness.items()
            if (read := readings.get(name, Reading(None)))
        },
        present.unlinked_days.iloc[:0],
        later=later,
    )


def _stream_then(
    session: Session, stream: StreamFacts, ts: int, changes: Sequence[DefinitionChange]
) -> StreamFacts:
    facts = facts_known_at(session, item_fact, stream.id, ts)
    items = facts.merge(named_items(session, facts["item_id"]), on="item_id", how="left")
    visits = facts_known_at(session, stage_visit, stream.id, ts)
    breaks = tuple(one for one in stream.breaks if one.ts <= ts)
    then = next((one.stages_before for one in changes if one.stream_id == stream.id), None)
    stages = stream.stages
    if then is not None:
        columns = [str(name) for name in stages.columns]
        stages = pd.DataFrame(then, columns=columns).astype(stages.dtypes.to_dict())
    return replace(
        stream,
        stages=stages,
        items=items,
        visits=visits,
        tools=facts_known_at(session, tool_time, stream.id, ts),
        blocks=opened(begun_by(closed(stream.blocks), ts)),
        assigned=begun_by(stream.assigned, ts),
        breaks=breaks,
        memo=Memo(),
    )


def _service_then(session: Session, service: ServiceFacts, ts: int) -> ServiceFacts:
    return replace(
        service,
        changes=facts_known_at(session, change_fact, service.id, ts),
        deployments=facts_known_at(session, deployment_fact, service.id, ts),
        incidents=facts_known_at(session, incident_fact, service.id, ts),
        requests=facts_known_at(session, request_fact, service.id, ts),
    )


def freshness(
    states: Sequence[StreamState], settings: Settings, older: Mapping[str, Sequence[Older]]
) -> dict[str, Freshness]:
    """Up to when each source was read, None for one that never was, and from when on. One that
    reports by itself has no such times.
    """
    marks = {state.source: state.watermark_ts for state in states if state.key.stream == ""}
    return {
        source.name: Freshness(
            marks.get(source.name),
            int(source.every.total_seconds()),
            back_to_ts=back_to(older.get(source.name, ())),
        )
        for source in settings.polled
    }


def _older(states: Sequence[StreamState], settings: Settings) -> dict[str, list[Older]]:
    left = {
        source.name: parts_left(state for state in states if state.source == source.name)
        for source in settings.polled
    }
    return {name: parts for name, parts in left.items() if parts}
