"""Pages and windows: where the next page is, what is refused, and where the next run goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx

from connectors.http import Params, SourceClient
from connectors.paging import Window, link_header, listing, offset, pages, token
from connectors.stream import Cursor, Page, Reading, Scope
from connectors.times import iso, utc
from core.errors import SourceAnswerError
from tests.connectors.readers import quick_client

URL = "https://api.example"
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = quick_client(URL)
    yield opened
    opened.http.close()


@pytest.fixture
def mock() -> Iterator[respx.Router]:
    with respx.mock(base_url=URL) as router:
        yield router


def row(number: int, minute: float) -> dict[str, Any]:
    return {"id": number, "updated_at": iso(START + timedelta(minutes=minute))}


def window(**changes: Any) -> Window:
    given: dict[str, Any] = {
        "at": lambda payload: utc(payload["updated_at"]),
        "overlap": timedelta(minutes=10),
        "lag": timedelta(minutes=2),
    }
    return Window(**{**given, **changes})


def since_param(_scope: Scope, since: datetime | None) -> Params:
    return {"after": iso(since) if since else None}


def run(
    client: SourceClient, cursor: Cursor | None = None, since: date | None = None, **changes: Any
) -> list[Page]:
    read = listing(path="rows", params=since_param, window=window(**changes))
    return list(read(Reading(client, Scope(), cursor or {}, lambda _ids: set(), since)))


def linked(rows: list[dict[str, Any]], page: int | None = None) -> httpx.Response:
    link = {"link": f'<http://evil.example/rows?page={page}>; rel="next"'} if page else {}
    return httpx.Response(200, json=rows, headers=link)


def test_only_the_query_of_the_next_link_is_used(client: SourceClient, mock: respx.Router) -> None:
    route = mock.get("/rows")
    route.side_effect = [linked([{"id": 1}], page=2), linked([{"id": 2}])]
    found = list(pages(client, "rows", {"per_page": 1}))
    assert found == [[{"id": 1}], [{"id": 2}]]
    assert str(route.calls[1].request.url) == f"{URL}/rows?per_page=1&page=2"


def test_a_short_or_empty_page_is_not_the_end(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/rows").side_effect = [linked([], page=2), linked([{"id": 2}])]
    assert list(pages(client, "rows", {})) == [[], [{"id": 2}]]


def test_a_token_is_followed_until_it_is_absent(client: SourceClient, mock: respx.Router) -> None:
    route = mock.post("/rows")
    first = httpx.Response(200, json={"rows": [{"id": 1}], "next": "abc"})
    route.side_effect = [first, httpx.Response(200, json={"rows": [{"id": 2}], "next": None})]
    follow = token("next", param="pageToken")
    found = list(pages(client, "rows", {"q": "x"}, items="rows", post=True, next_page=follow))
    assert found == [[{"id": 1}], [{"id": 2}]]
    assert route.calls[1].request.content == b'{"q":"x","pageToken":"abc"}'


def test_an_offset_ends_at_the_total_whatever_page_size_the_server_grants(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get("/rows")
    route.side_effect = [
        httpx.Response(200, json={"startAt": 0, "total": 3, "rows": [{"id": 1}, {"id": 2}]}),
        httpx.Response(200, json={"startAt": 2, "total": 3, "rows": [{"id": 3}]}),
    ]
    found = list(pages(client, "rows", {}, items="rows", next_page=offset(items="rows")))
    assert [one["id"] for rows in found for one in rows] == [1, 2, 3]
    assert route.calls[1].request.url.params["startAt"] == "2"


def test_a_token_that_repeats_is_an_error(client: SourceClient, mock: respx.Router) -> None:
    answers = ({"rows": [{"id": number}], "next": "same"} for number in range(9))
    mock.get("/rows").side_effect = lambda _request: httpx.Response(200, json=next(answers))
    with pytest.raises(SourceAnswerError, match="read already"):
        list(pages(client, "rows", {}, items="rows", next_page=token("next", param="t")))


def test_the_same_rows_under_another_page_are_an_error(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/rows").side_effect = [linked([{"id": 1}], page=2), linked([{"id": 1}], page=3)]
    with pytest.raises(SourceAnswerError, match="the same page came twice"):
        list(pages(client, "rows", {}))


@pytest.mark.parametrize("body", [{"message": "hello"}, [1, 2], "text"])
def test_an_answer_that_is_no_list_of_objects_is_an_error(
    client: SourceClient, mock: respx.Router, body: Any
) -> None:
    mock.get("/rows").respond(json=body)
    with pytest.raises(SourceAnswerError, match="expected a list"):
        list(pages(client, "rows", {}))


def test_a_link_header_without_next_is_the_end() -> None:
    response = httpx.Response(200, headers={"link": f'<{URL}/rows?page=1>; rel="first"'})
    assert link_header(response, {}) is None


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
    route.side_effect = [linked(ties[:2], page=2), linked(ties[2:4], page=3), linked(ties[4:])]
    found = [one["id"] for page in run(client, reanchor=True) for one in page.payloads]
    assert found == [0, 1, 2, 3, 4]
    assert [call.request.url.params.get("page") for call in route.calls] == [None, "2", "3"]
