"""The facts as they were known at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from sqlalchemy.orm import Session

from metrics.stretches import begun_by, closed, opened
from pipeline.deliveries import read_rules
from pipeline.memo import Memo
from pipeline.outages import over_by
from pipeline.snapshot import Later, ServiceFacts, Snapshot, StreamFacts
from pipeline.value_facts import stream_value
from pipeline.worth import estimates_then
from store.definitions import DefinitionChange
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


def known_snapshot(
    session: Session,
    present: Snapshot,
    ts: int,
    changes: Sequence[DefinitionChange],
    production: Sequence[str] = (),
) -> Snapshot:
    """What of the present facts was known at `ts`. changes: of definitions, those after it.
    production: the environments in which features are shown to users.
    """
    since = known_since(session)
    known = [{name for name, at in of.items() if at <= ts} for of in since]
    later = Later(
        {name: since[0].get(name) for name in present.streams if name not in known[0]},
        {name: since[1].get(name) for name in present.services if name not in known[1]},
    )
    readings = readings_at(session, ts)
    return Snapshot(
        {
            name: _stream_then(session, one, ts, changes, production)
            for name, one in present.streams.items()
            if name in known[0]
        },
        {
            name: _service_then(session, one, ts, changes)
            for name, one in present.services.items()
            if name in known[1]
        },
        {
            name: replace(one, watermark_ts=read.watermark_ts, back_to_ts=read.back_to_ts)
            for name, one in present.freshness.items()
            if (read := readings.get(name, Reading(None)))
        },
        present.unlinked_days.iloc[:0],
        outages=over_by(present.outages, ts),
        later=later,
    )


def _stream_then(
    session: Session,
    stream: StreamFacts,
    ts: int,
    changes: Sequence[DefinitionChange],
    production: Sequence[str],
) -> StreamFacts:
    facts = facts_known_at(session, item_fact, stream.id, ts)
    items = facts.merge(named_items(session, facts["item_id"]), on="item_id", how="left")
    visits = facts_known_at(session, stage_visit, stream.id, ts)
    breaks = tuple(one for one in stream.breaks if one.ts <= ts)
    own = [one for one in changes if one.stream_id == stream.id]
    then = next((one.stages_before for one in own if one.stages_before is not None), None)
    stages = stream.stages
    if then is not None:
        columns = [str(name) for name in stages.columns]
        stages = pd.DataFrame(then, columns=columns).astype(stages.dtypes.to_dict())
    settings = next((one.settings_before for one in own if one.settings_before), {})
    services = tuple(settings.get("services", stream.config.services))
    return replace(
        stream,
        config=stream.config.model_copy(update={"services": services}),
        stages=stages,
        items=items,
        visits=visits,
        tools=facts_known_at(session, tool_time, stream.id, ts),
        blocks=opened(begun_by(closed(stream.blocks), ts)),
        assigned=begun_by(stream.assigned, ts),
        breaks=breaks,
        value=stream_value(session, facts["item_id"], stream.value.rules, production, until_ts=ts),
        worth=estimates_then(session, stream.worth, ts),
        memo=Memo(),
    )


def _service_then(
    session: Session, service: ServiceFacts, ts: int, changes: Sequence[DefinitionChange]
) -> ServiceFacts:
    own = [one.settings_before for one in changes if one.service == service.config.name]
    config, dora = read_rules(next((one for one in own if one), {})) or (
        service.config,
        service.dora,
    )
    return replace(
        service,
        config=config,
        dora=dora,
        breaks=tuple(one for one in service.breaks if one.ts <= ts),
        changes=facts_known_at(session, change_fact, service.id, ts),
        deployments=facts_known_at(session, deployment_fact, service.id, ts),
        incidents=facts_known_at(session, incident_fact, service.id, ts),
        requests=facts_known_at(session, request_fact, service.id, ts),
    )
