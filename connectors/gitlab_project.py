"""The lists of one GitLab project: where they are, how each is paged, what a stream of one is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypedDict, Unpack

from connectors.http import Params, SourceClient, body_of
from connectors.ordered import server_time
from connectors.paging import Asker, all_or_none, link_header, pages
from connectors.stream import (
    Census,
    Named,
    Page,
    Payload,
    Read,
    Reading,
    Scope,
    Stream,
    Watch,
    text_of,
)
from connectors.times import iso, utc
from connectors.windows import Window, listing
from core.records import Record

API = "api/v4/"
PER_PAGE = 100
OVERLAP = timedelta(minutes=10)
LAG = timedelta(minutes=2)
_DAILY = timedelta(days=1)
_OFF = (403, 404)

Parse = Callable[[Payload, Scope], Iterable[Record]]
ExternalId = Callable[[Payload, Scope], str]


class Extras(TypedDict, total=False):
    """What a stream may have besides: see `Stream`."""

    complete: Callable[[SourceClient, Scope, list[Payload]], None]
    kept: Callable[[Payload, Payload], None]
    after: tuple[str, ...]
    patient: bool
    watch: Watch
    census: Census
    named: Named


def per_project(
    name: str, read: Read, id: ExternalId, parse: Parse, **extras: Unpack[Extras]
) -> Stream:
    """Optional: a project may have its repository, CI, environments or issues switched off, a 403
    or 404 even for its owner.
    """
    return Stream(
        name=name,
        read=read,
        id=id,
        parse=parse,
        over="projects",
        scope=lambda project: Scope(str(project["id"]), project),
        optional=True,
        **extras,
    )


def changing(
    what: str,
    extra: Params | None = None,
    *,
    belongs: Callable[[Payload], bool] = lambda _row: True,
) -> Read:
    """A list by the last change; GitLab wants filter and order to name the same time.

    It begins anew after each page, which also keeps it below the offset that GitLab allows.
    """
    return _by_time(what, "updated", extra or {}, belongs)


def by_creation(what: str, extra: Params | None = None) -> Read:
    """A list of everything there is, oldest first: what changes meanwhile stays in its place."""
    return _by_time(what, "created", extra or {}, lambda _row: True)


def _by_time(what: str, verb: str, extra: Params, belongs: Callable[[Payload], bool]) -> Read:
    def between(_scope: Scope, since: datetime | None, until: datetime | None) -> Params:
        return {
            **extra,
            "order_by": f"{verb}_at",
            "sort": "asc",
            "per_page": PER_PAGE,
            f"{verb}_after": iso(since) if since else None,
            f"{verb}_before": iso(until) if until else None,
        }

    def params(scope: Scope, since: datetime | None) -> Params:
        return between(scope, since, None)

    def at(row: Payload) -> datetime:
        return utc(row[f"{verb}_at"])

    in_parts = between if verb == "updated" else None
    window = Window(at=at, overlap=OVERLAP, lag=LAG, reanchor=True, between=in_parts)
    return listing(path=partial(in_project, what), params=params, window=window, belongs=belongs)


def whole(what: str, extra: Params | None = None) -> Read:
    """A list without a filter by time, read whole each time."""
    asked: Params = {**(extra or {}), "per_page": PER_PAGE}
    return listing(path=partial(in_project, what), params=lambda _scope, _since: asked)


def newest(what: str, order: Params, id: ExternalId) -> Read:
    """A list that has the newest first, by a time that is not that of its coming: read to its end
    daily and when its length, where that is told, is another one; else up to a page without a new
    row. Cursor: `read_at` and `total` of the last reading to the end.
    """

    def read(reading: Reading) -> Iterator[Page]:
        asker = Asker(reading.client, in_project(what, reading.scope), "", post=False)
        following: Params | None = {**order, "per_page": PER_PAGE}
        cursor, whole, total = reading.cursor, _is_due(reading), None
        while following is not None:
            response, found = asker.ask(following)
            total = total or response.headers.get("x-total")
            whole = whole or (total is not None and total != cursor.get("total"))
            ids = {id(row, reading.scope) for row in found}
            # Asked before the page is handed on: once it is stored, everything on it is known.
            nothing_new = not whole and reading.known(ids) == ids
            yield Page(found, cursor)
            if nothing_new:
                return
            change = link_header(response, following)
            following = None if change is None else {**following, **change}
        yield Page([], {"read_at": iso(server_time(reading.client)), "total": total})

    return read


def _is_due(reading: Reading) -> bool:
    read_at = reading.cursor.get("read_at")
    return read_at is None or server_time(reading.client) - utc(read_at) >= _DAILY


def in_project(what: str, scope: Scope) -> str:
    return f"{API}projects/{scope.id}/{what}"


def id_in_project(key: str, payload: Payload, scope: Scope) -> str:
    return f"{scope.id}:{text_of(payload, key)}"


def rows(client: SourceClient, path: str, extra: Params | None = None) -> Iterator[Payload]:
    """All rows of a list; none where the feature is switched off."""
    for page in pages(client, path, {**(extra or {}), "per_page": PER_PAGE}, none_on=_OFF):
        yield from page


def rows_or_none(
    client: SourceClient, path: str, extra: Params | None = None
) -> list[Payload] | None:
    """All rows of a list; None where it is switched off."""
    return all_or_none(client, path, {**(extra or {}), "per_page": PER_PAGE}, none_on=_OFF)


def one(client: SourceClient, path: str) -> Payload:
    """One thing; empty where it is not there or not for us."""
    answer = client.get(path, none_on=_OFF)
    found: Payload = body_of(answer, path) if answer.status_code == 200 else {}
    return found


def person_of(user: Any) -> Payload:
    """What is kept of someone inside details: enough to tell people and bots apart."""
    return (
        {name: user[name] for name in ("username", "name", "bot") if user.get(name)} if user else {}
    )
