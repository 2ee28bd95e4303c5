"""Which service, environment and commit a deployment is of, and which jobs are one deployment."""

from typing import Any

import pandas as pd
import pytest

from core.frames import NONE
from correlator.grouping import merge_groups
from correlator.remotes import normal_remote, remote_index
from correlator.services import ServicePlan, assign_services, resolve_commits
from tests.correlator.builders import frame

REPOSITORIES = frame(
    "repositories",
    {"repository_id": 1, "path": "shop/web", "url": "https://git.example/shop/web"},
    {"repository_id": 2, "path": "shop/api", "url": "https://git.example/shop/api"},
)
WEB = ServicePlan(10, "web", ("shop/web",))
EDGE = ServicePlan(
    11, "edge", ("shop/web",), {"production": ("prod-*",), "test": ("tier:testing",)}
)


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("git@Git.Example:shop/web.git", "git.example/shop/web"),
        ("https://git.example/shop/web.git", "git.example/shop/web"),
        ("https://bot:secret@git.example:8443/shop/web/", "git.example/shop/web"),
        ("ssh://git@git.example:2222/shop/web.git", "git.example/shop/web"),
        ("git.example:shop/Web", "git.example/shop/Web"),
        ("/srv/git/web.git", "/srv/git/web.git"),
        ("", ""),
    ],
)
def test_addresses_of_one_repository_are_equal(address: str, normal: str) -> None:
    assert normal_remote(address) == normal


def test_an_address_of_two_repositories_names_neither() -> None:
    table = frame(
        "repositories",
        {"repository_id": 1, "url": "https://git.example/a", "remotes": "git@git.example:a.git"},
        {"repository_id": 2, "remotes": '["https://git.example/b", "https://git.example/a"]'},
    )
    assert remote_index(table) == {"git.example/b": 2}


def assign(*services: ServicePlan, **row: Any) -> list[tuple[str, str]]:
    """(service, target) of one deployment."""
    given = frame("deployments", {"deployment_id": 1, "repository_id": NONE, **row})
    given = given.drop(columns=["service_id", "target"])
    table = assign_services(given, REPOSITORIES, services)
    return list(zip(table["service"], table["target"], strict=True))


def test_a_service_that_the_deployment_names_comes_first() -> None:
    assert assign(WEB, service="web", repository_id=2) == [("web", "production")]
    assert assign(WEB, service="unheard-of", repository_id=1) == [("", "production")]


def test_else_the_repository_decides_known_by_id_or_address() -> None:
    assert assign(WEB, repository_id=1) == [("web", "production")]
    assert assign(WEB, remote="git@git.example:shop/web.git") == [("web", "production")]
    assert assign(WEB, repository_id=2) == [("", "production")]


def test_a_repository_of_two_services_is_a_deployment_of_both() -> None:
    both = assign(WEB, EDGE, repository_id=1, environment="prod-eu", tier="production")
    assert both == [("web", "production"), ("edge", "production")]


def test_a_place_that_only_one_of_them_has_is_a_deployment_of_that_one() -> None:
    places = [
        ServicePlan(number, name, ("shop/web",), {"production": (f"production/{name}",)})
        for number, name in ((10, "web"), (11, "edge"))
    ]
    named = assign(*places, repository_id=1, environment="production/edge", tier="production")
    assert named == [("edge", "production")]
    unknown = assign(*places, repository_id=1, environment="qa", tier="testing")
    assert unknown == [("web", "other:qa"), ("edge", "other:qa")]


@pytest.mark.parametrize(
    ("environment", "tier", "target"),
    [
        ("PROD-EU", "", "production"),
        ("production", "production", "other:production"),
        ("qa", "testing", "test"),
        ("staging", "staging", "other:staging"),
    ],
)
def test_environments_are_named_as_the_service_does(
    environment: str, tier: str, target: str
) -> None:
    assert assign(EDGE, repository_id=1, environment=environment, tier=tier) == [("edge", target)]


