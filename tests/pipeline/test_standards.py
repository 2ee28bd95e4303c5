"""What held becomes the standard of its stream, and what is not so any more is drift."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from pipeline.database import Database
from pipeline.snapshots import Snapshots
from pipeline.standard_text import standard_markdown
from pipeline.standards import standard_answer
from pipeline.stream_answers import stream_of
from pipeline.sync import bring_up_to_date
from tests.pipeline.improved_shop import (
    AFTER,
    NOW,
    adopted,
    drift,
    improved,
    running,
    series,
    shop,
    told,
)
from tests.pipeline.shop import DAY, save


@pytest.fixture
def database(sqlite_engine: Engine) -> Database:
    return improved(sqlite_engine)


def test_what_held_becomes_the_standard_and_its_page_is_safe(database: Database) -> None:
    number = running(database)
    adopted(database, number)
    with database.read() as session:
        found = stream_of(Snapshots(shop()).present(session), "checkout")
        answer = standard_answer(session, found)
    standard = answer["standard"]
    assert (standard["version"], standard["improvement"]["id"]) == (1, number)
    owners = {one["name"]: one["team"] for one in standard["steps"]}
    assert (owners["Build"], owners["Test"]) == ("web", "test")
    flow = standard["targets"][0]
    assert (flow["metric"], flow["target"]["value"], flow["n"]) == ("flow_time", 9.0, 8)
    assert flow["limits"]["centre"] == pytest.approx(sum(AFTER) / 8)
    text = standard_markdown(answer)
    assert "| 3 | Test | test | Ready for test |" in text
    assert "- [ ] limit: &lt;b&gt;six&lt;/b&gt; \\| at \\*most\\* (from people)" in text
    assert "<b>" not in text
    assert "headwater standard checkout --check" in text
    assert told(database, number)["status"] == "standard"


def test_drift_tells_steps_owners_and_metrics_with_their_evidence(database: Database) -> None:
    adopted(database, running(database))
    calm = drift(database, shop(), NOW)
    assert (calm["drifted"], calm["items"]) == (False, [])
    assert {one["what"] for one in calm["unchecked"]} >= {"Flow time", "Wait in Test"}
    bring_up_to_date(shop(owner="quality"), database)
    moved = drift(database, shop(owner="quality"), NOW)
    assert [(one["kind"], one["words"]) for one in moved["items"]] == [
        ("owner", "Test is with quality, and was with test")
    ]
    save(database, *series(NOW, [19.0] * 9, first=70, waits=6))
    bring_up_to_date(shop(), database)
    slow = drift(database, shop(), NOW + 15 * DAY)
    told_of = {one["what"]: one for one in slow["items"]}
    assert told_of["Flow time"]["worse"] is True
    assert told_of["Flow time"]["signal"]["keys"] == [f"SHOP-{n}" for n in range(70, 79)]
    assert "Wait in Test" in told_of
    assert told_of["Flow time"]["explain"].startswith(
        "/v1/streams/checkout/metrics/flow_time/explain?from="
    )


def test_a_step_that_is_gone_and_one_that_is_new_are_drift(database: Database) -> None:
    adopted(database, running(database))
    settings = shop(without="Test")
    bring_up_to_date(settings, database, everything=True)
    kinds = {(one["kind"], one["what"]) for one in drift(database, settings, NOW)["items"]}
    assert ("step_gone", "Test") in kinds
    assert ("step_new", "Ready for test") in kinds
