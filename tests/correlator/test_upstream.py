"""Deployments that tell no commit: what the builds that led to them say."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from core.frames import NONE
from correlator.services import ServicePlan
from correlator.upstream import with_upstream_commits

WEB, API, LIBRARY = "https://git.example/shop/web.git", "git@git.example:shop/api.git", "g:ci/lib"
REPOSITORIES = pd.DataFrame(
    {
        "repository_id": [1, 2, 3],
        "path": ["shop/web", "shop/api", "ci/lib"],
        "url": ["https://git.example/shop/web", "https://git.example/shop/api", ""],
        "remotes": ["", "", "g:ci/lib"],
    }
)
SERVICES = (ServicePlan(1, "web", ("shop/web",)), ServicePlan(2, "api", ("shop/api",)))


def builds(*rows: tuple[str, str, list[list[str]]], source: int = 7) -> pd.DataFrame:
    """Of id, upstream and checkouts; the job is what stands before the number."""
    return pd.DataFrame(
        [
            {
                "source_id": source,
                "external_id": id,
                "job": id.partition("#")[0].partition("@")[0],
                "number": int(id.partition("#")[2]),
                "revisions": json.dumps(revisions),
                "upstream": upstream,
            }
            for id, upstream, revisions in rows
        ]
    )


def deployments(sha: str = "", service: str = "", build: str = "deploy#5") -> pd.DataFrame:
    told = {"sha": sha, "service": service, "remote": "", "build_external_id": build}
    return pd.DataFrame([{"deployment_id": 1, "source_id": 7, "repository_id": NONE, **told}])


def told(known: pd.DataFrame, given: pd.DataFrame | None = None) -> tuple[str, str]:
    table = with_upstream_commits(
        deployments() if given is None else given, known, REPOSITORIES, SERVICES
    )
    return str(table["sha"][0]), str(table["remote"][0])


DEPLOY: tuple[str, str, list[list[str]]] = ("deploy#5", "ci#9", [])


def test_the_build_that_started_the_deploying_one_tells_the_commit() -> None:
    assert told(builds(DEPLOY, ("ci#9", "", [["A1", LIBRARY], ["b2", WEB]]))) == ("b2", WEB)


def test_the_way_up_ends_at_the_first_build_that_checked_something_out() -> None:
    chain = builds(
        DEPLOY,
        ("ci#9", "gate#4", [["a1", LIBRARY]]),
        ("gate#4", "first#1", [["B2", WEB]]),
        ("first#1", "", [["c3", WEB]]),
    )
    assert told(chain) == ("b2", WEB)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (deployments(service="api"), ("c3", API)),
        (deployments(service="web"), ("b2", WEB)),
        (deployments(), ("", "")),
        (deployments(sha="f0"), ("f0", "")),
        (deployments(service="unknown"), ("", "")),
        (deployments(build="other#1"), ("", "")),
    ],
    ids=["of api", "of web", "of either", "told by itself", "of no service", "of no build"],
)
def test_of_several_repositories_the_one_of_the_service_counts(
    given: pd.DataFrame, expected: tuple[str, str]
) -> None:
    known = builds(DEPLOY, ("ci#9", "", [["b2", WEB], ["c3", API]]))
    assert told(known, given) == expected


def test_a_name_that_two_builds_bear_leaves_it_open() -> None:
    known = builds(DEPLOY, ("ci#9", "", [["b2", WEB]]), ("ci@2#9", "", [["c3", WEB]]))
    assert told(known) == ("", "")


def test_builds_of_another_source_are_not_meant() -> None:
    other = builds(("ci#9", "", [["b2", WEB]]), source=8)
    assert told(pd.concat([builds(DEPLOY), other], ignore_index=True)) == ("", "")


def test_builds_that_started_each_other_are_not_followed_for_ever() -> None:
    assert told(builds(DEPLOY, ("ci#9", "deploy#5", []))) == ("", "")


def test_nothing_is_touched_where_nothing_is_missing() -> None:
    given = deployments(sha="f0")
    known = builds(DEPLOY)
    assert with_upstream_commits(given, known, REPOSITORIES, SERVICES) is given
