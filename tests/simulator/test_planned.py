"""What the company plans its work for: plausible, served as the tools do, and beside all else."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

import httpx
import pytest

from simulator import world as making
from simulator.model import World
from simulator.server import running
from simulator.world import build_world
from tests.e2e.company import NOW
from tests.simulator.login import client

_PLANS = {"versions", "due", "milestones", "milestone"}


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(8, NOW, items=150)


def _without_plans(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_plans(one) for name, one in value.items() if name not in _PLANS}
    return [_without_plans(one) for one in value] if isinstance(value, list) else value


def test_nothing_else_of_the_company_moves(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "plan_releases", lambda _world: None)
    plain = making.build_world(8, NOW, items=150)
    assert plain.versions == []
    assert _without_plans(asdict(plain)) == _without_plans(asdict(world))


def test_the_same_seed_plans_the_same_and_another_one_differently(world: World) -> None:
    def plans(of: World) -> list[list[str]]:
        return [item.versions for item in of.items]

    assert plans(build_world(8, NOW, items=150)) == plans(world)
    assert plans(build_world(9, NOW, items=150)) != plans(world)


def test_every_project_plans_four_releases_ahead_and_one_without_a_date(world: World) -> None:
    assert len({one.id for one in world.versions}) == len(world.versions)
    for plan in world.streams:
        own = [one for one in world.versions if one.project == plan.project]
        ahead = [one for one in own if one.due and one.due >= NOW.date()]
        assert len(ahead) == 4
        assert [one.name for one in own if not one.due] == ["Later"]
        assert not any(one.released or one.archived for one in ahead)
        past = [one for one in own if one.due and one.due < NOW.date()]
        assert sum(not one.released for one in past) <= 1
        assert sum(one.archived for one in past) == 3


def test_items_are_planned_for_what_fits_their_state(world: World) -> None:
    versions = {one.id: one for one in world.versions}
    states = {status.id: status.state for plan in world.streams for status in plan.statuses}
    retired = {status.id: status.state for plan in world.streams for status in plan.retired}
    many: Counter[int] = Counter()
    for item in world.items:
        for one in (versions[name] for name in item.versions):
            assert one.project == item.project
            last = item.moves[-1].to_status if item.moves else item.first_status
            if (states | retired)[last] != "done":
                assert not one.released
                continue
            assert one.due
            assert one.due >= item.moves[-1].at.date()
        many[len(item.versions)] += 1
    assert many[1] > 75
    assert many[2] > 0
    assert sum(item.due is not None for item in world.items if item.type == "Epic") > 1


def test_an_issue_is_planned_for_a_milestone_of_its_repository(world: World) -> None:
    milestones = {one.id: one for one in world.milestones}
    planned = [issue for issue in world.issues if issue.milestone]
    assert planned
    for issue in planned:
        assert milestones[issue.milestone or 0].repository == issue.repository
        if not issue.closed:
            assert not milestones[issue.milestone or 0].closed


def test_jira_serves_versions_by_project_in_pages(jira: httpx.Client) -> None:
    path = "/rest/api/3/project/SHOP/version"
    body = jira.get(path, params={"maxResults": "2"}).json()
    assert [row["name"] for row in body["values"]] == ["1.0", "1.1"]
    assert (body["isLast"], body["total"]) == (False, 3)
    rest = jira.get(path, params={"maxResults": "2", "startAt": "2"}).json()
    assert ([row["name"] for row in rest["values"]], rest["isLast"]) == (["Later"], True)
    assert jira.get("/rest/api/3/project/IDEA/version").json()["values"] == []
    fields = jira.get("/rest/api/3/issue/SHOP-2").json()["fields"]
    assert [row["name"] for row in fields["fixVersions"]] == ["1.0"]
    assert (fields["fixVersions"][0]["released"], fields["duedate"]) == (True, "2026-01-09")


def test_gitlab_serves_milestones_by_project_and_in_issues(world: World) -> None:
    with running(world) as server, client(server, "gitlab") as gitlab:
        issue = next(one for one in world.issues if one.milestone)
        project = f"/api/v4/projects/{issue.repository.replace('/', '%2F')}"
        rows = gitlab.get(f"{project}/milestones", params={"per_page": "100"}).json()
        shown = gitlab.get(f"{project}/issues/{issue.iid}").json()
    assert {row["id"] for row in rows} == {
        one.id for one in world.milestones if one.repository == issue.repository
    }
    assert shown["milestone"] in rows
    assert {row["state"] for row in rows} == {"active", "closed"}
