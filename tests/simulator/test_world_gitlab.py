"""What the simulated company has in GitLab alone: reviews, issues, pipelines that start others."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from simulator.model import World
from simulator.world import build_world

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(1, NOW, items=400)


def test_notes_lie_between_a_request_and_its_last_change(world: World) -> None:
    requests = {request.id: request for request in world.merge_requests}
    for note in world.notes:
        request = requests[note.request]
        assert request.created <= note.at <= request.updated
    assert len({note.id for note in world.notes}) == len(world.notes)


def test_most_requests_of_people_are_approved_by_somebody_else_and_none_of_bots(
    world: World,
) -> None:
    requests = {request.id: request for request in world.merge_requests}
    approvals = [note for note in world.notes if note.body == "approved this merge request"]
    for note in approvals:
        request = requests[note.request]
        assert note.author is not request.author
        assert request.merged
        assert not request.author.bot
    ours = [r for r in requests.values() if r.merged and not r.author.bot]
    assert 0.6 < len(approvals) / len(ours) < 1
    assert any(note.author.bot for note in world.notes)


def test_issues_have_their_labels_from_their_events(world: World) -> None:
    assert len({issue.repository for issue in world.issues}) == 5
    for issue in world.issues:
        if issue.moved_to is not None:
            continue
        on: dict[str, None] = {}
        for event in issue.events:
            assert issue.created < event.at <= issue.updated <= NOW
            if event.label and event.on:
                on[event.label] = None
            elif event.label:
                del on[event.label]
        assert list(on) == issue.labels
    ids = [event.id for issue in world.issues for event in issue.events]
    assert len(set(ids)) == len(ids)


def test_one_issue_was_moved_and_one_is_blocked_by_another(world: World) -> None:
    ids = {issue.id: issue for issue in world.issues}
    [moved] = [issue for issue in world.issues if issue.moved_to]
    assert moved.moved_to in ids
    assert moved.closed is not None
    [blocked] = [issue for issue in world.issues if issue.blocked_by]
    assert blocked.blocked_by in ids


def test_children_deploy_what_their_parent_was_asked_to(world: World) -> None:
    builds = {build.id: build for build in world.builds}
    children = [build for build in world.builds if build.parent]
    assert 0 < len(children) < len(builds) / 10
    jobs = {row.build: len(row.job_ids) for row in world.deployments}
    for number, count in Counter(child.parent for child in children).items():
        assert number is not None
        assert jobs[number] == count
        assert not any(stage.name.startswith("deploy") for stage in builds[number].stages)
    for child in children:
        assert child.parent is not None
        parent = builds[child.parent]
        assert child.id > parent.id
        assert (child.sha, child.ref, child.repository) == (
            parent.sha,
            parent.ref,
            parent.repository,
        )
        assert [stage.name.partition(":")[0] for stage in child.stages] == ["deploy"]
