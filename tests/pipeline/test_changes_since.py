"""What changed between two polls, on a shop whose every change is known."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from core.errors import BadRequestError
from core.records import Field, Transition
from pipeline.changes import changes_since
from pipeline.database import Database
from pipeline.snapshots import Snapshots
from pipeline.sync import bring_up_to_date
from tests.pipeline.shop import DAY, START, STATUSES, item, save, settings_of, stream

_SETTINGS = settings_of(stream(types=["Story"]), stream("search", projects=["FIND"]))
_NOTHING = {
    "streams": [], "services": False, "sources": [], "definitions": False, "entered": False,
    "items": [], "reason": None,
}  # fmt: skip


@pytest.fixture
def shop(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    save(database, *STATUSES, *item(1), *item(2), *item(3), *item(9, "FIND"))
    _pass(database, 0, monkeypatch)
    return database


def _pass(database: Database, minute: int, patch: pytest.MonkeyPatch) -> None:
    """Each pass is of a minute of its own."""
    now = START + 30 * DAY + timedelta(minutes=minute)
    for place in ("pipeline.measure", "pipeline.sync", "pipeline.stages"):
        patch.setattr(f"{place}.now_ts", lambda: int(now.timestamp()), raising=False)
    bring_up_to_date(_SETTINGS, database)


def _poll(database: Database, since: str | None = None) -> dict[str, Any]:
    with database.read() as session:
        return changes_since(session, Snapshots(_SETTINGS).present(session), since)


def _rest(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in told.items() if name != "cursor"}


def _told(told: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    return {(row["key"], row["stream"], row["what"]) for row in told["items"]}


def test_the_first_poll_has_a_cursor_and_no_news(shop: Database) -> None:
    first = _poll(shop)
    assert _rest(first) == _NOTHING
    assert _rest(_poll(shop, first["cursor"])) == _NOTHING
    assert _poll(shop, first["cursor"])["cursor"] == first["cursor"]


def test_items_that_are_new_changed_or_gone_are_told_once(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _poll(shop)
    reopened = Transition("1", START + 9 * DAY, 3, Field.STATUS, "3", "2")
    save(shop, reopened, *item(4), *item(2, type="Idea"))
    _pass(shop, 1, monkeypatch)
    second = _poll(shop, first["cursor"])
    assert second["streams"] == ["checkout"]
    assert _told(second) == {
        ("SHOP-1", "checkout", "changed"),
        ("SHOP-2", "checkout", "gone"),
        ("SHOP-4", "checkout", "new"),
    }
    assert _rest(_poll(shop, second["cursor"])) == _NOTHING
    save(shop, *item(10, "FIND"))
    _pass(shop, 2, monkeypatch)
    third = _poll(shop, second["cursor"])
    assert _told(third) == {("FIND-10", "search", "new")}
    assert third["streams"] == ["search"]
    # Who polls seldom misses nothing.
    late = _poll(shop, first["cursor"])
    assert late["streams"] == ["checkout", "search"]
    assert _told(late) == _told(second) | _told(third)
    assert late["cursor"] == third["cursor"]


def test_a_list_that_is_too_long_is_not_cut_but_left_out(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _poll(shop)
    save(shop, *item(4), *item(5), *item(6))
    _pass(shop, 1, monkeypatch)
    monkeypatch.setattr("pipeline.changes.MOST_ITEMS", 3)
    assert len(_poll(shop, first["cursor"])["items"]) == 3
    monkeypatch.setattr("pipeline.changes.MOST_ITEMS", 2)
    found = _poll(shop, first["cursor"])
    assert (found["items"], found["streams"]) == (None, ["checkout"])
    assert found["reason"] == "more than 2 items have other facts: read what you show anew"


def _packed(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "since",
    [
        "",
        "x",
        "☃",
        "a" * 400,
        _packed(1),
        _packed(2, 0, {}, {"streams": {}, "sources": {}}),
        _packed(1, "many", {}, {"streams": {}, "sources": {}}),
        _packed(1, 0, [], {"streams": {}, "sources": {}}),
        _packed(1, 0, {"checkout": None}, {"streams": {}, "sources": {}}),
        _packed(1, 0, {}, {"streams": 3, "sources": {}}),
        _packed(1, 0, {}, {}),
        _packed(1, 0, {}, None),
        _packed(1, 10**30, {}, {"streams": {}, "sources": {}}),
        _packed(1, -1, {"checkout": -(10**30)}, {"streams": {}, "sources": {}}),
    ],
)
def test_a_cursor_that_is_none_is_refused(shop: Database, since: str) -> None:
    with pytest.raises(BadRequestError, match="since: give the `cursor` of the poll before"):
        _poll(shop, since)
