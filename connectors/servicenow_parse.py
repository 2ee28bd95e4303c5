"""ServiceNow rows to records: change requests, incidents, and the audit log of their states."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from connectors.stream import Payload, Scope
from core.errors import PayloadError
from core.records import ChangeRequest, Deployment, Entity, Incident, Record, Result, StateChange

_CHANGE_STATES = {
    "-5": "new",
    "-4": "assess",
    "-3": "authorize",
    "-2": "scheduled",
    "-1": "implement",
    "0": "review",
    "3": "closed",
    "4": "canceled",
}
_INCIDENT_STATES = {
    "1": "new",
    "2": "in progress",
    "3": "on hold",
    "6": "resolved",
    "7": "closed",
    "8": "canceled",
}
_OUTCOMES = {"successful": True, "successful_issues": True, "unsuccessful": False}
_TABLES = {
    "change_request": (Entity.CHANGE, _CHANGE_STATES),
    "incident": (Entity.INCIDENT, _INCIDENT_STATES),
}
_CLOSED = "3"
_OPEN = ("1", "2", "3")
_SHA = re.compile(r"[0-9a-f]{40}", re.IGNORECASE)

Definitions = Mapping[str, tuple[str, str]]
"""Table and field of each definition of a metric, by sys_id."""

_NONE: Definitions = {}


def parse_change(
    payload: Payload,
    _scope: Scope,
    *,
    base_url: str,
    deployments: bool = False,
    observed: bool = False,
    definitions: Definitions = _NONE,
) -> Iterator[Record]:
    """The change request and, where `deployments`, the release that a closed and successful one is.

    The row does not say when approval was asked for and given; the audit log does (`approval`).
    `observed`: the state that it is in now is told too, for want of a history. `definitions`: of
    the metrics that tell the history where the log does not.
    """
    change = _change(payload, base_url)
    yield change
    if deployments and _text(payload, "state") == _CLOSED and change.successful:
        yield _deployment(change)
    yield from _history(payload, definitions)
    if observed:
        yield _seen(Entity.CHANGE, change, "state", change.state)
        yield _seen(Entity.CHANGE, change, "approval", _text(payload, "approval"))


def _change(payload: Payload, base_url: str) -> ChangeRequest:
    id = _told(payload, "sys_id")
    state = _state(_text(payload, "state"), _CHANGE_STATES, payload)
    return ChangeRequest(
        id=id,
        number=_told(payload, "number"),
        type=_told(payload, "type").lower(),
        state=state,
        title=_text(payload, "short_description"),
        description=_text(payload, "description"),
        created_at=_required(payload, "sys_created_on", "opened_at"),
        updated_at=_required(payload, "sys_updated_on"),
        started_at=_time(payload, "work_start"),
        finished_at=_time(payload, "work_end"),
        closed_at=_time(payload, "closed_at"),
        successful=_OUTCOMES.get(_text(payload, "close_code").lower()),
        ci=_name(payload, "cmdb_ci"),
        service=_name(payload, "business_service"),
        correlation=_correlation(payload),
        url=f"{base_url.rstrip('/')}/change_request.do?sys_id={id}",
    )


def _deployment(change: ChangeRequest) -> Deployment:
    """The change as a deployment; its `service` is the configuration item, for want of another."""
    sha = _SHA.search(change.correlation)
    return Deployment(
        id=change.id,
        environment="production",
        result=Result.SUCCESS,
        created_at=change.started_at or change.created_at,
        tier="production",
        service=change.ci or change.service,
        sha=sha[0].lower() if sha else None,
        group=change.id,
        started_at=change.started_at,
        finished_at=change.finished_at or change.closed_at,
        url=change.url,
    )


def parse_incident(
    payload: Payload,
    _scope: Scope,
    *,
    base_url: str,
    observed: bool = False,
    definitions: Definitions = _NONE,
) -> Iterator[Record]:
    """The incident. Its `rfc` is the change that mends it and so no cause; `caused_by` is.

    An incident that is open again is not resolved, whatever time is left in its row; one that is
    closed without a time of its resolution has none, for it is closed days later by a timer.
    """
    id = _told(payload, "sys_id")
    priority, state = _text(payload, "priority"), _text(payload, "state")
    incident = Incident(
        id=id,
        number=_told(payload, "number"),
        title=_text(payload, "short_description"),
        description=_text(payload, "description"),
        state=_state(state, _INCIDENT_STATES, payload),
        priority=int(priority) if priority.isdigit() else None,
        opened_at=_required(payload, "opened_at", "sys_created_on"),
        updated_at=_required(payload, "sys_updated_on"),
        resolved_at=None if state in _OPEN else _time(payload, "resolved_at"),
        closed_at=_time(payload, "closed_at"),
        ci=_name(payload, "cmdb_ci"),
        service=_name(payload, "business_service"),
        caused_by=_text(payload, "caused_by") or None,
        duplicate_of=_text(payload, "parent_incident") or None,
        correlation=_correlation(payload),
        url=f"{base_url.rstrip('/')}/incident.do?sys_id={id}",
    )
    yield incident
    yield from _history(payload, definitions)
    if observed:
        yield _seen(Entity.INCIDENT, incident, "state", incident.state)


def _history(payload: Payload, definitions: Definitions) -> Iterator[Record]:
    """The entries of the audit log, or the metrics, that were read together with a row."""
    details = payload.get("_details") or {}
    for entry in details.get("audit") or ():
        yield from parse_audit(entry, Scope())
    for entry in details.get("metrics") or ():
        if entry["definition"] in definitions:
            yield from parse_metric(entry, Scope(), definitions=definitions)


def _seen(entity: Entity, row: ChangeRequest | Incident, field: str, value: str) -> StateChange:
    return StateChange(
        entity=entity,
        id=row.id,
        at=row.updated_at,
        seq=zlib.crc32(f"{field} {value}".encode()),
        field=field,
        old="",
        new=value,
        observed=True,
    )


def parse_audit(payload: Payload, _scope: Scope) -> Iterator[Record]:
    """One change of a field. States are words as in the records, other values as the log has them.

    The log has whole seconds and no order within one: `seq` tells entries apart and is no order.
    """
    table = _text(payload, "tablename")
    if table not in _TABLES:
        raise PayloadError(f"an audit entry of table {table or '(none)'}, which is not read")
    entity, words = _TABLES[table]
    field = _told(payload, "fieldname")
    old, new = _text(payload, "oldvalue"), _text(payload, "newvalue")
    if field == "state":
        old, new = _state(old, words, payload), _state(new, words, payload)
    yield StateChange(
        entity=entity,
        id=_told(payload, "documentkey"),
        at=_required(payload, "sys_created_on"),
        seq=zlib.crc32(_told(payload, "sys_id").encode()),
        field=field,
        old=old,
        new=new,
    )


def parse_metric(payload: Payload, _scope: Scope, *, definitions: Definitions) -> Iterator[Record]:
    """When a field began to have a value: what was before is not told."""
    table, field = definitions[_told(payload, "definition")]
    entity, words = _TABLES[table]
    value = _text(payload, "field_value") or _text(payload, "value")
    yield StateChange(
        entity=entity,
        id=_told(payload, "id"),
        at=_required(payload, "start"),
        seq=zlib.crc32(_told(payload, "sys_id").encode()),
        field=field,
        old="",
        new=_state(value, words, payload) if field == "state" else value.lower(),
    )


def state_values(payload: Payload) -> set[str]:
    """The stored values of states that a row names, or an entry of the audit log."""
    names = ("state", "oldvalue", "newvalue")
    return {value for name in names if (value := _text(payload, name))}


def references(payload: Payload) -> set[str]:
    """The sys_ids of configuration items and services that a row names."""
    return {_text(payload, name) for name in ("cmdb_ci", "business_service")} - {""}


def _told(payload: Payload, name: str) -> str:
    """A value that every row has."""
    text = _text(payload, name)
    if not text:
        raise PayloadError(f"a row without `{name}`")
    return text


def _text(payload: Payload, name: str) -> str:
    """A stored value as text, in any form that the server sends it; empty where it has none."""
    value = payload.get(name)
    if isinstance(value, Mapping):
        value = value.get("value")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _time(payload: Payload, name: str) -> datetime | None:
    """UTC as stored (`yyyy-MM-dd HH:mm:ss`, no zone); None where empty."""
    text = _text(payload, name)
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise PayloadError(f"`{name}` is no time as stored: {text[:40]!r}") from error


def _required(payload: Payload, *names: str) -> datetime:
    found = next((at for name in names if (at := _time(payload, name))), None)
    if found is None:
        raise PayloadError(f"a row without `{'` or `'.join(names)}`")
    return found


def _state(value: str, words: Mapping[str, str], payload: Payload) -> str:
    """A state as a word: the label of the instance, else the vendor's own; any other value stays.

    All in small letters, so that a label that is the vendor's own is the same word.
    """
    labels = (payload.get("_details") or {}).get("labels") or {}
    return str(labels.get(value) or words.get(value) or value).lower()


def _name(payload: Payload, column: str) -> str:
    """The name of what a reference points at, its sys_id where the name may not be read."""
    id = _text(payload, column)
    names = (payload.get("_details") or {}).get("names") or {}
    return names.get(id) or id


def _correlation(payload: Payload) -> str:
    return _text(payload, "correlation_id") or _text(payload, "correlation_display")
