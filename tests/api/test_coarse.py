"""Visits in a part of which the tracker was not read: marked where no history tells of it."""

from __future__ import annotations

import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest
from fastapi import FastAPI

from api.schemas_lists import StageRows
from tests.api.client import Answer, Client, Clock

_STREAM = "/v1/streams/checkout"
_WINDOW = "from=2026-03-01"


@pytest.fixture
def base(copied: tuple[Client, Path]) -> Path:
    return copied[1]


@pytest.fixture
def client(copied: tuple[Client, Path]) -> Client:
    return copied[0]


@pytest.fixture
def before(_app: FastAPI) -> Client:
    """The company as it is: what an application answered once, it answers again for a while."""
    return Client(_app)


def _outage(base: Path, start: int, end: int) -> None:
    """jira was read up to `start`, and again from `end` on."""
    with sqlite3.connect(base) as store:
        (source,) = store.execute("SELECT id FROM source WHERE name = 'jira'").fetchone()
        store.execute("DELETE FROM source_reading WHERE source_id = ?", [source])
        (mark,) = store.execute(
            "SELECT max(watermark_ts) FROM stream_state WHERE source_id = ?", [source]
        ).fetchone()
        for begin, until in ((0, start), (end, mark)):
            store.execute(
                "INSERT INTO source_reading (source_id, from_ts, watermark_ts) VALUES (?, ?, ?)",
                [source, begin, until],
            )


def _long_wait(client: Client) -> tuple[str, Answer]:
    """A delivery that is done, and a wait of it after which it was not done at once."""
    for row in client.json(f"{_STREAM}/metrics/flow_time/explain?{_WINDOW}")["included"]:
        visits = client.json(f"/v1/items/{row['key']}/journey")["visits"]
        for visit, after in pairwise(visits):
            if visit["state"] == "waiting" and after["state"] == "active":
                return row["key"], visit
    raise AssertionError("nothing waited")


def _ts(base: Path, text: str) -> int:
    with sqlite3.connect(base) as store:
        return int(store.execute("SELECT unixepoch(?)", [text]).fetchone()[0])


def _cut(base: Path, key: str) -> None:
    """The history of an item is not whole."""
    with sqlite3.connect(base) as store:
        store.execute(
            "UPDATE item_fact SET complete = 0"
            " WHERE item_id = (SELECT id FROM work_item WHERE key = ?)",
            [key],
        )
        store.execute("UPDATE value_stream SET facts_version = facts_version + 1")


def _coarse(client: Client, key: str) -> list[str]:
    journey = client.json(f"/v1/items/{key}/journey")
    return [visit["start"] for visit in journey["visits"] if visit["coarse"]]


def test_a_visit_of_a_cut_history_that_overlaps_an_outage_is_marked_everywhere(
    before: Client, client: Client, base: Path
) -> None:
    key, visit = _long_wait(before)
    start, end = (_ts(base, visit[name]) for name in ("start", "end"))
    middle = (start + end) // 2
    _cut(base, key)
    assert _coarse(before, key) == []
    _outage(base, middle - 1, middle + 7200)
    assert _coarse(client, key) == [visit["start"]]
    rows = client.json(f"{_STREAM}/metrics/flow_time/explain?{_WINDOW}")
    marked = {row["key"] for row in [*rows["included"], *rows["excluded"]] if row["coarse"]}
    assert marked == {key}
    stages = client.json(f"{_STREAM}/stages?{_WINDOW}")
    StageRows.model_validate(stages, strict=True)
    counts = {row["name"]: row["coarse_visits"] for row in stages["items"] if row["coarse_visits"]}
    assert counts == {visit["stage"]: 1}


def test_a_whole_history_that_is_read_afterwards_leaves_nothing_coarse(
    before: Client, client: Client, base: Path
) -> None:
    key, visit = _long_wait(before)
    middle = (_ts(base, visit["start"]) + _ts(base, visit["end"])) // 2
    _outage(base, middle - 1, middle + 7200)
    assert _coarse(client, key) == []
    rows = client.json(f"{_STREAM}/metrics/flow_time/explain?{_WINDOW}")
    assert not any(row["coarse"] for row in rows["included"])


def test_an_outage_that_touches_a_visit_at_its_edge_alone_marks_the_other(
    before: Client, client: Client, base: Path
) -> None:
    key, visit = _long_wait(before)
    end = _ts(base, visit["end"])
    _cut(base, key)
    _outage(base, end, end + 7200)
    assert visit["start"] not in _coarse(client, key)
    assert visit["end"] in _coarse(client, key)


def test_while_the_tracker_is_not_read_what_lasts_is_coarse_and_what_ended_is_not(
    before: Client, client: Client, base: Path, clock: Clock
) -> None:
    (first, *_) = before.json(f"{_STREAM}/metrics/load/explain")["included"]
    assert _coarse(before, first["key"]) == []
    with sqlite3.connect(base) as store:
        store.execute(
            "UPDATE stream_state SET watermark_ts = ? WHERE stream = '' AND source_id ="
            " (SELECT id FROM source WHERE name = 'jira')",
            [clock.ts - 3600],
        )
    journey = client.json(f"/v1/items/{first['key']}/journey")
    assert [visit["coarse"] for visit in journey["visits"]] == [
        visit["end"] is None or _ts(base, visit["end"]) > clock.ts - 3600
        for visit in journey["visits"]
    ]
    assert journey["visits"][-1]["coarse"]
    key, _ = _long_wait(before)
    done = client.json(f"/v1/items/{key}/journey")["visits"]
    assert not any(visit["coarse"] for visit in done if visit["end"])
    stages = client.json(f"{_STREAM}/stages")["items"]
    assert sum(row["coarse_visits"] for row in stages) >= sum(row["items_now"] for row in stages)
