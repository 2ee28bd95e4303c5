"""The queue of releases of a small shop that finishes one item a day: every date is known by hand.

2.6 is out, with all that was done. In flight are an item of 2.7, due in three days, and one that is
planned for 2.7 and 2.8; an item of 2.8 waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.errors import BadRequestError, NotFoundError
from core.records import PlannedIn, PlannedRelease, Record, WorkItem
from pipeline.database import Database
from pipeline.group_forecasts import Plan
from pipeline.sync import bring_up_to_date
from tests.pipeline.shop import START, STATUSES, save
from tests.pipeline.test_group_forecasts import (
    _NOW,
    _SETTINGS,
    _ask,
    _due,
    _epic,
    _later,
    _more,
    _past,
    _read,
    _work,
)

_RELEASES = Plan(of="release")
_TODAY = _NOW.date()


def _release(number: int, name: str, due: int | None = None, **more: bool) -> PlannedRelease:
    day = None if due is None else _TODAY + timedelta(days=due)
    return PlannedRelease(str(number), name, day, url=f"https://jira.example/{number}", **more)


def _planned(number: int, *releases: int) -> Iterator[Record]:
    for release in releases:
        yield PlannedIn(str(number), str(release))


def _all() -> Iterator[Record]:
    yield from (_release(6, "2.6", -1, released=True), _release(7, "2.7", 3))
    yield from (_release(8, "2.8", 2), _release(9, "Empty", 5))
    for at in range(80):
        yield from _planned(1000 + at, 6)
    yield from _work(1, None, created=85, begun=88)
    yield from _planned(1, 7)
    yield from _work(2, None, created=85, begun=89)
    yield from _planned(2, 7, 8)
    yield from _work(3, None, created=87)
    yield from _planned(3, 8)
    yield from _work(4, None, created=87, begun=89.2)


@pytest.fixture
def shop(database: Database) -> Database:
    save(database, *STATUSES, _epic(900, "Over"), *_past(), *_all())
    _read(database)
    bring_up_to_date(_SETTINGS, database)
    return database


def test_a_release_is_done_with_the_last_of_its_items(shop: Database) -> None:
    told = _ask(shop, _RELEASES)
    assert (told["of"], told["order"]) == ("release", "due")
    assert [(row["key"], row["type"]) for row in told["items"]] == [
        ("2.8", "Release"), ("2.7", "Release"),
    ]  # fmt: skip
    later, sooner = told["items"]
    # Items 1 and 2 are in flight, 3 is begun with the first completion; one is done each day. Both
    # of 2.7 are done on day 2 with 1/2 (1 and 2 are the first two), else on day 3. 2.8 is done on
    # day 2 only if those are 2 and 3: first 2 (1/2), then 3 of the two in flight (1/2).
    assert sooner["days"] == {"p50": 2, "p85": 3, "p95": 3}
    assert later["days"] == {"p50": 3, "p85": 3, "p95": 3}
    assert (told["value"]["items"], told["value"]["groups"], told["value"]["p95"]) == (3, 2, 3)
    assert sooner["items"]["in_flight"] == 2
    assert later["items"]["not_started"] == 1
    assert sooner["url"] == "https://jira.example/7"
    assert told["without"] == {"in_flight": 1, "not_started": 0}
    assert told["grown"] == {"items": 4, "added": None, "growth": None}
    assert sooner["items"]["added"] is None


def test_its_date_is_that_of_the_release(shop: Database) -> None:
    told = _ask(shop, _RELEASES)
    later, sooner = (row["due"] for row in told["items"])
    assert sooner == {
        "date": _later(3), "told_by": "release", "overdue": False, "chance": 1.0,
        "corrected_chance": None, "at_risk": False,
    }  # fmt: skip
    assert (later["date"], later["chance"], later["at_risk"]) == (_later(2), 0.25, True)
    assert (told["due"]["with_date"], told["due"]["at_risk"]) == (2, 1)
    # A date is a day wherever it is looked at from.
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles"):
        rows = _ask(shop, _RELEASES, zone=zone)["items"]
        assert [row["due"]["date"] for row in rows] == [_later(2), _later(3)]


def test_the_pace_is_that_of_all_that_was_ever_planned(shop: Database) -> None:
    told = _ask(shop, _RELEASES)
    assert told["pool"]["per_day"] == 1
    explained = _ask(shop, _RELEASES, key="explain")
    assert (explained["n"], explained["excluded"]) == (told["n"], [])
    assert told["explain"].endswith("&beside=goes_on&of=release")
    _more(shop, *_work(5, None, created=80, begun=81, done=82))
    assert {row["reason"] for row in _ask(shop, _RELEASES, key="explain")["excluded"]} == {
        "no_release"
    }


def test_one_opens_by_its_name_with_its_items(shop: Database) -> None:
    row = _ask(shop, _RELEASES)["items"][1]
    assert row["explain"] == "/v1/streams/checkout/forecasts/queue/2.7?of=release"
    told = _ask(shop, _RELEASES, key="2.7")
    assert [(one["key"], one["place"]) for one in told["members"]] == [("SHOP-2", 1), ("SHOP-1", 2)]
    assert told["before"] == []  # the third is begun once the first is done, so not before
    assert (told["of"], told["days"]) == ("release", row["days"])
    for key in ("2.6", "Empty", "7", "nope"):
        with pytest.raises(NotFoundError, match="there is no release"):
            _ask(shop, _RELEASES, key=key)


def test_who_goes_first_is_named_by_the_release(shop: Database) -> None:
    led = _ask(shop, Plan(of="release", first=("2.7",)))
    assert [row["key"] for row in led["items"]] == ["2.7", "2.8"]
    begun = _ask(shop, Plan(of="release", order="begun"))
    assert (begun["order"], [row["key"] for row in begun["items"]]) == ("begun", ["2.7", "2.8"])
    with pytest.raises(BadRequestError, match=r"2\.6 is no release with open"):
        _ask(shop, Plan(of="release", first=("2.6",)))


@pytest.mark.parametrize("over", [{"released": True}, {"archived": True}])
def test_what_is_out_or_archived_leaves_the_queue(shop: Database, over: dict[str, bool]) -> None:
    _more(shop, _release(8, "2.8", 2, **over))
    _read(shop)
    told = _ask(shop, _RELEASES)
    assert [row["key"] for row in told["items"]] == ["2.7"]
    assert told["value"]["items"] == 2
    assert told["without"] == {"in_flight": 1, "not_started": 1}


def test_another_date_or_name_counts_though_no_item_changed(shop: Database) -> None:
    _more(shop, _release(7, "2.7 LTS", 1))
    told = _ask(shop, _RELEASES)["items"][0]
    assert (told["key"], told["due"]["date"], told["due"]["chance"]) == ("2.7 LTS", _later(1), 0.0)


def test_names_that_two_have_or_that_are_no_keys_give_way_to_the_number(shop: Database) -> None:
    _more(shop, _release(7, "2.8"), _release(8, "2.8"))
    assert {row["key"] for row in _ask(shop, _RELEASES)["items"]} == {"7", "8"}
    assert {row["title"] for row in _ask(shop, _RELEASES)["items"]} == {"2.8"}
    _more(shop, _release(7, "2.7, at last"), _release(8, "7"))
    assert {row["key"] for row in _ask(shop, _RELEASES)["items"]} == {"7", "8"}
    _more(shop, _release(7, ""), _release(8, "<b>2.8</b>/x"))
    assert {row["key"] for row in _ask(shop, _RELEASES)["items"]} == {"7", "<b>2.8</b>/x"}


def test_without_a_release_it_says_what_is_missing(database: Database) -> None:
    save(database, *STATUSES, _epic(900, "Over"), *_past(), *_work(4, None, created=87, begun=89))
    _read(database)
    bring_up_to_date(_SETTINGS, database)
    told = _ask(database, _RELEASES)
    assert (told["items"], told["value"]["p85"]) == ([], None)
    assert "a fix version of Jira, a milestone of GitLab" in told["reasons"][0]
    _more(database, _release(6, "2.6", released=True), *_planned(1000, 6), *_planned(4, 6))
    told = _ask(database, _RELEASES)
    assert told["items"] == []
    assert told["reasons"][0] == "nothing that belongs to a release that is to come is open"


def test_past_dates_of_releases_that_are_out_are_judged(shop: Database) -> None:
    told = _ask(shop, key="calibration", of="release")
    rows = [row for row in told["forecasts"] if row["key"] == "2.6"]
    assert rows
    assert told["of"] == "release"
    assert {row["actual"] for row in rows} == {6}
    assert told["value"]["queue_p85"] == 1


def test_the_due_date_of_the_tracker_counts_where_nobody_said_a_deadline(
    shop: Database, tmp_path: Path
) -> None:
    due = _TODAY + timedelta(days=3)
    _more(shop, _dated(901, due), *_work(11, 901, created=85, begun=88))
    told = _ask(shop)["items"][0]["due"]
    assert (told["date"], told["told_by"]) == (_later(3), "tracker")
    _due(tmp_path, _SETTINGS, shop, f"SHOP-901,P4,1,{_later(9)},promised\n")
    told = _ask(shop)["items"][0]["due"]
    assert (told["date"], told["told_by"]) == (_later(9), "value")


def _dated(number: int, due: date) -> Record:
    return WorkItem(
        str(number), f"SHOP-{number}", "SHOP", "Epic", "Cards", START, START, "2", due_on=due
    )
