"""The definition of a stream as facts read it: mapping and rules of its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy.orm import Session

from core.duration import duration_text
from core.frames import NONE
from core.settings import Settings, ValueStream
from metrics.mapping import state_of_category
from metrics.remapping import Meaning, StreamDefinition, Value
from store import frames
from store.map_stages import StagePlan, plan_stages
from store.sources import source_ids


def planned(
    session: Session, settings: Settings, stream: ValueStream, stream_id: int | None
) -> StagePlan:
    """What this configuration of a stream maps, with the statuses that are known now."""
    home = source_ids(session).get(stream.items.source)
    zone = ZoneInfo(settings.server.timezone)
    return plan_stages(session, stream_id, stream, home, zone=zone)


def definition_of(
    session: Session, settings: Settings, stream: ValueStream, plan: StagePlan
) -> StreamDefinition:
    """What the facts of the stream rest on under these settings."""
    statuses = frames.statuses(session)
    home = source_ids(session).get(stream.items.source, NONE)
    own = statuses[statuses["source_id"] == home]
    names = dict(zip(own["status_id"].tolist(), own["name"].tolist(), strict=True))
    return StreamDefinition(
        meanings=_meanings(stream, plan, own),
        known=frozenset(names),
        names=names,
        kinds={
            name: kind
            for kind in ("feature", "defect", "risk", "debt")
            for name in getattr(settings.types, kind)
        },
        rules={**_rules(settings, stream), "stages": [row["name"] for row in plan.stages]},
        zone=settings.server.timezone,
    )


def stored_definition(session: Session, stream_id: int, zone: str) -> StreamDefinition:
    """What each status of a stream means by the stored mapping; no kinds and no rules."""
    stages = {
        row["stage_id"]: (row["name"], row["state"])
        for row in frames.stages(session, stream_id).to_dict("records")
    }
    statuses = frames.statuses(session)
    names = dict(zip(statuses["status_id"].tolist(), statuses["name"].tolist(), strict=True))
    found: dict[int, list[Meaning]] = {}
    for row in frames.stage_mappings(session, stream_id).to_dict("records"):
        meaning = Meaning(max(row["since_ts"], 0), *stages[row["stage_id"]])
        found.setdefault(row["status_id"], []).append(meaning)
    return StreamDefinition(found, frozenset(names), names, zone=zone)


def _meanings(
    stream: ValueStream, plan: StagePlan, statuses: pd.DataFrame
) -> dict[int, tuple[Meaning, ...]]:
    """Without stages the tracker's category decides."""
    if not stream.stages:
        pairs = zip(statuses["status_id"].tolist(), statuses["category"].tolist(), strict=True)
        return {
            status: (Meaning(0, "", state),)
            for status, category in pairs
            if (state := state_of_category(category)) is not None
        }
    states = {row["name"]: row["state"] for row in plan.stages}
    found: dict[int, list[Meaning]] = {}
    for status, stage, since in plan.meant:
        found.setdefault(status, []).append(Meaning(max(since, 0), stage, states[stage]))
    return {
        status: tuple(sorted(meant, key=lambda one: one.since_ts))
        for status, meant in found.items()
    }


def _rules(settings: Settings, stream: ValueStream) -> dict[str, Value]:
    items, ideas, blocked, cost = stream.items, stream.ideas, stream.blocked, settings.cost_of_delay
    link = [] if ideas is None else [ideas.source, *ideas.projects, ideas.link]
    return {
        "items.source": items.source,
        "items.projects": sorted(items.projects),
        "items.types": sorted(items.types),
        "parents": sorted(stream.parents),
        "ideas": link,
        "reopen_window": duration_text(stream.reopen_window),
        "count_ignored": stream.count_ignored,
        "blocked.field": blocked.field,
        "blocked.statuses": sorted(blocked.statuses),
        "blocked.labels": sorted(blocked.labels),
        "blocked.links": sorted(blocked.links),
        "expects_code": sorted(stream.expects_code),
        "cost_of_delay.field": cost.field,
        "cost_of_delay.currency": cost.currency,
        "cost_of_delay.profile": cost.profile,
        "server.timezone": settings.server.timezone,
    }


def document_of(definition: StreamDefinition) -> dict[str, Any]:
    """As it is kept, in JSON."""
    return {
        "meanings": {
            str(status): [[one.since_ts, one.stage, one.state] for one in meant]
            for status, meant in definition.meanings.items()
        },
        "known": {str(status): definition.names[status] for status in sorted(definition.known)},
        "kinds": dict(definition.kinds),
        "rules": dict(definition.rules),
        "zone": definition.zone,
    }


def read_definition(document: Mapping[str, Any]) -> StreamDefinition:
    """What `document_of` made of one."""
    names = {int(status): str(name) for status, name in document["known"].items()}
    return StreamDefinition(
        meanings={
            int(status): tuple(Meaning(*one) for one in meant)
            for status, meant in document["meanings"].items()
        },
        known=frozenset(names),
        names=names,
        kinds=document["kinds"],
        rules=document["rules"],
        zone=document["zone"],
    )
