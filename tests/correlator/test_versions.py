"""Deployments that are known by a version, tag, image or artefact: which commit they ran."""

import json
from typing import Any

import pandas as pd
import pytest

from core.frames import NONE
from correlator.evidence import Found
from correlator.releases import first_deployments
from correlator.rules import RULES
from correlator.services import ServicePlan, resolve_commits
from correlator.versions import Versions, resolve_versions
from tests.correlator.builders import evidence, frame

A, B, C = "abc1234" + "0" * 33, "3f2a91c0" + "1" * 32, "c" * 40
WEB = ServicePlan(1, "web", ("shop/web",))
REPOSITORIES = frame(
    "repositories",
    {"repository_id": 1, "path": "shop/web", "url": "https://git.example/shop/web"},
    {"repository_id": 2, "path": "shop/api", "url": "https://git.example/shop/api"},
    {"repository_id": 3, "path": "ops/scripts", "url": "https://git.example/ops/scripts"},
)
COMMITS = frame(
    "commits",
    {"commit_id": 1, "sha": A, "committed_ts": 10},
    {"commit_id": 2, "sha": B, "committed_ts": 20},
    {"commit_id": 3, "sha": C, "committed_ts": 30, "repository_id": 2},
    {"commit_id": 4, "sha": "d" * 40, "committed_ts": 30, "repository_id": 3},
)


def tags(*pairs: tuple[str, str], **more: Any) -> pd.DataFrame:
    return frame("refs", *({"name": name, "sha": sha, **more} for name, sha in pairs))


def resolved(
    *rows: dict[str, Any],
    refs: pd.DataFrame | None = None,
    builds: pd.DataFrame | None = None,
    services: tuple[ServicePlan, ...] = (WEB,),
) -> pd.DataFrame:
    numbered = ({"deployment_id": number, **row} for number, row in enumerate(rows, 1))
    table = resolve_commits(frame("deployments", *numbered), COMMITS)
    refs = tags(("v1.2.3", A)) if refs is None else refs
    builds = frame("builds") if builds is None else builds
    return resolve_versions(table, services, Versions(COMMITS, refs, builds, table, REPOSITORIES))


def one(*, refs: pd.DataFrame | None = None, builds: pd.DataFrame | None = None, **row: Any) -> Any:
    found = resolved(row, refs=refs, builds=builds).to_dict("records")[0]
    return found["commit_id"], found["commit_by"], found["commit_reason"]


@pytest.mark.parametrize(
    "version",
    [
        "1.2.3", "v1.2.3", "web-1.2.3", "release-1.2.3", "web/v1.2.3", "refs/tags/v1.2.3",
        "registry.example:5000/shop/web:1.2.3", "shop/web:v1.2.3@sha256:" + "ab" * 32,
        "web-1.2.3.jar", "pkg:oci/web@sha256%3A" + "ab" * 32 + "?tag=1.2.3",
    ],
)  # fmt: skip
def test_a_version_is_the_tag_of_its_number(version: str) -> None:
    assert one(version=version) == (1, "tag v1.2.3", "")


@pytest.mark.parametrize(
    "version", ["1.2.30", "1.2", "1.2.3-rc1", "latest", "1.2.3-SNAPSHOT", "main", "api-1.2.3"]
)
def test_another_version_and_a_moving_name_are_no_commit(version: str) -> None:
    refs = tags(("v1.2.3", A), ("latest", A), ("main", A))
    assert one(version=version, refs=refs) == (NONE, "", "unknown_version")


def test_the_exact_tag_comes_before_one_of_the_same_number() -> None:
    refs = tags(("v1.2.3", A), ("1.2.3", B))
    assert one(version="1.2.3", refs=refs)[:2] == (2, "tag 1.2.3")
    assert one(version="web-1.2.3", refs=refs) == (NONE, "", "ambiguous_version")


def test_two_tags_of_one_commit_are_not_ambiguous() -> None:
    refs = tags(("v1.2.3", A), ("release-1.2.3", A))
    assert one(version="1.2.3", refs=refs)[0] == 1


@pytest.mark.parametrize(
    ("version", "commit"),
    [
        ("1.2.3-14-gabc1234", 1),
        ("registry.example/shop/web:main-3f2a91c0-1700000000", 2),
        (B, 2),
        ("1.2.3-14-gfffffff", NONE),
    ],
)
def test_a_sha_within_the_version_counts_and_not_the_tag_before_it(
    version: str, commit: int
) -> None:
    assert one(version=version, refs=tags(("1.2.3", A), ("v1.2.3", A)))[0] == commit


def test_a_sha_that_two_commits_begin_with_is_ambiguous() -> None:
    both = frame(
        "commits",
        *({"commit_id": n, "sha": f"abcdef{n}" * 6, "committed_ts": n} for n in (1, 2)),
        {"commit_id": 3, "sha": "abcdef1" + "0" * 35, "committed_ts": 3},
    )
    table = resolve_commits(frame("deployments", {"version": "x-abcdef1"}), both)
    versions = Versions(both, tags(), frame("builds"), table, REPOSITORIES)
    found = resolve_versions(table, [WEB], versions)
    assert found["commit_reason"].tolist() == ["ambiguous_version"]


