"""Search, counts and bulk reads of Jira: token pages on Cloud, offset pages on Data Center."""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import orjson
from starlette.responses import Response

from simulator.jira_catalogue import Catalogue
from simulator.jira_issues import EMBEDDED_HISTORIES, History, Issues
from simulator.jira_jql import JqlError, SortKey, parse_jql
from simulator.model import Item
from simulator.paging import whole_number
from simulator.vendor import Call, Json, json_answer

PAGE_WITH_FIELDS = 100
PAGE_OF_IDS = 5000
BULK_ISSUES = 1000
BULK_FIELDS = 10
BULK_HISTORIES = 10_000
REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at "
    "https://developer.atlassian.com/changelog/#CHANGE-2046"
)
UNBOUNDED = (
    "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
)

Found = tuple[list[SortKey], list[Item]]


def problem(message: str, status: int = 400) -> Response:
    return json_answer({"errorMessages": [message], "errors": {}}, status)


class Search:
    """Queries over the issues of one world; their results are kept while the world stands.

    indexed: the issues as a search finds and shows them; what is read by id is as it really is.
    """

    def __init__(self, catalogue: Catalogue, issues: Issues, indexed: Issues) -> None:
        self.catalogue = catalogue
        self.issues = issues
        self.indexed = indexed
        self._found: dict[str, Found] = {}

    def by_token(self, call: Call, *, anonymous: bool) -> Response:
        """Cloud's `search/jql`. Nothing to see is an empty last page, not an error."""
        asked = _asked(call)
        wanted = _names(asked.get("fields")) or ["id"]
        try:
            places, items = self._run(asked, bounded=True)
            start = bisect_right(places, _place(asked.get("nextPageToken")))
        except JqlError as error:
            return problem(str(error))
        if anonymous:
            return json_answer({"issues": [], "isLast": True})
        cap = PAGE_OF_IDS if set(wanted) <= {"id", "key"} else PAGE_WITH_FIELDS
        size = whole_number(_text(asked.get("maxResults")), 50, low=1, high=cap)
        page = items[start : start + size]
        answer: Json = {"issues": [_row(self.indexed, item, wanted, asked) for item in page]}
        answer["isLast"] = start + size >= len(items)
        if not answer["isLast"]:
            answer["nextPageToken"] = _token(list(places[start + size - 1]))
        return json_answer(answer)

    def count(self, call: Call) -> Response:
        try:
            return json_answer({"count": len(self._run(call.json(), bounded=True)[1])})
        except JqlError as error:
            return problem(str(error))

    def by_offset(self, call: Call, *, anonymous: bool) -> Response:
        """Data Center's `search`."""
        asked = _asked(call)
        try:
            items = [] if anonymous else self._run(asked, bounded=False)[1]
        except JqlError as error:
            return problem(str(error))
        size = whole_number(_text(asked.get("maxResults")), 50, low=0, high=1000)
        start = whole_number(_text(asked.get("startAt")), 0, low=0, high=len(items))
        wanted = _names(asked.get("fields")) or ["*all"]
        shown = items[start : start + size]
        page = [_row(self.indexed, item, wanted, asked) for item in shown]
        return json_answer(
            {
                "expand": "schema,names",
                "startAt": start,
                "maxResults": size,
                "total": len(items),
                "issues": page,
            }
        )

    def bulk_issues(self, call: Call) -> Response:
        """Up to 100 issues by id or key, in order of id; what is not found is told one by one."""
        body = call.json()
        ids = [str(name) for name in body.get("issueIdsOrKeys", ())]
        if not 0 < len(ids) <= PAGE_WITH_FIELDS:
            return problem("issueIdsOrKeys must hold 1 to 100 values.")
        found = {name: self.issues.find(name) for name in ids}
        items = sorted({item.id: item for item in found.values() if item}.values(), key=_id)
        wanted = _names(body.get("fields")) or ["*all"]
        missing = "Issue does not exist or you do not have permission to see it."
        errors = [{"id": name, "errorMessage": missing} for name, item in found.items() if not item]
        rows = [_row(self.issues, item, wanted, body) for item in items]
        return json_answer({"issues": rows, "issueErrors": errors})

    def bulk_changelogs(self, call: Call) -> Response:
        """Changelogs of up to 1000 issues by date, then issue, oldest first, paged by entries."""
        body = call.json()
        ids, only = body.get("issueIdsOrKeys", ()), set(body.get("fieldIds") or ())
        if not 0 < len(ids) <= BULK_ISSUES:
            return problem("issueIdsOrKeys must hold 1 to 1000 values.")
        if len(only) > BULK_FIELDS:
            return problem("fieldIds must hold at most 10 values.")
        try:
            start = int(_place(body.get("nextPageToken"))[0]) if body.get("nextPageToken") else 0
        except JqlError as error:
            return problem(str(error))
        size = whole_number(_text(body.get("maxResults")), 1000, low=1, high=BULK_HISTORIES)
        entries = self._entries([str(name) for name in ids], only)
        logs: dict[str, list[Json]] = {}
        for item, entry in entries[start : start + size]:
            logs.setdefault(item.id, []).append(self.issues.history(entry, bulk=True))
        rows = [{"issueId": name, "changeHistories": kept} for name, kept in logs.items()]
        more = {"nextPageToken": _token([start + size])} if start + size < len(entries) else {}
        return json_answer({"issueChangeLogs": rows, **more})

    def _entries(self, ids: Sequence[str], only: set[str]) -> list[tuple[Item, History]]:
        items = {item.id: item for item in map(self.issues.find, ids) if item}
        entries = [
            (item, entry)
            for item in items.values()
            for entry in self.issues.histories(item)
            if not only or entry.item["fieldId"] in only
        ]
        return sorted(entries, key=lambda pair: (pair[1].at, _id(pair[0]), pair[1].id))

    def _run(self, asked: Json, *, bounded: bool) -> Found:
        jql = _text(asked.get("jql")) or ""
        if jql not in self._found:
            query = parse_jql(jql, self.indexed, projects=self.catalogue.projects)
            if bounded and not query.tests:
                raise JqlError(UNBOUNDED)
            if len(self._found) > 64:
                self._found.clear()
            rows = query.run(self.indexed)
            self._found[jql] = ([place for place, _ in rows], [item for _, item in rows])
        return self._found[jql]


def _row(issues: Issues, item: Item, wanted: list[str], asked: Json) -> Json:
    if wanted == ["id"]:
        return {"id": item.id}
    expanded = "changelog" in _names(asked.get("expand"))
    log = issues.changelog(item, limit=EMBEDDED_HISTORIES) if expanded else None
    return issues.issue(item, wanted, changelog=log)


def _id(item: Item) -> int:
    return int(item.id)


def _asked(call: Call) -> Json:
    return call.json() if call.method == "POST" else dict(call.query)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _names(value: Any) -> list[str]:
    """A list of names, given as a list or separated by commas."""
    parts = value.split(",") if isinstance(value, str) else value or ()
    return [str(part).strip() for part in parts if str(part).strip()]


def _token(place: list[float]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode()


def _place(token: Any) -> SortKey:
    """The place that a token stands for; before all places without a token."""
    if not token:
        return ()
    try:
        return tuple(float(number) for number in orjson.loads(base64.urlsafe_b64decode(str(token))))
    except (ValueError, TypeError) as error:
        raise JqlError("The provided next page token is invalid or expired.") from error