def test_commits_are_found_by_sha_within_the_repository_or_the_reason_is_given() -> None:
    commits = frame(
        "commits",
        {"commit_id": 1, "sha": "aaa1"},
        {"commit_id": 2, "sha": "aaa2", "repository_id": 2},
        {"commit_id": 3, "sha": "aaa3", "committed_ts": NONE},
    )
    rows = [
        {"deployment_id": 1, "sha": "AAA1"},
        {"deployment_id": 2, "sha": "aaa2"},
        {"deployment_id": 3, "sha": "aaa3"},
        {"deployment_id": 4, "sha": ""},
        {"deployment_id": 5, "sha": "aaa1", "repository_id": NONE},
    ]
    table = resolve_commits(frame("deployments", *rows), commits)
    assert table["commit_id"].tolist() == [1, NONE, NONE, NONE, NONE]
    reasons = ["", "unknown_sha", "unknown_sha", "no_sha", "unknown_repository"]
    assert table["commit_reason"].tolist() == reasons


def job(number: int, environment: str, result: str = "success", **more: Any) -> dict[str, Any]:
    """A job of pipeline 9 that is created, starts and ends at 100, 110 and 150 times its number."""
    return {
        "deployment_id": number,
        "environment": environment,
        "result": result,
        "group": "9",
        "created_ts": 100 * number,
        "started_ts": 110 * number,
        "finished_ts": 150 * number,
        **more,
    }


def merged(*rows: dict[str, Any]) -> pd.DataFrame:
    return merge_groups(frame("deployments", *rows))


def test_jobs_of_one_pipeline_are_one_deployment_from_first_start_to_last_finish() -> None:
    table = merged(
        job(2, "prod-us", sha="bbb", build_external_id="9"),
        job(1, "prod-eu", sha="aaa", build_external_id="8"),
        job(3, "staging", target="other:staging"),
    )
    assert table["deployment_id"].tolist() == [1, 3]
    row = table.iloc[0]
    assert (row["created_ts"], row["started_ts"], row["finished_ts"]) == (100, 110, 300)
    assert (row["result"], row["jobs"], row["sha"]) == ("success", 2, "bbb")
    assert row["build_external_id"] == "8\n9"


def test_a_deployment_goes_by_its_first_job_in_whatever_order_they_were_read() -> None:
    read_late = job(7, "prod-eu", created_ts=100)
    table = merged(job(2, "prod-us", created_ts=900), read_late)
    assert table["deployment_id"].tolist() == [7]


def test_a_retry_after_a_failure_is_the_same_deployment_and_heals_it() -> None:
    table = merged(job(1, "eu", "failed"), job(2, "us"), job(3, "eu"))
    assert table["jobs"].tolist() == [3]
    assert table["result"].tolist() == ["success"]
    assert table["finished_ts"].tolist() == [450]


def test_a_job_that_runs_again_after_success_is_another_deployment() -> None:
    table = merged(job(1, "eu"), job(2, "us"), job(9, "eu"))
    assert table["deployment_id"].tolist() == [1, 9]
    assert table["finished_ts"].tolist() == [300, 1350]
    assert table["jobs"].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("results", "whole"),
    [
        (("success", "failed"), "failed"),
        (("success", "skipped"), "success"),
        (("skipped", "skipped"), "skipped"),
        (("success", "canceled"), "canceled"),
        (("failed", "running"), "running"),
        (("success", "a new word"), "other"),
    ],
)
def test_the_worst_environment_says_how_the_whole_ended(
    results: tuple[str, str], whole: str
) -> None:
    table = merged(job(1, "eu", results[0]), job(2, "us", results[1]))
    assert table["result"].tolist() == [whole]


def test_an_open_deployment_has_no_finish_and_unknown_starts_do_not_count() -> None:
    table = merged(
        job(1, "eu", started_ts=NONE),
        job(2, "us", "running", finished_ts=NONE),
        job(3, "x", group="", started_ts=NONE),
    )
    assert table["finished_ts"].tolist() == [NONE, 450]
    assert table["started_ts"].tolist() == [220, NONE]


def test_rows_without_group_and_groups_of_other_sources_services_and_repositories_stay_apart() -> (
    None
):
    table = merged(
        job(1, "eu", group=""),
        job(2, "eu", group=""),
        job(3, "eu"),
        job(4, "eu", source_id=7),
        job(5, "eu", service_id=8),
        job(6, "eu", repository_id=9),
    )
    assert table["jobs"].tolist() == [1] * 6


def test_no_deployments_stay_no_deployments() -> None:
    table = merged()
    assert table.empty
    assert table["jobs"].dtype == "int64"
    placed = resolve_commits(table, frame("commits"))
    assert placed["commit_id"].dtype == "int64"
    plain = frame("deployments").drop(columns=["service_id", "target"])
    assert assign_services(plain, REPOSITORIES, [WEB]).empty
