"""`truth_of`: what Headwater ought to report about a world, read off the world alone.

A commit belongs to a ticket if it was written for it, whatever its message says: the branch
commits, the squash commit and the merge commit of the ticket's requests, their reverts and
cherry-picks. A commit that only mentions a ticket does not belong to it; bots' commits belong to
none.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from simulator.model import Item, World
from simulator.truth_delivery import (
    DeploymentTruth,
    LeadTime,
    Release,
    failures,
    finish,
    first_deployments,
    lead_times,
    production,
    releases,
)
from simulator.truth_flow import Episode, episodes_of, idea_at
from simulator.truth_plants import PlantTruth, plants_of

REOPEN_WINDOW, OBSERVATION_WINDOW = timedelta(days=14), timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class ItemTruth:
    """A work item of a stream. `episodes` in order, at least one; the last is the one that shows
    today.
    """

    id: str
    key: str
    stream: str
    type: str
    created_at: datetime
    idea_at: datetime
    value_per_week: float | None
    release: Release
    episodes: tuple[Episode, ...]

    @property
    def last(self) -> Episode:
        return self.episodes[-1]


@dataclass(frozen=True, slots=True)
class DeploymentCount:
    """One deployment that D2 counts."""

    service: str
    deployment: str
    finished: datetime


@dataclass(frozen=True, slots=True)
class Truth:
    """items by id; pairs of (item id, sha); first deployment by (service, sha); deployments by id.

    `deployment_counts` (D2) and `lead_times` (D1) are in order of the deployments' finish. plants:
    what was planted on purpose, in the order in which it was.
    """

    items: dict[str, ItemTruth]
    pairs: frozenset[tuple[str, str]]
    first_deployments: dict[tuple[str, str], str]
    deployment_counts: tuple[DeploymentCount, ...]
    lead_times: tuple[LeadTime, ...]
    deployments: dict[str, DeploymentTruth]
    plants: tuple[PlantTruth, ...] = ()


def truth_of(
    world: World,
    *,
    reopen_window: timedelta = REOPEN_WINDOW,
    observation_window: timedelta = OBSERVATION_WINDOW,
) -> Truth:
    """Every answer at `world.now`. Items are those of the streams' types; epics and ideas are not
    counted.
    """
    firsts = first_deployments(world)
    counted = stream_items(world)
    live = releases(world, counted, firsts)
    items = {
        item.id: _item(item, world, live[item.id], reopen_window=reopen_window) for item in counted
    }
    return Truth(
        items=items,
        pairs=frozenset((item, commit.sha) for commit in world.commits for item in commit.tickets),
        first_deployments=firsts,
        deployment_counts=tuple(
            DeploymentCount(one.service, one.id, finish(one)) for one in production(world)
        ),
        lead_times=tuple(lead_times(world, firsts)),
        deployments=failures(world, observation_window=observation_window),
        plants=plants_of(world),
    )


def stream_items(world: World) -> list[Item]:
    """The items that streams count: of their project and of one of their types."""
    types = {plan.project: set(plan.item_types) for plan in world.streams}
    return [item for item in world.items if item.type in types.get(item.project, ())]


def as_dict(truth: Truth) -> dict[str, Any]:
    """The truth as JSON can hold it: times as ISO 8601, pairs of keys as lists."""
    found: dict[str, Any] = _plain(
        {
            "items": {key: asdict(item) for key, item in truth.items.items()},
            "pairs": sorted(truth.pairs),
            "first_deployments": [
                (service, sha, deployment)
                for (service, sha), deployment in sorted(truth.first_deployments.items())
            ],
            "deployment_counts": [asdict(one) for one in truth.deployment_counts],
            "lead_times": [asdict(one) for one in truth.lead_times],
            "deployments": {key: asdict(one) for key, one in truth.deployments.items()},
            "plants": [one.as_dict() for one in truth.plants],
        }
    )
    return found


def _item(item: Item, world: World, release: Release, *, reopen_window: timedelta) -> ItemTruth:
    plan = next(plan for plan in world.streams if plan.project == item.project)
    statuses = {status.id: status for status in (*plan.statuses, *plan.retired)}
    return ItemTruth(
        id=item.id,
        key=item.key,
        stream=plan.name,
        type=item.type,
        created_at=item.created,
        idea_at=idea_at(item, {one.id: one for one in world.items}),
        value_per_week=item.value_per_week,
        release=release,
        episodes=episodes_of(item, statuses, now=world.now, reopen_window=reopen_window),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
