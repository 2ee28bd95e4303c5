"""Brings the tables of streams, services and teams to what the configuration says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from pydantic import BaseModel
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.frames import to_ts
from core.settings import Settings, ValueStream
from store.erased import renamed
from store.fact_log import forget_services
from store.lookup import read_rows
from store.map_stages import map_stages
from store.models import (
    calendar,
    change_fact,
    deployment_fact,
    incident_fact,
    request_fact,
    service,
    stream_member,
    team,
    team_member,
    value_stream,
    workflow_status,
)
from store.rows import write_children
from store.settings import people_key, pseudonym
from store.sources import SourceRow, ensure_sources
from store.upsert import delete_rows, upsert


@dataclass(frozen=True, slots=True)
class Mapping:
    """What loading changed. streams, services: ids by name of all that are configured.

    changed: streams whose configuration or resolved statuses differ from before; changed_services
    likewise, and changed_teams: whether any member of a team does. unknown_statuses: (stream,
    status) that no source has shown yet.
    """

    streams: dict[str, int]
    services: dict[str, int]
    changed: frozenset[str]
    changed_services: frozenset[str]
    unknown_statuses: tuple[tuple[str, str], ...]
    changed_teams: bool = False


def load_mapping(session: Session, settings: Settings) -> Mapping:
    """Write the configuration into the tables; the same configuration again writes nothing.

    Call it again once statuses are new or renamed: names become ids then, and keep them.
    """
    sources = [SourceRow(item.name, item.kind, item.url) for item in settings.sources]
    ids = ensure_sources(session, sources)
    services, changed_services = _load_services(session, settings)
    teams = _load_teams(session, settings)
    rows: list[dict[str, Any]] = [{"name": "default", "definition": _json(settings.calendar)}]
    upsert(session, calendar, rows, key=("name",))
    streams, changed = _load_streams(session, settings, ids)
    unknown: list[tuple[str, str]] = []
    zone = ZoneInfo(settings.server.timezone)
    for item in settings.streams:
        found = streams[item.name]
        rows = [{"stream_id": found, "kind": kind, "name": name} for kind, name in _members(item)]
        write_children(session, stream_member, rows, parent="stream_id", whole=[found])
        stages = map_stages(session, found, item, ids.get(item.items.source), zone=zone)
        unknown += [(item.name, name) for name in stages.unknown]
        if stages.changed:
            changed.add(item.name)
    told = tuple(unknown)
    return Mapping(streams, services, frozenset(changed), changed_services, told, teams)


def _load_streams(
    session: Session, settings: Settings, sources: dict[str, int]
) -> tuple[dict[str, int], set[str]]:
    """Ids of the configured streams, and the names of those whose configuration differs."""
    before = {
        row.name: row.config_hash
        for row in session.execute(select(value_stream).where(value_stream.c.active))
    }
    rows: list[dict[str, Any]] = [
        {
            "name": item.name,
            "title": item.title or item.name,
            "ordinal": ordinal,
            "config_hash": _hash(
                settings, item, _words(session, item, sources.get(item.items.source))
            ),
            "active": True,
        }
        for ordinal, item in enumerate(settings.streams)
    ]
    upsert(session, value_stream, rows, key=("name",))
    names = [item.name for item in settings.streams]
    gone = (value_stream.c.name.not_in(names), value_stream.c.active)
    session.execute(update(value_stream).where(*gone).values(active=False))
    ids = {row["name"]: row["id"] for row in read_rows(session, value_stream, "name", names)}
    return ids, {row["name"] for row in rows if before.get(row["name"]) != row["config_hash"]}


def _members(stream: ValueStream) -> set[tuple[str, str]]:
    kinds: dict[str, tuple[str, ...]] = {
        "source": (stream.items.source,),
        "project": stream.items.projects,
        "type": stream.items.types,
        "parent": stream.parents,
        "repository": stream.repositories,
        "service": stream.services,
    }
    if stream.ideas is not None:
        kinds["idea_source"] = (stream.ideas.source,)
        kinds["idea_project"] = stream.ideas.projects
        kinds["idea_link"] = (stream.ideas.link,)
    return {(kind, name) for kind, names in kinds.items() for name in names}


def _load_services(session: Session, settings: Settings) -> tuple[dict[str, int], frozenset[str]]:
    stored = {row.name: row for row in session.execute(select(service))}
    # A part of every service, for its facts depend on them: what makes a deployment a hotfix, how
    # far incidents are looked back from, what a defect is, and which sources count.
    sources = ",".join(sorted(one.name for one in settings.sources))
    defects = "\n".join(settings.types.defect)
    common = f"{_json(settings.dora)}\n{defects}\n{sources}"
    rows = {
        item.name: {"name": item.name, "definition": f"{_json(item)}\n{common}"}
        for item in settings.services
    }
    changed = {
        name
        for name, row in rows.items()
        if name not in stored or stored[name].definition != row["definition"]
    }
    gone = [row.id for name, row in stored.items() if name not in rows]
    for table in (change_fact, request_fact, deployment_fact, incident_fact):
        delete_rows(session, table, [{"service_id": found} for found in gone])
    forget_services(session, gone)
    delete_rows(session, service, [{"id": found} for found in gone])
    upsert(session, service, rows.values(), key=("name",))
    found = read_rows(session, service, "name", rows)
    return {row["name"]: row["id"] for row in found}, frozenset(changed)


def _load_teams(session: Session, settings: Settings) -> bool:
    """Members are stored as the pseudonyms that the sources' people get. Answers whether any are
    other ones than before.
    """
    upsert(
        session, team, [{"name": item.name} for item in settings.teams], key=("name",), update=()
    )
    ids = {row.name: row.id for row in session.execute(select(team))}
    key, stand_ins = people_key(session), renamed(session)
    zone = ZoneInfo(settings.server.timezone)
    rows = [
        {
            "team_id": ids[item.name],
            "pseudonym": stand_ins.get(one := pseudonym(key, member.person), one),
            "from_ts": _midnight(member.since, zone) or 0,
            "to_ts": _midnight(member.until, zone),
        }
        for item in settings.teams
        for member in item.members
    ]
    changed = write_children(session, team_member, rows, parent="team_id", whole=ids.values())
    configured = {item.name for item in settings.teams}
    gone = [{"id": found} for name, found in ids.items() if name not in configured]
    delete_rows(session, team, gone)
    return bool(changed)


def _midnight(day: date | None, zone: ZoneInfo) -> int | None:
    return None if day is None else to_ts(datetime(day.year, day.month, day.day, tzinfo=zone))


def _words(session: Session, stream: ValueStream, source_id: int | None) -> str:
    """What facts take from the source's statuses beside their stages: without stages the category
    decides, a rule may call a status blocked by its name, and what is linked as being in the way
    may be in a status of which only the category tells that it is over.
    """
    told: list[tuple[str, str, str]] = []
    rule = stream.blocked
    if source_id is not None and (not stream.stages or rule.statuses or rule.links):
        rows = read_rows(session, workflow_status, "source_id", [source_id])
        told = sorted((row["external_id"], row["name"], row["category"]) for row in rows)
    return orjson.dumps(told).decode()


def _hash(settings: Settings, stream: ValueStream, words: str) -> str:
    """Of all that the facts of a stream depend on."""
    parts = (stream, settings.types, settings.cost_of_delay, settings.server.timezone, words)
    text = "\n".join(part if isinstance(part, str) else _json(part) for part in parts)
    return blake2b(text.encode(), digest_size=16).hexdigest()


_DRAWN = {"steps", "map"}
"""What people say of the map of a stream: no fact rests on it."""


def _json(model: BaseModel) -> str:
    document: Any = model.model_dump(mode="json", exclude=_DRAWN)
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()


def config_hashes(session: Session) -> tuple[dict[str, str], dict[str, str]]:
    """By name of each active stream and each service, a text that differs where its configuration
    does.
    """
    active = select(value_stream.c.name, value_stream.c.config_hash).where(value_stream.c.active)
    streams = {str(name): str(told) for name, told in session.execute(active)}
    known = session.execute(select(service.c.name, service.c.definition))
    return streams, {str(name): str(told) for name, told in known}
