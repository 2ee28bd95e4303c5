"""A whole small service desk for tests: several tables behind one address, some of them closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import SecretStr

from connectors import servicenow
from connectors.http import SourceClient
from connectors.stream import Connection, Wanted
from core.source_settings import Auth, ServiceNowSource
from tests.connectors.servicenow.instance import Instance, Row

BASE = "/api/now/v2/table/"
TASK = {
    "state": "2",
    "short_description": "Checkout answers 500",
    "description": "",
    "closed_at": "",
    "cmdb_ci": "",
    "business_service": "",
    "correlation_id": "",
    "correlation_display": "",
}


@dataclass
class Desk:
    """Tables by name; one that is not there answers 400, one that is `closed` 403."""

    tables: dict[str, Instance] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def hold(self, table: str, *rows: Row) -> None:
        self.tables[table] = Instance(list(rows), page=1000)

    def answer(self, request: httpx.Request) -> httpx.Response:
        table = request.url.path.removeprefix(BASE)
        self.asked.append(table)
        if table in self.closed:
            return httpx.Response(403, json={"error": {"message": "User Not Authorized"}})
        if table not in self.tables:
            return httpx.Response(400, json={"error": {"message": f"Invalid table {table}"}})
        return self.tables[table].answer(request)


def desk() -> Desk:
    """One change, one incident and one entry of the log, so that every table may be read."""
    found = Desk()
    found.hold("sys_user", {"sys_id": "u1", "user_name": "reader"})
    found.hold("change_request", change("c1", "2026-01-05 08:00:00"))
    found.hold("incident", incident("i1", "2026-01-05 08:00:00"))
    found.hold("sys_audit", entry("a1", "i1", "2026-01-05 08:00:00"))
    found.hold("cmdb_ci_service", {"sys_id": "s1", "name": "Shopping"})
    for table in ("cmdb_ci", "sys_choice", "change_task", "problem"):
        found.hold(table)
    return found


def change(id: str, updated: str, **changes: str) -> Row:
    own = {"type": "normal", "approval": "requested", "work_start": "", "work_end": ""}
    return {**_task(id, updated), **own, "close_code": "", **changes}


def incident(id: str, updated: str, **changes: str) -> Row:
    own = {"priority": "1", "caused_by": "", "parent_incident": "", "resolved_at": ""}
    more = {"problem_id": "", "rfc": "", "reopen_count": "0"}
    return {**_task(id, updated), **own, **more, **changes}


def entry(id: str, record: str, at: str, *, old: str = "1", new: str = "2") -> Row:
    """An entry of the audit log: the state of an incident."""
    return {
        "sys_id": id,
        "tablename": "incident",
        "fieldname": "state",
        "documentkey": record,
        "oldvalue": old,
        "newvalue": new,
        "sys_created_on": at,
    }


def _task(id: str, updated: str) -> dict[str, Any]:
    made = {"opened_at": updated, "sys_created_on": updated, "sys_updated_on": updated}
    return {"sys_id": id, "number": f"N-{id}", **TASK, **made}


def source(**changes: Any) -> ServiceNowSource:
    given: dict[str, Any] = {
        "name": "snow",
        "kind": "servicenow",
        "url": "https://acme.example",
        "auth": Auth(user=SecretStr("reader"), password=SecretStr("s3cret")),
    }
    return ServiceNowSource(**(given | changes))


def connect(client: SourceClient, **changes: Any) -> Connection:
    return servicenow.connect(client, source(**changes), Wanted())
