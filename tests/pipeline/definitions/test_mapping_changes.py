"""A changed definition leaves a row, a line on charts, and one window under both."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from core.settings import Settings
from metrics.registry import METRICS
from pipeline.chart_answers import cfd_answer, run_chart_answer
from pipeline.database import Database
from pipeline.definition_changes import changes_answer
from pipeline.definition_numbers import HEADLINE
from pipeline.freshness import served_version
from pipeline.overview import overview
from pipeline.question import question
from pipeline.snapshots import Snapshots
from pipeline.stream_answers import stream_metric
from pipeline.xmr_answers import xmr_answer
from store.models import definition_change, fact_change
from tests.pipeline.definitions.remapped_shop import (
    NOW,
    STAGES,
    Time,
    day,
    run,
    shop,
    stages,
)

Answer = dict[str, Any]
OTHER = stages(Review={"state": "waiting"})
WAITS = 'stage Review: status "Code Review" active -> waiting'


def _rows(database: Database) -> list[Any]:
    with database.read() as session:
        return list(session.execute(select(definition_change)).all())


def _changes(database: Database, settings: Settings, **more: Any) -> list[Answer]:
    asked = {"stream": None, "metric": None, "limit": 50, "cursor": None, **more}
    with database.read() as session:
        snapshot = Snapshots(settings).present(session)
        found = changes_answer(session, snapshot, **asked)
    return list(found["items"])


def _metric(
    database: Database,
    settings: Settings,
    slug: str,
    *,
    ts: int,
    known_at: int | None = None,
    **asked: Any,
) -> Answer:
    wanted = replace(question(settings, as_of=ts // 60 * 60, **asked), known_at=known_at)
    with database.read() as session:
        snapshots = Snapshots(settings)
        snapshot = (
            snapshots.present(session) if known_at is None else snapshots.known(session, known_at)
        )
        one = snapshot.streams["checkout"]
        return stream_metric(snapshot, settings, one, slug, wanted)


def test_the_same_configuration_again_is_no_change(database: Database, at: Time) -> None:
    for settings in (shop(), shop(title="Another"), shop(services=[])):
        run(database, settings, at)
        at.ts += 60
    assert _rows(database) == []


@pytest.mark.parametrize("gone", [False, True])
def test_the_numbers_before_are_those_that_were_answered(
    database: Database, at: Time, gone: bool
) -> None:
    merged = stages(Build={"statuses": ["Parked"]}, Review={"state": "waiting"}, Aside=None)
    old, new = shop(), shop(stages=merged if gone else OTHER, reopen_window="7d")
    last = at.ts - 1
    before = {slug: _metric(database, old, slug, ts=last) for slug in HEADLINE}
    run(database, new, at)
    (row,) = _changes(database, new)
    if not gone:
        assert row["what"] == [WAITS, "reopen_window 14d -> 7d"]
    assert (row["stream"], row["definition"]) == ("checkout", "mapping")
    assert datetime.fromisoformat(row["at"]).timestamp() == NOW
    assert datetime.fromisoformat(row["known_at"]).timestamp() == last
    numbers = {one["metric"]: one for one in row["numbers"]}
    assert set(numbers) == set(HEADLINE)
    for slug in HEADLINE:
        for name in ("value", "observed", "interval", "n", "excluded", "coverage", "grade"):
            assert numbers[slug]["before"][name] == before[slug][name], (slug, name)
        at_known = _metric(database, new, slug, ts=last, known_at=last)
        assert at_known | {"watermarks": {}} == numbers[slug]["before"] | {"watermarks": {}}
    active = [numbers["efficiency"][when]["value"]["active_s"] for when in ("before", "after")]
    assert active[0] > 0 < active[1]
    assert active[0] != active[1]
    now = _metric(database, new, "efficiency", ts=last)
    assert now["value"] == numbers["efficiency"]["after"]["value"]


@pytest.mark.parametrize("everything", [False, True])
def test_what_a_mapping_restates_is_told_so_however_it_is_computed(
    database: Database, at: Time, everything: bool
) -> None:
    """A recompute after a changed mapping is no cause of its own: it hides none of it."""
    run(database, shop(stages=OTHER), at, everything=everything)
    with database.read() as session:
        told = select(fact_change.c.cause).where(fact_change.c.restates)
        causes = set(session.execute(told).scalars())
    assert causes == {"mapping"}


def test_a_pass_in_the_same_second_keeps_both_apart(database: Database, at: Time) -> None:
    old, new = shop(), shop(stages=OTHER)
    run(database, old, at)
    active = _metric(database, old, "efficiency", ts=at.ts)["value"]["active_s"]
    run(database, new, at)
    run(database, old, at)
    first, second = reversed(_changes(database, old))
    assert first["at"] < second["at"]
    for row, sign in ((first, 1), (second, -1)):
        pair = next(one for one in row["numbers"] if one["metric"] == "efficiency")
        times = [pair[when]["value"]["active_s"] for when in ("before", "after")]
        assert (times[0] - times[1]) * sign > 0
        assert active in times
    assert _metric(database, old, "efficiency", ts=at.ts)["value"]["active_s"] == active


def test_the_break_is_at_its_instant_in_every_series_and_chart(
    database: Database, at: Time
) -> None:
    # 23:30 in London is the next day in Berlin.
    moment = datetime(2026, 5, 10, 22, 30, tzinfo=UTC)
    at.ts = int(moment.timestamp())
    new = shop(stages=OTHER, zone="Europe/Berlin")
    run(database, shop(zone="Europe/Berlin"), at)
    at.ts += 3600
    later = int(moment.timestamp()) + 3600
    run(database, new, at)
    at.ts += 7200
    zones = {"Europe/Berlin": "2026-05-11", "Europe/London": "2026-05-11", "UTC": "2026-05-10"}
    for zone, on in zones.items():
        asked = question(new, as_of=at.ts // 60 * 60, interval="week", zone=zone)
        with database.read() as session:
            snapshot = Snapshots(new).present(session)
            one = snapshot.streams["checkout"]
            bodies = [
                stream_metric(snapshot, new, one, "velocity", asked),
                stream_metric(snapshot, new, one, "flow_time", asked),
                cfd_answer(snapshot, one, asked),
                run_chart_answer(snapshot, one, asked),
                xmr_answer(snapshot, one, "velocity", asked, variant="mean", baseline=None),
                overview(snapshot, new, asked, asked)["streams"][0],
            ]
        for body in bodies:
            (found,) = [row for row in body["breaks"] if row["what"] == WAITS]
            assert datetime.fromisoformat(found["at"]).timestamp() == later
            assert (
                datetime.fromisoformat(found["at"]).astimezone(ZoneInfo(zone)).date().isoformat()
                == found["on"]
                == on
            )
            assert (found["definition"], found["dated"]) == ("mapping", False)
        for body in bodies[:5]:
            told = [line for line in body["reasons"] if WAITS in line]
            assert len(told) == 1
            assert on in told[0]


def test_a_window_that_does_not_hold_the_break_says_nothing_of_it(
    database: Database, at: Time
) -> None:
    new = shop(stages=OTHER)
    run(database, new, at)
    later = at.ts + 86_400 * 3
    for start, end, told in (
        (None, day(119).date().isoformat(), 0),
        (day(121).date().isoformat(), None, 0),
        (day(119).date().isoformat(), None, 1),
    ):
        body = _metric(database, new, "velocity", ts=later, start=start, end=end, interval="day")
        assert len(body["breaks"]) == told
        assert sum("changed on" in line for line in body["reasons"]) == told
    known = _metric(database, new, "velocity", ts=later, known_at=NOW - 1, interval="day")
    assert known["breaks"] == [], "nobody knew then"


def test_a_day_in_the_mapping_is_a_line_at_its_midnight_in_the_configured_zone(
    database: Database, at: Time
) -> None:
    late = {"name": "Queue", "state": "waiting", "statuses": ["Code Review"], "from": "2026-03-01"}
    new = shop(stages=[*STAGES, late], zone="Europe/Berlin")
    run(database, new, at)
    body = _metric(database, new, "velocity", ts=at.ts, start="2026-01-05", interval="month")
    (found,) = [row for row in body["breaks"] if row["dated"]]
    assert found["at"] == "2026-02-28T23:00:00Z"
    assert found["on"] == "2026-03-01"
    assert found["what"] == 'status "Code Review": Review (active) -> Queue (waiting)'
    assert any("another one from 2026-03-01 on" in line for line in body["reasons"])


def test_a_status_that_the_tracker_shows_for_the_first_time_is_no_change(
    database: Database, at: Time
) -> None:
    from core.records import StatusCategory, WorkflowStatus
    from tests.pipeline.shop import save

    settings = shop(stages=stages(Review={"statuses": ["Code Review", "Second Look"]}))
    run(database, settings, at)
    assert _rows(database) == []
    save(database, WorkflowStatus("9", "Second Look", StatusCategory.ACTIVE))
    at.ts += 60
    run(database, settings, at)
    assert _rows(database) == []
    at.ts += 60
    run(database, shop(), at)
    (row,) = _changes(database, shop())
    assert row["what"] == ['status "Second Look": Review (active) -> unmapped']


def test_another_version_of_a_metric_breaks_its_charts_alone(
    database: Database, at: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(database, shop(), at)
    at.ts += 60
    with database.read() as session:
        version = served_version(session)
    monkeypatch.setitem(METRICS, "velocity", replace(METRICS["velocity"], version=2))
    run(database, shop(), at)
    run(database, shop(), at)
    (row,) = _changes(database, shop())
    assert (row["definition"], row["what"]) == ("velocity@2", ["velocity@1 -> velocity@2"])
    assert (row["stream"], row["numbers"], row["known_at"]) == (None, [], None)
    assert _changes(database, shop(), metric="load") == []
    with database.read() as session:
        assert served_version(session) != version
    told = {
        slug: _metric(database, shop(), slug, ts=at.ts + 120, interval="week")["breaks"]
        for slug in ("velocity", "load")
    }
    assert [one["definition"] for one in told["velocity"]] == ["velocity@2"]
    assert told["load"] == []


def test_numbers_that_a_stopped_pass_left_out_come_with_the_next(
    database: Database, at: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = shop(stages=OTHER)
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.sync.measure", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(database, new, at)
    (row,) = _changes(database, new)
    assert {one["after"] for one in row["numbers"]} == {None}
    at.ts += 60
    run(database, new, at)
    (row,) = _changes(database, new)
    assert all(one["after"] is not None for one in row["numbers"])
    assert row["known_at"] == "2026-05-05T08:59:59Z"
