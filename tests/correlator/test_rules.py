"""Each rule by itself, on frames written by hand: what it links, how surely, and what it leaves."""

from typing import Any

import pandas as pd
import pytest

from core.records import Entity
from correlator.confidence import combine
from correlator.delivery_rules import parse_correlation
from correlator.evidence import LINK_COLUMNS, Evidence
from correlator.linking import correlate
from correlator.rules import RULES
from tests.correlator.builders import evidence, frame

KEYS = frame(
    "item_keys",
    {"key": "SHOP-1", "item_id": 11},
    {"key": "SHOP-2", "item_id": 12},
    {"key": "OLD-7", "item_id": 12},
)


WEAK = {"proximity": 0.4, "change_window": 0.4}
"""Rules of service and time alone, which nothing may rest on that has to be sure."""


def links(given: Evidence, rule: str) -> dict[tuple[int, int], float]:
    """{(a_id, b_id): confidence} of one rule, out of all that are made."""
    table = correlate(given)
    chosen = table[table["rule"] == rule]
    pairs = zip(chosen["a_id"], chosen["b_id"], strict=True)
    return {pair: round(c, 4) for pair, c in zip(pairs, chosen["confidence"], strict=True)}


def test_a_key_in_a_message_links_the_commit_also_by_a_former_key() -> None:
    commits = frame(
        "commits",
        {"commit_id": 1, "message": "SHOP-1: retry\n\nRefs: OLD-7"},
        {"commit_id": 2, "message": "UTF-8, SHA-256, SHOP-99 and shop-1"},
    )
    given = evidence(item_keys=KEYS, commits=commits)
    assert links(given, "key_in_message") == {(11, 1): 0.85, (12, 1): 0.85}
    said = correlate(given)["evidence"].tolist()
    assert 'The message names SHOP-1: "SHOP-1: retry"' in said


def test_a_key_that_two_trackers_have_is_half_as_sure_for_each() -> None:
    keys = frame("item_keys", {"key": "SHOP-1", "item_id": 11}, {"key": "SHOP-1", "item_id": 31})
    commits = frame("commits", {"commit_id": 1, "message": "SHOP-1"})
    given = evidence(item_keys=keys, commits=commits)
    assert links(given, "key_in_message") == {(11, 1): 0.425, (31, 1): 0.425}
    assert "2 tickets have this key" in correlate(given)["evidence"][0]


def test_branch_title_and_description_link_the_merge_request() -> None:
    requests = frame(
        "merge_requests",
        {"merge_request_id": 1, "source_branch": "feature/shop-1-retry", "title": "Retry"},
        {"merge_request_id": 2, "title": "SHOP-1: retry", "description": "Like SHOP-2"},
        {"merge_request_id": 3, "title": "shop-1", "description": "UTF-8"},
    )
    given = evidence(item_keys=KEYS, merge_requests=requests)
    assert links(given, "key_in_branch") == {(11, 1): 0.85}
    assert links(given, "key_in_title") == {(11, 2): 0.85}
    assert links(given, "key_in_description") == {(12, 2): 0.6}


def test_keys_link_builds_by_parameter_and_changes_by_text() -> None:
    builds = frame(
        "builds",
        {"build_id": 1, "parameters": '{"TICKET": "SHOP-1"}'},
        {"build_id": 2, "description": "for SHOP-2"},
        {"build_id": 3, "parameters": '{"CHARSET": "UTF-8"}'},
    )
    changes = frame("changes", {"change_id": 5, "title": "Release", "description": "SHOP-1"})
    given = evidence(item_keys=KEYS, builds=builds, changes=changes)
    assert links(given, "key_in_parameters") == {(11, 1): 0.8, (12, 2): 0.8}
    assert links(given, "key_in_change") == {(11, 5): 0.8}


