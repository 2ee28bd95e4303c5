"""The simulated Jira answers in the shapes that Atlassian describes, on every path that it serves.

Cloud has two descriptions: of the platform, and of boards and sprints. Data Center has none; what
it shares with Cloud is held against the same ones, and its own forms are in the tables below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from connectors.stream import Wanted
from core.source_settings import Auth, JiraSource
from pipeline.collect import collect
from pipeline.database import over
from simulator.config import company_secrets
from simulator.server import running
from tests.contract.jira_paths import (
    API,
    BOARD,
    CHANGED,
    FIELDS,
    LOCATION,
    MILLISECONDS,
    READ,
    REFUSED,
    SENT,
    SHARED,
    UNFAITHFUL,
)
from tests.contract.openapi import Described, described
from tests.simulator.login import client
from tests.simulator.tiny import tiny_world


@pytest.fixture(scope="module")
def platform(fixtures_dir: Path) -> Described:
    return described(fixtures_dir, "jira-cloud-platform-v3.json.gz", closed=True)


@pytest.fixture(scope="module")
def agile(fixtures_dir: Path) -> Described:
    return described(fixtures_dir, "jira-cloud-software-agile.json", closed=True)


@pytest.fixture(scope="module")
def jira() -> Iterator[httpx.Client]:
    with running(tiny_world()) as server, client(server, "jira") as opened:
        yield opened


@pytest.fixture(scope="module")
def datacenter() -> Iterator[httpx.Client]:
    with running(tiny_world(), jira="datacenter") as server, client(server, "jira") as opened:
        yield opened


def answered(jira: httpx.Client, path: str, asked: str = "") -> Any:
    named = path.replace("{issueIdOrKey}", CHANGED).replace("{projectIdOrKey}", "SHOP")
    answer = jira.get(named + asked)
    assert answer.status_code == 200
    return answer.json()


def sent(jira: httpx.Client, path: str) -> Any:
    answer = jira.post(path, json=SENT[path])
    assert answer.status_code == 200
    return answer.json()


def unexpected(faults: Iterable[str]) -> list[str]:
    return [one for one in faults if not any(re.search(known, one) for known in UNFAITHFUL)]


@pytest.mark.parametrize("path", READ)
def test_what_is_read_is_as_it_is_described(
    platform: Described, jira: httpx.Client, path: str
) -> None:
    body = answered(jira, path, READ[path])
    assert body, "nothing was answered that could be compared"
    assert unexpected(platform.faults(path, body)) == []


@pytest.mark.parametrize("path", SENT)
def test_what_is_asked_for_in_a_body_is_as_it_is_described(
    platform: Described, jira: httpx.Client, path: str
) -> None:
    body = sent(jira, path)
    assert body, "nothing was answered that could be compared"
    assert unexpected(platform.faults(path, body, method="post")) == []


def fields_of(jira: httpx.Client, name: str) -> list[Any]:
    """All values of a field of the two issues, those of a list one by one."""
    rows = sent(jira, f"{API}/issue/bulkfetch")["issues"]
    values = [row["fields"].get(name) for row in rows]
    found = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return [value for value in found if value is not None]


@pytest.mark.parametrize("name", FIELDS)
def test_the_fields_of_an_issue_are_what_they_are_elsewhere(
    platform: Described, jira: httpx.Client, name: str
) -> None:
    found = fields_of(jira, name)
    assert found, "nothing was answered that could be compared"
    faults = [fault for value in found for fault in platform.faults_of(FIELDS[name], value)]
    assert unexpected(faults) == []


def test_every_field_of_an_issue_is_compared_or_is_a_plain_value(jira: httpx.Client) -> None:
    rows = sent(jira, f"{API}/issue/bulkfetch")["issues"]
    listed = {field["id"] for field in answered(jira, f"{API}/field")}
    for row in rows:
        assert set(row["fields"]) <= listed
        for name in set(row["fields"]) - set(FIELDS):
            value = row["fields"][name]
            custom = name.startswith("customfield_")
            assert custom or isinstance(value, str | list | None)


@pytest.mark.parametrize("path", [BOARD, f"{BOARD}/{{boardId}}/configuration"])
@pytest.mark.parametrize("edition", ["jira", "datacenter"])
def test_a_board_and_its_columns_are_as_described(
    agile: Described, request: pytest.FixtureRequest, edition: str, path: str
) -> None:
    body = answered(request.getfixturevalue(edition), path.replace("{boardId}", "10000"))
    assert unexpected(agile.faults(path, body)) == []


@pytest.mark.parametrize("edition", ["jira", "datacenter"])
def test_sprints_look_like_the_example_that_is_all_their_description(
    agile: Described, request: pytest.FixtureRequest, edition: str
) -> None:
    path = f"{BOARD}/{{boardId}}/sprint"
    body = answered(request.getfixturevalue(edition), path.replace("{boardId}", "10000"))
    assert sorted(set(unlike(body, agile.example(path)))) == []


def test_what_the_description_leaves_open_looks_like_its_example(
    platform: Described, agile: Described, jira: httpx.Client
) -> None:
    path = f"{BOARD}/{{boardId}}/configuration"
    location = answered(jira, path.replace("{boardId}", "10000"))["location"]
    assert list(unlike(location, agile.example(path)["location"])) == []
    path = f"{API}/worklog/list"
    [shown] = platform.example(path, method="post")
    assert list(unlike(sent(jira, path)[0]["comment"], shown["comment"])) == []


@pytest.mark.parametrize("asked", REFUSED)
def test_a_refusal_has_the_described_shape_of_errors(
    platform: Described, jira: httpx.Client, asked: str
) -> None:
    answer = jira.get(asked)
    assert answer.status_code == REFUSED[asked]
    assert answer.json()["errorMessages"]
    assert platform.faults_of("ErrorCollection", answer.json()) == []


def unlike(value: Any, example: Any, at: str = "") -> Iterator[str]:
    """Names and types that an example has not."""
    if isinstance(value, dict) and isinstance(example, dict):
        for name, inside in value.items():
            if name in example:
                yield from unlike(inside, example[name], f"{at}.{name}")
            else:
                yield f"{at}.{name}: not in the example"
    elif isinstance(value, list) and isinstance(example, list):
        shown = {name: inside for row in example for name, inside in row.items()}
        for row in value:
            yield from unlike(row, shown, f"{at}[]")
    elif type(value) is not type(example):
        yield f"{at}: {type(value).__name__} instead of {type(example).__name__}"


def test_addresses_lead_to_where_a_thing_can_be_read(jira: httpx.Client) -> None:
    board = answered(jira, BOARD)["values"][0]
    sprint = answered(jira, f"{BOARD}/{board['id']}/sprint")["values"][0]
    status = answered(jira, f"{API}/status")[0]
    assert board["self"].endswith(f"/rest/agile/1.0/board/{board['id']}")
    assert sprint["self"].endswith(f"/rest/agile/1.0/sprint/{sprint['id']}")
    assert status["self"].endswith(f"{API}/status/{status['id']}")


def test_each_thing_that_the_descriptions_get_wrong_does_occur(
    platform: Described, agile: Described, jira: httpx.Client
) -> None:
    path, board = f"{API}/changelog/bulkfetch", f"{BOARD}/{{boardId}}/configuration"
    found = [
        *platform.faults(path, sent(jira, path), method="post"),
        *(
            one
            for link in fields_of(jira, "issuelinks")
            for one in platform.faults_of("IssueLink", link)
        ),
        *agile.faults(board, answered(jira, board.replace("{boardId}", "10000"))),
    ]
    assert [known for known in UNFAITHFUL if not any(re.search(known, one) for one in found)] == []


def test_the_descriptions_do_not_fit_their_own_examples(
    platform: Described, agile: Described
) -> None:
    path, board = f"{API}/changelog/bulkfetch", f"{BOARD}/{{boardId}}/configuration"
    told = platform.faults(path, platform.example(path, method="post"), method="post")
    assert any(re.search(MILLISECONDS, one) for one in told)
    assert any(re.search(LOCATION, one) for one in agile.faults(board, agile.example(board)))


@pytest.mark.parametrize(
    "name", [*SHARED, "worklog/updated", "worklog/deleted", "project/{projectIdOrKey}/version"]
)
def test_data_center_answers_what_it_shares_with_cloud_alike(
    platform: Described, datacenter: httpx.Client, name: str
) -> None:
    body = answered(datacenter, f"/rest/api/2/{name}")
    assert platform.faults(f"{API}/{name}", body) == []


def test_data_center_searches_as_cloud_once_did(
    platform: Described, datacenter: httpx.Client
) -> None:
    """By offset, with a total: the description still has that search, as one that is going."""
    asked = "?jql=project=SHOP%20ORDER%20BY%20key&fields=*all&expand=changelog&maxResults=200"
    body = answered(datacenter, "/rest/api/2/search", asked)
    assert len(body["issues"]) == body["total"]
    assert unexpected(platform.faults(f"{API}/search", body)) == []


def test_whatever_a_pass_asks_for_was_compared(sqlite_engine: Engine) -> None:
    secrets = company_secrets()
    auth = Auth(
        user=SecretStr(secrets["DEMO_JIRA_USER"]), token=SecretStr(secrets["DEMO_JIRA_TOKEN"])
    )
    with running(tiny_world()) as server:
        projects = ("SHOP", "IDEA")
        source = JiraSource(
            kind="jira", name="tickets", url=server.url("jira"), auth=auth, projects=projects
        )
        report = collect(source, over(sqlite_engine), Wanted(), full=True)
        asked = {path for _, path in server.requests}
    assert report.problems == []
    below = ("", "/{boardId}/configuration", "/{boardId}/sprint")
    compared = {*READ, *SENT, *(f"{BOARD}{path}" for path in below)}
    asked = {re.sub(r"/board/\d+", "/board/{boardId}", path) for path in asked}
    asked = {re.sub(r"/project/\d+/", "/project/{projectIdOrKey}/", path) for path in asked}
    assert {path.replace("/api/2/", "/api/3/") for path in asked} - compared == set()


def test_a_wrong_type_a_strange_name_and_a_missing_one_are_noticed(
    platform: Described, jira: httpx.Client
) -> None:
    path = f"{API}/issue/bulkfetch"
    body = sent(jira, path)
    body["issues"][0]["id"] = 7
    body["issues"][1]["colour"] = "red"
    told = " ".join(platform.faults(path, body, method="post"))
    assert "$.issues[0].id: 7 is not of type 'string'" in told
    assert "'colour' was unexpected" in told
    assert platform.faults_of("IssueLink", {"id": "1"})
