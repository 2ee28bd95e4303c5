"""The truth of commits, deployments and failures, on worlds of a few commits made by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from simulator.model import (
    Commit,
    Deployment,
    Item,
    MergeRequest,
    Person,
    Service,
    Status,
    StreamPlan,
    World,
)
from simulator.model_desk import ChangeRequest, Incident
from simulator.truth import Truth, as_dict, truth_of

HOUR = 3600
START = datetime(2026, 3, 2, tzinfo=UTC)
ANNA = Person("Anna", "anna", "anna@acme.example", "1")
BOT = Person("renovate[bot]", "renovate[bot]", "renovate@acme.example", "2", bot=True)


def hour(number: float) -> datetime:
    return START + timedelta(hours=number)


def world(*, now: float = 1000) -> World:
    """One stream, one service, two items, no code yet."""
    service = Service("web", "shop/web", "gitlab", "gitlab", "Web", change_approval=False)
    plan = StreamPlan(
        "checkout", "Checkout", "SHOP", None, [Status("1", "To Do", "new", "Ideas", "new")],
        [service], ["Story"],
    )  # fmt: skip
    items = [
        Item(n, f"SHOP-{n}", "SHOP", "checkout", "Story", "T", hour(0), "1", ANNA) for n in "12"
    ]
    return World(
        seed=0, now=hour(now), start=START, streams=[plan], people=[ANNA, BOT], items=items,
        commits=[], merge_requests=[], builds=[], deployments=[], changes=[], incidents=[],
        branches={},
    )  # fmt: skip


def commit(
    to: World, sha: str, at: float, *parents: str, tickets: str = "", default: bool = True
) -> Commit:
    made = Commit(
        sha, "shop/web", list(parents), hour(at), hour(at), "text", ANNA, list(tickets), default
    )
    to.commits.append(made)
    return made


def deploy(
    to: World, name: str, sha: str, at: float, *, status: str = "success", kind: str = "planned"
) -> Deployment:
    made = Deployment(
        name, "web", "production", sha, "1", 0, status, hour(at), hour(at), hour(at), kind
    )
    to.deployments.append(made)
    return made


def squash(to: World, sha: str, commits: list[str]) -> None:
    request = MergeRequest(
        1, 1, "shop/web", "T", "", "b", hour(1), hour(9), "merged", commits, commits[-1], ANNA,
        merged=hour(9), squash_sha=sha,
    )  # fmt: skip
    to.merge_requests.append(request)


def incident(to: World, *, cause: str | None, named: str | None) -> None:
    made = Incident(
        str(len(to.incidents)), "INC1", "down", "", 1, "1", "Web", hour(11), hour(11), None, None,
        caused_by=named, deployment=cause,
    )  # fmt: skip
    to.incidents.append(made)


def change_of(to: World, deployment: Deployment) -> str:
    at = deployment.created
    made = ChangeRequest(
        f"chg-{deployment.id}", "CHG1", "standard", "3", "approved", "t", "", "Web", at, at, at,
        at, at, "successful", deployment.id,
    )  # fmt: skip
    to.changes.append(made)
    deployment.change = made.id
    return made.id


def lead_times(truth: Truth) -> set[tuple[str, str, int]]:
    return {(one.sha, one.deployment, one.seconds) for one in truth.lead_times}


def test_a_commit_belongs_to_the_first_successful_deployment_that_contains_it() -> None:
    one = world()
    commit(one, "a", 1, tickets="1")
    commit(one, "b", 2, "a", tickets="1")
    commit(one, "c", 3, "b", tickets="2")
    deploy(one, "d1", "a", 4)
    deploy(one, "broken-pipeline", "b", 5, status="failed")
    deploy(one, "d2", "c", 8)
    deploy(one, "d3", "c", 9)
    truth = truth_of(one)
    assert truth.first_deployments == {
        ("web", "a"): "d1",
        ("web", "b"): "d2",
        ("web", "c"): "d2",
    }
    assert lead_times(truth) == {
        ("a", "d1", 3 * HOUR),
        ("b", "d2", 6 * HOUR),
        ("c", "d2", 5 * HOUR),
    }
    assert [count.deployment for count in truth.deployment_counts] == ["d1", "d2", "d3"]
    first = truth.items["1"].release
    assert (first.first_released_at, first.released_at) == (hour(4), hour(8))


def test_order_is_that_of_the_finish_not_of_the_list() -> None:
    one = world()
    commit(one, "a", 1)
    deploy(one, "late", "a", 9)
    deploy(one, "early", "a", 8)
    assert truth_of(one).first_deployments == {("web", "a"): "early"}


def test_staging_and_running_deployments_release_nothing() -> None:
    one = world()
    commit(one, "a", 1, tickets="1")
    deploy(one, "staging", "a", 4).environment = "staging"
    deploy(one, "running", "a", 5, status="running").finished = None
    truth = truth_of(one)
    assert (truth.first_deployments, truth.deployment_counts) == ({}, ())
    assert truth.items["1"].release.reason == "deployments_unknown"


def test_the_commits_of_a_squashed_request_stand_in_for_the_squash_commit() -> None:
    one = world()
    commit(one, "root", 0)
    commit(one, "x", 2, "root", tickets="1", default=False)
    commit(one, "y", 3, "x", tickets="1", default=False)
    commit(one, "s", 9, "root", tickets="1")
    squash(one, "s", ["x", "y"])
    deploy(one, "d1", "s", 10)
    truth = truth_of(one)
    assert ("x", "d1", 8 * HOUR) in lead_times(truth)
    assert ("y", "d1", 7 * HOUR) in lead_times(truth)
    assert "s" not in {sha for sha, _, _ in lead_times(truth)}
    assert {("web", "root"), ("web", "s")} == set(truth.first_deployments)
    assert truth.items["1"].release.released_at == hour(10)
    assert truth.pairs == {("1", "x"), ("1", "y"), ("1", "s")}


def test_merges_and_bots_have_no_lead_time() -> None:
    one = world()
    commit(one, "a", 1)
    commit(one, "b", 2, "a", default=True)
    commit(one, "bump", 2, "a").author = BOT
    commit(one, "m", 3, "bump", "b", tickets="1")
    deploy(one, "d1", "m", 5)
    truth = truth_of(one)
    assert {sha for sha, _, _ in lead_times(truth)} == {"a", "b"}
    assert set(truth.first_deployments) == {("web", sha) for sha in ("a", "b", "bump", "m")}


def test_a_clock_that_runs_ahead_gives_no_negative_lead_time() -> None:
    one = world()
    commit(one, "a", 7)
    deploy(one, "d1", "a", 6)
    assert lead_times(truth_of(one)) == {("a", "d1", 0)}


def test_an_item_is_released_when_its_last_commit_on_the_default_branch_is_live() -> None:
    one = world()
    commit(one, "a", 1, tickets="1")
    commit(one, "b", 2, "a", tickets="1")
    commit(one, "draft", 3, "b", tickets="1", default=False)
    deploy(one, "d1", "a", 4)
    release = truth_of(one).items["1"].release
    assert (release.released_at, release.first_released_at) == (None, hour(4))
    assert release.reason == "not_deployed"
    deploy(one, "d2", "b", 6)
    release = truth_of(one).items["1"].release
    assert (release.released_at, release.reason) == (hour(6), None)
    assert truth_of(one).items["2"].release.reason == "no_commits"


def test_a_reverted_commit_and_its_revert_do_not_count_for_the_release() -> None:
    one = world()
    commit(one, "a", 1, tickets="1")
    commit(one, "b", 2, "a", tickets="12")
    deploy(one, "d1", "b", 3)
    commit(one, "undo", 4, "b", tickets="12").reverts = "b"
    deploy(one, "d2", "undo", 5)
    truth = truth_of(one)
    assert truth.items["1"].release.released_at == hour(3)
    assert truth.items["2"].release.reason == "not_deployed"
    assert ("b", "d1", 1 * HOUR) in lead_times(truth)


def test_a_revert_that_was_never_merged_undoes_nothing() -> None:
    one = world()
    commit(one, "a", 1, tickets="1")
    commit(one, "undo", 2, "a", tickets="1", default=False).reverts = "a"
    deploy(one, "d1", "a", 3)
    assert truth_of(one).items["1"].release.released_at == hour(3)


def test_a_rollback_counts_as_deployment_and_not_in_the_fail_rate() -> None:
    one = world()
    commit(one, "a", 1)
    commit(one, "b", 2, "a")
    deploy(one, "d1", "a", 3)
    deploy(one, "d2", "b", 5)
    deploy(one, "back", "a", 6, kind="rollback")
    incident(one, cause="d2", named=None)
    truth = truth_of(one)
    assert len(truth.deployment_counts) == 3
    assert truth.first_deployments["web", "b"] == "d2"
    counted = {name: one.failed for name, one in truth.deployments.items() if one.counted}
    assert counted == {"d1": False, "d2": True}


def test_failed_as_recorded_needs_an_incident_that_names_the_change() -> None:
    one = world()
    commit(one, "a", 1)
    for number in (1, 2, 3):
        change_of(one, deploy(one, f"d{number}", "a", 2 + number))
    incident(one, cause="d1", named="chg-d1")
    incident(one, cause="d2", named=None)
    incident(one, cause=None, named=None)
    found = truth_of(one).deployments
    assert [found[name].failed for name in ("d1", "d2", "d3")] == [True, True, False]
    assert [found[name].failed_recorded for name in ("d1", "d2", "d3")] == [True, False, False]


def test_inside_the_observation_window_even_a_failure_is_pending() -> None:
    one = world(now=82)
    commit(one, "a", 1)
    deploy(one, "closed", "a", 10)
    deploy(one, "young", "a", 10.5)
    incident(one, cause="young", named=None)
    found = truth_of(one).deployments
    assert (found["closed"].pending, found["closed"].counted) == (False, True)
    assert (found["young"].pending, found["young"].counted) == (True, False)
    assert found["young"].failed


def test_the_truth_can_be_written_as_json() -> None:
    one = world()
    commit(one, "a", 1, tickets="1")
    deploy(one, "d1", "a", 4)
    written = json.loads(json.dumps(as_dict(truth_of(one))))
    assert written["items"]["1"]["release"]["released_at"] == hour(4).isoformat()
    assert written["first_deployments"] == [["web", "a", "d1"]]