COMMITS = frame(
    "commits",
    {"commit_id": 1, "sha": "aaa1", "message": "retry"},
    {"commit_id": 2, "sha": "aaa2", "message": "SHOP-2: tidy"},
    {"commit_id": 3, "sha": "aaa3", "message": "Merge"},
    {"commit_id": 4, "sha": "aaa3", "repository_id": 9, "message": "a fork's copy"},
)


def test_the_vendors_shas_link_commits_and_merge_requests_within_the_repository() -> None:
    requests = frame(
        "merge_requests",
        {"merge_request_id": 1, "merge_sha": "AAA3", "head_sha": "aaa2"},
        {"merge_request_id": 2, "squash_sha": "aaa2"},
        {"merge_request_id": 3, "head_sha": "aaa1"},
        {"merge_request_id": 4, "head_sha": "aaa1", "state": "opened"},
    )
    listed = frame("merge_request_commits", {"merge_request_id": 1, "commit_id": 1})
    given = evidence(commits=COMMITS, merge_requests=requests, merge_request_commits=listed)
    assert links(given, "listed") == {(1, 1): 1.0}
    assert links(given, "merge_sha") == {(3, 1): 1.0}
    assert links(given, "squash_sha") == {(2, 2): 1.0}
    assert links(given, "fast_forward") == {(1, 3): 1.0}


def test_commits_inherit_the_ticket_of_their_merge_request() -> None:
    requests = frame(
        "merge_requests",
        {"merge_request_id": 1, "source_branch": "shop-1", "merge_sha": "aaa3", "number": 8},
        {"merge_request_id": 2, "description": "SHOP-1"},
    )
    listed = frame(
        "merge_request_commits",
        {"merge_request_id": 1, "commit_id": 1},
        {"merge_request_id": 1, "commit_id": 2},
        {"merge_request_id": 2, "commit_id": 4},
    )
    given = evidence(
        item_keys=KEYS, commits=COMMITS, merge_requests=requests, merge_request_commits=listed
    )
    # Commit 2 names another ticket; the description of merge request 2 does not suffice.
    assert links(given, "merge_request") == {(11, 1): 0.8, (11, 2): 0.5, (11, 3): 0.8}
    said = correlate(given).query("rule == 'merge_request' and b_id == 1")["evidence"].tolist()
    assert said == ["It belongs to merge request !8, whose branch or title names the ticket"]


WEB, LIB = "git@git.example:shop/web.git", "ssh://git@git.example:22/ops/lib.git"
REPOSITORIES = frame(
    "repositories",
    {"repository_id": 1, "path": "shop/web", "url": "https://git.example/shop/web"},
    {"repository_id": 9, "path": "ops/lib", "remotes": "https://git.example/ops/lib.git"},
)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        ({"revisions": f'[["AAA2", "{WEB}"]]'}, {(2, 5): 1.0}),
        ({"revisions": f'[["aaa3", "{LIB}"], ["aaa2", "{WEB}"]]'}, {(4, 5): 1.0, (2, 5): 1.0}),
        (
            {"revisions": f'[["aaa3", "{LIB}"], ["aaa2", "{WEB}"]]', "repository_id": 1},
            {(2, 5): 1.0},
        ),
        ({"revisions": '[["aaa3", ""]]', "repository_id": 1}, {(3, 5): 1.0}),
        ({"revisions": '[["aaa3", ""]]'}, {}),
        ({"revisions": '[["aaa2", ""]]'}, {(2, 5): 0.9}),
        ({"revisions": '[["aaa2", "https://mirror.example/web"]]'}, {(2, 5): 0.9}),
        ({"revisions": '[["aaa2", ""], ["ffff", ""]]'}, {}),
        ({"revisions": f'[["aaa2", "{LIB}"]]'}, {}),
        ({"revisions": "[]"}, {}),
    ],
    ids=[
        "ssh address equals https",
        "each checkout in its own repository",
        "the build's repository decides over a shared library",
        "no address, repository known",
        "no address, two repositories have the sha",
        "no address, one repository has the sha",
        "address unknown, one repository has the sha",
        "several checkouts without address",
        "sha under another repository's address",
        "no checkout",
    ],
)
def test_a_build_is_linked_to_what_it_checked_out(
    build: dict[str, object], expected: dict[tuple[int, int], float]
) -> None:
    builds = frame("builds", {"build_id": 5, **build})
    given = evidence(commits=COMMITS, builds=builds, repositories=REPOSITORIES)
    assert links(given, "revision") == expected


