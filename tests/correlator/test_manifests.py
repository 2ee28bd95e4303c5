"""Deployments of services whose running version is written down in another repository."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from core.frames import NONE
from correlator.graph import commit_graph
from correlator.history import in_order_of_history
from correlator.manifests import follow_manifests
from correlator.releases import first_deployments
from correlator.services import ServicePlan, assign_services, resolve_commits
from correlator.versions import Versions, resolve_versions
from tests.correlator.builders import frame

OPS = 9
WEB = ServicePlan(1, "web", ("shop/web",), manifests=("ops/clusters",))
API = ServicePlan(2, "api", ("shop/api",), manifests=("ops/clusters",))
REPOSITORIES = frame(
    "repositories",
    {"repository_id": 1, "path": "shop/web"},
    {"repository_id": 2, "path": "shop/api"},
    {"repository_id": OPS, "path": "ops/clusters"},
)
TAGS = {"v1.0": (1, 1), "v1.1": (1, 2), "v1.2": (1, 3), "2.0": (2, 11), "2.1": (2, 12)}
"""Repository and commit by tag: three versions of web, two of api."""


def sha(commit: int) -> str:
    return f"{commit:04x}" * 10


def code() -> list[dict[str, Any]]:
    return [
        {"commit_id": commit, "repository_id": home, "sha": sha(commit), "committed_ts": commit}
        for home, commit in TAGS.values()
    ]


def deployed(
    messages: list[str], *heads: int, services: tuple[ServicePlan, ...] = (WEB, API), **more: Any
) -> pd.DataFrame:
    """Manifest commits 101, 102 ... one after the other, and a deployment of each head."""
    numbers = range(101, 101 + len(messages))
    manifests = [
        {"commit_id": one, "repository_id": OPS, "sha": sha(one), "committed_ts": one,
         "message": text, "parents": 0 if one == 101 else 1}
        for one, text in zip(numbers, messages, strict=True)
    ]  # fmt: skip
    commits = frame("commits", *code(), *manifests)
    edges = [{"commit_id": one, "parent_id": one - 1} for one in numbers if one > 101]
    edges += [{"commit_id": one, "parent_id": one - 1} for one in (2, 3, 12)]
    parents = frame("parents", *edges)
    refs = frame(
        "refs",
        *(
            {"repository_id": home, "name": name, "sha": sha(one)}
            for name, (home, one) in TAGS.items()
        ),
    )
    rows = [
        {"deployment_id": place, "repository_id": OPS, "sha": sha(head),
         "finished_ts": 1000 * place,
         **{name: values[place - 1] for name, values in more.items()}}
        for place, head in enumerate(heads, 1)
    ]  # fmt: skip
    made_later = ["service_id", "target", "found_by", "rollback"]
    given = frame("deployments", *rows).drop(columns=made_later)
    table = resolve_commits(assign_services(given, REPOSITORIES, services), commits)
    versions = Versions(commits, refs, frame("builds"), table, REPOSITORIES)
    table = resolve_versions(table, services, versions)
    found = follow_manifests(table, commits, parents, services, versions)
    outcome = first_deployments(found, commits, parents).deployments
    keys = ["deployment_id", "service_id", "target"]
    return found.merge(outcome[[*keys, "rollback", "commits"]], on=keys)


def ran(table: pd.DataFrame, service: str) -> dict[int, int]:
    """{deployment: the commit that it gave the service}."""
    own = table[table["service"] == service]
    return dict(zip(own["deployment_id"], own["commit_id"], strict=True))


def test_a_service_is_deployed_by_commits_that_name_it_with_a_version() -> None:
    messages = ["Deploy web 1.0, api 2.0", "Deploy web 1.1", "docs", "chore(api): bump to v2.1"]
    table = deployed(messages, 101, 102, 103, 104)
    assert ran(table, "web") == {1: 1, 2: 2}
    assert ran(table, "api") == {1: 11, 4: 12}
    second = table[(table["deployment_id"] == 2) & (table["service"] == "web")].iloc[0]
    assert second["commit_by"] == f"manifest ops/clusters@{sha(102)[:8]}, tag v1.1"
    assert (second["repository_id"], second["sha"], second["version"]) == (1, sha(2), "1.1")


def test_the_manifests_themselves_keep_their_deployments() -> None:
    table = deployed(["Deploy web 1.0", "docs"], 101, 102)
    assert ran(table, "") == {1: 101, 2: 102}


def test_the_last_version_of_several_commits_counts() -> None:
    messages = ["Deploy web 1.0", "Deploy web 1.1", "Deploy web 1.2"]
    assert ran(deployed(messages, 101, 103), "web") == {1: 1, 2: 3}


def test_a_version_that_does_not_exist_is_no_deployment() -> None:
    messages = ["Deploy web 1.0", "Deploy web 7.7", "web: raise memory to 1.5Gi"]
    assert ran(deployed(messages, 101, 102, 103), "web") == {1: 1}


@pytest.mark.parametrize(
    "back",
    [
        'Revert "Deploy web 1.1"',
        f'Revert "something"\n\nThis reverts commit {sha(102)}.',
        "Deploy web 1.0",
        "Roll web back: shop/web:1.1 -> shop/web:1.0",
    ],
)
def test_taking_a_version_back_is_a_rollback_to_the_one_before(back: str) -> None:
    table = deployed(["Deploy web 1.0", "Deploy web 1.1", back], 101, 102, 103)
    assert ran(table, "web") == {1: 1, 2: 2, 3: 1}
    rolled = table[table["service"] == "web"].set_index("deployment_id")["rollback"]
    assert rolled.to_dict() == {1: False, 2: False, 3: True}


def test_the_revert_of_a_revert_brings_the_version_back() -> None:
    messages = [
        "Deploy web 1.0",
        "Deploy web 1.1",
        'Revert "Deploy web 1.1"',
        'Revert "Revert "Deploy web 1.1""',
    ]
    assert ran(deployed(messages, 101, 102, 103, 104), "web") == {1: 1, 2: 2, 3: 1, 4: 2}


def test_a_revert_of_a_version_that_no_longer_runs_changes_nothing() -> None:
    messages = ["Deploy web 1.0", "Deploy web 1.1", "Deploy web 1.2", 'Revert "Deploy web 1.1"']
    assert ran(deployed(messages, 103, 104), "web") == {1: 3}


def test_a_revert_of_the_first_known_version_leaves_it_open() -> None:
    table = deployed(["Deploy web 1.0", 'Revert "Deploy web 1.0"'], 101, 102)
    assert ran(table, "web") == {1: 1, 2: NONE}
    row = table[(table["deployment_id"] == 2) & (table["service"] == "web")].iloc[0]
    assert row["commit_reason"] == "unknown_version"


def test_manifests_that_go_back_take_every_changed_service_with_them() -> None:
    messages = ["Deploy web 1.0, api 2.0", "Deploy web 1.1", "docs"]
    table = deployed(messages, 101, 103, 101, 103)
    assert ran(table, "web") == {1: 1, 2: 2, 3: 1, 4: 2}
    assert ran(table, "api") == {1: 11}


def test_what_failed_deployments_of_manifests_carried_comes_with_the_next() -> None:
    messages = ["Deploy web 1.0", "Deploy web 1.1", "docs"]
    table = deployed(messages, 101, 102, 103, result=["success", "failed", "success"])
    assert ran(table, "web") == {1: 1, 3: 2}


def test_each_environment_has_its_own_versions() -> None:
    messages = ["Deploy web 1.0", "Deploy web 1.1"]
    table = deployed(messages, 102, 101, 102, environment=["staging", "production", "production"])
    assert ran(table, "web") == {1: 2, 2: 1, 3: 2}


def test_a_deployment_that_names_service_and_version_itself_needs_no_message() -> None:
    more = {"service": ["web", "web"], "version": ["1.1", ""]}
    table = deployed(["docs", "Deploy web 1.2"], 101, 102, **more)
    assert ran(table, "web") == {1: 2, 2: 3}


def test_the_order_of_rows_changes_nothing() -> None:
    messages = ["Deploy web 1.0, api 2.0", "Deploy web 1.1", 'Revert "Deploy web 1.1"']
    plain = deployed(messages, 101, 102, 103)
    turned = deployed(messages, 101, 102, 103, services=(API, WEB))
    for service in ("web", "api"):
        assert ran(plain, service) == ran(turned, service)


def test_history_is_in_order_though_all_commits_are_of_one_second() -> None:
    rows = [{"commit_id": one, "committed_ts": 5, "parents": 1} for one in (1, 2, 3, 4)]
    edges = [{"commit_id": a, "parent_id": b} for a, b in ((1, 4), (4, 2), (2, 3))]
    graph = commit_graph(frame("commits", *rows), frame("parents", *edges))
    assert [int(graph.ids[node]) for node in in_order_of_history(graph)] == [3, 2, 4, 1]
