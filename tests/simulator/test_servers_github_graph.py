"""GitHub's GraphQL as the simulator serves it: the data of REST, charged in points of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from simulator.faults import Faults
from simulator.github_shapes import node_id
from simulator.server import running
from tests.simulator.login import client
from tests.simulator.tiny import tiny_world

WEB = "/repos/shop/web"
PULLS = """
query($ids:[ID!]!, $n:Int) { rateLimit{cost remaining}
  found: nodes(ids:$ids) { __typename ... on PullRequest { number commits(first:$n) {
    totalCount pageInfo{hasNextPage endCursor} nodes { commit { oid parents(first:5){nodes{oid}} } }
  } } } }
"""


@pytest.fixture(scope="module")
def github() -> Iterator[httpx.Client]:
    with running(tiny_world(), code="github") as server, client(server, "github") as opened:
        yield opened


def ask(github: httpx.Client, query: str, **variables: Any) -> dict[str, Any]:
    answer = github.post("/graphql", json={"query": query, "variables": variables})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_commits_of_a_request_are_those_of_rest_in_pages(github: httpx.Client) -> None:
    one = github.get(f"{WEB}/pulls/1").json()
    rest = github.get(f"{WEB}/pulls/1/commits").json()
    assert len(rest) > 1
    body = ask(github, PULLS, ids=[one["node_id"]], n=1)
    (node,) = body["data"]["found"]
    commits = node["commits"]
    assert (node["__typename"], node["number"]) == ("PullRequest", 1)
    assert (commits["totalCount"], commits["pageInfo"]["hasNextPage"]) == (len(rest), True)
    told = commits["nodes"][0]["commit"]
    assert told["oid"] == rest[0]["sha"]
    assert told["parents"]["nodes"] == [{"oid": row["sha"]} for row in rest[0]["parents"]]


def test_what_is_not_there_is_null_beside_the_rest_with_an_error_that_points_at_it(
    github: httpx.Client,
) -> None:
    one = github.get(f"{WEB}/pulls/1").json()
    lost = node_id("PullRequest", 77_777)
    body = ask(github, PULLS, ids=[lost, one["node_id"]], n=1)
    assert [bool(node) for node in body["data"]["found"]] == [False, True]
    (error,) = body["errors"]
    assert (error["type"], error["path"]) == ("NOT_FOUND", ["found", 0])


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ viewr { login } }", "Field 'viewr' doesn't exist on type 'Query'"),
        ("query { rateLimit { cost", "Parse error"),
        ('{node(id:"UHVsbA=="){... on PullRequest{number}}}', "Could not resolve to a node"),
    ],
)
def test_what_is_wrong_with_a_query_is_told_with_status_200(
    github: httpx.Client, query: str, message: str
) -> None:
    (error,) = ask(github, query)["errors"]
    assert message in error["message"]


@pytest.mark.parametrize("rows", [None, 0, 101])
def test_a_list_without_a_size_up_to_a_hundred_is_refused(
    github: httpx.Client, rows: int | None
) -> None:
    one = github.get(f"{WEB}/pulls/1").json()
    body = ask(github, PULLS, ids=[one["node_id"]], n=rows)
    assert body["errors"][0]["type"] == "MISSING_PAGINATION_BOUNDARIES"
    assert "data" not in body


def test_a_query_costs_a_point_for_a_hundred_lists_that_might_come_and_no_request() -> None:
    """60 requests of 20 commits each: 60 lists of commits and 1,200 of parents are 13 points."""
    with (
        running(tiny_world(), code="github", faults=Faults(points_per_hour=20)) as server,
        client(server, "github") as github,
    ):
        ids = [node_id("PullRequest", number) for number in range(60)]
        body = ask(github, PULLS, ids=ids, n=20)
        assert body["data"]["rateLimit"] == {"cost": 13, "remaining": 7}
        answer = github.post("/graphql", json={"query": PULLS, "variables": {"ids": ids, "n": 20}})
        assert [one["type"] for one in answer.json()["errors"]] == ["RATE_LIMITED"]
        assert answer.headers["x-ratelimit-resource"] == "graphql"
        assert answer.headers["x-ratelimit-remaining"] == "0"
        assert github.get("/user").headers["x-ratelimit-used"] == "1"


def test_the_api_is_also_where_an_enterprise_server_has_it(github: httpx.Client) -> None:
    assert github.get(f"/api/v3{WEB}").json() == github.get(WEB).json()
    answer = github.post("/api/graphql", json={"query": "{rateLimit{limit}}"})
    assert answer.json() == {"data": {"rateLimit": {"limit": 5000}}}