def test_a_known_sha_stays_and_an_unknown_one_gives_way_to_the_version() -> None:
    assert one(sha=B, version="1.2.3")[:2] == (2, "sha")
    assert one(sha="9" * 40, version="1.2.3")[:2] == (1, "tag v1.2.3")
    assert one(sha="9" * 40) == (NONE, "", "unknown_sha")


def test_a_short_sha_and_one_without_repository_are_found_in_the_services() -> None:
    assert one(sha=B[:8])[:2] == (2, "sha")
    assert one(sha=B, repository_id=NONE)[:2] == (2, "sha")


def test_a_ref_that_is_a_tag_counts_and_one_that_is_a_branch_does_not() -> None:
    assert one(ref="v1.2.3")[0] == 1
    assert one(ref="release/1.2.3") == (NONE, "", "no_sha")
    branch = frame(
        "refs", {"name": "1.2.3", "kind": "branch", "sha": B}, {"name": "v1.2.3", "sha": A}
    )
    assert one(ref="1.2.3", refs=branch)[0] == NONE


def test_a_deployment_without_repository_is_looked_up_in_those_of_its_service() -> None:
    row = {"repository_id": NONE, "version": "shop/web:1.2.3"}
    found = resolved(row).to_dict("records")[0]
    assert (found["commit_id"], found["repository_id"], found["sha"]) == (1, 1, A)


def test_two_repositories_of_a_service_are_told_apart_by_the_image() -> None:
    both = ServicePlan(1, "web", ("shop/web", "shop/api"))
    refs = pd.concat([tags(("v1.2.3", A)), tags(("v1.2.3", C), repository_id=2)])
    rows = [{"repository_id": NONE, "version": text} for text in ("1.2.3", "x/api:1.2.3")]
    found = resolved(*rows, refs=refs, services=(both,))
    assert found["commit_id"].tolist() == [NONE, 3]
    assert found["commit_reason"].tolist() == ["ambiguous_version", ""]


def test_scripts_of_another_repository_give_way_to_the_version_they_deploy() -> None:
    row = {"sha": "d" * 40, "repository_id": 3, "service": "web"}
    found = resolved({**row, "version": "1.2.3"}, {**row, "ref": "v1.2.3"})
    assert found["commit_id"].tolist() == [1, 4]
    assert found["repository_id"].tolist() == [1, 3]


def build(**more: Any) -> pd.DataFrame:
    made = {"build_id": 1, "external_id": "7", "job": "shop/web", "number": 7, "repository_id": 1}
    return frame("builds", {**made, "revisions": json.dumps([[B, ""]]), **more})


@pytest.mark.parametrize(
    "named",
    [
        {"parameters": '{"RELEASE_VERSION": "1.0.45"}'},
        {"description": "Built 1.0.45 for everyone."},
        {"ref": "1.0.45"},
    ],
)
def test_a_build_that_names_exactly_the_version_tells_its_commit(named: dict[str, str]) -> None:
    assert one(version="1.0.45", builds=build(**named))[:2] == (2, "build shop/web#7")


@pytest.mark.parametrize(
    "named",
    [
        {"parameters": '{"PREVIOUS_VERSION": "1.0.45"}'},
        {"parameters": '{"RELEASE_VERSION": "1.0.4"}'},
        {"description": "Based on 1.0.451"},
        {"parameters": "[1]", "number": 45},
    ],
)
def test_a_build_that_names_another_version_tells_nothing(named: dict[str, Any]) -> None:
    assert one(version="1.0.45", builds=build(**named))[0] == NONE


def test_a_build_that_deploys_did_not_make_the_version() -> None:
    made = build(parameters='{"VERSION": "1.0.45"}')
    assert one(version="1.0.45", builds=made, build_external_id="7")[0] == NONE


def test_the_link_says_how_the_commit_is_known_and_is_less_sure() -> None:
    table = resolved({"version": "1.2.3", "finished_ts": 100}, {"sha": B, "finished_ts": 200})
    claims = first_deployments(table, COMMITS, frame("parents")).claims
    (rule,) = (rule for rule in RULES if rule.name == "first_deployment")
    links = rule.links(evidence(deployments=table, claims=claims), Found())
    by_version, by_sha = links.sort_values("a_id").to_dict("records")
    assert "known by its version 1.2.3, the tag v1.2.3" in by_version["evidence"]
    assert "known by its" not in by_sha["evidence"]
    assert by_version["confidence"] == pytest.approx(0.95 * 0.95 * 0.5)
    assert by_sha["confidence"] == pytest.approx(0.95)


def test_the_order_of_rows_changes_nothing() -> None:
    refs = tags(("v1.2.3", A), ("release-1.2.3", A), ("1.2.4", B), ("v1.2.4", A))
    rows = [{"version": text} for text in ("1.2.3", "web-1.2.4", "1.2.4", "main-3f2a91c0")]
    plain = resolved(*rows, refs=refs)
    other = resolved(*rows, refs=refs.iloc[::-1].reset_index(drop=True))
    pd.testing.assert_frame_equal(plain, other)
