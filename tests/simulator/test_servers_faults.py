"""Faults fire where and as often as they should; requests are counted; worlds are swapped."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.settings import Settings
from simulator.config import company_config, company_secrets
from simulator.faults import Fault, Faults
from simulator.server import KINDS, CompanyServer, running
from tests.simulator.login import client
from tests.simulator.tiny import tiny_world

IDENTITY = {
    "jira": "/rest/api/3/myself",
    "gitlab": "/api/v4/user",
    "jenkins": "/me/api/json",
    "servicenow": "/api/now/v2/table/sys_user",
}


@pytest.fixture
def company() -> Iterator[CompanyServer]:
    with running(tiny_world(), faults=Faults(seed=7)) as server:
        yield server


def statuses(company: CompanyServer, kind: str, calls: int) -> list[int]:
    with client(company, kind) as opened:
        return [opened.get(IDENTITY[kind]).status_code for _ in range(calls)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_nth_call_is_told_to_wait(company: CompanyServer, kind: str) -> None:
    company.faults.add(Fault("rate_limit", vendor=kind, every=3, retry_after=7))
    assert statuses(company, kind, 6) == [200, 200, 429, 200, 200, 429]
    assert company.faults.fired == {"rate_limit": 2}
    company.faults.add(Fault("rate_limit", vendor=kind, retry_after=7))
    with client(company, kind) as opened:
        assert opened.get(IDENTITY[kind]).headers["retry-after"] == "7"


def test_gitlab_says_retry_later_in_plain_text(company: CompanyServer) -> None:
    company.faults.add(Fault("rate_limit", vendor="gitlab"))
    with client(company, "gitlab") as gitlab:
        assert gitlab.get("/api/v4/user").text.strip() == "Retry later"


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_credentials_are_refused_in_the_vendors_own_way(
    company: CompanyServer, kind: str
) -> None:
    company.faults.add(Fault("unauthorized", vendor=kind, skip=1, times=1))
    assert statuses(company, kind, 3) == [200, 401, 200]


@pytest.mark.parametrize("kind", KINDS)
def test_one_path_can_be_forbidden(company: CompanyServer, kind: str) -> None:
    company.faults.add(Fault("forbidden", vendor=kind, path=IDENTITY[kind]))
    assert statuses(company, kind, 1) == [403]


def test_errors_come_from_the_asked_vendor_and_path_only(company: CompanyServer) -> None:
    company.faults.add(Fault("error", vendor="gitlab", path="*/user", status=502, times=1))
    assert statuses(company, "jira", 1) == [200]
    with client(company, "gitlab") as gitlab:
        assert gitlab.get("/api/v4/version").status_code == 200
    assert statuses(company, "gitlab", 2) == [502, 200]


def test_a_share_of_the_calls_fails_and_the_seed_decides_which() -> None:
    def fired(seed: int) -> list[bool]:
        faults = Faults(rules=[Fault("error", share=0.3)], seed=seed)
        return [faults.hit("jira", "/") is not None for _ in range(200)]

    assert fired(1) == fired(1) != fired(2)
    assert 30 < sum(fired(1)) < 90


def test_a_connection_is_reset_before_any_answer(company: CompanyServer) -> None:
    company.faults.add(Fault("reset", times=1))
    with client(company, "jira") as jira:
        with pytest.raises(httpx.ReadError):
            jira.get(IDENTITY["jira"])
        assert jira.get(IDENTITY["jira"]).status_code == 200


def test_a_truncated_answer_is_complete_http_and_broken_json(company: CompanyServer) -> None:
    company.faults.add(Fault("truncate", times=1))
    with client(company, "gitlab") as gitlab:
        answer = gitlab.get("/api/v4/version")
        assert answer.status_code == 200
        with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
            answer.json()


def test_a_login_page_comes_with_200(company: CompanyServer) -> None:
    company.faults.add(Fault("login_page", times=1))
    with client(company, "servicenow") as servicenow:
        answer = servicenow.get(IDENTITY["servicenow"])
    assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")


def test_a_slow_body_runs_into_the_clients_time_out(company: CompanyServer) -> None:
    company.faults.add(Fault("slow", delay=1, times=1))
    with client(company, "jira") as jira:
        with pytest.raises(httpx.ReadTimeout):
            jira.get(IDENTITY["jira"], timeout=httpx.Timeout(60, read=0.2))
        assert jira.get(IDENTITY["jira"]).status_code == 200


def test_faults_can_be_switched_off(company: CompanyServer) -> None:
    company.faults.add(Fault("error"))
    assert statuses(company, "jira", 1) == [500]
    company.faults.clear()
    assert statuses(company, "jira", 1) == [200]


def test_the_clock_of_the_servers_can_be_wrong(company: CompanyServer) -> None:
    company.faults.clock_skew = timedelta(hours=3)
    with client(company, "jenkins") as jenkins:
        told = parsedate_to_datetime(jenkins.get("/me/api/json").headers["date"])
    assert timedelta(hours=2, minutes=59) < told - datetime.now(UTC) < timedelta(hours=3)


def test_requests_are_counted_by_vendor_and_path(company: CompanyServer) -> None:
    statuses(company, "jira", 2)
    with client(company, "gitlab") as gitlab:
        gitlab.get("/api/v4/projects/shop%2Fweb/repository/branches?page=1")
    assert company.requests["jira", "/rest/api/3/myself"] == 2
    assert company.count("gitlab", "*/repository/*") == 1
    assert (company.count("jira"), company.count("jenkins")) == (2, 0)
    company.requests.clear()
    assert company.count("jira") == 0


def test_a_later_world_is_served_at_once(company: CompanyServer) -> None:
    later = tiny_world()
    later.items[1].title = "Another title"
    with client(company, "jira") as jira:
        before = jira.get("/rest/api/3/issue/SHOP-1").json()
        company.advance(later)
        after = jira.get("/rest/api/3/issue/SHOP-1").json()
    assert (before["fields"]["summary"], after["fields"]["summary"]) == ("Item 1", "Another title")


def test_paging_goes_on_where_it_was_when_the_world_moves(company: CompanyServer) -> None:
    def page(token: dict[str, str]) -> dict[str, Any]:
        body = {"jql": "project = SHOP ORDER BY updated ASC", "maxResults": 100, **token}
        return dict(jira.post("/rest/api/3/search/jql", json={**body, "fields": ["key"]}).json())

    later = tiny_world()
    # SHOP-1 was on the first page; now it is the last to have changed.
    later.items[1] = replace(later.items[1], updated=later.now)
    with client(company, "jira") as jira:
        first = page({})
        company.advance(later)
        second = page({"nextPageToken": first["nextPageToken"]})
    keys = [issue["id"] for issue in second["issues"]]
    assert keys == [*(str(10100 + n) for n in range(101, 131)), "10101"]


def test_the_configuration_is_accepted_with_the_secrets_it_names(tmp_path: Path) -> None:
    urls = {kind: f"http://127.0.0.1:1/{kind}" for kind in KINDS}
    text = company_config(tiny_world(), urls, directory=tmp_path)
    for name, secret in company_secrets().items():
        assert f'"env:{name}"' in text or name == "DEMO_GITHUB_TOKEN"
        assert name.endswith("_USER") or secret not in text
    settings = Settings.model_validate(tomllib.loads(text))
    assert [source.kind for source in settings.sources] == list(KINDS)
    [stream] = settings.streams
    assert stream.ideas is not None
    assert stream.ideas.projects == ("IDEA",)
    assert [(stage.name, stage.statuses) for stage in stream.stages] == [
        ("Ideas", ("Backlog",)),
        ("Build", ("Doing", "id:10990")),
        ("Done", ("Done",)),
    ]
    jenkins = settings.sources[2].model_dump()
    assert jenkins["deployments"] == (
        {
            "job": "shop/deploy-payments-production",
            "environment": "production",
            "service": "payments",
        },
    )


def test_a_database_url_goes_before_the_directory(tmp_path: Path) -> None:
    urls = dict.fromkeys(KINDS, "http://127.0.0.1:1")
    text = company_config(
        tiny_world(), urls, directory=tmp_path, database_url="postgresql://u@h/d", jira="datacenter"
    )
    read = tomllib.loads(text)
    assert read["database"]["url"] == "postgresql://u@h/d"
    assert read["sources"][0]["auth"] == {"token": "env:DEMO_JIRA_TOKEN"}
