"""What people did about an incident: rolled back, reverted, mended by a hotfix."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from correlator.evidence import Evidence, IncidentRules
from correlator.undone import undone_by_rollback
from tests.correlator.builders import evidence, frame
from tests.correlator.desk import DAY, HOUR, deployed, incidents, linked, table


def test_a_rollback_while_the_incident_was_open_blames_what_it_undid() -> None:
    given = evidence(
        deployments=deployed(
            {"at": 10, "sha": "a", "version": "1"},
            {"at": 20, "sha": "b", "version": "2"},
            {"at": 23, "sha": "a", "version": "1"},
        ),
        incidents=incidents({"opened": 21, "resolved": 24}),
    )
    assert linked(given, "rolled_back") == {(2, 1): 0.9}
    (said,) = table(given, "rolled_back")["evidence"]
    assert said.startswith("web 2 was rolled back to 1 at 1970-01-01 23:00 UTC")


@pytest.mark.parametrize(
    ("opened", "resolved", "why"),
    [
        (23.5, 30, "the rollback was before"),
        (21, 22, "the rollback came an hour after it was over"),
        (19, 24, "the deployment came after it had begun"),
        (20 + 73, 200, "the deployment was out of reach"),
    ],
)
def test_another_rollback_says_nothing(opened: float, resolved: float, why: str) -> None:
    given = evidence(
        deployments=deployed(
            {"at": 10, "sha": "a"}, {"at": 20, "sha": "b"}, {"at": 23, "sha": "a"}
        ),
        incidents=incidents({"opened": opened, "resolved": resolved}),
    )
    assert linked(given, "rolled_back") == {}, why


def test_a_rollback_a_little_after_the_resolution_and_of_another_service() -> None:
    rows = deployed({"at": 10, "sha": "a"}, {"at": 20, "sha": "b"}, {"at": 22.4, "sha": "a"})
    hit = incidents({"opened": 21, "resolved": 22}, {"opened": 21, "service_id": 2})
    given = evidence(deployments=rows, incidents=hit)
    assert linked(given, "rolled_back") == {(2, 1): 0.9}


def test_of_several_that_were_undone_at_once_the_first_is_the_likeliest() -> None:
    given = evidence(
        deployments=deployed(
            {"at": 10, "sha": "a"},
            {"at": 18, "sha": "b"},
            {"at": 20, "sha": "c"},
            {"at": 23, "sha": "a"},
        ),
        incidents=incidents({"opened": 21}),
    )
    assert linked(given, "rolled_back") == {(2, 1): 0.6, (3, 1): 0.3}


def test_what_was_undone_once_is_not_undone_again_and_regions_are_apart() -> None:
    live = deployed(
        {"at": 1, "sha": "a", "environment": "eu"},
        {"at": 2, "sha": "b", "environment": "eu"},
        {"at": 3, "sha": "a", "environment": "us"},
        {"at": 4, "sha": "a", "environment": "eu"},
        {"at": 5, "sha": "a", "environment": "eu"},
        {"at": 6, "sha": "c", "environment": "eu"},
        {"at": 7, "sha": "a", "environment": "eu"},
    )
    found = undone_by_rollback(live)
    pairs = zip(found["rollback_id"], found["deployment_id"], strict=True)
    assert sorted(pairs) == [(4, 2), (7, 6)]


def test_a_version_that_the_commit_graph_calls_older_undoes_the_one_before_it() -> None:
    live = deployed(
        {"at": 1, "sha": "a"}, {"at": 2, "sha": "c"}, {"at": 3, "sha": "b", "rollback": True}
    )
    (found,) = undone_by_rollback(live).to_dict("records")
    assert (found["rollback_id"], found["deployment_id"]) == (3, 2)


COMMITS = frame(
    "commits",
    {"commit_id": 1, "sha": "a" * 40, "message": "One", "committed_ts": 9 * HOUR},
    {"commit_id": 2, "sha": "b" * 40, "message": "Two", "committed_ts": 19 * HOUR},
    {
        **{"commit_id": 3, "sha": "c" * 40, "committed_ts": 22 * HOUR},
        "message": f'Revert "Two"\n\nThis reverts commit {"b" * 40}.',
    },
)
CLAIMS = frame(
    "claims",
    {"commit_id": 1, "deployment_id": 1},
    {"commit_id": 2, "deployment_id": 2},
    {"commit_id": 3, "deployment_id": 3},
)
DEPLOYED = deployed({"at": 10, "sha": "a"}, {"at": 20, "sha": "b"}, {"at": 23, "sha": "c"})


def test_a_revert_of_what_a_deployment_first_brought_blames_that_deployment() -> None:
    given = evidence(
        commits=COMMITS,
        claims=CLAIMS,
        deployments=DEPLOYED,
        incidents=incidents(
            {"opened": 21, "resolved": 24},
            {"opened": 22.5, "resolved": 24},
            {"opened": 21, "resolved": 22.1},
            {"opened": 19, "resolved": 24},
        ),
    )
    # Only of the first: written before the second opened, live after the third was over, and the
    # fourth began before the deployment.
    assert linked(given, "reverted") == {(2, 1): 0.9}


def test_a_revert_counts_from_its_merge_and_not_at_all_where_it_never_landed() -> None:
    claims, rows = CLAIMS.iloc[:2], DEPLOYED.iloc[:2]
    hit = incidents({"opened": 21, "resolved": 24})
    lying = evidence(commits=COMMITS, claims=claims, deployments=rows, incidents=hit)
    assert linked(lying, "reverted") == {}
    merged = replace(
        lying,
        merge_requests=frame("merge_requests", {"merge_request_id": 5, "merged_ts": 23 * HOUR}),
        merge_request_commits=frame(
            "merge_request_commits", {"merge_request_id": 5, "commit_id": 3}
        ),
    )
    assert linked(merged, "reverted") == {(2, 1): 0.9}


def test_a_revert_that_went_live_after_the_incident_was_over_is_half_as_sure() -> None:
    given = evidence(
        commits=COMMITS,
        claims=CLAIMS,
        deployments=DEPLOYED,
        incidents=incidents({"opened": 21, "resolved": 22.1}),
        merge_requests=frame("merge_requests", {"merge_request_id": 5, "merged_ts": 22 * HOUR}),
        merge_request_commits=frame(
            "merge_request_commits", {"merge_request_id": 5, "commit_id": 3}
        ),
    )
    assert linked(given, "reverted") == {(2, 1): 0.45}


def test_a_revert_that_went_live_among_other_work_is_half_as_sure() -> None:
    other = frame("commits", {"commit_id": 4, "sha": "d" * 40, "message": "Other"})
    merge = other.assign(message="Merge", parents=2)
    for extra, sure in ((other, 0.45), (merge, 0.9)):
        given = evidence(
            commits=pd.concat([COMMITS, extra], ignore_index=True),
            claims=pd.concat([CLAIMS, frame("claims", {"commit_id": 4, "deployment_id": 3})]),
            deployments=DEPLOYED,
            incidents=incidents({"opened": 21, "resolved": 24}),
        )
        assert linked(given, "reverted") == {(2, 1): sure}


def lasting(hours: float, *, before: int = 5) -> Evidence:
    """Rollbacks an hour after incidents that end half an hour later; then one after which the
    incident goes on for so many hours.
    """
    rows, found = [], []
    for number in range(before + 1):
        at = 100 * number
        rows += [{"at": at, "sha": "a"}, {"at": at + 10, "sha": f"b{number}"}]
        rows += [{"at": at + 12, "sha": "a"}]
        open_for = hours if number == before else 0.5
        found.append({"opened": at + 11, "resolved": at + 12 + open_for})
    return evidence(deployments=deployed(*rows), incidents=incidents(*found))


def test_a_rollback_after_which_the_incident_went_on_is_half_as_sure() -> None:
    assert set(linked(lasting(1.4), "rolled_back").values()) == {0.9}
    found = linked(lasting(1.6), "rolled_back")
    assert found.pop((17, 6)) == 0.45
    assert set(found.values()) == {0.9}
    assert "stayed open for long after" in table(lasting(1.6), "rolled_back")["evidence"].iloc[-1]


def test_how_long_incidents_go_on_after_remedies_is_not_known_of_a_few() -> None:
    assert set(linked(lasting(9, before=3), "rolled_back").values()) == {0.9}


def _by_ref(deployments: pd.DataFrame) -> NDArray[np.bool_]:
    found = deployments["ref"].str.startswith("hotfix/") | (
        deployments["change_type"] == "emergency"
    )
    return found.to_numpy(np.bool_)


def mended(
    found: pd.DataFrame, *rows: dict[str, object], message: str = "Fix", written: float = 22
) -> Evidence:
    """Two deployments and a third that may be a hotfix, which brings commit 3."""
    commits = COMMITS.assign(
        message=["One", "Two", message], committed_ts=[0, 0, int(written * HOUR)]
    )
    third = rows[0] if rows else {"at": 23, "sha": "c", "ref": "hotfix/1"}
    given = evidence(
        commits=commits,
        claims=CLAIMS,
        deployments=deployed({"at": -30, "sha": "a"}, {"at": 20, "sha": "b"}, third),
        incidents=found,
    )
    return replace(given, incident_rules=IncidentRules(hotfixes=_by_ref))


OPEN = incidents({"opened": 21, "resolved": 24})


def test_a_hotfix_blames_the_only_deployment_in_the_window() -> None:
    assert linked(mended(OPEN), "hotfixed") == {(2, 1): 0.9}


def test_a_planned_deployment_blames_nobody() -> None:
    assert linked(mended(OPEN, {"at": 23, "sha": "c"}), "hotfixed") == {}


def test_a_hotfix_that_names_another_incident_is_for_that_one() -> None:
    two = incidents({"opened": 21, "resolved": 24}, {"opened": 21.5, "resolved": 24})
    assert linked(mended(two, message="Fix INC0000002"), "hotfixed") == {(2, 2): 0.9}


def test_a_hotfix_written_before_the_incident_began_is_for_something_else() -> None:
    assert linked(mended(OPEN, written=20.5), "hotfixed") == {}
    named = mended(OPEN, written=20.5, message="Fix inc0000001")
    assert linked(named, "hotfixed") == {(2, 1): 0.9}


def test_a_hotfix_after_the_window_counts_only_if_it_names_the_incident() -> None:
    lasting = incidents({"opened": 21})
    late = {"at": 21 + 30, "sha": "c", "ref": "hotfix/1"}
    assert linked(mended(lasting, late, written=40), "hotfixed") == {}
    named = mended(lasting, late, written=40, message="INC0000001")
    assert linked(named, "hotfixed") == {(2, 1): 0.9}


def test_a_hotfix_after_several_deployments_is_no_sure_evidence() -> None:
    given = mended(OPEN)
    more = deployed(
        {"at": 15, "sha": "a"}, {"at": 20, "sha": "b"}, {"at": 23, "sha": "c", "ref": "hotfix/1"}
    )
    assert linked(replace(given, deployments=more), "hotfixed") == {(2, 1): 0.45}


def test_the_type_of_its_change_makes_a_hotfix_but_not_a_change_guessed_by_time() -> None:
    changes = frame(
        "changes",
        {
            **{"change_id": 4, "number": "CHG0000004", "type": "emergency"},
            **{"started_ts": 22 * HOUR, "finished_ts": DAY, "correlation": "web#7"},
        },
    )
    given = replace(mended(OPEN, {"at": 23, "sha": "c"}), changes=changes)
    assert linked(given, "hotfixed", "change_window") == {}
    builds = frame("builds", {"build_id": 1, "external_id": "b", "job": "web", "number": 7})
    known = replace(
        given,
        builds=builds,
        deployments=given.deployments.assign(build_external_id=["", "", "b"]),
    )
    before = ("same_build", "correlation")
    assert linked(known, "hotfixed", *before) == {(2, 1): 0.9}
