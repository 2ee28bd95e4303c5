"""A shop with two services on one desk, whose code goes live in two environments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.records import (
    Commit,
    Deployment,
    Incident,
    Project,
    Record,
    Ref,
    Repository,
    Result,
)
from core.settings import Settings
from pipeline.database import over
from store.session import open_engine
from tests.migrated import migrated
from tests.pipeline.definitions.remapped_shop import clock, run
from tests.pipeline.shop import DAY, START, STATUSES, item, save, settings_of, stream

COUNT = 40
"""So many commits of each repository, one a day; each is deployed an hour later."""

NOW = int((START + timedelta(days=COUNT, hours=3)).timestamp())
HOMES = {"7": "acme/shop", "8": "acme/pay"}
SHOP: dict[str, Any] = {
    "name": "shop",
    "repositories": ["acme/shop"],
    "configuration_items": ["Shop"],
    "environments": {"production": ["production"]},
}
PAY: dict[str, Any] = {**SHOP, "name": "pay", "repositories": ["acme/pay"]}
PAY["configuration_items"] = ["Pay"]


def delivered(
    *, shop: dict[str, Any] | None = None, services: Sequence[str] = ("shop",), **tables: Any
) -> Settings:
    """The configuration: `checkout` is delivered by these services, `search` by `pay`, and `bare`
    by whatever its items are found in. shop: these keys of the service instead.
    """
    streams = (
        stream(services=list(services)),
        stream("search", services=["pay"]),
        stream("bare"),
    )
    return settings_of(*streams, services=[{**SHOP, **(shop or {})}, PAY], **tables)


def sha(home: str, number: int) -> str:
    return f"{home}{number:039x}"


def code(home: str) -> list[Record]:
    """Every third deployment goes to `live-eu`, every fifth comes of a branch called `urgent/*`."""
    found: list[Record] = [
        Repository(home, HOMES[home], "main", f"https://g.example/{HOMES[home]}"),
        Ref(home, "branch", "main", sha(home, COUNT - 1)),
    ]
    for n in range(COUNT):
        at, own = START + n * DAY, sha(home, n)
        before = (sha(home, n - 1),) if n else ()
        place = "live-eu" if n % 3 == 2 else "production"
        found.append(Commit(home, own, at, at, f"SHOP-{n % 8 + 1} step {n}", before))
        found.append(
            Deployment(
                f"{home}-{n}",
                place,
                Result.SUCCESS,
                at + timedelta(minutes=50),
                repository=home,
                sha=own,
                ref="urgent/now" if n % 5 == 4 else "main",
                finished_at=at + timedelta(hours=1),
            )
        )
    return found


def desk() -> list[Record]:
    """Incidents of both services: some open six hours after they were deployed, some thirty."""
    found: list[Record] = []
    for n in (*range(3, COUNT, 6), *range(5, COUNT, 12)):
        for name in ("Shop", "Pay"):
            at = START + n * DAY + timedelta(hours=7)
            told = Incident(
                f"{name}-{n}", f"INC{n}{name}", "Disk full", "", "6", 2, at, at, ci=name
            )
            found.append(replace(told, detected_at=at, resolved_at=at + timedelta(hours=2)))
    return found


def made(file: Path) -> None:
    """The shop in a database file, read and measured twice, the last time ten minutes ago."""
    url = f"sqlite:///{file}"
    migrated(url)
    engine = open_engine(url)
    with pytest.MonkeyPatch.context() as patch:
        at = clock(patch, NOW - 1200)
        database = over(engine)
        items = [record for n in range(1, 9) for record in item(n)]
        save(database, *STATUSES, Project("10", "SHOP", "Shop"), *items)
        save(database, *code("7"), *code("8"), source="gitlab")
        save(database, *desk(), source="desk")
        for _ in range(2):
            run(database, delivered(), at)
            at.ts += 600
    engine.dispose()
