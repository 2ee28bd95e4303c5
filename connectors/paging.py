"""Lists that come in pages: how the next page is found, and where the next run goes on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import httpx

from connectors.http import Params, SourceClient, body_of
from connectors.stream import Page, Payload, Read
from core.errors import SourceAnswerError

T = TypeVar("T")

NextPage = Callable[[httpx.Response, Params], Params | None]
"""From an answer and what was asked: the parameters that change, None at the end mark."""

_FILTER_TOLERANCE = timedelta(minutes=1)
_ANCHOR_SLACK = timedelta(seconds=1)


def link_header(response: httpx.Response, _asked: Params) -> Params | None:
    """Only the query of the next URL is used, so a source cannot send us to another host."""
    link = response.links.get("next")
    return dict(query_of(link["url"])) if link else None


def query_of(address: str) -> httpx.QueryParams:
    """The query of an address that an answer tells; `SourceAnswerError` where it is none."""
    try:
        return httpx.URL(address).params
    except httpx.InvalidURL as error:
        raise SourceAnswerError(
            "the address of the next page is none; check that `url` is the base of the API"
        ) from error


def token(key: str, *, param: str) -> NextPage:
    """The answer names the next page in `key`; absent, null or empty on the last one."""

    def next_page(response: httpx.Response, _asked: Params) -> Params | None:
        value = body_of(response).get(key)
        return {param: value} if value else None

    return next_page


def offset(*, items: str) -> NextPage:
    """Rows are counted from `startAt`; the end is where the answer says `isLast`, or else where its
    `total` is reached, and always a page without rows. Neither is on every list.
    """

    def next_page(response: httpx.Response, _asked: Params) -> Params | None:
        body = body_of(response)
        reached = int(body.get("startAt", 0)) + len(body[items])
        ended = body.get("isLast", "total" in body and reached >= int(body["total"]))
        return None if ended or not body[items] else {"startAt": reached}

    return next_page


@dataclass(slots=True)
class Asker:
    """Asks for pages of one list and refuses to go round in circles."""

    client: SourceClient
    path: str
    items: str
    post: bool
    none_on: Collection[int] = ()
    _asked: set[str] = field(default_factory=set)
    _before: list[Payload] = field(default_factory=list)

    def ask(self, params: Params, *, etag: str = "") -> tuple[httpx.Response, list[Payload]]:
        """The answer and its rows; no rows for a status in `none_on`, and none where `etag` still
        names the page (304).
        """
        question = repr(sorted((name, str(value)) for name, value in params.items()))
        if question in self._asked:
            raise SourceAnswerError(f"{self.path}: the next page is one that was read already")
        self._asked.add(question)
        if self.post:
            response = self.client.post(self.path, params, none_on=self.none_on)
        else:
            response = self.client.get(self.path, params, none_on=self.none_on, etag=etag)
        if response.status_code == 304 or response.status_code in self.none_on:
            return response, []
        rows = self._rows(body_of(response, self.path))
        if rows and rows == self._before:
            raise SourceAnswerError(f"{self.path}: the same page came twice; the paging is broken")
        self._before = rows
        return response, rows

    def _rows(self, body: Any) -> list[Payload]:
        rows = body.get(self.items) if self.items and isinstance(body, dict) else body
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise SourceAnswerError(f"{self.path}: expected a list of objects; check `url`")
        return rows


def pages(
    client: SourceClient,
    path: str,
    params: Params,
    *,
    next_page: NextPage = link_header,
    items: str = "",
    post: bool = False,
    none_on: Collection[int] = (),
) -> Iterator[list[Payload]]:
    """The rows of each page to the vendor's end mark; ends at once on a status in `none_on`."""
    for rows in _pages(Asker(client, path, items, post, none_on), params, next_page):
        if rows is None:
            return
        yield rows


def all_or_none(
    client: SourceClient,
    path: str,
    params: Params,
    *,
    items: str = "",
    none_on: Collection[int] = (),
) -> list[Payload] | None:
    """All rows of a list; None where a page is refused, which is not the same as empty."""
    found: list[Payload] = []
    for rows in _pages(Asker(client, path, items, False, none_on), params, link_header):
        if rows is None:
            return None
        found += rows
    return found


def _pages(asker: Asker, params: Params, next_page: NextPage) -> Iterator[list[Payload] | None]:
    """None, as the last, for a status in the asker's `none_on`."""
    following: Params | None = params
    while following is not None:
        response, rows = asker.ask(following)
        if response.status_code in asker.none_on:
            yield None
            return
        yield rows
        change = next_page(response, following)
        following = None if change is None else {**following, **change}


def batches(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """At most `size` values at a time, for reads in bulk."""
    return (values[start : start + size] for start in range(0, len(values), size))


def fetched(payloads: Sequence[Payload]) -> Read:
    """The `read` of a stream whose payloads were needed to connect: one page, no request."""
    return lambda _reading: iter([Page(payloads, {})])
