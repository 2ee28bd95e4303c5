"""The less tidy company: the promised rates, counted from what it wrote, and its truth."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from simulator.model import Commit, Deployment, MergeRequest, Service, World
from simulator.parts import touches
from simulator.rough_habits import ROUGH, mistyped
from simulator.truth_delivery import production
from simulator.truth_evidence import evidence_of, supported
from simulator.truth_links import LinkTruth, links_of
from simulator.world import build_world

NOW = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)


@pytest.fixture(scope="module", params=[1, 2, 3])
def world(request: pytest.FixtureRequest) -> World:
    return build_world(request.param, NOW, items=1500, habits=ROUGH)


@pytest.fixture(scope="module")
def github() -> World:
    return build_world(4, NOW, items=400, hosting="github", habits=ROUGH)


@pytest.fixture(scope="module")
def truth(world: World) -> LinkTruth:
    return links_of(world)


def handwritten(world: World) -> list[Commit]:
    """Written by people for tickets, merge commits apart."""
    return [commit for commit in world.commits if commit.tickets and len(commit.parents) < 2]


def merged(world: World) -> list[MergeRequest]:
    return [one for one in world.merge_requests if one.merged and not one.author.bot]


def services(world: World) -> dict[str, Service]:
    return {one.name: one for plan in world.streams for one in plan.services}


def keys_of(commit: Commit, world: World) -> list[str]:
    keys = {item.id: item.key for item in world.items}
    return [keys[ticket] for ticket in commit.tickets]


def names_one(text: str, keys: list[str]) -> bool:
    return re.search(rf"(?<!\w)({'|'.join(keys)})(?!\d)", text, re.IGNORECASE) is not None


def has_typing_error(commit: Commit, keys: list[str]) -> bool:
    """The right number behind letters of the project that are not its name."""
    for key in keys:
        project, _, number = key.partition("-")
        for word, between in re.findall(rf"\b([A-Z]+)([- ]?){number}\b", commit.message):
            if (word, between) != (project, "-") and set(word) == set(project):
                return True
    return False


def test_the_same_seed_gives_the_same_company_and_another_than_the_usual_one() -> None:
    one = build_world(7, NOW, items=60, habits=ROUGH)
    assert build_world(7, NOW, items=60, habits=ROUGH) == one
    assert build_world(7, NOW, items=60).commits != one.commits


def test_fifteen_commits_in_a_hundred_name_no_ticket_and_a_third_of_those_nothing_does(
    world: World,
) -> None:
    commits, evidence = handwritten(world), evidence_of(world)
    keys = {commit.sha: keys_of(commit, world) for commit in commits}
    bare = [
        commit
        for commit in commits
        if not names_one(commit.message, keys[commit.sha])
        and not has_typing_error(commit, keys[commit.sha])
    ]
    nothing = [one for one in bare if not any(supported(evidence[t, one.sha]) for t in one.tickets)]
    assert len(bare) / len(commits) == pytest.approx(0.15, abs=0.015)
    assert len(nothing) / len(bare) == pytest.approx(1 / 3, abs=0.05)


def test_two_commits_in_a_hundred_have_a_typing_error_in_their_key(world: World) -> None:
    commits = handwritten(world)
    wrong = [one for one in commits if has_typing_error(one, keys_of(one, world))]
    assert len(wrong) / len(commits) == pytest.approx(0.02, abs=0.005)
    assert all(one.tickets for one in wrong)


def test_a_mistyped_key_is_of_no_project(world: World) -> None:
    projects = {item.project for item in world.items}
    rng = Random(1)
    for project in projects:
        forms = {mistyped(f"{project}-12", rng) for _ in range(60)}
        assert len(forms) == 4
        for form in forms:
            match = re.fullmatch(r"([A-Z]+)-12", form)
            assert match is None or match[1] not in projects


def test_four_requests_in_ten_are_squashed_and_two_rebased(world: World, github: World) -> None:
    requests = merged(world)
    squashed = [one for one in requests if one.squash_sha]
    rebased = [one for one in requests if one.rebased]
    assert len(squashed) / len(requests) == pytest.approx(0.4, abs=0.03)
    assert len(rebased) / len(requests) == pytest.approx(0.2, abs=0.03)
    assert {bool(one.merge_sha) for one in rebased} == {True, False}
    on_github = [one for one in merged(github) if one.rebased]
    assert on_github
    assert not any(one.merge_sha for one in on_github)


def test_rebased_commits_land_as_copies(world: World) -> None:
    commits = {commit.sha: commit for commit in world.commits}
    for request in world.merge_requests:
        if not request.rebased:
            continue
        for old, new in zip(request.commits, request.rebased, strict=True):
            one, copy = commits[old], commits[new]
            assert (one.author, one.authored, one.message) == (
                copy.author,
                copy.authored,
                copy.message,
            )
            assert one.tickets == copy.tickets
            assert copy.committed == request.merged
            assert copy.on_default
            assert not one.on_default


def test_three_commits_in_a_hundred_are_picks_and_half_of_them_do_not_say_so(world: World) -> None:
    commits = handwritten(world)
    every = {commit.sha: commit for commit in world.commits}
    picks = [commit for commit in commits if commit.picked_from]
    assert len(picks) / len(commits) == pytest.approx(0.03, abs=0.006)
    bare = [one for one in picks if "cherry picked" not in one.message]
    assert len(bare) / len(picks) == pytest.approx(0.5, abs=0.1)
    for one in bare:
        source = every[str(one.picked_from)]
        assert (one.message, one.author, one.authored) == (
            source.message,
            source.author,
            source.authored,
        )


def test_three_commits_in_a_hundred_are_reverts_and_some_of_those_of_reverts(world: World) -> None:
    commits = handwritten(world)
    every = {commit.sha: commit for commit in world.commits}
    reverts = [commit for commit in commits if commit.reverts]
    assert len(reverts) / len(commits) == pytest.approx(0.03, abs=0.006)
    again = [one for one in reverts if every[str(one.reverts)].reverts]
    assert 0.08 < len(again) / len(reverts) < 0.3
    words = {one.message.partition(" ")[0] for one in again}
    assert words == {"Revert", "Reapply"}


def test_some_branches_were_written_anew_and_only_a_build_saw_what_they_were(world: World) -> None:
    known = {commit.sha for commit in world.commits}
    manifests = {commit.sha for commit in world.commits if commit.repository == "ops/clusters"}
    lost = {build.sha for build in world.builds} - known - manifests
    requests = [one for one in merged(world) if one.merged]
    assert 0.04 < len(lost) / len(requests) < 0.12
    assert all(sha in known for one in world.merge_requests for sha in one.commits)


def test_five_services_share_a_repository_and_have_places_of_their_own(world: World) -> None:
    shared = [one for one in services(world).values() if one.paths]
    assert len(shared) == 5
    assert len({one.repository for one in shared}) == 1
    for service in shared:
        mine = [one for one in world.deployments if one.service == service.name]
        assert {one.place for one in mine} <= {
            f"production/{service.name}",
            f"staging/{service.name}",
        }
        assert len([one for one in mine if one.environment == "production"]) > 5
    folders = Counter(
        path.split("/")[0]
        for commit in world.commits
        if commit.repository == shared[0].repository
        for path in commit.paths
    )
    assert folders["services"] > folders["libs"] > 10


def test_every_commit_but_a_merge_says_what_it_changed(world: World) -> None:
    for commit in world.commits:
        assert bool(commit.paths) == (len(commit.parents) < 2)


def test_one_service_is_deployed_by_the_commits_of_manifests(world: World) -> None:
    commits = {commit.sha: commit for commit in world.commits}
    (service,) = [one for one in services(world).values() if one.manifests]
    tags = world.tags[service.repository]
    builds = {build.id: build for build in world.builds}
    mine = [one for one in world.deployments if one.service == service.name]
    forms: Counter[bool] = Counter()
    for one in mine:
        told = commits[one.manifest]
        assert told.repository == service.manifests == builds[one.build].repository
        assert commits[one.sha].repository == service.repository
        assert one.version in told.message
        assert builds[one.build].sha == one.manifest
        if one.environment == "production" and one.status == "success":
            assert tags[f"v{one.version}"] == one.sha
            forms[f"Deploy {service.name} {one.version}" == told.message] += 1
    assert min(forms[True], forms[False]) > 5
    assert any("ledger" in commit.message for commit in commits.values())


def test_half_of_the_incidents_have_no_cause_and_half_of_those_hit_a_busy_service(
    world: World,
) -> None:
    others = [one for one in world.incidents if one.deployment is None]
    assert len(others) / len(world.incidents) == pytest.approx(0.5, abs=0.02)
    busy = busiest(world)
    place = services(world)[busy].configuration_item
    hit = [one for one in others if one.ci == place]
    assert len(hit) / len(others) == pytest.approx(0.5, abs=0.05)
    for incident in hit:
        assert len(in_a_week(world, busy, incident.opened)) >= 3 * 5


def busiest(world: World) -> str:
    lately = NOW - timedelta(days=14)
    counts = Counter(one.service for one in production(world) if one.started > lately)
    return counts.most_common(1)[0][0]


def in_a_week(world: World, service: str, at: datetime) -> list[Deployment]:
    """Its production deployments in the week after a moment, or in the last of the history."""
    first, week = min(at, NOW - timedelta(days=7)), timedelta(days=7)
    return [
        one
        for one in production(world)
        if one.service == service and first <= one.started < first + week
    ]


def test_a_part_of_a_repository_is_deployed_with_what_changes_it(
    world: World, truth: LinkTruth
) -> None:
    commits, own = {commit.sha: commit for commit in world.commits}, services(world)
    by_service: Counter[str] = Counter()
    for sha, name, _ in truth.commit_deployment:
        assert commits[sha].repository in (own[name].repository, own[name].manifests)
        assert touches(own[name].paths, commits[sha].paths)
        by_service[name] += 1
    assert all(by_service[name] for name in own)
    shared = [
        sha
        for sha, commit in commits.items()
        if commit.paths and all(path.startswith("libs/") for path in commit.paths)
    ]
    listed = {name for sha, name, _ in truth.commit_deployment if sha in set(shared)}
    assert listed == {one.name for one in own.values() if "libs/**" in one.paths}


def test_a_ticket_is_deployed_where_a_commit_of_it_was_first(
    world: World, truth: LinkTruth
) -> None:
    tickets = {commit.sha: commit.tickets for commit in world.commits}
    expected = {
        (ticket, name, deployment)
        for sha, name, deployment in truth.commit_deployment
        for ticket in tickets[sha]
    }
    assert set(truth.ticket_deployment) == expected
    bare = [place for place, told in truth.ticket_deployment.items() if not supported(told)]
    assert 0.02 < len(bare) / len(expected) < 0.1
    for ticket, name, deployment in bare:
        carried = [
            sha
            for sha, *rest in truth.commit_deployment
            if rest == [name, deployment] and ticket in tickets[sha]
        ]
        assert not any(supported(truth.ticket_commit[ticket, sha]) for sha in carried)


def test_nothing_lies_in_the_future_and_every_id_is_unique(world: World) -> None:
    assert max(one.committed for one in world.commits) <= NOW
    for ids in (
        [one.sha for one in world.commits],
        [one.id for one in world.merge_requests],
        [one.id for one in world.deployments],
        [one.id for one in world.builds],
    ):
        assert len(set(ids)) == len(ids)
