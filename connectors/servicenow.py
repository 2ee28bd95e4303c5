"""ServiceNow: change requests, incidents, and the audit log of their states, by the Table API."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from connectors.http import SourceClient, body_of, open_client
from connectors.servicenow_parse import parse_audit, parse_change, parse_incident, references
from connectors.servicenow_table import Table, read_table, rows_of
from connectors.stream import (
    Connection,
    Identity,
    Page,
    Payload,
    Probe,
    Reading,
    Scope,
    Stream,
    Wanted,
)
from core.errors import ConfigError, SourceAnswerError
from core.settings import ServiceNowSource

_CONCURRENCY = 4
_IDS_AT_ONCE = 100
_REFUSALS = (400, 403, 404)  # 400 is the answer for a table that does not exist
_TASK = (
    "sys_id,number,state,short_description,description,opened_at,closed_at,cmdb_ci,business_service,"
    "correlation_id,correlation_display,sys_created_on,sys_updated_on"
)
CHANGES = Table(
    name="change_request",
    fields=tuple(f"{_TASK},type,approval,work_start,work_end,close_code".split(",")),
)
INCIDENTS = Table(
    name="incident",
    fields=tuple(f"{_TASK},priority,resolved_at,caused_by,parent_incident".split(",")),
)
AUDIT = Table(
    name="sys_audit",
    fields=(
        "sys_id",
        "tablename",
        "fieldname",
        "documentkey",
        "oldvalue",
        "newvalue",
        "sys_created_on",
    ),
    at="sys_created_on",
    only={
        "tablename": ("change_request", "incident"),
        "fieldname": ("state", "approval", "assignment_group"),
    },
)
_ITEMS = Table(name="cmdb_ci", fields=("sys_id", "name"))
_SERVICES = Table(name="cmdb_ci_service", fields=("sys_id", "name"))
_NEEDS = {
    "change_request": "grant sn_change_read",
    "incident": "grant sn_incident_read",
    "sys_audit": "grant audit_viewer; without it approval times are unknown",
    "cmdb_ci_service": "grant read on configuration items; without it they have no names",
}


def open_client_for(
    source: ServiceNowSource, *, sleep: Callable[[float], None] = time.sleep
) -> SourceClient:
    """A client that signs in with user and password, or with a token alone as bearer."""
    user, password, token = source.auth.user, source.auth.password, source.auth.token
    secret = password or token
    if secret is None:
        raise ConfigError(f"source {source.name}: ServiceNow needs `auth`; add user and password")
    if user is None:
        headers = {"authorization": f"Bearer {secret.get_secret_value()}"}
        return open_client(source.url, concurrency=_CONCURRENCY, headers=headers, sleep=sleep)
    pair = (user.get_secret_value(), secret.get_secret_value())
    return open_client(source.url, concurrency=_CONCURRENCY, auth=pair, sleep=sleep)


def connect(client: SourceClient, source: ServiceNowSource, _wanted: Wanted) -> Connection:
    """Ask who we are and try each table; the streams are `changes`, `incidents` and `audit`."""
    user = source.auth.user.get_secret_value() if source.auth.user else None
    identity, known = _identity(client, user)
    tables = (CHANGES, INCIDENTS, AUDIT, _SERVICES)
    found = {table.name: _probe(client, table) for table in tables}
    visible = {name: f"table {name}" for name, probe in found.items() if probe.ok}
    return Connection(identity, _streams(source), [known, *found.values()], visible)


def _streams(source: ServiceNowSource) -> Sequence[Stream]:
    names = _Names()
    deployments = source.changes_are_deployments
    return [
        Stream(
            name="changes",
            read=partial(read_table, table=CHANGES),
            id=_sys_id,
            parse=partial(parse_change, base_url=source.url, deployments=deployments),
            complete=names,
        ),
        Stream(
            name="incidents",
            read=partial(_read_incidents, priorities=source.incidents.priorities),
            id=_sys_id,
            parse=partial(parse_incident, base_url=source.url),
            complete=names,
        ),
        Stream(
            name="audit",
            read=partial(read_table, table=AUDIT),
            id=_sys_id,
            parse=parse_audit,
            after=("changes", "incidents"),
            optional=True,
        ),
    ]


def _sys_id(payload: Payload, _scope: Scope) -> str:
    return str(payload["sys_id"])


def _identity(client: SourceClient, user: str | None) -> tuple[Identity, Probe]:
    """Our row of `sys_user`. Not every account may read it; then the configured name has to do."""
    name = "javascript:gs.getUserName()" if user is None else user.replace("^", "^^")
    table = Table(name="sys_user", fields=("sys_id", "user_name"))
    # Every instance has this table: 404 means that this is not the base of one.
    rows = _some(client, table, f"user_name={name}", limit=2, refusals=(400, 403)) or []
    if len(rows) > 1 or any(user is not None and row.get("user_name") != user for row in rows):
        raise SourceAnswerError(
            f"{table.path}: not the one account asked for; the query is ignored"
        )
    account = str(rows[0].get("user_name") or "") if rows else user or ""
    seen = "found" if rows else "this account may not read its own sys_user row; that is no harm"
    return Identity(account, "ServiceNow"), Probe("account", ok=True, detail=seen)


def _probe(client: SourceClient, table: Table) -> Probe:
    """Whether a row of a table can be read, and all columns that we need of it."""
    query = "^".join(f"{name}IN{','.join(values)}" for name, values in table.only.items())
    rows = _some(client, table, query, limit=1)
    if rows is None:
        return Probe(table.name, ok=False, detail=f"refused; {_NEEDS[table.name]}")
    if not rows:
        return Probe(table.name, ok=False, detail=f"no row is visible; {_NEEDS[table.name]}")
    missing = [name for name in table.fields if name not in rows[0]]
    if missing:
        columns = ", ".join(missing)
        return Probe(table.name, ok=False, detail=f"no column {columns}; {_NEEDS[table.name]}")
    return Probe(table.name, ok=True, detail="readable")


def _some(
    client: SourceClient,
    table: Table,
    query: str,
    *,
    limit: int,
    refusals: Collection[int] = _REFUSALS,
) -> list[Payload] | None:
    """A few rows without counting the table; None where it is refused or does not exist."""
    params = {
        "sysparm_query": query or None,
        "sysparm_fields": ",".join(table.fields),
        "sysparm_limit": limit,
        "sysparm_display_value": "false",
        "sysparm_exclude_reference_link": "true",
        "sysparm_no_count": "true",
    }
    answer = client.get(table.path, params, none_on=refusals)
    if answer.status_code in refusals:
        return None
    return rows_of(body_of(answer, table.path), table.path)


def _read_incidents(reading: Reading, *, priorities: Sequence[int]) -> Iterator[Page]:
    """Incidents of the wanted priorities, and those stored already whatever theirs is now.

    Filtering on the server would freeze an incident as it was when it was found less urgent.
    """
    wanted = {str(priority) for priority in priorities}
    for page in read_table(reading, table=INCIDENTS):
        if not wanted:
            yield page
            continue
        others = [str(row["sys_id"]) for row in page.payloads if row["priority"] not in wanted]
        known = reading.known(others) if others else set()
        kept = [r for r in page.payloads if r["priority"] in wanted or str(r["sys_id"]) in known]
        yield Page(kept, page.cursor)


@dataclass(slots=True)
class _Names:
    """Adds the names of configuration items and services, each asked for once per connection."""

    known: dict[str, str] = field(default_factory=dict)

    def __call__(self, client: SourceClient, _scope: Scope, payloads: list[Payload]) -> None:
        wanted = {id for payload in payloads for id in references(payload)}
        for table in (_ITEMS, _SERVICES):
            self._look_up(client, table, sorted(wanted - self.known.keys()))
        # What neither table shows stays unnamed, and is not asked for again.
        self.known.update(dict.fromkeys(wanted - self.known.keys(), ""))
        for payload in payloads:
            names = {id: self.known[id] for id in references(payload)}
            payload["_details"] = {"names": names}

    def _look_up(self, client: SourceClient, table: Table, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), _IDS_AT_ONCE):
            some = ids[start : start + _IDS_AT_ONCE]
            rows = _some(client, table, f"sys_idIN{','.join(some)}", limit=len(some))
            self._keep(rows or [], set(some), table)

    def _keep(self, rows: Iterable[Payload], asked: set[str], table: Table) -> None:
        for row in rows:
            if row.get("sys_id") not in asked:
                raise SourceAnswerError(f"{table.path}: rows that were not asked for")
            self.known[str(row["sys_id"])] = str(row.get("name") or "")
