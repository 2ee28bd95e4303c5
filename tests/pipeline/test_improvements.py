"""Improvements over records that then change: frozen baseline, verdict, guards, log."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from pipeline.database import Database, over
from pipeline.improvements import Said, note, stop
from pipeline.snapshots import Snapshots
from pipeline.standards import standard_answer
from pipeline.stream_answers import stream_of
from pipeline.sync import bring_up_to_date
from tests.pipeline.improved_shop import (
    AFTER,
    BEFORE,
    CHANGE,
    NOW,
    WHO,
    WORKFLOW,
    adopted,
    delivered,
    drift,
    improved,
    running,
    series,
    shop,
    told,
    ts,
)
from tests.pipeline.shop import DAY, save, settings_of, stream


@pytest.fixture
def database(sqlite_engine: Engine) -> Database:
    return improved(sqlite_engine)


def test_eight_quicker_deliveries_hold_and_each_is_named(database: Database) -> None:
    body = told(database, running(database))
    limits = body["baseline"]["limits"]
    assert (limits["centre"], body["baseline"]["n"]) == (10, 10)
    assert limits["lower"] == pytest.approx(2.9067, abs=1e-4)
    assert limits["upper"] == pytest.approx(17.0933, abs=1e-4)
    assert (body["status"], body["verdict"]["final"]) == ("held", False)
    assert body["verdict"]["decided_by"]["keys"] == [f"SHOP-{n}" for n in range(21, 29)]
    assert body["verdict"]["words"] == (
        "It held: 8 deliveries in a row under the average of before, 10 d, from 25 Feb 2026 to"
        " 4 Mar 2026."
    )
    assert body["after"]["mean"] == pytest.approx(sum(AFTER) / len(AFTER))
    assert (body["target_met"], body["after"]["began_before"]) == (True, 0)
    assert {one["step"]: one["worse"] for one in body["guards"]} == {
        None: None, "Ideas": False, "Test": False,
    }  # fmt: skip
    assert body["caveats"] == ["the limits are provisional: 10 deliveries before it"]


def test_deliveries_that_had_begun_before_are_counted(database: Database) -> None:
    """The first one after the change took nine days and came on its eleventh: none of them. Ten
    days earlier the first nine would all have begun before.
    """
    save(database, *delivered(40, CHANGE + 2 * DAY, 9), *delivered(41, CHANGE + 3 * DAY, 2))
    bring_up_to_date(shop(), database)
    body = told(database, running(database))
    assert body["after"]["began_before"] == 1
    assert "1 of 10 deliveries had begun before the change" in body["caveats"]


def test_a_frozen_baseline_does_not_move_when_records_do(database: Database) -> None:
    number = running(database)
    before = told(database, number)
    assert before["restated"]["would_move"] is False
    save(database, *delivered(3, CHANGE - 9 * DAY, 30), *delivered(50, CHANGE - 3 * DAY, 25))
    bring_up_to_date(shop(), database, everything=True)
    after = told(database, number)
    assert after["baseline"] == before["baseline"]
    assert after["verdict"] == before["verdict"]
    restated = after["restated"]
    assert (restated["would_move"], restated["points"]) == (True, 2)
    assert restated["limits"]["centre"] == pytest.approx((100 - 8 + 30 + 25) / 11)
    assert any(line.startswith("2 points of the baseline") for line in after["caveats"])


def test_improvements_stay_through_a_recompute_on_both_databases(engine: Engine) -> None:
    database = improved(engine)
    number = running(database)
    note(database, number, Said("bo", "moved the data"), now=ts(NOW))
    before = told(database, number)
    save(database, *delivered(900, CHANGE - 95 * DAY, 3))
    bring_up_to_date(shop(), database, everything=True)
    after = told(database, number)
    assert after["log"] == before["log"]
    assert (after["baseline"], after["verdict"]) == (before["baseline"], before["verdict"])
    adopted(database, number)
    with database.read() as session:
        found = stream_of(Snapshots(shop()).present(session), "checkout")
        assert standard_answer(session, found)["versions"][0]["version"] == 1
    assert drift(database, shop(), NOW)["drifted"] is False


def test_waiting_that_only_moved_is_named_with_step_and_team(sqlite_engine: Engine) -> None:
    """The wait in Test goes from one day to five, while deliveries are as quick as before."""
    found = over(sqlite_engine)
    save(found, *WORKFLOW, *series(CHANGE - 12 * DAY, BEFORE, first=1))
    save(found, *series(CHANGE + 10 * DAY, BEFORE[:8], first=21, waits=5))
    bring_up_to_date(shop(), found)
    body = told(found, running(found))
    assert body["status"] == "running"
    worst = body["guards"][0]
    assert (worst["step"], worst["team"], worst["worse"]) == ("Test", "test", True)
    assert (worst["before"]["mean"], worst["after"]["mean"]) == (1.0, 5.0)
    assert worst["words"] == "The wait in Test (test) got worse: 24 h before, 5 d since."
    assert len(worst["signal"]["keys"]) == 8


def test_past_the_horizon_no_signal_is_a_result_and_later_points_count_no_more(
    sqlite_engine: Engine,
) -> None:
    found = over(sqlite_engine)
    save(found, *WORKFLOW, *series(CHANGE - 12 * DAY, BEFORE, first=1))
    save(found, *series(CHANGE + 10 * DAY, BEFORE[:4], first=21))
    bring_up_to_date(shop(), found)
    number = running(found, by="2026-03-05")
    early = told(found, number, at=CHANGE + 15 * DAY)
    assert early["status"] == "running"
    assert early["verdict"]["needed"] == {"run": 8, "near_limit": 3}
    save(found, *series(NOW - 20 * DAY, [2.0] * 15, first=60))
    bring_up_to_date(shop(), found)
    late = told(found, number, at=NOW + 30 * DAY)
    assert late["verdict"]["final"]
    assert late["after"]["n"] < 4 + 15


def test_what_was_stopped_is_judged_by_what_came_until_then(database: Database) -> None:
    number = running(database)
    stop(database, number, None, WHO, now=ts(CHANGE + 13 * DAY))
    body = told(database, number)
    assert (body["status"], body["after"]["n"]) == ("stopped", 2)


def test_a_stream_that_is_not_configured_any_more_keeps_its_log(database: Database) -> None:
    number = running(database)
    other = settings_of(stream("other"))
    body = told(database, number, other)
    assert body["verdict"]["outcome"] is None
    assert "not configured" in body["verdict"]["words"]
    assert (body["log"][0]["kind"], body["baseline"]["n"]) == ("started", 10)
