"""A company that lives on: seeded, at an advancing now, shown by its tools."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from simulator.credentials import GITLAB_TOKEN
from simulator.faults import Faults
from simulator.live import OPERATIONS, Live
from simulator.server import CompanyServer, running
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


def test_the_tools_show_what_happened_and_what_time_it_is(server: CompanyServer) -> None:
    live = Live(tiny_world(), server, 1)
    name = live.act("tag_head").removesuffix(" tagged")
    headers = {"private-token": GITLAB_TOKEN}
    tags = [
        tag["name"]
        for number in (101, 102)
        for tag in httpx.get(
            f"{server.url('gitlab')}/api/v4/projects/{number}/repository/tags", headers=headers
        ).json()
    ]
    assert name in tags
    answer = httpx.get(f"{server.url('gitlab')}/api/v4/version", headers=headers)
    assert answer.headers["date"] == live.world.now.strftime("%a, %d %b %Y %H:%M:%S GMT")
