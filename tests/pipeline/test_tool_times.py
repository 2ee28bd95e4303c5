"""Times by tool follow builds, merge requests and approvals, a little at a time as all at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from core.frames import NONE
from core.records import (
    Build,
    ChangeRequest,
    Commit,
    Deployment,
    MergeRequest,
    MergeState,
    Project,
    Record,
    Ref,
    Repository,
    Result,
    Revision,
)
from pipeline.database import Database
from pipeline.sync import bring_up_to_date
from store import frames
from store.known_facts import facts_known_at
from store.models import fact_change, tool_time
from tests.pipeline.shop import DAY, START, STATUSES, item, save, settings_of

HOUR = timedelta(hours=1)
SHAS = ("a" * 40, "b" * 40)
SETTINGS = settings_of(services=[{"name": "shop", "repositories": ["acme/shop"]}])
PARTS = ("tracker", "review", "ci", "change_approval", "waiting_for_release")

Told = tuple[str, Record]

GROUND: list[Told] = [
    *(("jira", one) for one in (*STATUSES, Project("10", "SHOP", "Shop"), *item(1), *item(2))),
    ("gitlab", Repository("7", "acme/shop", "main", "https://g.example/acme/shop")),
    ("gitlab", Ref("7", "branch", "main", SHAS[1])),
    ("gitlab", Commit("7", SHAS[0], START, START, "Begin", ())),
    ("gitlab", Commit("7", SHAS[1], START + DAY, START + DAY, "SHOP-1 pay", (SHAS[0],))),
]
REQUEST = MergeRequest(
    "1", "7", 1, "Pay", "", "pay", "main", MergeState.OPEN, START + 10 * HOUR, START,
    commits=(SHAS[1],),
)  # fmt: skip
BUILD = Build(
    "b#1", "b", 1, Result.RUNNING, repository="7", queued_at=START + 11 * HOUR,
    revisions=(Revision(SHAS[1]),),
)  # fmt: skip
CHANGE = ChangeRequest(
    "c1", "CHG1", "normal", "authorize", "SHOP-1", "", START, START,
    requested_at=START + 22 * HOUR,
)  # fmt: skip


def _live(number: int, hours: int) -> Deployment:
    at = START + hours * HOUR
    return Deployment(
        str(number), "production", Result.SUCCESS, at, repository="7", sha=SHAS[number],
        ref="main", finished_at=at,
    )  # fmt: skip


DEPLOYED: list[Told] = [("gitlab", _live(0, 1)), ("gitlab", _live(1, 40))]
LATER: list[list[Told]] = [
    [
        ("gitlab", REQUEST),
        ("gitlab", replace(REQUEST, state=MergeState.MERGED, merged_at=START + 20 * HOUR)),
    ],
    [
        ("gitlab", BUILD),
        ("gitlab", replace(BUILD, result=Result.SUCCESS, finished_at=START + 13 * HOUR)),
    ],
    [("desk", CHANGE), ("desk", replace(CHANGE, approved_at=START + 30 * HOUR))],
    [("gitlab", _live(0, 1))],
    [("gitlab", _live(1, 40))],
]
"""Each list in its order, the lists in any."""


def _arrive(database: Database, *told: Told) -> None:
    for source in ("jira", "gitlab", "desk"):
        save(database, *(record for of, record in told if of == source), source=source)
    bring_up_to_date(SETTINGS, database)


def _rows(database: Database) -> list[dict[str, Any]]:
    with database.read() as session:
        stream = int(frames.value_streams(session)["stream_id"].iloc[0])
        found = frames.tool_times(session, stream)
        keys = frames.item_keys(session).query("current").set_index("item_id")["key"]
        return [
            {str(name): value for name, value in row.items()}
            for row in found.assign(key=found["item_id"].map(keys)).to_dict("records")
        ]


def _hours(row: dict[str, Any]) -> dict[str, float | None]:
    seconds = {part: row[f"{part}_s"] for part in PARTS}
    return {part: None if one == NONE else one / 3600 for part, one in seconds.items()}


WHOLE = {"tracker": 10, "review": 8, "ci": 2, "change_approval": 8, "waiting_for_release": 12}


@pytest.mark.parametrize("seed", range(2))
def test_a_little_at_a_time_is_everything_at_once(database: Database, seed: int) -> None:
    chance, left = Random(seed), [list(one) for one in LATER]
    _arrive(database, *GROUND)
    while left:
        some = [chance.choice(left) for _ in range(chance.randrange(2, 5))]
        _arrive(database, *(one.pop(0) for one in some if one))
        left = [one for one in left if one]
    (row,) = _rows(database)
    assert (row["key"], _hours(row)) == ("SHOP-1", WHOLE)
    again = bring_up_to_date(SETTINGS, database, everything=True)
    assert again.facts.changed == 0


def test_a_build_that_ends_alone_is_measured(database: Database) -> None:
    _arrive(database, *GROUND, *DEPLOYED, ("gitlab", BUILD))
    assert _hours(_rows(database)[0]) == dict.fromkeys(PARTS) | {"tracker": 11, "ci": 29}
    _arrive(database, LATER[1][1])
    assert _hours(_rows(database)[0]) == dict.fromkeys(PARTS) | {"tracker": 38, "ci": 2}


def test_what_is_not_linked_is_null_with_the_reason(database: Database) -> None:
    _arrive(database, *GROUND, *DEPLOYED)
    (row,) = _rows(database)
    assert _hours(row) == dict.fromkeys(PARTS) | {"tracker": 40}
    assert [row[f"{part}_reason"] for part in PARTS[1:]] == [
        "no_requests", "no_builds_linked", "no_changes", "no_requests",
    ]  # fmt: skip


def test_times_are_those_that_were_known_then_and_a_late_approval_restates(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [told for one in LATER for told in one]
    begun = int((START + 9 * DAY).timestamp())
    monkeypatch.setattr("pipeline.measure.now_ts", lambda: begun)
    monkeypatch.setattr("pipeline.measure.read_before", lambda *_: begun)
    _arrive(database, *GROUND, *whole)
    monkeypatch.setattr("pipeline.measure.now_ts", lambda: begun + 500)
    _arrive(database, ("desk", replace(CHANGE, approved_at=START + 32 * HOUR)))
    with database.read() as session:
        stream = int(frames.value_streams(session)["stream_id"].iloc[0])
        then = facts_known_at(session, tool_time, stream, begun + 499)
        now = facts_known_at(session, tool_time, stream, begun + 500)
        log = session.execute(select(fact_change).where(fact_change.c.fact == "tool_time")).all()
    assert then["change_approval_s"].tolist() == [8 * 3600]
    assert now["change_approval_s"].tolist() == [10 * 3600]
    assert now.drop(columns="stream_id").equals(frames_of(database).drop(columns=["stream_id"]))
    assert [(one.what, one.restates) for one in log] == [("changed", True)]


def frames_of(database: Database) -> Any:
    with database.read() as session:
        stream = int(frames.value_streams(session)["stream_id"].iloc[0])
        return frames.tool_times(session, stream)


def test_an_item_that_is_gone_takes_its_times_along(database: Database) -> None:
    _arrive(database, *GROUND, *DEPLOYED)
    assert len(_rows(database)) == 1
    moved = replace(item(1)[0], project="PAY", key="PAY-9")
    _arrive(database, ("jira", moved))
    assert _rows(database) == []
