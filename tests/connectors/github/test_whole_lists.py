"""GitHub's lists that are asked for whole: a page that did not change is not sent again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import respx

from connectors.http import SourceClient
from connectors.stream import Cursor, Payload
from simulator.github import Github
from simulator.server import running
from tests.connectors.github.site import SCOPE, URL, repository_stream
from tests.connectors.readers import payloads, read
from tests.simulator.login import client as logged_in
from tests.simulator.tiny import tiny_world

PATH = "/repos/shop/api/branches"


def branches(*numbers: int) -> list[Payload]:
    return [{"name": f"b{n}", "commit": {"sha": f"s{n}"}} for n in numbers]


def serve(mock: respx.Router, pages: Mapping[int, list[Payload]]) -> list[tuple[int, int]]:
    """Pages by number; told is page and status of each answer."""
    told: list[tuple[int, int]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", "1"))
        rows = pages.get(number, [])
        etag = f'W/"{hash(str(rows))}"'
        same = request.headers.get("if-none-match") == etag
        told.append((number, 304 if same else 200))
        headers = {"etag": etag}
        if same:
            return httpx.Response(304, headers=headers)
        if number + 1 in pages:
            headers["link"] = f'<{URL}/repositories/42/branches?page={number + 1}>; rel="next"'
        return httpx.Response(200, json=rows, headers=headers)

    mock.get(PATH).side_effect = answer
    return told


def names(client: SourceClient, cursor: Cursor) -> tuple[list[str], Cursor]:
    found = read(repository_stream(client, "branches"), client, scope=SCOPE, cursor=cursor)
    return [row["name"] for row in payloads(found)], found[-1].cursor


def test_only_the_page_that_changed_comes_again(client: SourceClient, mock: respx.Router) -> None:
    pages = {1: branches(*range(100)), 2: branches(*range(100, 120))}
    told = serve(mock, pages)
    first, cursor = names(client, {})
    assert len(first) == 120
    assert names(client, cursor) == ([], cursor)
    pages[2] = branches(*range(100, 121))
    again, cursor = names(client, cursor)
    assert (len(again), again[-1]) == (21, "b120")
    assert names(client, cursor) == ([], cursor)
    statuses = [[status for _, status in told[at : at + 2]] for at in range(0, len(told), 2)]
    assert statuses == [[200, 200], [304, 304], [304, 200], [304, 304]]


def test_what_comes_behind_a_full_page_that_is_known_is_asked_for(
    client: SourceClient, mock: respx.Router
) -> None:
    pages = {1: branches(*range(100))}
    serve(mock, pages)
    _, cursor = names(client, {})
    pages[2] = branches(100)
    assert names(client, cursor)[0] == ["b100"]


def test_a_list_that_became_shorter_forgets_its_last_pages(
    client: SourceClient, mock: respx.Router
) -> None:
    pages = {1: branches(*range(100)), 2: branches(100)}
    serve(mock, pages)
    _, cursor = names(client, {})
    del pages[2]
    pages[1] = branches(*range(50))
    found, cursor = names(client, cursor)
    assert (len(found), len(cursor["pages"])) == (50, 1)


def test_an_emptied_list_leaves_no_cursor_so_that_the_loss_is_noticed(
    client: SourceClient, mock: respx.Router
) -> None:
    pages = {1: branches(1)}
    serve(mock, pages)
    _, cursor = names(client, {})
    assert cursor
    pages[1] = []
    assert names(client, cursor) == ([], {})


def test_a_server_without_etags_is_read_whole_each_time(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get(PATH).respond(json=branches(1))
    first, cursor = names(client, {})
    assert names(client, cursor)[0] == first == ["b1"]


def test_304_really_comes_from_the_server_and_costs_nothing_of_the_quota() -> None:
    def used(answer: httpx.Response) -> int:
        return int(answer.headers["x-ratelimit-used"])

    with running(tiny_world(), code="github") as server, logged_in(server, "github") as github:
        assert isinstance(server.vendors["github"], Github)
        first = github.get("/repos/shop/web/branches")
        etag = first.headers["etag"]
        again: Any = github.get("/repos/shop/web/branches", headers={"if-none-match": etag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
        assert used(again) == used(first)
