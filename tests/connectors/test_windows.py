"""Lists in order of change: where the next run goes on, and history newest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx

from connectors.http import Params, SourceClient
from connectors.stream import Cursor, Page, Reading, Scope
from connectors.times import iso, utc
from connectors.windows import Window, listing
from core.errors import SourceAnswerError

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def row(number: int, minute: float) -> dict[str, Any]:
    return {"id": number, "updated_at": iso(START + timedelta(minutes=minute))}


def window(**changes: Any) -> Window:
    given: dict[str, Any] = {
        "at": lambda payload: utc(payload["updated_at"]),
        "overlap": timedelta(minutes=10),
        "lag": timedelta(minutes=2),
    }
    return Window(**{**given, **changes})


def between(_scope: Scope, since: datetime | None, until: datetime | None) -> Params:
    return {"after": iso(since) if since else None, "before": iso(until) if until else None}


def since_param(scope: Scope, since: datetime | None) -> Params:
    return between(scope, since, None)


def run(
    client: SourceClient, cursor: Cursor | None = None, since: date | None = None, **changes: Any
) -> list[Page]:
    read = listing(path="rows", params=since_param, window=window(**changes))
    return list(read(Reading(client, Scope(), cursor or {}, lambda _ids: set(), since)))


def linked(rows: list[dict[str, Any]], page: int | None = None) -> httpx.Response:
    link = {"link": f'<http://evil.example/rows?page={page}>; rel="next"'} if page else {}
    return httpx.Response(200, json=rows, headers=link)


def test_the_watermark_moves_with_each_page_and_the_next_run_reads_a_little_before_it(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get("/rows")
    route.side_effect = [linked([row(1, 0), row(2, 5)], page=2), linked([row(3, 9)]), linked([])]
    first = run(client)
    assert [page.cursor["watermark"] for page in first] == [
        "2026-03-02T12:05:00.000Z",
        "2026-03-02T12:09:00.000Z",
    ]
    second = run(client, cursor=first[-1].cursor)
    assert route.calls[2].request.url.params["after"] == "2026-03-02T11:59:00.000Z"
    assert second[-1].cursor == first[-1].cursor


def test_an_empty_source_has_no_watermark(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/rows").side_effect = [linked([])]
    assert [page.cursor for page in run(client)] == [{}]


def test_a_first_run_starts_with_the_history_that_is_wanted(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get("/rows")
    route.side_effect = [linked([])]
    run(client, since=date(2026, 1, 1))
    assert route.calls.last.request.url.params["after"] == "2026-01-01T00:00:00.000Z"


def test_the_watermark_stays_behind_the_clock_of_the_source(
    client: SourceClient, mock: respx.Router
) -> None:
    now = datetime.now(UTC)
    fresh = {"id": 2, "updated_at": iso(now - timedelta(seconds=30))}
    mock.get("/rows").side_effect = [linked([row(1, 0), fresh])]
    (page,) = run(client)
    assert page.cursor["watermark"] == iso(START)
    assert [one["id"] for one in page.payloads] == [1, 2]


def test_a_change_of_what_is_asked_reads_everything_again(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get("/rows")
    route.side_effect = [linked([row(1, 0)])]
    run(client, cursor={"watermark": iso(START), "asked": "A"}, asked="A B")
    assert "after" not in route.calls.last.request.url.params


def test_rows_older_than_asked_for_are_an_error(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/rows").side_effect = [linked([row(1, -60)])]
    with pytest.raises(SourceAnswerError, match="ignores the filter"):
        run(client, cursor={"watermark": iso(START), "asked": ""})


def test_a_row_without_a_time_is_handed_on(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/rows").side_effect = [linked([{"id": 1}, row(2, 1)])]
    (page,) = run(client, cursor={"watermark": iso(START), "asked": ""})
    assert [one["id"] for one in page.payloads] == [1, 2]


def test_reanchoring_loses_no_row_when_one_moves_to_the_end_while_paging(
    client: SourceClient, mock: respx.Router
) -> None:
    """Row 1 is changed after page one; by offset row 3 would slide onto page one, unread."""
    minutes = {1: 0.0, 2: 1.0, 3: 2.0, 4: 3.0}

    def answer(request: httpx.Request) -> httpx.Response:
        after = utc(request.url.params.get("after", "2000-01-01T00:00:00Z"))
        page = int(request.url.params.get("page", "1"))
        rows = sorted((row(n, at) for n, at in minutes.items()), key=lambda r: r["updated_at"])
        found = [one for one in rows if utc(one["updated_at"]) >= after]
        shown = found[(page - 1) * 2 : page * 2]
        minutes[1] = 50.0
        return linked(shown, page=page + 1 if len(found) > page * 2 else None)

    mock.get("/rows").side_effect = answer
    found = [one["id"] for page in run(client, reanchor=True) for one in page.payloads]
    assert found == [1, 2, 3, 4, 1]


def test_reanchoring_pages_on_through_rows_of_one_second(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get("/rows")
    ties = [row(number, 0) for number in range(5)]
    looked = [linked(ties[:2], page=2), linked(ties[2:4], page=3), linked(ties[4:])]
    route.side_effect = [*looked, *looked]
    found = [one["id"] for page in run(client, reanchor=True) for one in page.payloads]
    assert found == [0, 1, 2, 3, 4]
    # Looked through once more: by offset a row that moves hides another one.
    assert [call.request.url.params.get("page") for call in route.calls] == [None, "2", "3"] * 2


_BOUNDS = ("after", "before")


class History:
    """A server with a row every ten days for two years up to now; what it was asked is kept."""

    def __init__(self, mock: respx.Router, *, size: int = 100) -> None:
        self.now = datetime.now(UTC)
        self.rows: list[dict[str, Any]] = [
            {"id": days, "updated_at": iso(self.now - timedelta(days=days, hours=1))}
            for days in range(730, 0, -10)
        ]
        self.size = size
        self.asked: list[tuple[int | None, int | None]] = []
        self.broken = False
        mock.get("/rows").side_effect = self.answer

    def answer(self, request: httpx.Request) -> httpx.Response:
        given = request.url.params
        page = int(given.get("page", "1"))
        after, before = (utc(given[name]) if name in given else None for name in _BOUNDS)
        self.asked.append((self._days(after), self._days(before)))
        if self.broken and page == 2:
            return httpx.Response(410)
        found = [
            one
            for one in self.rows
            if (after is None or utc(one["updated_at"]) >= after)
            and (before is None or utc(one["updated_at"]) < before)
        ]
        shown = found[(page - 1) * self.size : page * self.size]
        return linked(shown, page=page + 1 if len(found) > page * self.size else None)

    def _days(self, bound: datetime | None) -> int | None:
        return None if bound is None else round((self.now - bound) / timedelta(days=1))


def passes(
    client: SourceClient, *, cursor: Cursor | None = None, since: date | None = None
) -> Iterator[list[int]]:
    """What each run brings until no older history is left."""
    found = cursor or {}
    read = listing(path="rows", params=since_param, window=window(between=between))
    while True:
        given = Reading(client, Scope(), found, lambda _ids: set(), since, newest_first=True)
        pages = list(read(given))
        found = pages[-1].cursor
        yield [one["id"] for page in pages for one in page.payloads]
        if "older" not in found:
            return


def test_the_last_90_days_come_first_then_the_year_then_the_rest(
    client: SourceClient, mock: respx.Router
) -> None:
    server = History(mock)
    first, second, third = passes(client)
    assert first == [80, 70, 60, 50, 40, 30, 20, 10]
    assert server.asked[0] == (90, None)
    assert server.asked[2] == (365, 90)
    assert server.asked[4] == (None, 365)
    everything = {*first, *second, *third}
    assert everything == set(range(10, 731, 10))
    assert len(server.asked) == 5


def test_no_more_history_than_wanted_is_read(client: SourceClient, mock: respx.Router) -> None:
    server = History(mock)
    wanted = (datetime.now(UTC) - timedelta(days=200)).date()
    runs = list(passes(client, since=wanted))
    assert len(runs) == 2
    assert 190 in runs[1]
    assert 210 not in runs[1]
    recent = (datetime.now(UTC) - timedelta(days=30)).date()
    assert len(list(passes(client, since=recent))) == 1
    assert server.asked[-1][0] in (30, 31)


def test_a_part_that_was_cut_short_goes_on_where_it_stopped(
    client: SourceClient, mock: respx.Router
) -> None:
    server = History(mock, size=10)
    read = listing(path="rows", params=since_param, window=window(between=between))

    def reading(cursor: Cursor) -> Reading:
        return Reading(client, Scope(), cursor, lambda _ids: set(), None, newest_first=True)

    cursor = list(read(reading({})))[-1].cursor
    server.broken = True
    seen: list[int] = []

    def stored() -> None:
        nonlocal cursor
        for page in read(reading(cursor)):
            cursor = page.cursor
            seen.extend(one["id"] for one in page.payloads)

    with pytest.raises(SourceAnswerError):
        stored()
    server.broken = False
    server.asked.clear()
    for run in passes(client, cursor=cursor):
        seen += run
    assert set(range(100, 731, 10)) <= set(seen)
    assert server.asked[1][0] == 270  # ten rows up from 360 were stored, the last of them again
    assert seen.count(360) == 1


def test_a_source_without_recent_changes_goes_on_to_its_history(
    client: SourceClient, mock: respx.Router
) -> None:
    server = History(mock)
    server.rows = [one for one in server.rows if one["id"] > 400]
    assert [len(run) for run in passes(client)] == [0, 0, 33]


def test_what_is_only_read_again_is_read_in_one_go(
    client: SourceClient, mock: respx.Router
) -> None:
    server = History(mock)
    found = run(client, between=between)
    assert len(found[0].payloads) == 73
    assert server.asked == [(None, None)]


def test_a_server_that_ignores_the_order_is_not_believed(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/rows").side_effect = [linked([row(3, 9), row(2, 5), row(1, 0)], page=2)]
    with pytest.raises(SourceAnswerError, match="not in the order that was asked for"):
        run(client, reanchor=True)


def test_a_row_pushed_over_a_page_boundary_inside_one_moment_is_found(
    client: SourceClient, mock: respx.Router
) -> None:
    """Seven rows of one second in pages of two; after the first page row 1 changes and leaves."""
    rows = [row(number, 0) for number in range(7)] + [row(10, 60)]
    asked = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        given = request.url.params
        since, page = given.get("after"), int(given.get("page", 1))
        found = [one for one in rows if not since or one["updated_at"] >= since]
        shown = found[2 * (page - 1) : 2 * page]
        asked += 1
        if asked == 1:
            rows.append({**rows.pop(1), "updated_at": iso(START + timedelta(minutes=90))})
        more = 2 * page < len(found)
        url = f"http://evil.example/rows?{httpx.QueryParams({**given, 'page': page + 1})}"
        link = {"link": f'<{url}>; rel="next"'} if more else {}
        return httpx.Response(200, json=[dict(one) for one in shown], headers=link)

    mock.get("/rows").mock(side_effect=answer)
    read = [one["id"] for page in run(client, reanchor=True) for one in page.payloads]
    assert set(read) == {0, 1, 2, 3, 4, 5, 6, 10}
    assert asked < 20
