"""A small ServiceNow instance for tests: it hides rows and ignores queries as real ones do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import httpx

Row = dict[str, str]
PART = re.compile(r"(\w+?)(<=|>|=|IN)(.+)")


@dataclass
class Instance:
    """A table behind the Table API; pages of `page` rows are cut before access rules apply.

    largest: a page asked for with more rows takes longer than the server allows. dropped: headers
    that a proxy takes away.
    """

    rows: list[Row] = field(default_factory=list)
    page: int = 2
    hidden: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    understands: bool = True
    largest: int = 10_000
    dropped: set[str] = field(default_factory=set)
    asked: list[httpx.QueryParams] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        params = request.url.params
        self.asked.append(params)
        if int(params["sysparm_limit"]) > self.largest:
            raise httpx.ReadTimeout("too slow", request=request)
        found = self._found(params.get("sysparm_query", "")) if self.understands else self.rows
        offset = int(params.get("sysparm_offset", 0))
        end = offset + min(self.page, int(params["sysparm_limit"]))
        every = {name for row in self.rows for name in row}
        named = params.get("sysparm_fields")
        columns = (set(named.split(",")) if named else every) - self.unreadable
        visible = [r for r in found[offset:end] if r["sys_id"] not in self.hidden]
        shown = [{name: r[name] for name in r if name in columns} for r in visible]
        headers = {}
        if params.get("sysparm_no_count") != "true":
            headers["x-total-count"] = str(len(found))
        if end < len(found):
            url = request.url.copy_merge_params({"sysparm_offset": str(end)})
            headers["link"] = f'<{url}>;rel="next"'
        left = {name: told for name, told in headers.items() if name not in self.dropped}
        return httpx.Response(200, json={"result": shown}, headers=left)

    def _found(self, query: str) -> list[Row]:
        parts = query.split("^")
        order = [part.removeprefix("ORDERBY") for part in parts if part.startswith("ORDERBY")]
        tests = [m for part in parts if not part.startswith("ORDERBY") and (m := PART.match(part))]
        found = [r for r in self.rows if all(_holds(r, *test.groups()) for test in tests)]
        return sorted(found, key=lambda r: [r[name] for name in order])


def _holds(row: Row, name: str, operator: str, value: str) -> bool:
    match operator:
        case ">":
            return row[name] > value
        case "<=":
            return row[name] <= value
        case "=":
            return row[name] == value
    return row[name] in value.split(",")
