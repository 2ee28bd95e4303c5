"""The queue of epics of a small shop that finishes one item a day: every date is known by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadRequestError, NotFoundError
from core.records import Field, Record, Transition, WorkItem
from core.settings import Settings
from metrics.periods import DAY, Window
from pipeline.database import Database
from pipeline.estimate_files import import_values
from pipeline.group_calibration import queue_calibration
from pipeline.group_forecasts import Plan
from pipeline.group_rows import explain_queue, one_answer, queue_answer
from pipeline.grouped import Of
from pipeline.question import question
from pipeline.snapshots import Snapshots
from pipeline.sync import bring_up_to_date
from store.cursors import StreamKey, save_cursor, save_success
from store.sources import source_ids
from tests.pipeline.shop import START, STATUSES, save, settings_of, stream

_SETTINGS = settings_of(stream(parents=["Epic"]))
_NOW = START.replace(hour=12) + timedelta(days=90)
_TODAY = _NOW.date()
_PAST = 80
"""So many items of an epic that is over were done, one on each day up to yesterday."""


def _day(number: float) -> datetime:
    return START + timedelta(days=number)


def _work(
    number: int,
    epic: int | None,
    *,
    created: float,
    begun: float | None = None,
    done: float | None = None,
) -> Iterator[Record]:
    """A story of an epic, by the days on which it was written down, begun and done."""
    name = str(number)
    status = "1" if begun is None else "2" if done is None else "3"
    yield WorkItem(
        name, f"SHOP-{number}", "SHOP", "Story", f"Story {number}", _day(created), _day(created),
        status, parent_id=None if epic is None else str(epic),
    )  # fmt: skip
    if begun is not None:
        yield Transition(name, _day(begun), 1, Field.STATUS, "1", "2")
    if done is not None:
        yield Transition(name, _day(done), 2, Field.STATUS, "2", "3")


def _epic(number: int, title: str) -> Record:
    return WorkItem(
        str(number), f"SHOP-{number}", "SHOP", "Epic", title, START, START, "2"
    )  # fmt: skip


def _past() -> Iterator[Record]:
    """One item a day, begun the day before, written down five days before that."""
    for at in range(_PAST):
        done = 90 - _PAST + at
        yield from _work(1000 + at, 900, created=done - 6, begun=done - 1, done=done)


def _open() -> Iterator[Record]:
    """Two items of Cards in flight; one of Gifts, written down three days ago, waits."""
    yield from _work(1, 901, created=85, begun=88)
    yield from _work(2, 901, created=85, begun=89)
    yield from _work(3, 902, created=87)


def _read(database: Database) -> None:
    """The tracker was read, to its end."""
    with database.writing() as session:
        key = StreamKey(source_ids(session)["jira"], "", "")
        save_cursor(session, key, {}, watermark_ts=int(_NOW.timestamp()))
        save_success(session, key, now_ts=int(_NOW.timestamp()))


@pytest.fixture
def shop(database: Database) -> Database:
    epics = [_epic(900, "Over"), _epic(901, "Cards"), _epic(902, "Gifts"), _epic(903, "Tiny")]
    save(database, *STATUSES, *epics, *_past(), *_open())
    _read(database)
    bring_up_to_date(_SETTINGS, database)
    return database


def _ask(
    database: Database,
    plan: Plan = Plan(),  # noqa: B008
    *,
    days: int = 60,
    key: str = "",
    of: Of = "parent",
    **more: Any,
) -> Any:
    as_of = int(_NOW.timestamp())
    window = Window(as_of - days * DAY, as_of)
    asked = replace(question(_SETTINGS, as_of=as_of, **more), window=window)
    with database.read() as session:
        snapshot = Snapshots(_SETTINGS).present(session)
        found = snapshot.streams["checkout"]
        if key == "explain":
            return explain_queue(snapshot, found, asked, plan)
        if key == "calibration":
            return queue_calibration(snapshot, found, asked, horizon=7, pool_days=35, of=of)
        if key:
            return one_answer(snapshot, found, asked, plan, key)
        return queue_answer(snapshot, found, asked, plan)


def _later(days: int) -> str:
    return (_TODAY + timedelta(days=days)).isoformat()


def _more(database: Database, *records: Record) -> None:
    save(database, *records)
    bring_up_to_date(_SETTINGS, database)


def test_the_dates_are_those_of_the_worked_example(shop: Database) -> None:
    told = _ask(shop)
    assert [row["title"] for row in told["items"]] == ["Cards", "Gifts"]
    cards, gifts = told["items"]
    assert cards["days"] == gifts["days"] == {"p50": 2, "p85": 3, "p95": 3}
    assert cards["dates"] == {"p50": _later(2), "p85": _later(3), "p95": _later(3)}
    assert (told["value"]["p50"], told["value"]["p95"], told["value"]["groups"]) == (3, 3, 2)
    assert told["dates"]["p85"] == _later(3)
    assert told["pool"]["per_day"] == 1
    assert cards["items"] == {
        "total": 2, "done": 0, "in_flight": 2, "not_started": 0, "cancelled": 0,
        "dormant": 0, "added": 0, "to_come": 0,
    }  # fmt: skip
    assert cards["ahead"] == {"items": 0, "groups": 0}
    assert gifts["ahead"] == {"items": 2, "groups": 1}
    assert (cards["begun_at"], gifts["begun_at"]) == ("2026-04-03T09:00:00Z", None)


def test_in_working_time_no_date_is_a_closed_day(shop: Database) -> None:
    # Now is a Sunday; what was done on weekends stands with the Friday before, so a working day in
    # five brings three, the others one. Cards is done within one day with 1/5, within two with
    # 9/25 + 16/25 / 2 = 17/25, within three for sure.
    told = _ask(shop, calendar="working")
    assert _NOW.strftime("%A") == "Sunday"
    assert told["calendar"].startswith("working mon-fri")
    assert told["items"][0]["dates"] == {"p50": _later(2), "p85": _later(3), "p95": _later(3)}
    assert told["items"][0]["days"] == {"p50": 2, "p85": 3, "p95": 3}
    dates = [day for row in told["items"] for day in row["dates"].values()]
    assert all(datetime.fromisoformat(day).weekday() < 5 for day in dates)


def _due(folder: Path, settings: Settings, database: Database, rows: str) -> None:
    file = folder / "values.csv"
    file.write_text(f"key,profile,likely,deadline,why\n{rows}", encoding="utf-8")
    assert not import_values(settings, database, file, who="anna").refused


def test_a_date_is_met_with_its_chance_and_all_of_them_in_the_same_future(
    shop: Database, tmp_path: Path
) -> None:
    nothing = _ask(shop)["due"]
    assert nothing == {"with_date": 0, "at_risk": 0, "all_in_time": None}
    rows = f"SHOP-901,P4,1,{_later(3)},fair\nSHOP-902,P4,1,{_later(2)},fair\n"
    _due(tmp_path, _SETTINGS, shop, rows)
    told = _ask(shop)
    cards, gifts = (row["due"] for row in told["items"])
    assert cards == {
        "date": _later(3), "told_by": "value", "overdue": False, "chance": 1.0,
        "corrected_chance": None, "at_risk": False,
    }  # fmt: skip
    assert (gifts["date"], gifts["chance"], gifts["at_risk"]) == (_later(2), 0.5, True)
    assert (told["due"]["with_date"], told["due"]["at_risk"]) == (2, 1)
    assert told["due"]["all_in_time"] == pytest.approx(0.5, abs=0.04)
    # The earliest date leads where that is asked: Gifts is begun next anyway, so nothing moves.
    ordered = _ask(shop, Plan(order="due"))
    assert [row["title"] for row in ordered["items"]] == ["Gifts", "Cards"]


def test_a_date_that_is_over_is_not_met(shop: Database, tmp_path: Path) -> None:
    _due(tmp_path, _SETTINGS, shop, f"SHOP-901,P4,1,{_later(-1)},fair\n")
    told = _ask(shop)
    due = told["items"][0]["due"]
    assert (due["overdue"], due["chance"], due["at_risk"]) == (True, 0.0, True)
    assert told["due"]["all_in_time"] == 0


def test_the_order_decides_who_is_begun_before_whom(shop: Database) -> None:
    # Tiny and Gifts wait with one item each; in flight are the two of Cards.
    _more(shop, *_work(4, 903, created=88))
    titles = [row["title"] for row in _ask(shop)["items"]]
    assert titles == ["Cards", "Gifts", "Tiny"]  # the older item leads
    led = _ask(shop, Plan(first=("SHOP-903",)))
    assert [row["title"] for row in led["items"]] == ["Tiny", "Cards", "Gifts"]
    days = {row["title"]: row["days"]["p50"] for row in led["items"]}
    before = {row["title"]: row["days"]["p50"] for row in _ask(shop)["items"]}
    # By hand: begun after one completion, one of two in flight: done after 2, 3, 4 with 1/2, 1/4,
    # 1/4; begun after two: after 3 with 1/2, after 4 with 1/2.
    assert (days["Tiny"], before["Tiny"]) == (2, 3)
    assert led["value"]["p85"] == 4
    with pytest.raises(BadRequestError, match="SHOP-900 is no parent with open items"):
        _ask(shop, Plan(first=("SHOP-900",)))


def test_what_is_to_come_stands_in_the_queue(shop: Database) -> None:
    told = _ask(shop, Plan(growth=0.5))
    # Half of two is one more, half of one is one more.
    assert [row["items"]["to_come"] for row in told["items"]] == [1, 1]
    assert (told["value"]["items"], told["value"]["p50"]) == (5, 5)
    with pytest.raises(BadRequestError, match="growth: 0 to 3"):
        _ask(shop, Plan(growth=3.1))


def test_what_was_added_after_work_began_is_told(shop: Database) -> None:
    _more(shop, *_work(5, 901, created=89.5), *_work(6, 901, created=20))
    told = _ask(shop)
    cards = next(row for row in told["items"] if row["title"] == "Cards")
    assert (cards["items"]["total"], cards["items"]["added"]) == (4, 1)
    assert told["grown"] == {"items": 4, "added": 1, "growth": pytest.approx(1 / 3)}


def test_an_item_that_lies_far_longer_than_any_that_was_begun_is_dormant(shop: Database) -> None:
    _more(shop, *_work(6, 903, created=20))  # all others were begun within five days
    told = _ask(shop)
    tiny = next(row for row in told["items"] if row["title"] == "Tiny")
    assert (tiny["items"]["not_started"], tiny["items"]["dormant"]) == (1, 1)
    assert tiny["days"] == {"p50": None, "p85": None, "p95": None}
    assert told["dormant_items"] == {"items": 1, "longer_than_d": 5.0}
    assert told["value"]["items"] == 3
    assert "dormant" in _ask(shop, key="SHOP-903")["reason"]
    counted = _ask(shop, Plan(dormant="counted"))
    assert (counted["value"]["items"], counted["value"]["p50"]) == (4, 4)


def test_other_work_keeps_its_share_of_the_pace_or_waits(shop: Database) -> None:
    # On every second day of the window an item of no epic was done beside.
    beside = [
        record
        for at in range(30, 90, 2)
        for record in _work(2000 + at, None, created=at - 2, begun=at - 1, done=at)
    ]
    _more(shop, *beside, *_work(7, None, created=88))
    told = _ask(shop)
    assert told["without"] == {"in_flight": 0, "not_started": 1}
    assert (told["pool"]["per_day"], told["value"]["p95"]) == (1, 3)
    explained = _ask(shop, key="explain")
    assert (explained["n"], told["n"]) == (59, 59)
    assert {row["reason"] for row in explained["excluded"]} == {"no_parent"}
    waits = _ask(shop, Plan(beside="waits"))
    assert waits["n"] == explained["n"] + len(explained["excluded"])
    assert waits["value"]["p50"] == 2


def test_one_epic_opens_to_its_items_and_what_is_beside_it(shop: Database) -> None:
    gifts = _ask(shop, key="SHOP-902")
    assert [(one["key"], one["place"], one["state"]) for one in gifts["members"]] == [
        ("SHOP-3", 3, "not_started")
    ]
    assert gifts["before"] == [{"key": "SHOP-901", "title": "Cards", "items": 2}]
    with pytest.raises(NotFoundError, match="with open items"):
        _ask(shop, key="SHOP-900")


def test_too_short_a_history_gives_no_date_and_says_what_is_missing(shop: Database) -> None:
    told = _ask(shop, days=20)
    assert told["value"]["p85"] is None
    assert told["reasons"][0].startswith("history too short to forecast from: 19 of 30")
    assert told["items"][0]["days"]["p50"] is None
    assert _ask(shop, key="SHOP-901", days=20)["reason"].startswith("history too short")


def test_a_source_that_was_never_read_withholds_every_date(database: Database) -> None:
    save(database, *STATUSES, _epic(900, "Over"), _epic(901, "Cards"), *_past(), *_open())
    bring_up_to_date(_SETTINGS, database)
    told = _ask(database)
    assert (told["grade"], told["value"]["p85"], told["dates"]["p85"]) == ("D", None, None)
    assert told["items"][0]["days"] == {"p50": None, "p85": None, "p95": None}
    assert "jira was never read" in _ask(database, key="SHOP-901")["reason"]


def test_without_an_open_parent_there_is_no_queue(database: Database) -> None:
    save(database, *STATUSES, _epic(900, "Over"), *_past())
    bring_up_to_date(_SETTINGS, database)
    told = _ask(database)
    assert (told["items"], told["value"]["p85"]) == ([], None)
    assert told["reasons"][0] == "nothing that belongs to a parent is open"


def test_past_dates_are_judged_by_what_came_and_by_what_was_added(shop: Database) -> None:
    # Over has, at the begin of each past day, one item in flight and five that wait: one is done a
    # day, so all that it had is done within six days, as told. It is done for good on day 89.
    told = _ask(shop, key="calibration")
    rows = [row for row in told["forecasts"] if row["key"] == "SHOP-900"]
    assert rows
    assert all(row["forecast"] == {"p50": 6, "p85": 6, "p95": 6} for row in rows)
    assert {row["actual"] for row in rows} == {6}
    assert told["value"]["queue_p85"] == 1
    assert all(row["actual_grown"] > 6 for row in rows)
    assert told["value"]["grown_p85"] == 0


def test_dates_are_as_much_later_as_past_ones_came(
    shop: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On three past days, 14, 28 and 42 days ago, Over was told to be done within six days at 50 %.
    # What it had then was, within six. What it came to have was only at the end: 14, 28 and 42 days
    # later, 7/3, 14/3 and 7 times as long.
    told = _ask(shop)
    assert told["lateness"]["reason"] == "3 of 19 past dates have come"
    assert told["items"][0]["corrected"]["items"]["days"] == {"p50": None, "p85": None, "p95": None}
    monkeypatch.setattr("metrics.lateness.FEWEST_CAME", 3)
    monkeypatch.setattr("metrics.lateness.FEWEST_DAYS", 3)
    rows = f"SHOP-901,P4,1,{_later(3)},fair\nSHOP-902,P4,1,{_later(1)},fair\n"
    _due(tmp_path, _SETTINGS, shop, rows)
    told = _ask(shop)
    assert told["lateness"] == {
        "items": {"p50": 1, "p85": 1, "p95": 1},
        "grown": {"p50": pytest.approx(14 / 3), "p85": 7, "p95": 7},
        "tried": 3, "came": 3, "reason": None,
    }  # fmt: skip
    cards, gifts = told["items"]
    assert cards["days"] == {"p50": 2, "p85": 3, "p95": 3}
    assert cards["corrected"]["items"]["days"] == {"p50": 2, "p85": 2, "p95": 2}
    assert cards["corrected"]["grown"] == {
        "days": {"p50": 10, "p85": 14, "p95": 14},
        "dates": {"p50": _later(10), "p85": _later(14), "p95": _later(14)},
    }
    assert (cards["due"]["corrected_chance"], cards["due"]["at_risk"]) == (1, False)
    assert (gifts["due"]["corrected_chance"], gifts["due"]["at_risk"]) == (0, True)
    assert told["due"]["at_risk"] == 1
    assert _ask(shop, key="SHOP-901")["corrected"] == cards["corrected"]


@pytest.mark.parametrize(
    ("plan", "more", "why"),
    [
        (Plan(order="smallest"), {}, "not for a what-if"),
        (Plan(growth=0.2), {}, "not for a what-if"),
        (Plan(first=("SHOP-902",)), {}, "not for a what-if"),
        (Plan(), {"calendar": "working"}, "in elapsed time"),
    ],
)
def test_what_was_not_tried_is_not_corrected(
    shop: Database, monkeypatch: pytest.MonkeyPatch, plan: Plan, more: dict[str, Any], why: str
) -> None:
    monkeypatch.setattr("metrics.lateness.FEWEST_CAME", 3)
    monkeypatch.setattr("metrics.lateness.FEWEST_DAYS", 3)
    told = _ask(shop, plan, **more)
    assert why in told["lateness"]["reason"]
    assert told["items"][0]["corrected"]["items"]["dates"]["p85"] is None
    assert told["items"][0]["days"]["p85"] is not None
    assert _ask(shop, Plan(order="begun"))["lateness"]["reason"] is None
