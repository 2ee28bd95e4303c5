"""The made-up company: its sizes, and that what it says is possible."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from simulator.model import Deployment, World
from simulator.truth import Truth, stream_items, truth_of
from simulator.world import build_world

NOW = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)
SMALL = 60


@pytest.fixture(scope="module", params=[1, 2, 3])
def full(request: pytest.FixtureRequest) -> World:
    return build_world(request.param, NOW)


@pytest.fixture(scope="module")
def truth(full: World) -> Truth:
    return truth_of(full)


@pytest.fixture(scope="module")
def small() -> World:
    return build_world(7, NOW, items=SMALL)


def production(world: World, service: str) -> list[Deployment]:
    return [d for d in world.deployments if (d.service, d.environment) == (service, "production")]


def test_the_same_seed_gives_the_same_world(small: World) -> None:
    assert build_world(7, NOW, items=SMALL) == small
    assert build_world(8, NOW, items=SMALL).commits != small.commits


@pytest.mark.parametrize("items", [1, 3, 10, SMALL])
def test_items_scale_the_company(items: int) -> None:
    assert len(stream_items(build_world(4, NOW, items=items))) == items


def test_sizes_of_the_whole_company(full: World) -> None:
    assert len(stream_items(full)) == 2000
    assert 5400 <= len(full.commits) <= 6600
    assert 1500 <= len(full.merge_requests) <= 2600
    assert len({plan.project for plan in full.streams}) >= 3
    for plan in full.streams:
        for service in plan.services:
            assert 40 <= len(production(full, service.name)) <= 400


def test_every_id_is_unique(full: World) -> None:
    changelog = [
        number
        for item in full.items
        for number in (
            *(move.id for move in item.moves),
            *(edit.id for edit in item.edits),
            *(flag.start_id for flag in item.flags),
            *(flag.end_id for flag in item.flags if flag.end_id),
        )
    ]
    jobs = [job for deployment in full.deployments for job in deployment.job_ids]
    for ids in (
        changelog,
        jobs,
        [item.id for item in full.items],
        [item.key for item in full.items],
        [commit.sha for commit in full.commits],
        [build.id for build in full.builds],
        [(build.job or build.repository, build.number) for build in full.builds],
        [request.id for request in full.merge_requests],
        [(request.repository, request.iid) for request in full.merge_requests],
        [deployment.id for deployment in full.deployments],
        [change.number for change in full.changes],
        [incident.number for incident in full.incidents],
    ):
        assert len(set(ids)) == len(ids)


def test_moves_are_in_order_and_join_up(full: World) -> None:
    known = {s.id for plan in full.streams for s in (*plan.statuses, *plan.retired)}
    for item in full.items:
        assert item.first_status in known
        assert {move.to_status for move in item.moves} <= known
        if item.moves:
            assert item.moves[0].from_status == item.first_status
            assert item.moves[0].at >= item.created
        for one, other in pairwise(item.moves):
            assert one.to_status == other.from_status
            assert one.to_status != other.to_status
            assert (one.at, one.id) < (other.at, other.id)
        for flag, later in pairwise(item.flags):
            assert flag.end is not None
            assert flag.start < flag.end <= later.start


def test_changelog_ids_grow_with_time(full: World) -> None:
    moves = sorted((move.id, move.at) for item in full.items for move in item.moves)
    assert all(one[1] <= other[1] for one, other in pairwise(moves))


def test_updated_is_the_last_event(full: World) -> None:
    for item in full.items:
        times = [item.created, *(m.at for m in item.moves), *(e.at for e in item.edits)]
        times += [at for flag in item.flags for at in (flag.start, flag.end) if at]
        assert item.updated == max(times)
    for request in full.merge_requests:
        assert request.updated >= (request.merged or request.closed or request.created)
    for change in full.changes:
        assert change.updated == max([change.created, *(entry.at for entry in change.audit)])
    for incident in full.incidents:
        assert incident.updated == max([incident.opened, *(entry.at for entry in incident.audit)])


def test_nothing_lies_in_the_future_and_times_are_whole_seconds(full: World) -> None:
    times = [commit.committed for commit in full.commits]
    times += [move.at for item in full.items for move in item.moves]
    times += [flag.start for item in full.items for flag in item.flags]
    times += [request.updated for request in full.merge_requests]
    times += [build.finished or build.started for build in full.builds]
    times += [stage.started for build in full.builds for stage in build.stages]
    times += [change.updated for change in full.changes]
    times += [entry.at for incident in full.incidents for entry in incident.audit]
    assert max(times) <= NOW
    assert {at.microsecond for at in times} == {0}


def test_the_commit_graph_has_no_loop_and_every_parent(full: World) -> None:
    parents = {commit.sha: commit.parents for commit in full.commits}
    state: dict[str, int] = {}
    for start in parents:
        todo = [start]
        while todo:
            sha = todo[-1]
            if state.get(sha) is None:
                state[sha] = 1
                ahead = [parent for parent in parents[sha] if state.get(parent) != 2]
                assert all(state.get(parent) is None for parent in ahead)
                todo += ahead
            else:
                state[sha] = 2
                todo.pop()
    assert max(Counter(map(len, parents.values()))) == 2


def test_only_a_few_commits_are_older_than_their_parent(full: World) -> None:
    at = {commit.sha: commit.committed for commit in full.commits}
    early = [
        at[parent] - commit.committed
        for commit in full.commits
        for parent in commit.parents
        if at[parent] > commit.committed
    ]
    assert 0 < len(early) < 0.02 * len(full.commits)
    assert max(early) < timedelta(minutes=10)


def test_deployed_commits_are_on_a_branch_that_exists(full: World) -> None:
    parents = {commit.sha: commit.parents for commit in full.commits}
    todo = [head for branches in full.branches.values() for head in branches.values()]
    seen: set[str] = set()
    while todo:
        sha = todo.pop()
        if sha not in seen:
            seen.add(sha)
            todo += parents[sha]
    assert {deployment.sha for deployment in full.deployments} <= seen


def test_on_default_is_reachability_from_the_default_branch(small: World) -> None:
    parents = {commit.sha: commit.parents for commit in small.commits}
    todo = [
        small.branches[service.repository][service.default_branch]
        for plan in small.streams
        for service in plan.services
    ]
    seen: set[str] = set()
    while todo:
        sha = todo.pop()
        if sha not in seen:
            seen.add(sha)
            todo += parents[sha]
    assert {commit.sha for commit in small.commits if commit.on_default} == seen


def test_things_run_at_the_end(full: World, truth: Truth) -> None:
    systems = {build.system for build in full.builds if build.finished is None}
    assert systems == {"jenkins", "gitlab"}
    assert any(request.state == "opened" for request in full.merge_requests)
    found = truth.deployments.values()
    assert any(one.pending and one.failed for one in found)
    assert any(one.pending and not one.failed for one in found)


def test_each_stream_waits_most_and_longest_in_one_queue(full: World, truth: Truth) -> None:
    for plan in full.streams:
        done = [
            episode
            for item in truth.items.values()
            if item.stream == plan.name
            for episode in item.episodes
            if episode.flow_time_s
        ]
        active, waiting = sum(e.active_s for e in done), sum(e.waiting_s for e in done)
        assert 0.10 <= active / (active + waiting) <= 0.35
        stages: Counter[str] = Counter()
        for episode in done:
            stages.update(episode.stage_s)
        (first, most), (_, second) = stages.most_common(2)
        assert {s.state for s in plan.statuses if s.stage == first} == {"waiting"}
        assert most > 1.3 * second


def test_every_odd_way_through_a_stream_is_taken(full: World, truth: Truth) -> None:
    episodes = [item.episodes for item in truth.items.values()]
    reasons = Counter(one[-1].reason for one in episodes)
    assert {"open", "cancelled", "no_start", "not_started", None} == set(reasons)
    assert any(len(one) == 2 for one in episodes)
    assert any(episode.reopened for one in episodes for episode in one)
    items = stream_items(full)
    assert any(one.at == other.at for item in items for one, other in pairwise(item.moves))
    assert sum(len(item.moves) + len(item.edits) > 40 for item in items) > 20
    assert any(flag.end is None for item in items for flag in item.flags)
    retired = {status.id for plan in full.streams for status in plan.retired}
    assert any(move.to_status in retired for item in items for move in item.moves)
    assert not retired & {status.id for plan in full.streams for status in plan.statuses}
