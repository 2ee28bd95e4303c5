"""What is true of commits, deployments and failures, by brute force over the commit graph.

For each deployment the set of all its ancestors is made anew; no trick that could be wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.model import Commit, Deployment, Item, World


@dataclass(frozen=True, slots=True)
class LeadTime:
    """D1: a commit and the first successful production deployment that has it. `via`: the squash
    commit it went by.
    """

    service: str
    sha: str
    deployment: str
    seconds: int
    via: str | None = None


@dataclass(frozen=True, slots=True)
class DeploymentTruth:
    """D4: one successful production deployment.

    pending: its observation window has not closed. counted: in D4's population, that is closed and
    no rollback.
    failed: an incident was truly caused by it. failed_recorded: an incident names its change as the
    cause.
    """

    id: str
    service: str
    kind: str
    finished: datetime
    pending: bool
    counted: bool
    failed: bool
    failed_recorded: bool


@dataclass(frozen=True, slots=True)
class Release:
    """When an item's code went live; `reason` says why `released_at` is null: no_commits,
    not_deployed, deployments_unknown.
    """

    released_at: datetime | None
    first_released_at: datetime | None
    reason: str | None


def production(world: World) -> list[Deployment]:
    """D2: the distinct successful production deployments, in order of their finish."""
    found = [
        deployment
        for deployment in world.deployments
        if deployment.environment == "production"
        and deployment.status == "success"
        and deployment.finished
    ]
    return sorted(found, key=lambda deployment: (finish(deployment), deployment.id))


def finish(deployment: Deployment) -> datetime:
    if deployment.finished is None:
        raise ValueError(f"{deployment.id} has not finished")
    return deployment.finished


def first_deployments(world: World) -> dict[tuple[str, str], str]:
    """(service, sha) -> the id of the first successful production deployment that contains the
    commit. Of a service that is a part of its repository, only commits that change that part count.
    """
    commits = {commit.sha: commit for commit in world.commits}
    parts = {s.name: s.paths for plan in world.streams for s in plan.services}
    found: dict[tuple[str, str], str] = {}
    for deployment in production(world):
        for sha in ancestors(deployment.sha, commits):
            if changes_part(commits[sha], parts[deployment.service]):
                found.setdefault((deployment.service, sha), deployment.id)
    return found


def changes_part(commit: Commit, folders: Sequence[str]) -> bool:
    """folders: `services/cart/**` and the like; none: the whole repository."""
    return not folders or any(
        path.startswith(folder.removesuffix("**")) for folder in folders for path in commit.paths
    )


def ancestors(sha: str, commits: dict[str, Commit]) -> set[str]:
    """The commit and everything before it."""
    seen: set[str] = set()
    todo = [sha]
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo.extend(commits[one].parents)
    return seen


def lead_times(world: World, firsts: dict[tuple[str, str], str]) -> list[LeadTime]:
    """D1: merges and bots are not counted; the commits of a squashed request stand in for the
    squash commit.
    """
    commits = {commit.sha: commit for commit in world.commits}
    finished = {one.id: finish(one) for one in production(world)}
    originals = {m.squash_sha: m.commits for m in world.merge_requests if m.squash_sha}
    found: dict[tuple[str, str], LeadTime] = {}
    for (service, sha), deployment in firsts.items():
        for original in originals.get(sha, [sha]):
            commit = commits[original]
            if len(commit.parents) >= 2 or commit.author.bot:
                continue
            seconds = int((finished[deployment] - commit.committed).total_seconds())
            via = sha if original != sha else None
            pair = LeadTime(service, original, deployment, max(0, seconds), via)
            known = found.get((service, original))
            if known is None or finished[deployment] < finished[known.deployment]:
                found[service, original] = pair
    return sorted(found.values(), key=lambda one: (finished[one.deployment], one.sha))


def failures(world: World, *, observation_window: timedelta) -> dict[str, DeploymentTruth]:
    """By deployment id, over the successful production deployments. Only incidents that exist by
    now count.
    """
    causes = {incident.deployment for incident in world.incidents if incident.deployment}
    named = {incident.caused_by for incident in world.incidents if incident.caused_by}
    found = {}
    for one in production(world):
        pending = finish(one) + observation_window > world.now
        found[one.id] = DeploymentTruth(
            one.id, one.service, one.kind, finish(one), pending=pending,
            counted=not pending and one.kind != "rollback", failed=one.id in causes,
            failed_recorded=one.change is not None and one.change in named,
        )  # fmt: skip
    return found


def releases(
    world: World, items: list[Item], firsts: dict[tuple[str, str], str]
) -> dict[str, Release]:
    """By item id. Counted are commits on the default branch that are no merge, no revert and not
    reverted.

    An item without any commit has `no_commits`; one of which nothing that counts is live, or not
    all of it, `not_deployed`; one whose repositories have no production deployment at all,
    `deployments_unknown`.
    """
    written: dict[str, list[Commit]] = {item.id: [] for item in items}
    for commit in world.commits:
        for item_id in commit.tickets:
            written[item_id].append(commit)
    undone = {commit.reverts for commit in world.commits if commit.reverts and commit.on_default}
    live = _moments(world, firsts)
    known = {one.service for one in production(world)}
    deployed = {s.repository for plan in world.streams for s in plan.services if s.name in known}
    return {
        item.id: _release(written[item.id], undone=undone, live=live, deployed=deployed)
        for item in items
    }


def _moments(world: World, firsts: dict[tuple[str, str], str]) -> dict[str, datetime]:
    """sha -> when it was first live; the earliest where several services share a repository."""
    finished = {one.id: finish(one) for one in production(world)}
    found: dict[str, datetime] = {}
    for (_, sha), deployment in firsts.items():
        at = finished[deployment]
        found[sha] = min(at, found.get(sha, at))
    return found


def _release(
    commits: list[Commit], *, undone: set[str], live: dict[str, datetime], deployed: set[str]
) -> Release:
    if not commits:
        return Release(None, None, "no_commits")
    if not any(commit.repository in deployed for commit in commits):
        return Release(None, None, "deployments_unknown")
    counted = [
        commit
        for commit in commits
        if commit.on_default
        and len(commit.parents) < 2
        and commit.reverts is None
        and commit.sha not in undone
    ]
    moments = [live[commit.sha] for commit in counted if commit.sha in live]
    first = min(moments, default=None)
    if not counted or len(moments) < len(counted):
        return Release(None, first, "not_deployed")
    return Release(max(moments), first, None)
