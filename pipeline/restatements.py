"""What was restated: facts that changed after they had been told, each with when, why and whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy.orm import Session

from core.errors import BadRequestError, NotFoundError
from core.records import Entity
from pipeline.restated_metrics import SERVICE_FACTS, STREAM_FACTS, metrics_of, reads_of
from pipeline.service_answers import service_of
from pipeline.service_measures import DORA_SLUGS
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import stream_of
from pipeline.stream_measures import FLOW_SLUGS
from pipeline.times import iso
from store import journey as reads
from store.restatements import Change, Wanted, changes_page

Answer = dict[str, Any]

_NOT_TOLD = frozenset({"known_ts", "status_id"})
_KINDS: Mapping[str, tuple[Entity, str]] = {
    "change_fact": (Entity.COMMIT, "sha"),
    "request_fact": (Entity.MERGE_REQUEST, "number"),
    "deployment_fact": (Entity.DEPLOYMENT, "id"),
    "incident_fact": (Entity.INCIDENT, "number"),
}


@dataclass(frozen=True, slots=True)
class RestatementQuery:
    """Which changes; `since_ts` epoch seconds. everything: also those that restate nothing."""

    since_ts: int | None = None
    stream: str | None = None
    service: str | None = None
    metric: str | None = None
    item: str | None = None
    everything: bool = False
    limit: int = 50
    cursor: str | None = None


def restatements(session: Session, snapshot: Snapshot, query: RestatementQuery) -> Answer:
    """A page, the newest first. `NotFoundError` for an unknown stream, service, metric or item;
    `BadRequestError` for a cursor that is none, and for a stream and a service together.
    """
    wanted = _wanted(session, snapshot, query)
    found = changes_page(session, wanted, limit=query.limit + 1)
    page = found[: query.limit]
    more = len(found) > query.limit
    return {
        "items": _rows(session, snapshot, page),
        "next": str(page[-1].id) if more else None,
    }


def _wanted(session: Session, snapshot: Snapshot, query: RestatementQuery) -> Wanted:
    if query.stream is not None and query.service is not None:
        raise BadRequestError("give a stream or a service, not both")
    owned: tuple[Sequence[str], int] | None = None
    if query.stream is not None:
        owned = (STREAM_FACTS, stream_of(snapshot, query.stream).id)
    if query.service is not None:
        owned = (SERVICE_FACTS, service_of(snapshot, query.service).id)
    item = None if query.item is None else _item_id(session, query.item)
    return Wanted(
        since_ts=query.since_ts,
        owned=owned,
        reads=None if query.metric is None else _reads(query.metric),
        items=None if item is None else (STREAM_FACTS, item),
        everything=query.everything,
        before_id=_before(query.cursor),
    )


def _reads(metric: str) -> Mapping[str, Sequence[str]]:
    known = (*FLOW_SLUGS, *DORA_SLUGS)
    if metric not in known:
        raise NotFoundError(f'there is no metric "{metric}"; known: {", ".join(known)}')
    return reads_of(metric)


def _item_id(session: Session, key: str) -> int:
    found = reads.find_item(session, key)
    if found is None:
        raise NotFoundError(f'there is no item "{key}"')
    return int(found["id"])


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise BadRequestError("cursor: give the `next` of the page before, unchanged")
    return int(cursor)


def _rows(session: Session, snapshot: Snapshot, page: Sequence[Change]) -> list[Answer]:
    keys = _keys(session, page)
    streams = {one.id: one for one in snapshot.streams.values()}
    services = {one.id: one.config.name for one in snapshot.services.values()}
    rows = []
    for change in page:
        of_stream = change.fact in STREAM_FACTS
        stream = streams.get(change.owner_id) if of_stream else None
        key = keys.get((change.fact if not of_stream else "item_fact", change.entity_id))
        whole = change.what != "changed"
        rows.append(
            {
                "at": iso(change.recorded_ts),
                "what": change.what,
                "fact": change.fact.removesuffix("_fact"),
                "stream": stream.config.name if stream else None,
                "service": None if of_stream else services.get(change.owner_id),
                "key": key,
                "part": change.part if of_stream else None,
                "changes": _changes(change, {} if stream is None else _stages(stream)),
                "metrics": metrics_of(change.fact, None if whole else list(change.changes)),
                "restates": change.restates,
                "cause": change.cause,
                "journey": f"/v1/items/{quote(key)}/journey" if of_stream and key else None,
            }
        )
    return rows


def _keys(session: Session, page: Sequence[Change]) -> dict[tuple[str, int], str]:
    """How people call what the facts are of: a key, a sha, a number; a deployment by ours."""
    items = {one.entity_id for one in page if one.fact in STREAM_FACTS}
    known = reads.items_by_id(session, items)
    found = {("item_fact", number): str(row["key"]) for number, row in known.items()}
    for fact, (kind, name) in _KINDS.items():
        ids = {one.entity_id for one in page if one.fact == fact}
        things = reads.things(session, kind, ids)
        found |= {(fact, number): str(row[name]) for number, row in things.items()}
    return found


def _stages(stream: StreamFacts) -> dict[int, str]:
    return dict(zip(stream.stages["stage_id"].tolist(), stream.stages["name"], strict=True))


def _changes(change: Change, stages: Mapping[int, str]) -> list[Answer]:
    told = []
    for name, pair in sorted(change.changes.items()):
        if name not in _NOT_TOLD:
            field, values = _field(name, pair, stages)
            told.append({"field": field, "from": values[0], "to": values[1]})
    return told


def _field(name: str, pair: Sequence[Any], stages: Mapping[int, str]) -> tuple[str, list[Any]]:
    """Named and written as other answers do it."""
    if name.endswith("_ts"):
        return f"{name.removesuffix('_ts')}_at", [iso(value) for value in pair]
    if name == "stage_id":
        return "stage", [stages.get(value) for value in pair]
    return name.removesuffix("_id"), list(pair)
