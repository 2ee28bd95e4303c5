"""ServiceNow: change requests, incidents, and the history of their states, by the Table API."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from connectors.http import SourceClient, open_client
from connectors.servicenow_census import census
from connectors.servicenow_devops import devops_streams
from connectors.servicenow_history import AUDIT, History, LateRows, find_history, history_streams
from connectors.servicenow_login import ClientCredentials
from connectors.servicenow_names import SERVICES, Names
from connectors.servicenow_parse import parse_change, parse_incident
from connectors.servicenow_query import Table, some
from connectors.servicenow_table import read_table
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
from core.records import Entity, Record
from core.source_settings import ServiceNowSource

_CONCURRENCY = 4
_PROBED = 10  # a single row might be one that access rules take away
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
    fields=tuple(f"{_TASK},priority,caused_by,parent_incident".split(",")),
    extra=("resolved_at", "problem_id", "rfc", "reopen_count"),
)
_PART = (
    "sys_id,number,state,short_description,opened_at,closed_at,cmdb_ci,"
    "sys_created_on,sys_updated_on"
)
CHANGE_TASKS = Table(
    name="change_task",
    fields=tuple(f"{_PART},change_request".split(",")),
    extra=("work_start", "work_end"),
)
PROBLEMS = Table(name="problem", fields=tuple(f"{_PART},priority".split(",")), extra=("rfc",))
_NEEDS = {
    "change_request": "grant sn_change_read",
    "incident": "grant sn_incident_read",
    "sys_audit": "grant audit_viewer; without it approval times are known from now on at best",
    "cmdb_ci_service": "grant read on configuration items; without it they have no names",
}


def open_client_for(
    source: ServiceNowSource, *, sleep: Callable[[float], None] = time.sleep
) -> SourceClient:
    """A client that signs in with user and password, with a token alone as bearer, or as an OAuth
    client.
    """
    user, password, token = source.auth.user, source.auth.password, source.auth.token
    secret = password or token
    if secret is None:
        raise ConfigError(f"source {source.name}: ServiceNow needs `auth`; add user and password")
    if source.oauth:
        if user is None:
            raise ConfigError(f"source {source.name}: with `oauth`, `auth` needs user and password")
        login = ClientCredentials(source.url, user.get_secret_value(), secret.get_secret_value())
        return open_client(source.url, concurrency=_CONCURRENCY, auth=login, sleep=sleep)
    if user is None:
        headers = {"authorization": f"Bearer {secret.get_secret_value()}"}
        return open_client(source.url, concurrency=_CONCURRENCY, headers=headers, sleep=sleep)
    pair = (user.get_secret_value(), secret.get_secret_value())
    return open_client(source.url, concurrency=_CONCURRENCY, auth=pair, sleep=sleep)


def connect(client: SourceClient, source: ServiceNowSource, _wanted: Wanted) -> Connection:
    """Ask who we are, try each table, and find the best way to the history of states."""
    own = source.auth.user if source.auth.user and not source.oauth else None
    identity, known = _identity(client, own.get_secret_value() if own else None)
    tables = (CHANGES, INCIDENTS, AUDIT, SERVICES)
    found = {table.name: _probe(client, table) for table in tables}
    visible = {name: f"table {name}" for name, probe in found.items() if probe.ok}
    history = find_history(client, audited=found[AUDIT.name].ok)
    return Connection(identity, _streams(source, history), [known, *found.values()], visible)


def _streams(source: ServiceNowSource, history: History) -> Sequence[Stream]:
    names, seen, metrics = Names(), history.observed, history.definitions
    deployments = source.changes_are_deployments
    changes, incidents = LateRows(CHANGES, history), LateRows(INCIDENTS, history)
    wanted = frozenset(str(priority) for priority in source.incidents.priorities)
    return [
        Stream(
            name="changes",
            read=_Rows(CHANGES, changes).read,
            id=_sys_id,
            parse=partial(
                parse_change,
                base_url=source.url,
                deployments=deployments,
                observed=seen,
                definitions=metrics,
            ),
            complete=partial(_complete, names, changes),
            census=census(CHANGES.name, Entity.CHANGE),
        ),
        Stream(
            name="incidents",
            read=_Rows(INCIDENTS, incidents, wanted).read,
            id=_sys_id,
            parse=partial(parse_incident, base_url=source.url, observed=seen, definitions=metrics),
            complete=partial(_complete, names, incidents),
            census=census(INCIDENTS.name, Entity.INCIDENT),
        ),
        *history_streams(history, names),
        *(_kept(name, table) for name, table in (("tasks", CHANGE_TASKS), ("problems", PROBLEMS))),
        *(devops_streams() if source.devops else ()),
    ]


def _kept(name: str, table: Table) -> Stream:
    """A table that is kept as it is: no record is made of its rows."""
    return Stream(
        name=name,
        read=partial(read_table, table=table),
        id=_sys_id,
        parse=_no_records,
        optional=True,
    )


def _no_records(_payload: Payload, _scope: Scope) -> Iterable[Record]:
    return ()


def _complete(
    names: Names, late: LateRows, client: SourceClient, scope: Scope, payloads: list[Payload]
) -> None:
    late.complete(client, payloads)
    names.add(client, scope, payloads, table=late.table.name)


def _sys_id(payload: Payload, _scope: Scope) -> str:
    return str(payload["sys_id"])


def _identity(client: SourceClient, user: str | None) -> tuple[Identity, Probe]:
    """Our row of `sys_user`. Not every account may read it; then the configured name has to do."""
    name = "javascript:gs.getUserName()" if user is None else user.replace("^", "^^")
    table = Table(name="sys_user", fields=("sys_id", "user_name"))
    # Every instance has this table: 404 means that this is not the base of one.
    rows = some(client, table, f"user_name={name}", limit=2, refusals=(400, 403)) or []
    if len(rows) > 1 or any(user is not None and row.get("user_name") != user for row in rows):
        raise SourceAnswerError(
            f"{table.path}: not the one account asked for; the query is ignored"
        )
    account = str(rows[0].get("user_name") or "") if rows else user or ""
    seen = "found" if rows else "this account may not read its own sys_user row; that is no harm"
    return Identity(account, "ServiceNow"), Probe("account", ok=True, detail=seen)


def _probe(client: SourceClient, table: Table) -> Probe:
    """Whether a row of a table can be read, and all columns that we need of it."""
    rows = some(client, table, table.condition.rstrip("^"), limit=_PROBED)
    if rows is None:
        return Probe(table.name, ok=False, detail=f"refused; {_NEEDS[table.name]}")
    if not rows:
        return Probe(table.name, ok=False, detail=f"no row is visible; {_NEEDS[table.name]}")
    missing = [name for name in table.fields if name not in rows[0]]
    if missing:
        columns = ", ".join(missing)
        return Probe(table.name, ok=False, detail=f"no column {columns}; {_NEEDS[table.name]}")
    return Probe(table.name, ok=True, detail="readable")


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of the wanted priorities (empty: all), and those stored already whatever theirs is now.

    Filtering on the server would freeze an incident as it was when it was found less urgent.
    """

    table: Table
    late: LateRows
    priorities: frozenset[str] = field(default_factory=frozenset)

    def read(self, reading: Reading) -> Iterator[Page]:
        for page in read_table(reading, table=self.table):
            kept = self._wanted(reading, page.payloads)
            self.late.note(reading, kept)
            yield Page(kept, page.cursor)

    def _wanted(self, reading: Reading, rows: Sequence[Payload]) -> Sequence[Payload]:
        if not self.priorities:
            return rows
        others = [str(row["sys_id"]) for row in rows if row["priority"] not in self.priorities]
        known = reading.known(others) if others else set()
        return [r for r in rows if r["priority"] in self.priorities or str(r["sys_id"]) in known]