def test_a_build_of_a_tickets_commit_is_linked_to_the_ticket() -> None:
    builds = frame("builds", {"build_id": 5, "revisions": f'[["aaa2", "{WEB}"]]'})
    given = evidence(item_keys=KEYS, commits=COMMITS, builds=builds, repositories=REPOSITORIES)
    assert links(given, "built_commit") == {(12, 5): 0.8}


BUILDS = frame(
    "builds",
    {"build_id": 1, "external_id": "shop/web#7", "job": "shop/web", "number": 7},
    {"build_id": 2, "external_id": "900", "job": "shop/web", "number": 31},
    {"build_id": 3, "external_id": "900", "job": "x", "number": 7, "source_id": 4},
)
DEPLOYMENTS = frame(
    "deployments",
    {"deployment_id": 1, "build_external_id": "shop/web#7"},
    {"deployment_id": 2, "group": "900", "build_external_id": "900"},
    {"deployment_id": 3, "group": "shop/web!pipeline/900", "target": "other:staging"},
    {"deployment_id": 4, "build_external_id": "unknown"},
)


def test_deployments_are_linked_to_their_build_and_pipeline_of_the_same_source() -> None:
    given = evidence(builds=BUILDS, deployments=DEPLOYMENTS)
    assert links(given, "same_build") == {(1, 1): 1.0, (2, 2): 1.0}
    assert links(given, "pipeline") == {(2, 2): 0.95, (2, 3): 0.95}


def test_a_merged_deployment_is_linked_to_each_of_its_builds() -> None:
    both = frame("deployments", {"deployment_id": 1, "build_external_id": "shop/web#7\n900"})
    assert links(evidence(builds=BUILDS, deployments=both), "same_build") == {
        (1, 1): 1.0,
        (2, 1): 1.0,
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("shop/web#7", "shop/web#7"),
        (" shop/web!pipeline/900 ", "shop/web!pipeline/900"),
        ("https://ci.example/job/shop/job/web/7/", "shop/web#7"),
        ("https://ci.example/prefix/job/shop/job/web/7/console", "shop/web#7"),
        ("https://ci.example/job/shop/job/feature%252Fx/7/", "shop/feature%2Fx#7"),
        ("https://git.example/shop/web/-/pipelines/900", "shop/web!pipeline/900"),
        ("https://git.example/shop/web/pipelines/900", "shop/web!pipeline/900"),
        ("https://git.example/shop/web/-/issues/900", ""),
        ("CHG0030001", ""),
        ("", ""),
    ],
)
def test_a_correlation_names_a_build_in_several_forms(text: str, name: str) -> None:
    assert parse_correlation(text) == name


def test_a_change_is_linked_to_the_production_deployments_that_it_names() -> None:
    changes = frame(
        "changes",
        {"change_id": 1, "correlation": "shop/web#7"},
        {"change_id": 2, "correlation": "https://git.example/shop/web/-/pipelines/900"},
        {"change_id": 3, "correlation": "shop/web#8"},
        {"change_id": 4},
    )
    given = evidence(builds=BUILDS, deployments=DEPLOYMENTS, changes=changes)
    # Pipeline 900 deployed to staging as well: the change was for production.
    assert links(given, "correlation") == {(1, 1): 1.0, (2, 2): 1.0}


def test_a_change_that_names_two_builds_alike_is_shared() -> None:
    builds = pd.concat([BUILDS, BUILDS.assign(build_id=[7, 8, 9], source_id=8)])
    deployments = pd.concat(
        [DEPLOYMENTS, DEPLOYMENTS.assign(deployment_id=[5, 6, 7, 8], source_id=8)]
    )
    changes = frame("changes", {"change_id": 1, "correlation": "shop/web#7"})
    given = evidence(
        builds=builds.reset_index(drop=True),
        deployments=deployments.reset_index(drop=True),
        changes=changes,
    )
    assert links(given, "correlation") == {(1, 1): 0.5, (5, 1): 0.5}


