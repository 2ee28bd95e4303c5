"""The company's habits: the promised rates, and what messages, changes and incidents say."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from simulator.model import Commit, MergeRequest, World
from simulator.truth import Truth, stream_items, truth_of
from simulator.world import build_world

NOW = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)


@pytest.fixture(scope="module", params=[1, 2, 3])
def world(request: pytest.FixtureRequest) -> World:
    return build_world(request.param, NOW)


@pytest.fixture(scope="module")
def truth(world: World) -> Truth:
    return truth_of(world)


def handwritten(world: World) -> list[Commit]:
    """Written by people for tickets, merge commits apart."""
    return [commit for commit in world.commits if commit.tickets and len(commit.parents) < 2]


def names_ticket(text: str, commit: Commit, keys: dict[str, str]) -> bool:
    wanted = "|".join(keys[ticket] for ticket in commit.tickets)
    return re.search(rf"(?<![\w])({wanted})(?!\d)", text, re.IGNORECASE) is not None


def requests_of(world: World) -> dict[str, MergeRequest]:
    return {
        sha: request
        for request in world.merge_requests
        for sha in (*request.commits, request.squash_sha)
        if sha
    }


def test_one_commit_in_ten_has_no_key_and_half_of_those_a_request_with_one(world: World) -> None:
    keys, requests = {item.id: item.key for item in world.items}, requests_of(world)
    commits = handwritten(world)
    bare = [c for c in commits if not names_ticket(c.message, c, keys)]
    hidden = [
        commit
        for commit in bare
        if (request := requests.get(commit.sha))
        and names_ticket(f"{request.title} {request.source_branch}", commit, keys)
    ]
    assert len(bare) / len(commits) == pytest.approx(0.10, abs=0.01)
    assert len(hidden) / len(bare) == pytest.approx(0.5, abs=0.08)


def test_three_requests_in_ten_are_squashed(world: World) -> None:
    merged = [r for r in world.merge_requests if r.merged and not r.author.bot]
    squashed = [request for request in merged if request.squash_sha]
    assert len(squashed) / len(merged) == pytest.approx(0.30, abs=0.02)
    on_default = {commit.sha: commit.on_default for commit in world.commits}
    assert all(on_default[str(request.squash_sha)] for request in squashed)
    assert not any(on_default[sha] for request in squashed for sha in request.commits)
    assert {bool(request.merge_sha) for request in squashed} == {True, False}


def test_reverts_and_cherry_picks_say_what_they_are_of(world: World) -> None:
    commits, every = handwritten(world), {commit.sha: commit for commit in world.commits}
    reverts = [commit for commit in commits if commit.reverts]
    picks = [commit for commit in commits if commit.picked_from]
    assert len(reverts) / len(commits) == pytest.approx(0.03, abs=0.004)
    assert len(picks) / len(commits) == pytest.approx(0.02, abs=0.004)
    for commit in reverts:
        assert re.fullmatch(
            rf'Revert ".+"\n\nThis reverts commit {commit.reverts}\.', commit.message
        )
        assert every[str(commit.reverts)].tickets == commit.tickets
    for commit in picks:
        assert commit.message.endswith(f"(cherry picked from commit {commit.picked_from})")


def test_a_message_seldom_names_a_ticket_it_was_not_written_for(world: World) -> None:
    ids = {item.key: item.id for item in world.items}
    named = [
        (ids[key], commit)
        for commit in world.commits
        for key in re.findall(r"(?:SHOP|FUL|SRCH)-\d+", commit.message)
    ]
    wrong = [commit for item, commit in named if item not in commit.tickets]
    assert 0 < len(wrong) < 0.01 * len(named)
    assert any(len(commit.tickets) > 1 for _, commit in named)


def test_messages_hold_words_that_only_look_like_keys(world: World) -> None:
    text = "\n".join(commit.message for commit in world.commits)
    assert {"UTF-8", "SHA-256", "CVE-2024-1234"} <= set(re.findall(r"[A-Z]+-[\d-]+", text))


def test_bots_write_for_no_ticket(world: World) -> None:
    written = [commit for commit in world.commits if commit.author.bot and len(commit.parents) < 2]
    assert len(written) > 150
    assert not any(commit.tickets for commit in written)


def test_failure_rates_differ_by_service(world: World, truth: Truth) -> None:
    for plan in world.streams:
        for service in plan.services:
            counted = [
                one
                for one in truth.deployments.values()
                if one.service == service.name and one.counted
            ]
            rate = sum(one.failed for one in counted) / len(counted)
            assert 0.03 <= rate <= 0.22, service.name


def test_rollbacks_deploy_again_what_was_live_before(world: World, truth: Truth) -> None:
    live: dict[str, list[str]] = {}
    kinds, sha_of = set(), {deployment.id: deployment.sha for deployment in world.deployments}
    for one in truth.deployments.values():
        shas = live.setdefault(one.service, [])
        kinds.add(one.kind)
        if one.kind == "rollback":
            assert sha_of[one.id] == shas[-2]
        else:
            assert sha_of[one.id] not in shas
        shas.append(sha_of[one.id])
    assert kinds == {"planned", "hotfix", "rollback"}


def test_six_in_ten_incidents_of_deployments_name_their_change(world: World) -> None:
    caused = [incident for incident in world.incidents if incident.deployment]
    changes = {change.id: change for change in world.changes}
    named = [incident for incident in caused if incident.caused_by]
    assert len(named) / len(caused) == pytest.approx(0.6, abs=0.01)
    assert all(changes[str(one.caused_by)].correlation_id == one.deployment for one in named)
    others = [incident for incident in world.incidents if not incident.deployment]
    assert not any(incident.caused_by for incident in others)
    assert len(others) / len(world.incidents) == pytest.approx(0.3, abs=0.02)
    assert any(incident.duplicate_of for incident in caused)


def test_an_incident_opens_after_its_deployment_and_within_the_window(world: World) -> None:
    finished = {deployment.id: deployment.finished for deployment in world.deployments}
    for incident in world.incidents:
        if incident.deployment:
            at = finished[incident.deployment]
            assert at is not None
            assert at < incident.opened < at + timedelta(hours=72)


def test_a_change_leads_to_its_deployment_and_lists_what_it_ships(world: World) -> None:
    builds = {build.id: build for build in world.builds}
    changes = {change.id: change for change in world.changes}
    listed = 0
    for deployment in world.deployments:
        if deployment.environment != "production":
            assert deployment.change is None
            continue
        build, change = builds[deployment.build], changes[str(deployment.change)]
        identity = f"{build.repository}!pipeline/{build.id}"
        if build.system == "jenkins":
            identity = f"{build.job}#{build.number}"
        assert change.correlation_id == deployment.id == identity
        listed += ": " in change.description
    assert listed > 300


def test_approved_changes_pass_every_state_in_order(world: World) -> None:
    normal = [change for change in world.changes if change.type == "normal" and change.closed]
    assert normal
    for change in normal:
        states = [entry.new for entry in change.audit if entry.field == "state"]
        assert states == ["-3", "-2", "-1", "0", "3"]
        approvals = [entry.new for entry in change.audit if entry.field == "approval"]
        assert approvals == ["requested", "approved"]
        times = [entry.at for entry in change.audit]
        assert times == sorted(times)


def test_pipelines_with_several_jobs_are_one_deployment(world: World) -> None:
    several = [deployment for deployment in world.deployments if len(deployment.job_ids) > 1]
    assert several
    assert {deployment.status for deployment in several} == {"success"}


def test_the_release_train_leaves_on_fridays(world: World) -> None:
    planned = [
        deployment
        for deployment in world.deployments
        if (deployment.service, deployment.kind) == ("warehouse", "planned")
        and deployment.environment == "production"
    ]
    assert sum(one.started.weekday() == 4 for one in planned) >= len(planned) - 1


def test_most_items_are_valued_and_some_began_as_ideas(world: World) -> None:
    items = stream_items(world)
    values = [item.value_per_week for item in items if item.value_per_week is not None]
    assert len(values) / len(items) == pytest.approx(0.7, abs=0.04)
    assert min(values) >= 500
    assert max(values) <= 20_000
    created = {item.id: item.created for item in world.items}
    ideas = [item for item in items if item.idea]
    assert ideas
    assert all(created[str(item.idea)] < item.created for item in ideas)
    assert {item.type for item in items} == {"Story", "Bug", "Security", "Tech Debt"}
