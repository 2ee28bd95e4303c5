"""No team is too small to see anything: each tile of the Overview has a value, an `observed` value
or a reason, and what can be counted is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from api.app import create_app
from core.records import Commit, Deployment, Project, Record, Ref, Repository, Result, Transition
from core.settings import Settings
from pipeline.database import over
from pipeline.sync import bring_up_to_date
from store import cursors
from store.sources import source_ids
from tests.api.client import Client, Clock
from tests.pipeline.shop import DAY, START, STATUSES, item, save, settings_of, stream

_HOUR = timedelta(hours=1)
_SETTINGS: Settings = settings_of(
    stream(repositories=["acme/shop"], services=["shop"], expects_code=["Story"]),
    services=[
        {"name": "shop", "repositories": ["acme/shop"], "configuration_items": ["Shop"]},
    ],
)
_TILES = {
    "streams": ("idea_to_release", "flow_time", "efficiency", "load", "velocity", "delay_cost"),
    "services": (
        *("change_lead_time", "deployment_frequency", "recovery_time"),
        *("change_fail_rate", "rework_rate"),
    ),
}


@dataclass(frozen=True)
class Team:
    """items: delivered in each of `weeks`; a deployment every so many weeks, 0 for none."""

    items: int
    weeks: int
    deployed_every: int

    @property
    def days(self) -> Sequence[int]:
        """The day on which each item was begun."""
        return [week * 7 + place % 5 for week in range(self.weeks) for place in range(self.items)]

    def tickets(self) -> list[Record]:
        found: list[Record] = [*STATUSES, Project("10", "SHOP", "Shop")]
        for number, day in enumerate(self.days, 1):
            made = item(number)
            found.append(made[0])
            found += [
                replace(one, at=one.at + day * DAY)
                for one in made[1:]
                if isinstance(one, Transition)
            ]
        return found

    def code(self) -> list[Record]:
        shas = [f"{number:040x}" for number in range(1, len(self.days) + 1)]
        found: list[Record] = [Repository("7", "acme/shop", "main", "https://g.example/acme/shop")]
        for number, (sha, day) in enumerate(zip(shas, self.days, strict=True)):
            at = START + (day + 2) * DAY
            parents = shas[number - 1 : number]
            found.append(Commit("7", sha, at, at, f"SHOP-{number + 1} pay", parents))
        found += [Ref("7", "branch", "main", sha) for sha in shas[-1:]]
        weeks = range(self.deployed_every, self.weeks + 1, self.deployed_every or 1)
        for week in weeks if self.deployed_every else ():
            begun = START + week * 7 * DAY
            last = sum(START + (day + 2) * DAY < begun for day in self.days)
            found.append(
                Deployment(
                    str(week),
                    "production",
                    Result.SUCCESS,
                    begun,
                    repository="7",
                    sha=shas[last - 1],
                    ref="main",
                    finished_at=begun + _HOUR,
                )
            )
        return found


@pytest.fixture
def now(clock: Clock) -> int:
    """When all of them look at their page: thirteen weeks after the beginning."""
    clock.ts = int((START + 91 * DAY).timestamp())
    return clock.ts


@pytest.mark.parametrize("deployed_every", [4, 12, 0])
@pytest.mark.parametrize(("items", "weeks"), [(5, 12), (1, 12), (1, 1), (0, 1)])
def test_every_tile_says_something(
    sqlite_engine: Engine, now: int, items: int, weeks: int, deployed_every: int
) -> None:
    team = Team(items, weeks, deployed_every)
    body = _overview(sqlite_engine, team, now)
    for group, names in _TILES.items():
        [row] = body[group]
        for name in names:
            tile = row[name]
            told = [value for value in tile["value"].values() if value is not None]
            assert told or tile["observed"] or tile["reasons"], f"{name} says nothing"
            if not told and not tile["observed"]:
                assert all(reason.strip() for reason in tile["reasons"])


def test_five_items_a_week_and_a_deployment_a_month_are_enough(
    sqlite_engine: Engine, now: int
) -> None:
    body = _overview(sqlite_engine, Team(5, 12, 4), now)
    [stream_row], [service] = body["streams"], body["services"]
    assert stream_row["velocity"]["value"]["count"] == 60
    assert stream_row["flow_time"]["value"] == {"p50": 4.0, "p85": 4.0, "p95": 4.0}
    assert stream_row["load"]["value"]["now"] == 0
    assert service["deployment_frequency"]["value"]["count"] == 3
    assert service["change_lead_time"]["value"]["p50"] > 0
    fail = service["change_fail_rate"]
    assert fail["value"]["ratio"] is None
    assert fail["observed"]["ratio"] == 0
    assert fail["interval"]["ratio"][1] > 0.5, "nought of three is no promise"
    assert service["recovery_time"]["value"]["p50"] is None
    assert service["recovery_time"]["reasons"]


def test_a_service_of_which_no_deployment_was_ever_seen_has_no_frequency_of_zero(
    sqlite_engine: Engine, now: int
) -> None:
    """Nobody knows whether it never deployed, or where its deployments are told."""
    [service] = _overview(sqlite_engine, Team(5, 12, 0), now)["services"]
    often = service["deployment_frequency"]
    assert set(often["value"].values()) == {None}
    assert often["reasons"][0].startswith("no deployment to production was ever seen")
    [once] = _overview(sqlite_engine, Team(5, 12, 12), now)["services"]
    assert once["deployment_frequency"]["value"]["count"] == 1


def _overview(engine: Engine, team: Team, now: int) -> dict[str, Any]:
    database = over(engine)
    save(database, *team.tickets())
    if team.items:
        save(database, *team.code(), source="gitlab")
    save(database, source="desk")
    with database.writing() as session:
        for number in source_ids(session).values():
            cursors.save_cursor(session, cursors.StreamKey(number, ""), {}, watermark_ts=now)
    bring_up_to_date(_SETTINGS, database)
    found: dict[str, Any] = Client(create_app(_SETTINGS, database)).json("/v1/overview")
    return found
