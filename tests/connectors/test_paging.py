"""Pages and windows: where the next page is, what is refused, and where the next run goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx

from connectors.http import SourceClient
from connectors.paging import all_or_none, link_header, offset, pages, token
from core.errors import SourceAnswerError
from tests.connectors.readers import URL

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


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


@pytest.mark.parametrize(
    ("said", "last", "asked"),
    [
        ({"isLast": False}, {"isLast": True}, 2),
        ({"isLast": False, "total": 2}, {"isLast": True, "total": 2}, 2),  # the end mark counts
        ({}, {}, 3),  # neither: the next page is empty
    ],
)
def test_an_offset_needs_no_total(
    client: SourceClient, mock: respx.Router, said: dict[str, Any], last: dict[str, Any], asked: int
) -> None:
    route = mock.get("/rows")
    route.side_effect = [
        httpx.Response(200, json={"startAt": 0, "rows": [{"id": 1}, {"id": 2}], **said}),
        httpx.Response(200, json={"startAt": 2, "rows": [{"id": 3}], **last}),
        httpx.Response(200, json={"startAt": 3, "rows": []}),
    ]
    found = list(pages(client, "rows", {}, items="rows", next_page=offset(items="rows")))
    assert [one["id"] for rows in found for one in rows] == [1, 2, 3]
    assert route.call_count == asked


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


def test_a_list_that_is_refused_half_way_is_none_and_no_shorter_list(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get("/rows")
    route.side_effect = [linked([{"id": 1}], page=2), httpx.Response(403)]
    assert all_or_none(client, "rows", {"per_page": 1}, none_on=(403,)) is None
    route.side_effect = [linked([{"id": 1}], page=2), linked([])]
    assert all_or_none(client, "rows", {"per_page": 1}, none_on=(403,)) == [{"id": 1}]
