"""What another mapping would do to history: the facts computed under it, and nothing written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from core.settings import Settings, ValueStream
from metrics.facts import Facts
from metrics.remapping import StreamDefinition, changed_words, moves
from pipeline.assigned import nobody
from pipeline.clock import now_ts
from pipeline.definition import definition_of, planned, read_definition
from pipeline.definition_numbers import HEADLINE
from pipeline.measure import MAPPING
from pipeline.memo import Memo
from pipeline.preview_notes import beside, elsewhere, notes
from pipeline.question import Question
from pipeline.service_facts import delivered
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stages import CORRELATE, MEASURE
from pipeline.stream_answers import stream_metric
from pipeline.stream_facts import Ground, facts_on, planned_ground
from pipeline.times import iso
from pipeline.worth import worth_of
from store import frames
from store.definitions import kept_definition
from store.dirty import waiting_items
from store.fact_log import Recording
from store.fact_writing import compared, restated
from store.map_stages import StagePlan
from store.models import item_fact, stage_visit
from store.readings import read_before

Answer = dict[str, Any]


_NONE_STORED = -1
"""The id of no stream."""


@dataclass(frozen=True)
class Proposal:
    """Another configuration. whole: streams that it does not name are to go."""

    settings: Settings
    whole: bool


@dataclass(frozen=True)
class _Planned:
    """A stream as it would be configured; present None where there are no facts of it yet."""

    config: ValueStream
    stream_id: int | None
    present: StreamFacts | None
    plan: StagePlan
    old: StreamDefinition | None
    new: StreamDefinition

    @property
    def words(self) -> list[str]:
        return ["a new stream"] if self.old is None else changed_words(self.old, self.new)


def preview(
    session: Session, snapshot: Snapshot, settings: Settings, proposal: Proposal, asked: Question
) -> Answer:
    """By stream what changes in words, which statuses move, and the headline numbers of one window
    under both. What is stored is read and computed with; nothing is written.

    `ConfigError` where the stages of a stream contradict each other.
    """
    proposed = proposal.settings
    known = frames.value_streams(session)
    ids = dict(zip(known["name"], known["stream_id"], strict=True))
    present = {one.name: one for one in settings.streams}
    planning = [
        _planned(session, snapshot, settings, proposed, one, present.get(one.name), ids)
        for one in proposed.streams
    ]
    changing = [one for one in planning if one.words]
    releases = delivered(session, settings, whole=False).releases if changing else pd.DataFrame()
    rows = []
    for one in planning:
        row = _head(one, present.get(one.config.name))
        if one.words:
            row |= _touched(session, snapshot, settings, proposed, one, releases, asked)
        rows.append(row)
    gone = [name for name in present if name not in {one.name for one in proposed.streams}]
    other = elsewhere(settings, proposed) if proposal.whole else []
    return {
        "same": not changing and not (proposal.whole and gone),
        "window": [iso(asked.window.from_ts), iso(asked.window.to_ts)],
        "as_of": iso(asked.as_of),
        "streams": rows,
        "removed": gone if proposal.whole else [],
        "elsewhere": other,
        "waiting": waiting_items(session, (CORRELATE, MEASURE)),
    }


def _planned(
    session: Session,
    snapshot: Snapshot,
    settings: Settings,
    proposed: Settings,
    config: ValueStream,
    before: ValueStream | None,
    ids: dict[str, int],
) -> _Planned:
    number = int(ids[config.name]) if config.name in ids else None
    stored = snapshot.streams.get(config.name)
    old = None
    if before is not None and stored is not None:
        kept = None if number is None else kept_definition(session, number)
        old = (
            definition_of(session, settings, before, planned(session, settings, before, number))
            if kept is None
            else read_definition(kept)
        )
    plan = planned(session, proposed, config, number)
    new = definition_of(session, proposed, config, plan)
    return _Planned(config, number, stored, plan, old, new)


def _head(one: _Planned, before: ValueStream | None) -> Answer:
    return {
        "stream": one.config.name,
        "title": one.config.title or one.config.name,
        "same": not one.words,
        "what": one.words,
        "beside": [] if before is None else beside(before, one.config),
        "unknown_statuses": list(one.plan.unknown),
        "notes": [],
        "statuses": [],
        "items": None,
        "facts": [],
        "metrics": [],
    }


def _touched(
    session: Session,
    snapshot: Snapshot,
    settings: Settings,
    proposed: Settings,
    one: _Planned,
    releases: pd.DataFrame,
    asked: Question,
) -> Answer:
    mapping, stages, gone = _frames(session, one)
    ground = planned_ground(session, proposed, one.config, mapping, stages)
    facts = facts_on(session, proposed, one.config, ground, releases)
    restating = _Restating(session, settings, one.stream_id, gone)
    touched, told = restating.told(facts)
    rows = [] if one.old is None or one.present is None else _status_rows(one, asked)
    days = sum(row["days"] for row in rows)
    return {
        "statuses": rows,
        "items": {
            "present": 0 if one.present is None else int(one.present.items["item_id"].nunique()),
            "proposed": int(facts.items["item_id"].nunique()),
            "touched": len(touched),
            "days": days,
        },
        "facts": told,
        "metrics": list(_numbers(session, snapshot, settings, proposed, one, ground, facts, asked)),
        "notes": notes(settings, proposed, one.config, len(ground.items)),
    }


def _frames(session: Session, one: _Planned) -> tuple[pd.DataFrame, pd.DataFrame, set[int]]:
    """The mapping and the stages as they would be stored, and ids of stages that would go."""
    stored = frames.stages(session, -1 if one.stream_id is None else one.stream_id)
    known = dict(zip(stored["name"].tolist(), stored["stage_id"].tolist(), strict=True))
    free = max(known.values(), default=0) + 1
    ids = {row["name"]: known.get(row["name"], free + at) for at, row in enumerate(one.plan.stages)}
    columns = [str(name) for name in stored.columns]
    rows = [{**row, "stage_id": ids[row["name"]]} for row in one.plan.stages]
    stages = pd.DataFrame(rows, columns=columns).astype(stored.dtypes.to_dict())
    meant = [(status, ids[name], since) for status, name, since in one.plan.meant]
    names = ["status_id", "stage_id", "since_ts"]
    mapping = pd.DataFrame(np.array(meant, np.int64).reshape(-1, 3), columns=names)
    return mapping, stages, {found for name, found in known.items() if name not in ids}


@dataclass(frozen=True)
class _Restating:
    """Compares facts with those that are stored, as writing them would."""

    session: Session
    settings: Settings
    stream_id: int | None
    gone_stages: set[int]

    def told(self, facts: Facts) -> tuple[set[int], list[Answer]]:
        """The items of which a fact differs; how many differ, by fact."""
        sources = [source.name for source in self.settings.polled]
        recording = Recording(now_ts(), MAPPING, read_before(self.session, sources))
        number = -1 if self.stream_id is None else self.stream_id
        touched: set[int] = set()
        told = []
        for table, frame in ((item_fact, facts.items), (stage_visit, facts.visits)):
            counts = {"changed": 0, "gone": 0, "found": 0, "restated": 0}
            for one in compared(self.session, table, number, frame, gone_stages=self.gone_stages):
                for name, side, places in (
                    ("changed", one.after, one.now),
                    ("gone", one.before, one.deleted),
                    ("found", one.after, one.inserted),
                ):
                    counts[name] += len(places)
                    touched |= set(side["item_id"].to_numpy()[places].tolist())
                counts["restated"] += restated(self.session, table, number, one, recording)
            told.append({"fact": table.name.removesuffix("_fact"), **counts})
        return touched, told


def _status_rows(one: _Planned, asked: Question) -> list[Answer]:
    """Each status that moves, with the time in it up to now."""
    if one.old is None or one.present is None:
        return []
    return [
        {
            "status": move.name,
            "change": move.kind,
            "before": move.before,
            "after": move.after,
            "items": move.items,
            "days": move.seconds / 86_400,
        }
        for move in moves(one.old, one.new, one.present.visits, as_of=asked.as_of)
    ]


def _numbers(
    session: Session,
    snapshot: Snapshot,
    settings: Settings,
    proposed: Settings,
    one: _Planned,
    ground: Ground,
    facts: Facts,
    asked: Question,
) -> Iterator[Answer]:
    """The envelopes of the headline metrics under both."""
    stream = _stream(session, one, ground, facts)
    other = replace(snapshot, streams={**snapshot.streams, one.config.name: stream})
    for slug in HEADLINE:
        now = one.present
        told = None if now is None else stream_metric(snapshot, settings, now, slug, asked)
        yield {
            "metric": slug,
            "present": told,
            "proposed": stream_metric(other, proposed, stream, slug, asked),
        }


def _stream(session: Session, one: _Planned, ground: Ground, facts: Facts) -> StreamFacts:
    """As a snapshot has the facts once they are stored."""
    number = -1 if one.stream_id is None else one.stream_id
    items = _as_stored(facts.items, frames.item_facts(session, number, item_ids=[]))
    visits = _as_stored(facts.visits, frames.stage_visits(session, number, item_ids=[]))
    columns = ground.items[["item_id", "key", "type", "title", "url"]]
    return StreamFacts(
        number,
        0,
        one.config,
        ground.stages,
        items.merge(columns, on="item_id", how="left"),
        visits,
        tools=frames.tool_times(session, _NONE_STORED),  # the headline asks neither for these
        blocks=ground.blocks,
        assigned=nobody(),
        worth=worth_of(session, ground.items),
        memo=Memo(),
    )


def _as_stored(frame: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """With the types that the store's frames have; what they have beside is not there."""
    kinds = {str(name): kind for name, kind in like.dtypes.items() if name in frame.columns}
    return frame[list(kinds)].astype(kinds)
