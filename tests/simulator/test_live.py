"""A company that lives on: seeded, at an advancing now, shown by its tools."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from simulator.credentials import GITLAB_TOKEN
from simulator.faults import Faults
from simulator.gitlab_index import Index
from simulator.live import OPERATIONS, Live
from simulator.server import CompanyServer, running
from simulator.world import build_world
from tests.simulator.tiny import tiny_world


@pytest.fixture
def server() -> Iterator[CompanyServer]:
    with running(tiny_world(), faults=Faults()) as company:
        yield company


def _lived(server: CompanyServer, *, seed: int, rounds: int = 12) -> Live:
    live = Live(tiny_world(), server, seed)
    for _ in range(rounds):
        live.round()
    return live


def test_a_seed_repeats_what_happens_and_another_one_does_not(server: CompanyServer) -> None:
    first, again, other = (_lived(server, seed=seed) for seed in (1, 1, 2))
    assert first.done == again.done
    assert first.world == again.world
    assert first.done != other.done


def test_every_kind_of_change_gets_its_turn_before_any_comes_again(server: CompanyServer) -> None:
    live = Live(tiny_world(), server, 1)
    live.round(operations=len(OPERATIONS))
    assert sorted(name for name, _ in live.done) == sorted(OPERATIONS)
    assert "delete_ticket" not in {
        name for name, _ in Live(tiny_world(), server, 1, without=["delete_ticket"]).round()
    }


def test_time_goes_on_and_nothing_happens_after_it(server: CompanyServer) -> None:
    before = tiny_world().now
    live = _lived(server, seed=3)
    world = live.world
    assert world.now > before
    moves = [move.at for item in world.items for move in item.moves]
    pushes = [commit.committed for commit in world.commits]
    runs = [build.finished for build in world.builds if build.finished]
    assert max(*moves, *pushes, *runs) <= world.now


def test_a_ticket_that_goes_to_another_project_keeps_its_id_and_its_history(
    server: CompanyServer,
) -> None:
    world = tiny_world()
    other = tiny_world().streams[0]
    other.name, other.project, other.idea_project, other.services = "second", "SEC", None, []
    world.streams.append(other)
    live = Live(world, server, 1)
    old, _, new = live.act("reassign_ticket").partition(" became ")
    (moved,) = [item for item in world.items if item.key == new]
    assert new == "SEC-1"
    assert moved.stream == "second"
    assert [(edit.field, edit.old, edit.new) for edit in moved.edits[-2:]] == [
        ("project", "SHOP", "SEC"),
        ("Key", old, new),
    ]
    assert live.act("reassign_ticket").endswith(("became SEC-2", "became SHOP-131"))


def test_a_forced_push_leaves_the_old_commits_to_no_branch(server: CompanyServer) -> None:
    live = Live(tiny_world(), server, 1)
    request = next(one for one in live.world.merge_requests if one.state == "opened")
    old = list(request.commits)
    assert live.act("force_push") == f"!{request.iid} rewritten"
    heads = set(live.world.branches["shop/web"].values())
    assert not set(old) & (heads | set(request.commits))
    assert request.head_sha in heads


def test_no_ticket_gets_the_id_or_key_of_one_that_was_deleted(server: CompanyServer) -> None:
    live = Live(tiny_world(), server, 1)
    for _ in range(3):
        live.act("create_ticket")
    ever = {(item.id, item.key) for item in live.world.items}
    while live.act("delete_ticket"):
        continue
    live.act("create_ticket")
    new = live.world.items[-1]
    assert new.id not in {id for id, _ in ever}
    assert new.key not in {key for _, key in ever}


def test_a_ticket_that_is_handed_over_is_in_a_project_that_nobody_reads(
    server: CompanyServer,
) -> None:
    live = Live(tiny_world(), server, 1)
    key = live.act("hand_over_ticket").partition(" became ")[2]
    (moved,) = [item for item in live.world.items if item.key == key]
    assert key == "OPS-1"
    assert moved.project not in {stream.project for stream in live.world.streams}


def test_a_deployment_that_is_run_again_leaves_the_others_of_its_pipelines_as_they_were(
    server: CompanyServer,
) -> None:
    live = Live(build_world(1, tiny_world().now, items=16), server, 1)
    before = _deployments(live)
    told = [live.act("redeploy") for _ in range(20)]
    assert any(one.endswith("deployed again") for one in told)
    after = _deployments(live)
    assert {number: after[number] for number in before} == before


def _deployments(live: Live) -> dict[int, tuple[object, ...]]:
    """Of GitLab, by number: result, times, and the job of which pipeline each one is."""
    return {
        one.id: (one.status, one.started, one.finished, one.build.id, one.job and one.job.id)
        for project in Index(live.world, ()).projects.values()
        for one in project.deployments
    }


def test_the_tools_show_what_happened_and_what_time_it_is(server: CompanyServer) -> None:
    live = Live(tiny_world(), server, 1)
    name = live.act("tag_head").removesuffix(" tagged")
    headers = {"private-token": GITLAB_TOKEN}
    tags = [
        tag["name"]
        for number in (101, 102)
        for tag in httpx.get(
            f"{server.url('gitlab')}/api/v4/projects/{number}/repository/tags",
            headers=headers,
            timeout=60,
        ).json()
    ]
    assert name in tags
    answer = httpx.get(f"{server.url('gitlab')}/api/v4/version", headers=headers, timeout=60)
    assert answer.headers["date"] == live.world.now.strftime("%a, %d %b %Y %H:%M:%S GMT")
