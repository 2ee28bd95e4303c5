"""A company in which waiting is planted, read once by the real connectors, and its findings."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from core.settings import Settings
from pipeline.collect import collect
from pipeline.database import Database, opened
from pipeline.sync import bring_up_to_date
from pipeline.wanted import wanted_of
from simulator.model import World
from simulator.plants import Plant
from simulator.server import running
from simulator.truth import Truth, truth_of
from simulator.truth_plants import PlantTruth
from simulator.world import build_world
from tests.e2e.company import NOW, configured
from tests.e2e.serving import served
from tests.e2e.small import Hasty

Answer = dict[str, Any]
STREAMS = ("orders", "billing")


@dataclass(frozen=True)
class Planted:
    """What is true of a company, and the answer of findings by stream."""

    world: World
    truth: Truth
    answers: dict[str, Answer]

    def first(self, stream: str, kind: str) -> Answer:
        """The first finding of a kind."""
        found = self.findings(stream)[kind]
        assert found, f"{stream} has no finding of the kind {kind}"
        return found[0]

    def findings(self, stream: str) -> dict[str, list[Answer]]:
        return {one["kind"]: one["findings"] for one in self.answers[stream]["kinds"]}

    def delivered(self, kind: str) -> PlantTruth:
        """What is true of a plant among what was released: of such the findings tell."""
        (plant,) = [one for one in self.truth.plants if one.kind == kind]
        return plant.delivered(self._released())

    def _released(self) -> dict[str, datetime]:
        ends = {item.id: item.release.released_at for item in self.truth.items.values()}
        return {item: end for item, end in ends.items() if end is not None}


@dataclass(frozen=True)
class _Read:
    settings: Settings
    database: Database


def planted_company(
    template: Path, home: Path, *, seed: int, items: int, plants: Sequence[Plant]
) -> Planted:
    """template: a migrated, empty database."""
    shutil.copy(template, home / "headwater.db")
    world = build_world(seed, NOW, items=items, even=True, plants=plants)
    asked = {"from": world.start.isoformat(), "to": (NOW + timedelta(seconds=1)).isoformat()}
    with (
        _collected(home, world) as company,
        served(company) as address,
        httpx.Client(base_url=address, timeout=60) as api,
    ):
        answers = {name: _told(api, name, "findings", asked) for name in STREAMS}
    return Planted(world, truth_of(world), answers)


def _told(api: httpx.Client, stream: str, what: str, asked: dict[str, str]) -> Answer:
    answer = api.get(f"/v1/streams/{stream}/{what}", params=asked)
    answer.raise_for_status()
    body: Answer = answer.json()
    return body


@contextmanager
def _collected(home: Path, world: World) -> Iterator[_Read]:
    """Each tool read once, from the beginning: nothing changes meanwhile."""
    with running(world) as server:
        _, settings = configured(home, server, world)
        with opened(settings.database) as database:
            for source in settings.sources:
                report = collect(source, database, wanted_of(settings), full=True, stop=Hasty())
                assert report.problems == []
            bring_up_to_date(settings, database)
            yield _Read(settings, database)
