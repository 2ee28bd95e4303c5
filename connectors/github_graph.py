"""GitHub's GraphQL: many things by their node ids in one request, long lists of them read on.

Limits, errors and node counts: docs.github.com/en/graphql/overview (rate limits and query limits).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from connectors.http import SourceClient, body_of
from connectors.paging import batches
from connectors.quota import Quota, clock_of, endpoint_of
from connectors.stream import Payload
from connectors.times import utc
from core.errors import (
    SourceAnswerError,
    SourceError,
    SourcePausedError,
    SourceUnavailableError,
)

MOST = 100
"""So many ids a query may name, and so many rows a list inside it may have."""
_FEWEST = 10
_AT_ONCE = 20
_MOST_LOST = 5
"""So many things that GraphQL can't tell even alone, and the rest is not tried."""
_REFUSED = (400, 403, 404, 405, 410, 422)
_TOO_LONG = (502, 504)
_POINTS = "rateLimit{limit cost remaining resetAt}"
_PROBE = f'query{{{_POINTS} review:__type(name:"PullRequestReview"){{fields{{name}}}}}}'
_PAGE = "pageInfo{hasNextPage endCursor}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A list inside a thing. first: so many rows come with the thing itself, the others by another
    query: what a row costs counts for each row that might come.
    """

    name: str
    row: str
    first: int = MOST

    def text(self, arguments: str) -> str:
        return f"{self.name}({arguments}){{{_PAGE} nodes{{{self.row}}}}}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of each thing of one type: its lists, and other fields."""

    type: str
    lists: tuple[Listed, ...]
    fields: str = ""

    def query(self) -> str:
        lists = " ".join(one.text(f"first:{one.first}") for one in self.lists)
        inside = f"... on {self.type}{{id {self.fields} {lists}}}"
        return f"query($ids:[ID!]!){{{_POINTS} nodes(ids:$ids){{{inside}}}}}"

    def rest(self, left: Sequence[tuple[str, Listed, str]]) -> str:
        """A query for the next page of lists of several things, each under a name of its own."""
        given = ",".join(f"$id{n}:ID!,$after{n}:String!" for n in range(len(left)))
        nodes = " ".join(
            f"n{n}:node(id:$id{n}){{... on {self.type}{{"
            f"{listed.text(f'first:{MOST},after:$after{n}')}}}}}"
            for n, (_, listed, _) in enumerate(left)
        )
        return f"query({given}){{{_POINTS} {nodes}}}"


class _NoAnswerError(Exception):
    """No data came, or data that can't be told from what is missing."""


