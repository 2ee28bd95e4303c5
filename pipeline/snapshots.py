"""Keeps the facts that answers read in memory, and loads them again when their version moves."""

from __future__ import annotations

import threading
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time

import pandas as pd
from sqlalchemy.orm import Session

from connectors.history import Older
from core.settings import Settings, ValueStream
from core.source_settings import Source
from correlator.confidence import COUNTS, pair_confidence
from metrics.envelope import Freshness
from metrics.sensitivity import SURE
from pipeline.assigned import assigned_of
from pipeline.breaks import breaks_of_service, breaks_of_stream
from pipeline.definition import stored_definition
from pipeline.history_status import back_to, parts_left
from pipeline.known_snapshot import known_snapshot
from pipeline.memo import Memo
from pipeline.outages import outages_of
from pipeline.planned import Planned, planned_of
from pipeline.snapshot import Awaited, ServiceFacts, Snapshot, StreamFacts
from pipeline.stream_blocks import blocked_statuses, blockers_of, linked_blocks, open_blocks
from pipeline.value_facts import rules_of, stream_value
from pipeline.worth import Worth, worth_of
from store import cursors, frames
from store.cursors import StreamState
from store.definitions import DefinitionChange, definition_changes
from store.estimates import last_estimate
from store.facts import services_version
from store.made_by import spans
from store.unlinked import unlinked_days
from store.weak_links import weak_links

_MOMENTS = 4
"""Of so many moments what was known stays in memory."""


@dataclass(slots=True)
class Snapshots:
    """One per process: streams whose `facts_version` did not move are not loaded again."""

    settings: Settings
    _streams: dict[str, StreamFacts] = field(default_factory=dict)
    _services: dict[str, ServiceFacts] = field(default_factory=dict)
    _unlinked: pd.DataFrame = field(default_factory=pd.DataFrame)
    _versions: tuple[int, ...] = ()
    _changes: Sequence[DefinitionChange] = ()
    _worth: tuple[object, ...] = ()
    _revalued: int = 0
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
                self._changes, self._streams, self._services = changes, {}, {}
            streams = {}
            for config in self.settings.streams:
                if config.name not in ids:
                    continue
                kept = self._streams.get(config.name)
                if kept is None or kept.version != versions[config.name]:
                    number, version = int(ids[config.name]), int(versions[config.name])
                    kept = _stream(session, self.settings, config, number, version)
                    meant = stored_definition(session, number, self.settings.server.timezone)
                    kept = replace(kept, breaks=breaks_of_stream(number, changes, meant))
                streams[config.name] = kept
            states = cursors.all_states(session)
            self._streams = self._valued(session, streams, states)
            streams = self._streams
            moved = (services_version(session), *map(int, known["facts_version"]))
            if moved != self._versions:
                self._unlinked = unlinked_days(session)
            if moved != self._versions or not self._services:
                self._services = _services(session, self.settings, changes)
                self._versions = moved
            older = _older(states, self.settings)
            fresh = freshness(states, self.settings, older)
            gaps = outages_of(spans(session), fresh)
            awaited = _awaited(self.settings, streams, self._services)
            return Snapshot(
                streams, self._services, fresh, self._unlinked, older, gaps, awaited=awaited
            )

    def _valued(
        self, session: Session, streams: dict[str, StreamFacts], states: Sequence[StreamState]
    ) -> dict[str, StreamFacts]:
        """With what is worth what, and planned for when, read again when somebody said something or
        a source was read: a parent need not be an item of the stream, whose version its value then
        does not move, and no item changes when its release gets another date.
        """
        moved = (
            last_estimate(session),
            *((one.source, one.last_success_ts) for one in states if one.key.stream == ""),
        )
        if moved == self._worth:
            return streams
        self._worth = moved
        found = {}
        for name, stream in streams.items():
            if self._streams.get(name) is not stream:  # was loaded now, and knows
                found[name] = stream
                continue
            worth = worth_of(session, frames.stream_items(session, stream.id))
            planned = _planned(session, stream.id, worth)
            if not (worth.same(stream.worth) and planned.same(stream.planned)):
                self._revalued += 1
                stream = replace(stream, worth=worth, planned=planned, memo=Memo())
            found[name] = stream
        return found

    def known(self, session: Session, ts: int) -> Snapshot:
        """The facts and stages as they were known at `ts`, and what counted as a delivery. Titles
        and the rest of the configuration are those of now, as is what is read of reasons and
        assignees of before; what is not linked is not told.
        """
        present = self.present(session)
        changes = tuple(one for one in self._changes if one.changed_ts > ts)
        key = (ts, self._versions, len(changes), self._revalued)
        places = self.settings.value.environments
        return self._known.of(key, lambda: known_snapshot(session, present, ts, changes, places))


def _stream(
    session: Session, settings: Settings, config: ValueStream, stream_id: int, version: int
) -> StreamFacts:
    facts = frames.item_facts(session, stream_id)
    items = frames.stream_items(session, stream_id)
    columns = items[["item_id", "key", "type", "title", "url"]]
    stages = frames.stages(session, stream_id)
    linked = linked_blocks(session, config, stream_id)
    blocks = open_blocks(session, linked, stages, frames.stage_mappings(session, stream_id))
    worth = worth_of(session, items)
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
        value=stream_value(
            session, facts["item_id"], rules_of(settings, config), settings.value.environments
        ),
        worth=worth,
        planned=_planned(session, stream_id, worth),
    )


def _planned(session: Session, stream_id: int, worth: Worth) -> Planned:
    return planned_of(session, stream_id, worth.parents["item_id"].tolist())


def _with_weak(session: Session, stream_id: int, items: pd.DataFrame) -> pd.DataFrame:
    told = weak_links(session, stream_id, below=SURE)
    pairs = pair_confidence(told.assign(a_kind=0, b_kind=0))
    counted = pairs["confidence"].between(COUNTS, SURE, inclusive="left")
    return items.assign(weak=items["item_id"].isin(pairs["a_id"][counted]))


def _services(
    session: Session, settings: Settings, changes: Sequence[DefinitionChange]
) -> dict[str, ServiceFacts]:
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
            settings.dora,
            breaks_of_service(config.name, changes),
        )
        for config in settings.services
        if config.name in ids
    }


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
            since_ts=_first_moment(source),
        )
        for source in settings.polled
    }


def _first_moment(source: Source) -> int | None:
    if source.history is None:
        return None
    return int(datetime.combine(source.history, time.min, UTC).timestamp())


def _older(states: Sequence[StreamState], settings: Settings) -> dict[str, list[Older]]:
    left = {
        source.name: parts_left(state for state in states if state.source == source.name)
        for source in settings.polled
    }
    return {name: parts for name, parts in left.items() if parts}


def _awaited(settings: Settings, streams: Container[str], services: Container[str]) -> Awaited:
    return Awaited(
        tuple(one.name for one in settings.streams if one.name not in streams),
        tuple(one.name for one in settings.services if one.name not in services),
    )
