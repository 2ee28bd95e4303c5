"""Asking a ServiceNow table: one query at a time, past pages that access rules have emptied.

A transaction is cancelled after a minute, so a page that comes too late is asked for again at half
its size.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import httpx

from connectors.http import SourceClient, body_of
from connectors.paging import query_of
from connectors.stream import Payload
from core.errors import SourceAnswerError, SourceUnavailableError

_LIMIT = 1000
_SMALLEST = 60
_CANCELLED = (500, 504)
REFUSALS = (400, 403, 404)
"""How a table is kept from us; 400 is the answer for one that does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What is read of a table: ordered by the column `at`, and `only` these values of columns.

    fields: none for all that there are. extra: columns that are asked for and can be done without,
    where they are hidden or missing.
    """

    name: str
    fields: tuple[str, ...]
    extra: tuple[str, ...] = ()
    at: str = "sys_updated_on"
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"api/now/v2/table/{self.name}"

    @property
    def columns(self) -> str:
        return ",".join((*self.fields, *self.extra))

    @property
    def condition(self) -> str:
        """The part of a query that `only` makes."""
        return "".join(f"{name}IN{','.join(values)}^" for name, values in self.only.items())


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of one query; `more` unless they are known to be the last, `total` None if unknown."""

    rows: list[Payload]
    more: bool
    linked: bool
    total: int | None


@dataclass(slots=True)
class Asker:
    """Asks queries of one table; `limit` is the size of pages and shrinks with a slow server."""

    client: SourceClient
    table: Table
    limit: int = _LIMIT

    def visible(self, query: str, *, counted: bool) -> Answer:
        """The first page of a query with rows that we may see, past those emptied for us."""
        offset = 0
        while True:
            response = self._page(query, offset, counted=counted)
            rows = rows_of(body_of(response, self.table.path), self.table.path)
            linked = "next" in response.links
            total = _total(response.headers.get("x-total-count")) if counted else None
            if rows:
                # Proxies drop `Link`: without it only the total tells that these are all.
                more = linked or total is None or offset + len(rows) < total
                return Answer(rows, more, linked, total)
            if counted:
                following = self._offset_after(response, offset, total)
                if following is None:
                    return Answer([], more=False, linked=False, total=total)
                offset = following
            counted = True

    def _page(self, query: str, offset: int, *, counted: bool) -> httpx.Response:
        while True:
            params: dict[str, str | int | None] = {
                "sysparm_query": query,
                "sysparm_fields": self.table.columns or None,
                "sysparm_limit": self.limit,
                "sysparm_offset": offset or None,
                "sysparm_display_value": "false",
                "sysparm_exclude_reference_link": "true",
                "sysparm_no_count": None if counted else "true",
            }
            try:
                return self.client.get(self.table.path, params)
            except SourceUnavailableError as error:
                if not _too_slow(error) or self.limit // 2 < _SMALLEST:
                    raise
                self.limit //= 2

    def _offset_after(self, response: httpx.Response, offset: int, total: int | None) -> int | None:
        """Where an emptied page is followed by another; the server may cut pages shorter."""
        following = offset + self.limit
        if "next" in response.links:
            told = query_of(response.links["next"]["url"]).get("sysparm_offset", "")
            following = int(told) if told.isdigit() else following
        elif total is None or following >= total:
            return None
        if following <= offset:
            raise SourceAnswerError(f"{response.url.path}: the next page is the same page")
        return following


def some(
    client: SourceClient,
    table: Table,
    query: str,
    *,
    limit: int,
    refusals: Collection[int] = REFUSALS,
) -> list[Payload] | None:
    """A few rows without counting the table; None where it is refused or does not exist."""
    params = {
        "sysparm_query": query or None,
        "sysparm_fields": table.columns,
        "sysparm_limit": limit,
        "sysparm_display_value": "false",
        "sysparm_exclude_reference_link": "true",
        "sysparm_no_count": "true",
    }
    answer = client.get(table.path, params, none_on=refusals)
    if answer.status_code in refusals:
        return None
    return rows_of(body_of(answer, table.path), table.path)


def rows_of(body: object, path: str) -> list[Payload]:
    """The rows of an answer; `SourceAnswerError` where it has none, not even an empty list."""
    rows = body.get("result") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceAnswerError(f"{path}: no list `result` in the answer; check `url`")
    return rows


def _too_slow(error: SourceUnavailableError) -> bool:
    """Whether the page was too much, and not the server gone or asleep."""
    return error.status in _CANCELLED or isinstance(error.__cause__, httpx.TimeoutException)


def _total(header: str | None) -> int | None:
    return int(header) if header is not None and header.isdigit() else None
