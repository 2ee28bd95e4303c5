"""What a preview says of another mapping is what that mapping then gives; and it writes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select, text

from core.frames import to_ts
from core.settings import Settings
from pipeline.database import Database
from pipeline.definition_numbers import HEADLINE
from pipeline.mapping_preview import Proposal, preview
from pipeline.question import Question, question
from pipeline.snapshots import Snapshots
from pipeline.stream_answers import stream_metric
from store.models import fact_change, item_fact, metadata
from tests.pipeline.definitions.remapped_shop import (
    STAGES,
    Time,
    day,
    run,
    shop,
    stages,
)

Answer = dict[str, Any]

SAME_NUMBERS = ("a stage by another name", "a status in another stage")
"""What these change is in other numbers."""

CHANGES: dict[str, Settings] = {
    "a state": shop(stages=stages(Review={"state": "waiting"})),
    "a status in another stage": shop(
        stages=stages(Build={"statuses": ["In Progress", "Code Review"]}, Review=None)
    ),
    "unmapped": shop(stages=stages(Review=None)),
    "a stage by another name": shop(stages=stages(Review={"name": "Look"})),
    "done later": shop(
        stages=[*stages(Dropped=None), {"name": "Shut", "state": "done", "statuses": ["id:6"]}]
    ),
    "from a day on": shop(
        stages=[
            *STAGES,
            {
                "name": "Queue",
                "state": "waiting",
                "statuses": ["Code Review"],
                "from": day(40).date().isoformat(),
            },
        ]
    ),
    "the reopen window": shop(reopen_window="2d"),
    "ignored is left out": shop(count_ignored=False),
    "a status is blocked": shop(blocked={"statuses": ["Code Review"]}),
    "no flag blocks": shop(blocked={"field": ""}),
    "types": shop(types={"feature": ["Bug"], "defect": ["Story"]}),
    "other items": shop(items=["Story", "Chore"]),
    "code is expected": shop(expects_code=["Story"]),
    "without stages": shop(stages=[]),
    "all at once": shop(
        stages=stages(Review={"state": "waiting"}, Aside=None),
        reopen_window="40d",
        blocked={"statuses": ["In Progress"], "field": ""},
    ),
}


def _asked(settings: Settings, at: Time) -> Question:
    start = day(0).date().isoformat()
    return question(settings, as_of=at.ts // 60 * 60, start=start)


def _preview(database: Database, old: Settings, new: Settings, at: Time) -> Answer:
    with database.read() as session:
        snapshot = Snapshots(old).present(session)
        return preview(session, snapshot, old, Proposal(new, whole=True), _asked(old, at))


def _told(body: Answer) -> Answer:
    """All of an answer but since when the sources are read."""
    kept = ("value", "observed", "interval", "n", "excluded", "coverage", "grade", "unit")
    return {name: body[name] for name in kept}


def _answers(database: Database, settings: Settings, at: Question) -> dict[str, Answer]:
    with database.read() as session:
        snapshot = Snapshots(settings).present(session)
        one = snapshot.streams["checkout"]
        return {slug: _told(stream_metric(snapshot, settings, one, slug, at)) for slug in HEADLINE}


@pytest.mark.parametrize("name", CHANGES)
def test_the_numbers_are_those_that_the_change_then_gives(
    database: Database, at: Time, name: str
) -> None:
    old, new = shop(), CHANGES[name]
    asked = _asked(old, at)
    before = _answers(database, old, asked)
    (row,) = _preview(database, old, new, at)["streams"]
    assert not row["same"]
    assert {one["metric"]: _told(one["present"]) for one in row["metrics"]} == before
    assert before["flow_time"]["value"]["p85"] is not None
    told = {one["metric"]: _told(one["proposed"]) for one in row["metrics"]}
    assert (told == before) == (name in SAME_NUMBERS)
    with database.read() as session:
        last = session.execute(select(fact_change.c.id)).scalars().all()
    run(database, new, at)
    assert _answers(database, new, asked) == told
    with database.read() as session:
        found = session.execute(select(fact_change).where(fact_change.c.id.not_in(last))).all()
        logged = [one for one in found if not _left(one.changes)]
        items = len(set(session.execute(select(item_fact.c.item_id)).scalars()))
    for fact in row["facts"]:
        own = [one for one in logged if one.fact.removesuffix("_fact") == fact["fact"]]
        counts = {what: sum(one.what == what for one in own) for what in ("changed", "gone")}
        assert counts == {what: fact[what] for what in counts}
        assert sum(one.restates for one in own) == fact["restated"]
    assert items == row["items"]["proposed"]
    gone_or_changed = {one.entity_id for one in logged if one.what != "found"}
    assert len(gone_or_changed) <= row["items"]["touched"] <= items + row["items"]["present"]


def _left(changes: str) -> bool:
    """A stage that is no more was left, before anything was measured."""
    return [*json.loads(changes)] == ["stage_id"] and json.loads(changes)["stage_id"][1] is None


def _contents(database: Database) -> dict[str, list[Any]]:
    with database.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(text(f"SELECT * FROM {table.name}"))]
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("name", ["all at once", "from a day on", "without stages"])
def test_nothing_is_written(database: Database, at: Time, name: str) -> None:
    old = shop()
    before = _contents(database)
    assert sum(map(len, before.values())) > 100
    assert not _preview(database, old, CHANGES[name], at)["same"]
    assert _contents(database) == before


def test_the_time_of_a_status_that_moves_is_that_of_its_visits(
    database: Database, at: Time
) -> None:
    old = shop()
    with database.read() as session:
        rows = session.execute(
            text(
                "SELECT v.item_id, v.start_ts, v.end_ts FROM stage_visit v"
                " JOIN workflow_status s ON s.id = v.status_id WHERE s.name = 'Code Review'"
            )
        ).all()
    now = at.ts // 60 * 60
    since = to_ts(day(40).replace(hour=0))
    whole = sum((end or now) - start for _, start, end in rows)
    late = sum(max((end or now) - max(start, since), 0) for _, start, end in rows)
    assert 0 < late < whole
    for name, seconds in (("a state", whole), ("unmapped", whole), ("from a day on", late)):
        (row,) = _preview(database, old, CHANGES[name], at)["streams"]
        (status,) = row["statuses"]
        assert status["status"] == "Code Review"
        assert status["days"] * 86_400 == pytest.approx(seconds)
    assert status["items"] == len({i for i, _, end in rows if (end or now) > since})
    assert status["change"] == "moved"
    assert status["after"] == f"Review (active), Queue (waiting) from {day(40).date()}"


def test_a_file_that_changes_nothing_says_so(database: Database, at: Time) -> None:
    old = shop()
    body = _preview(database, old, shop(title="Another title", services=[]), at)
    (row,) = body["streams"]
    assert body["same"]
    assert (row["same"], row["what"], row["metrics"]) == (True, [], [])
    assert row["beside"] == ["title"]


def test_what_it_can_not_know_it_says(database: Database, at: Time) -> None:
    old = shop()
    more = {"blocked": {"labels": ["stuck"]}, "reopen_window": "7d"}
    new = shop(stages=stages(Build={"statuses": ["Doing"]}), **more)
    cost = new.cost_of_delay.model_copy(update={"field": "Worth"})
    body = _preview(database, old, new.model_copy(update={"cost_of_delay": cost}), at)
    (row,) = body["streams"]
    assert row["unknown_statuses"] == ["Doing"]
    assert 'status "In Progress": Build (active) -> unmapped' in row["what"]
    assert "reopen_window 14d -> 7d" in row["what"]
    assert "blocked.labels [] -> [stuck]" in row["what"]
    assert "cost_of_delay.field none -> Worth" in row["what"]
    assert len(row["notes"]) == 2
    assert any("field holds the cost of delay" in note for note in row["notes"])


def test_a_stream_that_is_new_has_numbers_and_one_that_goes_is_named(
    database: Database, at: Time
) -> None:
    old = shop()
    (one,) = shop().streams
    other = shop().model_copy(
        update={"streams": (one.model_copy(update={"name": "bugs", "items": one.items}),)}
    )
    body = _preview(database, old, other, at)
    assert (body["same"], body["removed"]) == (False, ["checkout"])
    (row,) = body["streams"]
    assert (row["stream"], row["what"]) == ("bugs", ["a new stream"])
    assert {pair["present"] for pair in row["metrics"]} == {None}
    told = {pair["metric"]: _told(pair["proposed"]) for pair in row["metrics"]}
    asked = _asked(old, at)
    present = _answers(database, old, asked)
    assert told == present
    assert row["items"]["present"] == 0 < row["items"]["proposed"]


def test_what_is_not_measured_yet_is_counted(database: Database, at: Time) -> None:
    old = shop()
    assert _preview(database, old, CHANGES["a state"], at)["waiting"] == 0
    with database.writing() as session:
        session.execute(
            text("INSERT INTO dirty (stage, entity, entity_id) VALUES ('measure', 1, 3)")
        )
    assert _preview(database, old, CHANGES["a state"], at)["waiting"] == 1
