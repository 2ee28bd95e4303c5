"""Deployments and incidents as facts."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from core.frames import NONE
from metrics.delivery_facts import (
    DeploymentLinks,
    deployment_facts,
    deployment_kinds,
    hotfix_marks,
)
from metrics.incident_facts import incident_facts
from tests.metrics.history import frame
from tests.metrics.tables import EMPTY_LINKS, Row, table


def jobs(*rows: Row) -> pd.DataFrame:
    usual: Row = {
        **{"deployment_id": 1, "service_id": 1, "environment": "production", "jobs": 1},
        **{"sha": "a", "version": "", "result": "success", "finished_ts": 0},
        **{"hotfix": False, "rollback": False, "repository_id": 1},
    }
    return table(usual, [{"deployment_id": n, **row} for n, row in enumerate(rows, start=1)])


def incidents(*rows: Row) -> pd.DataFrame:
    usual: Row = {
        **{"incident_id": 1, "service_id": 1, "duplicate_of": NONE},
        **{"opened_ts": 0, "resolved_ts": NONE},
    }
    return table(usual, rows)


def links(*named: tuple[int, int, float], defects: Sequence[int] = ()) -> DeploymentLinks:
    return DeploymentLinks(
        incidents=frame("incident_id deployment_id confidence", named),
        contents=frame("service_id deployment_id commits commits_reason"),
        defects=pd.Series(defects, dtype="int64"),
    )


def facts(merged: pd.DataFrame, found: pd.DataFrame, evidence: DeploymentLinks) -> pd.DataFrame:
    return deployment_facts(merged, found, evidence).set_index("deployment_id")


def test_bringing_back_an_earlier_version_is_a_rollback() -> None:
    rows = jobs(*({"sha": sha, "finished_ts": ts} for ts, sha in enumerate("aabaac")))
    kinds = deployment_kinds(rows).tolist()
    assert kinds == ["planned", "planned", "planned", "rollback", "planned", "planned"]


def test_a_version_that_reaches_a_second_region_later_is_no_rollback() -> None:
    places = [("eu", "a"), ("eu", "b"), ("us", "a"), ("us", "b"), ("eu", "a")]
    rows = jobs(
        *(
            {"environment": f"production-{region}", "sha": sha, "finished_ts": ts}
            for ts, (region, sha) in enumerate(places)
        )
    )
    assert deployment_kinds(rows).tolist() == [*["planned"] * 4, "rollback"]


def test_the_other_repository_of_a_service_in_between_makes_no_rollback() -> None:
    shipped = [(1, "a"), (2, "x"), (1, "a"), (1, "b"), (1, "a")]
    rows = jobs(
        *(
            {"repository_id": number, "sha": sha, "finished_ts": ts}
            for ts, (number, sha) in enumerate(shipped)
        )
    )
    assert deployment_kinds(rows).tolist() == [*["planned"] * 4, "rollback"]


def test_an_incident_of_one_service_says_nothing_about_the_other_one_of_a_deployment() -> None:
    both = jobs(
        {"deployment_id": 1, "service_id": 1},
        {"deployment_id": 1, "service_id": 2},
        {"deployment_id": 2, "service_id": 2},
    )
    found = incidents(
        {"incident_id": 5, "service_id": 1, "opened_ts": 60, "resolved_ts": 90},
        {"incident_id": 6, "service_id": 1, "opened_ts": 70},
    )
    made = deployment_facts(both, found, links((5, 1, 1.0), (6, 2, 1.0)))
    # Deployment 2 ships service 2 alone: what it did to service 1 is its own failure.
    assert made["failed"].tolist() == [1, -1, 1]
    assert made["restored_ts"].tolist() == [90, NONE, NONE]


def test_kinds_by_mark_and_by_absence() -> None:
    rows = jobs(
        {"sha": "a", "rollback": True},
        {"sha": "b", "hotfix": True},
        {"sha": "", "version": ""},
        {"sha": "", "version": "1.2"},
    )
    assert deployment_kinds(rows).tolist() == ["rollback", "hotfix", "unknown", "planned"]


def test_a_failed_job_brings_nothing_back() -> None:
    rows = jobs(
        {"sha": "a", "finished_ts": 0},
        {"sha": "b", "finished_ts": 1},
        {"sha": "a", "finished_ts": 2, "result": "failed"},
    )
    assert deployment_kinds(rows).tolist() == ["planned"] * 3


def test_another_service_with_the_same_sha_is_no_rollback() -> None:
    rows = jobs(
        {"sha": "a", "finished_ts": 0},
        {"sha": "b", "finished_ts": 1, "service_id": 2},
        {"sha": "a", "finished_ts": 2, "service_id": 2},
    )
    assert deployment_kinds(rows).tolist() == ["planned"] * 3


def test_recovery_is_the_earliest_evidence_after_the_failure() -> None:
    merged = jobs(
        {"sha": "a", "finished_ts": 0},
        {"sha": "b", "finished_ts": 10},
        {"sha": "a", "finished_ts": 30},
        {"sha": "c", "finished_ts": 40},
        {"sha": "d", "finished_ts": 60, "hotfix": True},
    )
    found = incidents(
        {"incident_id": 7, "opened_ts": 12, "resolved_ts": 50},
        {"incident_id": 8, "opened_ts": 45, "resolved_ts": 70},
    )
    rows = facts(merged, found, links((7, 2, 1.0), (8, 4, 1.0)))
    assert rows["failed"].to_dict() == {1: -1, 2: 1, 3: -1, 4: 1, 5: -1}
    assert rows.loc[[2, 4], "restored_ts"].tolist() == [30, 60]
    assert rows["restored_by"].tolist() == ["", "rollback", "", "fix", ""]
    assert rows["rework"].to_dict() == {1: False, 2: False, 3: True, 4: False, 5: True}
    assert rows.loc[1, "restored_ts"] == NONE


def test_a_hotfix_mends_only_what_failed_before_it_and_is_not_over() -> None:
    rows = jobs(
        {"sha": "a", "finished_ts": 5, "hotfix": True},
        {"sha": "b", "finished_ts": 10},
        {"sha": "c", "finished_ts": 40, "hotfix": True},
        {"sha": "d", "finished_ts": 41, "hotfix": True, "service_id": 2},
    )
    over = incidents({"incident_id": 7, "opened_ts": 12, "resolved_ts": 30})
    found = facts(rows, over, links((7, 2, 1.0)))
    assert found["rework"].tolist() == [False] * 4
    assert found["restored_by"].tolist() == ["", "incident", "", ""]
    lasting = incidents({"incident_id": 7, "opened_ts": 12})
    found = facts(rows, lasting, links((7, 2, 1.0)))
    assert found["rework"].tolist() == [False, False, True, False]
    assert (found["restored_by"].tolist()[1], found["restored_ts"].tolist()[1]) == ("fix", 40)


def test_a_hotfix_for_a_defect_is_rework_and_a_planned_deployment_with_one_is_not() -> None:
    merged = jobs(
        {"sha": "a"}, {"sha": "b"}, {"sha": "c", "hotfix": True}, {"sha": "d", "hotfix": True}
    )
    rows = facts(merged, incidents(), links(defects=[2, 3]))
    assert rows["rework"].tolist() == [False, False, True, False]


def test_an_incident_restores_and_a_weak_link_does_not_fail() -> None:
    merged = jobs({"finished_ts": 10}, {"finished_ts": 20, "sha": "b"})
    found = incidents(
        {"incident_id": 7, "opened_ts": 12, "resolved_ts": 50},
        {"incident_id": 8, "opened_ts": 25, "resolved_ts": 30},
    )
    rows = facts(merged, found, links((7, 1, 1.0), (8, 2, 0.4)))
    assert rows["restored_by"].tolist() == ["incident", ""]
    assert rows["restored_ts"].tolist() == [50, NONE]
    assert rows["failed"].tolist() == [1, -1]
    assert rows["commits_reason"].tolist() == ["unknown", "unknown"]


def test_no_deployments_give_an_empty_frame() -> None:
    assert len(facts(jobs(), incidents(), links())) == 0


def test_a_duplicate_gives_its_links_to_the_original() -> None:
    found = incidents(
        {"incident_id": 1, "opened_ts": 5},
        {"incident_id": 2, "opened_ts": 6, "duplicate_of": 1},
        {"incident_id": 3, "opened_ts": 7},
        {"incident_id": 4, "service_id": NONE},
    )
    named = frame("incident_id deployment_id confidence service_id", [(2, 10, 1.0, 1)])
    rows = incident_facts(found, named)
    assert rows["incident_id"].tolist() == [1, 3]
    assert rows["deployment_id"].tolist() == [10, NONE]
    assert rows["method"].tolist() == ["explicit", "unattributed"]


def test_an_incident_without_service_takes_that_of_its_deployment() -> None:
    named = frame("incident_id deployment_id confidence service_id", [(1, 10, 0.9, 6)])
    rows = incident_facts(incidents({"service_id": NONE}), named)
    assert rows[["service_id", "method"]].to_numpy().tolist() == [[6, "remediation"]]


def test_incidents_without_links_are_unattributed() -> None:
    rows = incident_facts(incidents({}), EMPTY_LINKS)
    assert rows["method"].tolist() == ["unattributed"]


def test_hotfixes_are_known_by_branch_label_or_change() -> None:
    rows = pd.DataFrame(
        {
            "ref": ["hotfix/1", "main", "main", "main"],
            "labels": ["", "urgent\nhotfix", "", ""],
            "change_type": ["", "", "emergency", "normal"],
        }
    )
    marks = hotfix_marks(rows, branches=["hotfix/*"], labels=["hotfix"], change_types=["emergency"])
    assert marks.tolist() == [True, True, True, False]
