"""ServiceNow's Table API, with stored values only (`sysparm_display_value=false`).

The limit is applied before access rules, so a page may come back short or empty with rows behind
it; `X-Total-Count` counts what the query matched, seen or not.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.responses import Response

from simulator.credentials import SNOW_CLIENT, SNOW_PASSWORD, SNOW_SECRET, SNOW_TOKEN, SNOW_USER
from simulator.model import World
from simulator.paging import address, link_header, whole_number
from simulator.servicenow_more import more_tables, problems_of, without
from simulator.servicenow_query import parse_query
from simulator.servicenow_rows import REFERENCES, SITE, Row, tables
from simulator.vendor import Call, Json, basic_credentials, bearer_token, json_answer

DEFAULT_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Rules:
    """What the instance does besides answering.

    dropped: sys_ids of rows that access rules take out of every answer. deleted: sys_ids of rows
    that are gone. columns: `incident.resolved_at` and the like that may not be read. closed: tables
    that may not. ignoring: every query is taken for one that makes no sense.
    """

    dropped: Collection[str] = ()
    deleted: Collection[str] = ()
    columns: Collection[str] = ()
    closed: Collection[str] = ()
    ignoring: bool = False


class ServiceNow:
    """One instance."""

    def __init__(self, world: World, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        problems = problems_of(world)
        every = tables(world, problems) | more_tables(world, problems)
        self.tables = without(every, self.rules.deleted, world.now)
        self.dropped = frozenset(self.rules.dropped)
        self._found: dict[tuple[int, str], list[Row]] = {}

    def answer(self, call: Call) -> Response:
        if (call.method, call.segments) == ("POST", ("oauth_token.do",)):
            return _token(call)
        known = basic_credentials(call.headers) == (SNOW_USER, SNOW_PASSWORD)
        if not known and bearer_token(call.headers) != SNOW_TOKEN:
            answer = _failure("User Not Authenticated", "Required to provide Auth information", 401)
            answer.headers["WWW-Authenticate"] = 'BASIC realm="Service-now"'
            return answer
        match call.method, call.segments:
            case "GET", ("api", "now", ("v1" | "v2"), "table", table, *key):
                return self._table(call, table, key)
            case "GET", ("api", "now", "table", table, *key):
                return self._table(call, table, key)
        message = "Requested URI does not represent any resource"
        return _failure(message, call.path, 400)

    def refusal(self) -> Response:
        detail = "Failed API level ACL Validation"
        return _failure("User Not Authorized", detail, 403)

    def _table(self, call: Call, table: str, key: list[str]) -> Response:
        rows = self.tables.get(table)
        if rows is None:
            return _failure(f"Invalid table {table}", None, 400)
        if table in self.rules.closed:
            return self.refusal()
        if not key:
            return self._page(call, table, rows)
        found = [row for row in rows if [row["sys_id"]] == key and key[0] not in self.dropped]
        if not found:
            detail = "Record doesn't exist or ACL restricts the record retrieval"
            return _failure("No Record found", detail, 404)
        return json_answer({"result": self._shown(call, table, found[0])})

    def _matching(self, rows: list[Row], query: str) -> list[Row]:
        """Kept for the pages to come; the rows of a table never change."""
        key = (id(rows), query)
        if key not in self._found:
            if len(self._found) > 64:
                self._found.clear()
            columns = frozenset(rows[0]) if rows else frozenset()
            self._found[key] = parse_query(query, columns).run(rows)
        return self._found[key]

    def _shown(self, call: Call, table: str, row: Row) -> Json:
        shown = _shown(call, row)
        return {name: v for name, v in shown.items() if f"{table}.{name}" not in self.rules.columns}

    def _page(self, call: Call, table: str, rows: list[Row]) -> Response:
        query = "" if self.rules.ignoring else call.query.get("sysparm_query", "")
        found = self._matching(rows, query.replace("javascript:gs.getUserName()", SNOW_USER))
        limit = whole_number(call.query.get("sysparm_limit"), DEFAULT_LIMIT, low=1, high=2**31)
        offset = whole_number(call.query.get("sysparm_offset"), 0, low=0, high=2**31)
        page = [row for row in found[offset : offset + limit] if row["sys_id"] not in self.dropped]
        headers: dict[str, str] = {}
        counted = call.query.get("sysparm_no_count") != "true"
        if counted:
            headers["X-Total-Count"] = str(len(found))
        if call.query.get("sysparm_suppress_pagination_header") != "true":
            offsets = _offsets(offset, limit, len(found), counted=counted)
            url = f"{call.root}{call.path}"
            links = {
                relation: address(url, call.query, {"sysparm_offset": at, "sysparm_limit": limit})
                for relation, at in offsets.items()
            }
            headers |= {"Link": link_header(links)} if links else {}
        return json_answer(
            {"result": [self._shown(call, table, row) for row in page]}, headers=headers
        )


def _offsets(offset: int, limit: int, total: int, *, counted: bool) -> dict[str, int]:
    """Where each relation of the Link header starts; `last` is not known without the count."""
    found = {"first": 0} if total > limit else {}
    if offset > 0:
        found["prev"] = max(0, offset - limit)
    if offset + limit < total:
        found["next"] = offset + limit
    if counted and total > limit:
        found["last"] = (total - 1) // limit * limit
    return found


def _shown(call: Call, row: Row) -> Json:
    """The asked columns; names that the table does not have are left out without a word."""
    fields = call.query.get("sysparm_fields")
    names = [name for name in fields.split(",") if name in row] if fields else list(row)
    bare = call.query.get("sysparm_exclude_reference_link") == "true"
    return {name: row[name] if bare else _reference(name, row[name]) for name in names}


def _token(call: Call) -> Response:
    """A token for the one OAuth client; it is told by a form, as the standard wants it."""
    form = dict(parse_qsl(call.body.decode()))
    given = (form.get("client_id"), form.get("client_secret"))
    if form.get("grant_type") != "client_credentials" or given != (SNOW_CLIENT, SNOW_SECRET):
        return json_answer({"error": "access_denied", "error_description": "access_denied"}, 401)
    return json_answer({"access_token": SNOW_TOKEN, "token_type": "Bearer", "expires_in": 1799})


def _reference(name: str, value: str) -> str | dict[str, str]:
    if name not in REFERENCES or not value:
        return value
    return {"link": f"{SITE}/api/now/v2/table/{REFERENCES[name]}/{value}", "value": value}


def _failure(message: str, detail: str | None, status: int) -> Response:
    body = {"error": {"message": message, "detail": detail}, "status": "failure"}
    return json_answer(body, status)
