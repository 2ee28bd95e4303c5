"""GraphQL of GitHub: many things at once, long lists, errors beside data, points."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx

from connectors import github_bulk
from connectors.github_graph import Asked, Graph, Listed, address, choose
from connectors.http import SourceClient, open_client
from connectors.stream import Payload
from core.errors import SourceAuthError, SourcePausedError
from tests.connectors.github.site import graphql

THINGS = Asked(type="Thing", lists=(Listed("rows", "n", first=2),))
KNOWN = {"review": {"fields": [{"name": "fullDatabaseId"}]}}


@pytest.fixture
def graph(client: SourceClient) -> Graph:
    return Graph(client, address(client))


def page(*rows: int, more: str = "") -> Payload:
    info = {"hasNextPage": bool(more), "endCursor": more or None}
    return {"rows": {"pageInfo": info, "nodes": [{"n": n} for n in rows]}}


def answered(data: Any, *errors: Payload) -> httpx.Response:
    return httpx.Response(200, json={"data": data, "errors": list(errors)})


def asked(request: httpx.Request) -> Payload:
    found: Payload = json.loads(request.content)
    return found


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
        ("https://github.example/api/v3", "https://github.example/api/graphql"),
        ("https://github.example/api/v3/", "https://github.example/api/graphql"),
    ],
)
def test_graphql_has_its_own_address_on_an_enterprise_server(base: str, expected: str) -> None:
    client = open_client(base, concurrency=1)
    with client.http, respx.mock() as router:
        route = router.post(expected).respond(json={"data": KNOWN})
        assert choose(client).usable
        assert route.call_count == 1


@pytest.mark.parametrize(
    ("answer", "usable"),
    [
        (httpx.Response(200, json={"data": KNOWN}), True),
        (httpx.Response(200, json={"data": {"review": {"fields": [{"name": "id"}]}}}), False),
        (httpx.Response(200, json={"data": {"review": None}}), False),
        (httpx.Response(200, json={"data": None, "errors": [{"type": "FORBIDDEN"}]}), False),
        (httpx.Response(200, html="<html>Sorry</html>"), False),
        (httpx.Response(302, headers={"location": "/login"}), False),
        (httpx.Response(403, json={"message": "Resource not accessible"}), False),
        (httpx.Response(404, json={"message": "Not Found"}), False),
        (httpx.Response(502, text="gone away"), False),
    ],
)
def test_the_road_is_chosen_by_what_the_server_answers_and_knows(
    client: SourceClient, mock: respx.Router, answer: httpx.Response, usable: bool
) -> None:
    graphql(mock).return_value = answer
    assert choose(client).usable is usable


def test_a_wrong_token_is_no_reason_to_take_the_other_road(
    client: SourceClient, mock: respx.Router
) -> None:
    graphql(mock).respond(401, json={"message": "Bad credentials"})
    with pytest.raises(SourceAuthError, match="401"):
        choose(client)


def test_a_hundred_are_asked_for_at_once_and_come_in_their_order(
    graph: Graph, mock: respx.Router
) -> None:
    """The ids that come back may be written in another form than those that were asked for."""

    def answer(request: httpx.Request) -> httpx.Response:
        ids = asked(request)["variables"]["ids"]
        return answered({"nodes": [{"id": f"new {name}", **page(int(name))} for name in ids]})

    route = graphql(mock)
    route.side_effect = answer
    found = graph.read([str(n) for n in range(101)], THINGS)
    assert {name: row["rows"] for name, row in found.items()} == {
        str(n): [{"n": n}] for n in range(101)
    }
    assert [len(asked(call.request)["variables"]["ids"]) for call in route.calls] == [100, 1]
    assert "rows(first:2)" in asked(route.calls[0].request)["query"]


def test_long_lists_are_read_on_to_their_ends_several_in_one_request(
    graph: Graph, mock: respx.Router
) -> None:
    route = graphql(mock)
    route.side_effect = [
        answered({"nodes": [page(1, 2, more="a2"), page(7), page(8, 9, more="c2")]}),
        answered({"n0": page(3, more="a3"), "n1": page(10)}),
        answered({"n0": page(4)}),
    ]
    found = graph.read(["a", "b", "c"], THINGS)
    assert {name: [row["n"] for row in one["rows"]] for name, one in found.items()} == {
        "a": [1, 2, 3, 4],
        "b": [7],
        "c": [8, 9, 10],
    }
    told = [asked(call.request)["variables"] for call in route.calls]
    assert told[1] == {"id0": "a", "after0": "a2", "id1": "c", "after1": "c2"}
    assert told[2] == {"id0": "a", "after0": "a3"}


def test_a_list_that_goes_round_in_circles_is_left_to_rest(
    graph: Graph, mock: respx.Router
) -> None:
    graphql(mock).side_effect = [
        answered({"nodes": [page(1, 2, more="a2"), page(7)]}),
        answered({"n0": page(1, 2, more="a2")}),
    ]
    assert set(graph.read(["a", "b"], THINGS)) == {"b"}


def test_what_an_error_points_at_is_left_out_and_the_rest_is_taken(
    graph: Graph, mock: respx.Router
) -> None:
    graphql(mock).return_value = answered(
        {"nodes": [page(1), None, page(3), None]},
        {"type": "NOT_FOUND", "path": ["nodes", 1], "message": "Could not resolve"},
        {"type": "FORBIDDEN", "path": ["nodes", 2, "rows", "nodes", 0], "message": "Not yours"},
    )
    assert set(graph.read(["a", "b", "c", "d"], THINGS)) == {"a"}
    assert graph.usable


def test_a_query_that_takes_too_long_is_asked_in_halves_and_the_next_ones_are_smaller(
    graph: Graph, mock: respx.Router
) -> None:
    sizes = []

    def answer(request: httpx.Request) -> httpx.Response:
        ids = asked(request)["variables"]["ids"]
        sizes.append(len(ids))
        if len(ids) > 50:
            return answered(None, {"message": "This may be the result of a timeout"})
        return answered({"nodes": [page(1) for _ in ids]})

    graphql(mock).side_effect = answer
    names = [str(n) for n in range(100)]
    assert set(graph.read(names, THINGS)) == set(names)
    assert set(graph.read(names, THINGS)) == set(names)
    assert sizes == [100, 50, 50, 50, 50]


def test_one_thing_that_is_too_much_for_graphql_is_left_to_rest(
    graph: Graph, mock: respx.Router
) -> None:
    """An error that names no place may mean anything that came with it."""

    def answer(request: httpx.Request) -> httpx.Response:
        ids = asked(request)["variables"]["ids"]
        large = {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Too much"}
        return answered({"nodes": [page(1) for _ in ids]}, *([large] if "3" in ids else []))

    graphql(mock).side_effect = answer
    assert set(graph.read(["1", "2", "3", "4"], THINGS)) == {"1", "2", "4"}


def test_a_server_that_tells_of_nothing_is_not_asked_for_everything(
    graph: Graph, mock: respx.Router
) -> None:
    route = graphql(mock)
    route.return_value = answered(None, {"message": "Something went wrong"})
    assert graph.read([str(n) for n in range(1000)], THINGS) == {}
    assert not graph.usable
    assert route.call_count < 30


def test_a_query_that_is_not_understood_ends_the_road(graph: Graph, mock: respx.Router) -> None:
    wrong = {"message": "Field 'rows' doesn't exist", "extensions": {"code": "undefinedField"}}
    route = graphql(mock)
    route.return_value = httpx.Response(200, json={"errors": [wrong]})
    assert graph.read([str(n) for n in range(300)], THINGS) == {}
    assert (route.call_count, graph.usable) == (1, False)


def test_spent_points_are_waited_for_though_the_answer_has_status_200(
    graph: Graph, mock: respx.Router
) -> None:
    spent = {"type": "RATE_LIMITED", "message": "API rate limit exceeded"}
    headers = {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int(datetime.now(UTC).timestamp()) + 3000),
        "x-ratelimit-resource": "graphql",
    }
    graphql(mock).respond(json={"errors": [spent]}, headers=headers)
    with pytest.raises(SourcePausedError):
        graph.read(["a"], THINGS)
    mock.get("/user").respond(json={"login": "reader"})
    assert graph.client.get("user").status_code == 200  # REST has requests of its own


def test_points_are_spread_by_what_a_query_costs_and_rest_goes_on_as_fast_as_before(
    client: SourceClient, mock: respx.Router
) -> None:
    """900 of 5,000 points at 9 each are 100 queries, one each 3 s for the 300 s that are left."""
    assert client.transport is not None
    waits: list[float] = []
    client.transport.sleep = waits.append
    client.transport.limiter.clock = lambda: 1_000.0  # between two questions no time passes
    again = datetime.now(UTC) + timedelta(seconds=300)
    points = {"limit": 5000, "cost": 9, "remaining": 900, "resetAt": again.isoformat()}
    data = {"rateLimit": points, "nodes": [page(1)]}
    headers = {"x-ratelimit-resource": "graphql"}
    graphql(mock).respond(json={"data": data}, headers=headers)
    graph = Graph(client, address(client))
    graph.read(["a"], THINGS)
    client.get("user")
    assert waits == []
    graph.read(["b"], THINGS)
    graph.read(["c"], THINGS)
    assert waits == [pytest.approx(3.0, abs=0.2)]


def test_apps_have_the_names_that_rest_gives_them(graph: Graph, mock: respx.Router) -> None:
    at = "2026-02-01T10:00:00Z"
    app = {"name": "mender", "email": "7+mender[bot]@users.noreply.github.com", "user": None}
    dana = {"name": "Dana", "email": "d@example.com", "user": {"login": "dana"}}
    whole = {"pageInfo": {"hasNextPage": False, "endCursor": None}}

    def commit(sha: str, who: Payload) -> Payload:
        dates = {"authoredDate": at, "committedDate": at}
        parents = {"nodes": [{"oid": "m1"}]}
        said = {"message": "Say", "author": who, "committer": who, "parents": parents}
        return {"commit": {"oid": sha, **dates, **said}}

    reviews = [
        {"fullDatabaseId": "3000000001", "state": "APPROVED", "submittedAt": at, "author": who}
        for who in ({"login": "mender", "__typename": "Bot"}, None)
    ]
    node = {
        "mergeCommit": None,
        "commits": {**whole, "nodes": [commit("b1", app), commit("b2", dana)]},
        "reviews": {**whole, "nodes": reviews},
    }
    graphql(mock).return_value = answered({"nodes": [node]})
    found = github_bulk.pulls(graph, [{"node_id": "PR_1"}, {"number": 2}])["PR_1"]
    assert [row["author"] for row in found["commits"]] == [
        {"login": "mender[bot]", "type": "Bot"},
        {"login": "dana", "type": "User"},
    ]
    assert found["commits"][1]["commit"]["author"] == {
        "name": "Dana",
        "email": "d@example.com",
        "date": at,
    }
    assert [(row["id"], row["user"]) for row in found["reviews"]] == [
        (3_000_000_001, {"login": "mender[bot]", "type": "Bot"}),
        (3_000_000_001, None),
    ]


def test_statuses_are_newest_first_in_whichever_order_they_come(
    graph: Graph, mock: respx.Router
) -> None:
    rows = [
        {"state": state, "createdAt": f"2026-02-01T10:0{minute}:00Z", "logUrl": None}
        for minute, state in enumerate(("QUEUED", "IN_PROGRESS", "SUCCESS"))
    ]
    info = {"hasNextPage": False, "endCursor": None}
    nodes = [{"statuses": {"pageInfo": info, "nodes": one}} for one in (rows, rows[::-1])]
    graphql(mock).return_value = answered({"nodes": nodes})
    found = github_bulk.statuses(graph, [{"node_id": "D_1"}, {"node_id": "D_2"}])
    assert found["D_1"] == found["D_2"]
    assert [row["state"] for row in found["D_1"]] == ["success", "in_progress", "queued"]
    assert found["D_1"][0]["log_url"] == ""
