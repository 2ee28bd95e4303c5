"""A company of two services and two streams: what it takes to read all of it is soon done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from simulator.faults import Faults
from simulator.model import World
from simulator.server import running
from simulator.world import build_world
from tests.e2e.company import NOW
from tests.e2e.small import Small

_STREAMS = ("checkout", "search")
_SERVICES = ("web", "payments")


def little_world(*, items: int = 16) -> World:
    """One service on GitLab, one on Jenkins with approved changes, and nothing of the others."""
    world = build_world(1, NOW, items=items)
    world.streams = [stream for stream in world.streams if stream.name in _STREAMS]
    for stream in world.streams:
        stream.services = [one for one in stream.services if one.name in _SERVICES]
    services = [one for stream in world.streams for one in stream.services]
    homes = {one.repository for one in services}
    places = {one.configuration_item for one in services}
    world.items = [one for one in world.items if one.stream in _STREAMS]
    world.commits = [one for one in world.commits if one.repository in homes]
    world.merge_requests = [one for one in world.merge_requests if one.repository in homes]
    world.builds = [one for one in world.builds if one.repository in homes]
    world.deployments = [one for one in world.deployments if one.service in _SERVICES]
    world.changes = [one for one in world.changes if one.ci in places]
    world.incidents = [one for one in world.incidents if one.ci in places]
    requests = {one.id for one in world.merge_requests}
    world.notes = [one for one in world.notes if one.request in requests]
    world.issues = [one for one in world.issues if one.repository in homes]
    world.branches = {home: found for home, found in world.branches.items() if home in homes}
    world.tags = {home: found for home, found in world.tags.items() if home in homes}
    return world


@contextmanager
def little_company(*, items: int = 16) -> Iterator[Small]:
    world = little_world(items=items)
    with running(world, faults=Faults()) as server:
        yield Small(world, server)
