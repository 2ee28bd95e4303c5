"""What is blocked, why, how long and by whom: flag, status, label and link, apart and together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from api.schemas_teams import BlockedBody
from core.records import Block, BlockKind, Field, Person, Record, StatusCategory, WorkflowStatus
from core.records import Transition as Move
from core.settings import Settings
from metrics.periods import Window
from pipeline.block_reasons import NO_TIME, NOT_READ
from pipeline.blocked_answers import blocked_answer, explain_blocked
from pipeline.database import Database
from pipeline.journey import journey_of
from pipeline.journey_document import journey_document
from pipeline.question import Question
from pipeline.snapshot import Snapshot
from pipeline.snapshots import Snapshots
from pipeline.sync import bring_up_to_date
from pipeline.team_answers import team_time_answer
from tests.pipeline.shop import DAY, START, STATUSES, item, save, settings_of, stream

RULE = {
    "field": "Flagged",
    "statuses": ["on hold"],
    "labels": ["stuck"],
    "links": ["is blocked by"],
}
HOLD = WorkflowStatus("7", "On Hold", StatusCategory.ACTIVE)
AT = int((START + 10 * DAY).timestamp())


def _stages() -> list[dict[str, Any]]:
    return [
        {"name": "Ideas", "state": "new", "statuses": ["To Do"]},
        {"name": "Build", "state": "active", "statuses": ["In Progress", "On Hold"], "team": "web"},
        {"name": "Live", "state": "done", "statuses": ["Done"]},
    ]


@pytest.fixture
def settings() -> Settings:
    return settings_of({**stream(blocked=RULE), "stages": _stages()})


def running(number: int, *more: Record, status: str = "2") -> Sequence[Record]:
    """In progress since day 1."""
    ticket, begun, _ = item(number, status_id=status)
    return [ticket, begun, *more]


def block(number: int, kind: BlockKind, detail: str, since: int, until: int | None) -> Block:
    end = None if until is None else START + until * DAY
    return Block(str(number), kind, detail, START + since * DAY, end)


def answered(
    settings: Settings, database: Database, *, team: str | None = None
) -> tuple[Snapshot, dict[str, Any]]:
    """The window is the ten days from the start."""
    bring_up_to_date(settings, database)
    asked = Question(Window(int(START.timestamp()), AT), AT, "UTC", 0, team=team)
    with database.read() as session:
        snapshot = Snapshots(settings).present(session)
    found = snapshot.streams["checkout"]
    body = blocked_answer(snapshot, found, asked)
    BlockedBody.model_validate(body)
    assert explain_blocked(found, asked)["n"] == body["n"]
    return snapshot, body


def seen(body: dict[str, Any]) -> dict[str, float]:
    """The value, which is withheld: no source was ever read."""
    found: dict[str, float] = body["observed"]
    return found


def by_reason(body: dict[str, Any]) -> dict[str, float]:
    return {one["reason"]: one["blocked_d"] for one in body["by_reason"] if one["blocked_d"]}


def test_each_reason_blocks_and_says_by_what(database: Database, settings: Settings) -> None:
    hold = Move("3", START + 4 * DAY, 9, Field.STATUS, "2", "7")
    save(
        database,
        *(*STATUSES, HOLD),
        *running(1, block(1, BlockKind.FLAG, "Flagged", 2, None)),
        *running(2, block(2, BlockKind.LABEL, "stuck", 3, None)),
        *running(3, hold, status="7"),
        *running(4, block(4, BlockKind.LINK, "is blocked by SHOP-1", 5, None)),
    )
    _, body = answered(settings, database)
    assert by_reason(body) == {"flag": 8, "label": 7, "status": 6, "link": 5}
    assert (seen(body)["now"], body["n"], seen(body)["blocked_d"]) == (4, 4, 26)
    rows = {row["key"]: row for row in body["items"]}
    assert list(rows) == ["SHOP-1", "SHOP-2", "SHOP-3", "SHOP-4"]  # the longest first
    assert [rows[key]["reasons"][0]["detail"] for key in rows] == [
        *("Flagged", "stuck", "On Hold", "is blocked by SHOP-1"),
    ]
    link = rows["SHOP-4"]["reasons"][0]
    assert rows["SHOP-4"]["blocked_s"] == 5 * 86_400
    assert (link["by"]["key"], link["by"]["state"], link["by"]["team"]) == (
        *("SHOP-1", "in_flight", "web"),
    )
    assert (link["by"]["stream"], link["by"]["stage"]) == ("checkout", "Build")


def test_overlapping_reasons_count_once_and_the_first_named_has_the_time(
    database: Database, settings: Settings
) -> None:
    """Label days 2 to 6, flag 4 to 8, link 1 to 9: link 1, label 2, flag 4, link 1."""
    save(
        database,
        *STATUSES,
        *running(1),
        *running(
            2,
            block(2, BlockKind.LABEL, "stuck", 2, 6),
            block(2, BlockKind.FLAG, "Flagged", 4, 8),
            block(2, BlockKind.LINK, "is blocked by SHOP-1", 1, 9),
        ),
    )
    _, body = answered(settings, database)
    assert by_reason(body) == {"flag": 4, "label": 2, "link": 2}
    assert seen(body)["blocked_d"] == 8
    assert "flag, status, label, link" in body["split"]
    assert body["items"] == []


def test_what_is_not_known_of_a_link_is_said(database: Database, settings: Settings) -> None:
    """1 was linked at its creation; 2 to an item that is not read; 3 to one of no stream."""
    other = item(5, "OPS", status_id="1")[0]
    save(
        database,
        *STATUSES,
        *running(4),
        other,
        *running(1, block(1, BlockKind.LINK, "is blocked by SHOP-4", 0, None)),
        *running(2, block(2, BlockKind.LINK, "is blocked by FAR-9", 3, None)),
        *running(3, block(3, BlockKind.LINK, "is blocked by OPS-5", 3, None)),
    )
    _, body = answered(settings, database)
    told = {row["key"]: row["reasons"][0] for row in body["items"]}
    assert (told["SHOP-1"]["since_told"], told["SHOP-1"]["reason"]) == (False, NO_TIME)
    assert (told["SHOP-2"]["by"]["key"], told["SHOP-2"]["by"]["state"]) == ("FAR-9", None)
    assert told["SHOP-2"]["reason"] == NOT_READ
    assert (told["SHOP-3"]["by"]["state"], told["SHOP-3"]["by"]["stream"]) == ("open", None)
    assert told["SHOP-3"]["reason"] is None


def test_the_journey_names_the_reason_of_each_blocked_stretch(
    database: Database, settings: Settings
) -> None:
    save(
        database,
        *STATUSES,
        *running(1),
        *running(
            2,
            block(2, BlockKind.LINK, "is blocked by SHOP-1", 2, 4),
            block(2, BlockKind.FLAG, "Flagged", 6, None),
        ),
    )
    snapshot, _ = answered(settings, database)
    with database.read() as session:
        journey = journey_of(session, "SHOP-2", as_of_ts=AT)
    visits = journey_document(snapshot, settings, journey)["visits"]
    told = [[one["detail"] for one in visit["blocked_by"]] for visit in visits]
    assert told == [[], [], ["is blocked by SHOP-1"], [], ["Flagged"]]
    assert visits[2]["blocked_by"][0]["by"]["title"] == "Pay"


def _assigned(team: str = "ops") -> Settings:
    """A team of two by name, and nothing that the stage tells."""
    stages = [{name: one for name, one in stage.items() if name != "team"} for stage in _stages()]
    people = [{"person": "anna@acme.example"}, {"person": "ben@acme.example"}]
    several = {"name": team, "members": people}
    lone = {"name": "lone", "members": [{"person": "cleo@acme.example"}]}
    return settings_of({**stream(blocked=RULE), "stages": stages}, teams=[several, lone])


def test_where_no_stage_tells_the_team_of_the_assignee_has_the_time(database: Database) -> None:
    """1 is in process on days 1 to 5: nobody's, from day 2 on anna's, from day 4 on cleo's, who is
    alone in her team and so in none. 2 is anna's from day 3 on.
    """
    people = [Person(f"{name}@acme.example") for name in ("anna", "cleo")]

    def given(number: int, day: int, before: str | None, after: str) -> Move:
        return Move(str(number), START + day * DAY, 20 + day, Field.ASSIGNEE, before, after)

    anna, cleo = (one.identity for one in people)
    save(
        database,
        *STATUSES,
        *people,
        *item(1),
        given(1, 2, None, anna),
        given(1, 4, anna, cleo),
        *running(2, given(2, 3, None, anna), block(2, BlockKind.FLAG, "Flagged", 2, None)),
    )
    told = _assigned()
    snapshot, body = answered(told, database, team="ops")
    assert body["items"][0]["key"] == "SHOP-2"
    assert by_reason(body) == {"flag": 7}  # from day 3, when ops had it
    assert body["items"][0]["blocked_s"] == 8 * 86_400  # from day 2, whoever had it
    asked = Question(Window(int(START.timestamp()), AT), AT, "UTC", 0)
    times = team_time_answer(snapshot, told, snapshot.streams["checkout"], asked)
    lines = {one["team"]: one for one in times["teams"]}
    assert {team: one["total_d"] for team, one in lines.items()} == {"ops": 2, None: 2}
    assert lines["ops"]["by_assignee_d"] == 2
    assert (lines["ops"]["items_now"], lines["ops"]["blocked_now"]) == (1, 1)
    assert seen(times)["known_share"] == 0.5


def test_another_team_is_told_of_at_once_though_no_fact_changes(database: Database) -> None:
    anna, ben = (Person(f"{name}@acme.example") for name in ("anna", "ben"))
    given = Move("1", START + 2 * DAY, 20, Field.ASSIGNEE, None, anna.identity)
    save(database, *STATUSES, anna, ben, *running(1, given))
    before = _assigned()
    bring_up_to_date(before, database)
    snapshots = Snapshots(before)
    with database.read() as session:
        assert snapshots.present(session).streams["checkout"].assigned["team"].tolist() == ["ops"]
    bring_up_to_date(_assigned("dev"), database)
    with database.read() as session:
        assert snapshots.present(session).streams["checkout"].assigned["team"].tolist() == ["dev"]