@dataclass(slots=True)
class Graph:
    """One connection's road to GraphQL. usable: whether it is taken; False once it was refused.

    What it can't tell of a thing is left to REST, which has the last word on what is not there.
    """

    client: SourceClient
    path: str
    usable: bool = True
    size: int = field(default=MOST)
    _lost: int = field(init=False, default=0)

    def read(self, ids: Sequence[str], asked: Asked) -> dict[str, Payload]:
        """By node id: each thing with whole lists of rows; those that did not come are left out."""
        found: dict[str, Payload] = {}
        waiting = [list(batch) for batch in batches(ids, self.size)][::-1]
        while waiting and self.usable:
            batch = waiting.pop()
            try:
                found |= self._batch(batch, asked)
            except _NoAnswerError:
                self.size = max(_FEWEST, min(self.size, len(batch) // 2))
                middle = len(batch) // 2
                self._lost += not middle
                self.usable = self.usable and self._lost < _MOST_LOST
                waiting += [half for half in (batch[middle:], batch[:middle]) if middle]
        return found

    def ask(self, query: str, variables: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        """Data and errors of an answer; `_NoAnswerError` where the server gave up on it."""
        try:
            answer = self.client.post(
                self.path, {"query": query, "variables": variables}, none_on=_REFUSED
            )
            body = body_of(answer, "graphql") if answer.status_code == 200 else None
        except SourceUnavailableError as error:
            if error.status not in _TOO_LONG:
                raise
            raise _NoAnswerError from error
        except SourceAnswerError as error:
            self.usable = False
            raise _NoAnswerError from error
        if not isinstance(body, dict) or not isinstance(body.get("data") or {}, dict):
            self.usable = False
            raise _NoAnswerError
        self._heed(answer.headers, endpoint_of(answer.request), body)
        errors = [error for error in body.get("errors") or () if isinstance(error, dict)]
        if not body.get("data"):
            # An error with `extensions` speaks of the query: it will not do for other things either
            self.usable = self.usable and not any("extensions" in error for error in errors)
            raise _NoAnswerError
        return body["data"], errors

    def _batch(self, ids: Sequence[str], asked: Asked) -> dict[str, Payload]:
        data, errors = self.ask(asked.query(), {"ids": list(ids)})
        nodes, bad = data.get("nodes"), _places(errors, below="nodes")
        if not isinstance(nodes, list) or len(nodes) != len(ids):
            raise _NoAnswerError
        found = {
            name: node
            for place, (name, node) in enumerate(zip(ids, nodes, strict=True))
            if isinstance(node, dict) and node and place not in bad
        }
        left = [
            (name, listed, cursor)
            for name, node in found.items()
            for listed in asked.lists
            if (cursor := _shortened(node, listed)) is not None
        ]
        for name in self._completed(found, left, asked):
            del found[name]
        return found

    def _completed(
        self, found: Mapping[str, Payload], left: list[tuple[str, Listed, str]], asked: Asked
    ) -> set[str]:
        """Reads lists on to their ends; the names of those where that failed."""
        failed: set[str] = set()
        while left:
            now, left = left[:_AT_ONCE], left[_AT_ONCE:]
            variables = {f"id{n}": name for n, (name, _, _) in enumerate(now)}
            variables |= {f"after{n}": cursor for n, (_, _, cursor) in enumerate(now)}
            try:
                data, errors = self.ask(asked.rest(now), variables)
                bad = _places(errors)
            except _NoAnswerError:
                failed |= {name for name, _, _ in now}
                continue
            for n, (name, listed, cursor) in enumerate(now):
                node = data.get(f"n{n}")
                if not isinstance(node, dict) or not node or f"n{n}" in bad:
                    failed.add(name)
                    continue
                following = _shortened(node, listed)
                found[name][listed.name] += node[listed.name]
                if following is not None and following != cursor:
                    left.append((name, listed, following))
                elif following is not None:
                    failed.add(name)
        return failed

    def _heed(self, headers: Mapping[str, str], bucket: str, body: Mapping[str, Any]) -> None:
        """Points are another budget than requests, and a query may cost many of them."""
        points = (body.get("data") or {}).get("rateLimit")
        if not isinstance(points, dict) or self.client.transport is None:
            return
        now, cost = clock_of(headers, datetime.now(UTC)), max(1, int(points.get("cost") or 1))
        reset_s = max(0.0, (utc(points["resetAt"]) - now).total_seconds())
        quota = Quota(points["limit"] / cost, points["remaining"] / cost, reset_s)
        self.client.transport.ration(quota, bucket)


def _places(errors: Sequence[Mapping[str, Any]], *, below: str = "") -> set[Any]:
    """What in an answer is not to be relied on: the first steps of the errors' paths. One that
    names no place may mean anything: `_NoAnswerError`.
    """
    found = set()
    for error in errors:
        path = list(error.get("path") or ())
        if below and path[:1] == [below]:
            path = path[1:]
        if not path:
            raise _NoAnswerError
        found.add(path[0])
    return found


def _shortened(node: Payload, listed: Listed) -> str | None:
    """Puts the rows in the place of the list; the cursor to go on from, None at its end."""
    told = node[listed.name]
    node[listed.name] = [row for row in told["nodes"] if row]
    page = told["pageInfo"]
    return str(page["endCursor"]) if page["hasNextPage"] else None


def address(client: SourceClient) -> str:
    """Where GraphQL is: beside `/api/v3` on an enterprise server, below the address elsewhere."""
    base = str(client.http.base_url)
    return base.removesuffix("v3/") + "graphql" if base.endswith("/api/v3/") else "graphql"


def choose(client: SourceClient) -> Graph:
    """Whether GraphQL is taken in this connection: it answers, and knows ids of 64 bits, which
    enterprise servers learned late. Only a 401 and a lost source are errors.
    """
    graph = Graph(client, address(client))
    try:
        data, _ = graph.ask(_PROBE, {})
    except _NoAnswerError:
        return replace(graph, usable=False)
    except SourcePausedError:
        return graph  # spent, and so there
    except SourceError as error:
        if error.status in (None, 401):
            raise
        return replace(graph, usable=False)
    known = {row.get("name") for row in (data.get("review") or {}).get("fields") or ()}
    return replace(graph, usable="fullDatabaseId" in known)
