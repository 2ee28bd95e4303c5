"""The facts that answers read, kept in memory and loaded again when their version moves."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
from sqlalchemy.orm import Session

from connectors.history import Older
from core.settings import Service, Settings, ValueStream
from metrics.envelope import Freshness
from pipeline.history_status import back_to, parts_left
from pipeline.memo import Memo
from store import cursors, frames
from store.cursors import StreamState
from store.facts import services_version
from store.unlinked import unlinked_days


@dataclass(frozen=True)
class StreamFacts:
    """Facts of one stream. items has key, type, title, url of the work item beside the fact's
    columns.
    """

    id: int
    version: int
    config: ValueStream
    stages: pd.DataFrame
    items: pd.DataFrame
    visits: pd.DataFrame
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


@dataclass(slots=True)
class Snapshots:
    """One per process: streams whose `facts_version` did not move are not loaded again."""

    settings: Settings
    _streams: dict[str, StreamFacts] = field(default_factory=dict)
    _services: dict[str, ServiceFacts] = field(default_factory=dict)
    _unlinked: pd.DataFrame = field(default_factory=pd.DataFrame)
    _versions: tuple[int, ...] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def present(self, session: Session) -> Snapshot:
        """The facts as they stand in this transaction."""
        with self._lock:
            known = frames.value_streams(session)
            versions = dict(zip(known["name"], known["facts_version"], strict=True))
            ids = dict(zip(known["name"], known["stream_id"], strict=True))
            streams = {}
            for config in self.settings.streams:
                if config.name not in ids:
                    continue
                kept = self._streams.get(config.name)
                if kept is None or kept.version != versions[config.name]:
                    kept = _stream(
                        session, config, int(ids[config.name]), int(versions[config.name])
                    )
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


def _stream(session: Session, config: ValueStream, stream_id: int, version: int) -> StreamFacts:
    facts = frames.item_facts(session, stream_id)
    items = frames.stream_items(session, stream_id)
    columns = items[["item_id", "key", "type", "title", "url"]]
    return StreamFacts(
        stream_id,
        version,
        config,
        frames.stages(session, stream_id),
        facts.merge(columns, on="item_id", how="left"),
        frames.stage_visits(session, stream_id),
    )


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
        )
        for source in settings.polled
    }


def _older(states: Sequence[StreamState], settings: Settings) -> dict[str, list[Older]]:
    left = {
        source.name: parts_left(state for state in states if state.source == source.name)
        for source in settings.polled
    }
    return {name: parts for name, parts in left.items() if parts}