def test_incidents_follow_the_change_that_they_name() -> None:
    changes = frame(
        "changes",
        {"change_id": 1, "external_id": "c1", "number": "CHG1", "correlation": "shop/web#7"},
        {"change_id": 2, "external_id": "c2", "number": "CHG2"},
        {"change_id": 3, "external_id": "c3", "number": "CHG3", "source_id": 8},
    )
    incidents = frame(
        "incidents",
        {"incident_id": 1, "caused_by_external_id": "c1"},
        {"incident_id": 2, "caused_by_external_id": "c2"},
        {"incident_id": 3, "caused_by_external_id": "c3"},
        {"incident_id": 4},
        {"incident_id": 5, "duplicate_of_external_id": "i1"},
    )
    given = evidence(builds=BUILDS, deployments=DEPLOYMENTS, changes=changes, incidents=incidents)
    assert links(given, "caused_by") == {(1, 1): 1.0, (2, 2): 1.0}
    assert links(given, "caused_by_change") == {(1, 1): 1.0}


def test_the_first_deployment_is_less_sure_where_its_predecessor_is_unknown() -> None:
    claims = frame(
        "claims",
        {"commit_id": 1, "deployment_id": 1, "unknown_predecessor": True},
        {"commit_id": 2, "deployment_id": 2},
    )
    given = evidence(claims=claims)
    assert links(given, "first_deployment") == {(1, 1): 0.475, (2, 2): 0.95}
    said = correlate(given)["evidence"].tolist()
    assert said[0].endswith("but what ran there before is not known")
    assert said[1].startswith("First successful deployment to production")


def test_rules_that_agree_are_surer_together() -> None:
    table = pd.DataFrame(
        [
            (1, 5, 2, 9, "merge_request", 0.8, ""),
            (1, 5, 2, 9, "key_in_message", 0.85, ""),
            (1, 6, 2, 9, "key_in_message", 0.85, ""),
        ],
        columns=LINK_COLUMNS,
    )
    both = combine(table)
    assert both["confidence"].tolist() == pytest.approx([0.97, 0.85])
    assert both["rules"].tolist() == ["key_in_message, merge_request", "key_in_message"]


def test_nothing_in_means_no_links_of_the_right_shape() -> None:
    table = correlate(evidence())
    assert table.empty
    assert list(table.columns) == LINK_COLUMNS
    assert [str(table[name].dtype) for name in ("a_kind", "a_id", "confidence")] == [
        "int64",
        "int64",
        "float64",
    ]
    assert combine(table).empty


def test_links_do_not_depend_on_the_order_of_rows() -> None:
    requests = frame(
        "merge_requests",
        {"merge_request_id": 1, "source_branch": "shop-1", "squash_sha": "aaa2"},
        {"merge_request_id": 2, "title": "SHOP-2", "merge_sha": "aaa3"},
    )
    frames: dict[str, Any] = {"item_keys": KEYS, "commits": COMMITS, "merge_requests": requests}
    turned = {name: table.iloc[::-1].reset_index(drop=True) for name, table in frames.items()}
    pd.testing.assert_frame_equal(correlate(evidence(**frames)), correlate(evidence(**turned)))
    assert len(correlate(evidence(**frames))) > 5


def test_every_rule_has_a_name_of_its_own_a_direction_and_a_sure_enough_base() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.a < rule.b <= Entity.INCIDENT
        assert 0.5 <= rule.confidence <= 1.0 or rule.name in WEAK
        assert rule.name == rule.find.__name__
        assert len(rule.name) <= 48
    assert {rule.name: rule.confidence for rule in RULES if rule.confidence < 0.5} == WEAK
