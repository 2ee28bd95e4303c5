"""What is watched until it is final, and what a source no longer has or never told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from connectors.http import SourceClient
from connectors.registry import KINDS, Kind
from connectors.stream import (
    Census,
    Connection,
    Identity,
    Page,
    Payload,
    Reading,
    Scope,
    Stream,
    Watch,
)
from core.records import Entity, Record, StatusCategory, WorkflowStatus, WorkItem
from core.settings import Settings
from core.source_settings import JenkinsSource
from pipeline import reading
from pipeline.collect import collect
from pipeline.database import Database
from pipeline.source_report import SourceReport
from pipeline.wanted import wanted_of
from pipeline.watching import Watching
from store.cursors import StreamKey, load_state
from store.models import raw_record, work_item

SOURCE = JenkinsSource(kind="jenkins", name="tool", url="http://localhost")
DAY = 86_400
START = datetime(2026, 1, 5, tzinfo=UTC)


class Server:
    """A list of things with a state; what changes unseen is shown by id only."""

    def __init__(self) -> None:
        self.things: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.asked: list[list[str]] = []
        self.counted = 0
        self.asked_since: list[int] = []

    def read(self, _reading: Reading) -> Iterator[Page]:
        shown = [_row(n, s) for n, s in self.things.items() if n not in self.hidden]
        yield Page(shown, {"page": 1})

    def by_id(
        self, _client: SourceClient, _scope: Scope, stored: Sequence[Payload]
    ) -> Iterable[Payload]:
        self.asked.append([row["id"] for row in stored])
        return [
            _row(row["id"], self.things[row["id"]]) for row in stored if row["id"] in self.things
        ]

    def ids(self, _reading: Reading) -> Iterator[Iterable[str]]:
        self.counted += 1
        yield list(self.things)

    def missing(
        self, _client: SourceClient, _scope: Scope, names: Sequence[str]
    ) -> Mapping[str, str]:
        return {name: "deleted" for name in names if name not in self.things}

    def back(
        self, _client: SourceClient, _scope: Scope, names: Sequence[str]
    ) -> Iterator[list[Payload]]:
        yield [_row(name, self.things[name]) for name in names]

    def again(
        self, _client: SourceClient, _scope: Scope, since: datetime
    ) -> Iterator[list[Payload]]:
        """Everything, with nothing hidden."""
        self.asked_since.append(int(since.timestamp()))
        yield [_row(name, state) for name, state in self.things.items()]

    def stream(self) -> Stream:
        return Stream(
            name="things",
            read=self.read,
            id=lambda row, _: str(row["id"]),
            parse=_parse,
            watch=Watch(open=lambda row: row["state"] == "open", read=self.by_id),
            census=Census(
                ids=self.ids,
                missing=self.missing,
                entity=Entity.ITEM,
                every=timedelta(days=1),
                read=self.back,
                again=self.again,
            ),
        )


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(reading, "now_ts", made)
    return made


@pytest.fixture
def server() -> Server:
    return Server()


Run = Callable[..., SourceReport]


@pytest.fixture
def run(database: Database, server: Server, monkeypatch: pytest.MonkeyPatch) -> Run:
    made = Connection(Identity("me", "Tool"), [server.stream()])
    monkeypatch.setitem(KINDS, "jenkins", Kind(lambda *_: made, _client))
    return lambda **more: collect(SOURCE, database, wanted_of(Settings()), **more)


def test_what_is_open_is_read_by_id_until_it_is_final(
    database: Database, server: Server, clock: Clock, run: Run
) -> None:
    server.things = {"1": "open", "2": "done"}
    run()
    server.hidden = {"1"}  # as running builds that a list drops
    run()
    assert server.asked == []
    clock.now += 61
    run()
    assert server.asked == [["1"]]
    server.things["1"] = "done"
    clock.now += 121
    report = run()
    assert server.asked == [["1"], ["1"]]
    assert report.changed == 1
    clock.now += DAY // 2
    run()
    assert len(server.asked) == 2
    assert _state(database) == {"page": 1}


def test_an_open_thing_that_is_not_there_any_more_is_watched_no_longer(
    database: Database, server: Server, clock: Clock, run: Run
) -> None:
    server.things = {"1": "open"}
    run()
    server.things = {}
    for _ in range(3):
        clock.now += 3601
        run()
    assert server.asked == [["1"]]
    assert _state(database) == {"page": 1}


def test_waits_grow_and_what_is_open_for_a_month_is_let_go() -> None:
    now = 1_000_000
    watching = Watching(now)
    watching.saw("1", is_open=True)
    waits = []
    while watching.open:
        _, due, _ = watching.open["1"]
        waits.append(due - now)
        now = due
        watching = Watching.of(watching.kept(), now)
        assert watching.due() == ["1"]
        watching.saw("1", is_open=True)
        assert watching.due() == []
    assert waits[:6] == [60, 120, 300, 900, 3600, 3600]
    assert 30 * DAY <= now - 1_000_000 < 30 * DAY + 3600


def test_a_deleted_item_gets_a_tombstone_with_the_reason_and_no_census_before_its_time(
    database: Database, server: Server, clock: Clock, run: Run
) -> None:
    server.things = {"1": "done", "2": "done"}
    run()
    del server.things["2"]
    clock.now += DAY - 1
    run()
    assert (server.counted, _gone(database)) == (0, {"1": "", "2": ""})
    clock.now += 1
    run()
    assert (server.counted, _gone(database)) == (1, {"1": "", "2": "deleted"})
    run()
    assert server.counted == 1


def test_what_is_back_or_was_never_told_is_read_by_id(
    database: Database, server: Server, clock: Clock, run: Run
) -> None:
    server.things = {"1": "done", "2": "done"}
    run()
    del server.things["2"]
    clock.now += DAY
    run()
    server.things |= {"2": "done", "3": "done"}
    server.hidden = {"2", "3"}  # neither changed, nor did the index ever show it
    clock.now += DAY
    run()
    assert _gone(database) == {"1": "", "2": "", "3": ""}


def test_a_census_finds_changes_that_were_shown_too_late_since_the_one_before_the_last(
    server: Server, clock: Clock, run: Run
) -> None:
    server.things = {"1": "done", "2": "done"}
    run()
    begun = clock.now
    server.things["1"] = "reopened"
    server.hidden = {"1"}
    clock.now += DAY - 1
    assert run().changed == 0
    clock.now += 1
    assert run().changed == 1
    assert run().changed == 0
    assert server.asked_since == [begun - DAY]


def test_a_scope_that_is_empty_all_at_once_is_a_lost_permission_and_changes_nothing(
    database: Database, server: Server, clock: Clock, run: Run
) -> None:
    server.things = {"1": "done", "2": "done"}
    run()
    server.things = {}
    clock.now += DAY
    (line,) = run().problems
    assert line.startswith("things: none of 2 known records is visible any more")
    assert _gone(database) == {"1": "", "2": ""}


def test_many_that_vanish_at_once_are_not_visible_rather_than_deleted(
    database: Database, server: Server, clock: Clock, run: Run
) -> None:
    server.things = {str(number): "done" for number in range(100)}
    run()
    server.things = {str(number): "done" for number in range(79)}
    clock.now += DAY
    report = run()
    assert report.problems == []
    assert sorted(set(_gone(database).values())) == ["", "not_visible"]
    run()
    with database.read() as session:
        note = load_state(session, StreamKey(1, "things")).note
    assert note == (
        "21 of 100 records vanished at once; they stay as last seen. "
        "Check the account's permissions"
    )


def test_reading_everything_again_counts_as_well(
    database: Database, server: Server, clock: Clock, run: Run
) -> None:
    server.things = {"1": "done", "2": "done"}
    run()
    del server.things["2"]
    run(full=True)
    assert _gone(database) == {"1": "", "2": "deleted"}
    assert clock.now == 1_800_000_000


def _row(name: str, state: str) -> Payload:
    return {"id": name, "state": state}


def _parse(payload: Payload, _scope: Scope) -> Iterable[Record]:
    yield WorkflowStatus("1", "To Do", StatusCategory.NEW)
    name = str(payload["id"])
    yield WorkItem(name, f"SHOP-{name}", "SHOP", "Story", "Pay", START, START, "1")


def _client(source: JenkinsSource, *, sleep: Callable[[float], None]) -> SourceClient:
    sleep(0)
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json=[]))
    return SourceClient(httpx.Client(transport=transport, base_url=source.url))


def _gone(database: Database) -> dict[str, str]:
    """Why each is gone, by external id; the same of payloads and of items."""
    with database.read() as session:
        payloads: dict[str, Any] = {
            row.external_id: row.gone
            for row in session.execute(select(raw_record.c.external_id, raw_record.c.gone))
        }
        items: dict[str, Any] = {
            row.external_id: row.gone
            for row in session.execute(select(work_item.c.external_id, work_item.c.gone))
        }
    assert payloads == items
    return items


def _state(database: Database) -> dict[str, Any]:
    """The cursor without when the last census was."""
    with database.read() as session:
        cursor = load_state(session, StreamKey(1, "things")).cursor
    return {name: value for name, value in cursor.items() if name != "_census"}
