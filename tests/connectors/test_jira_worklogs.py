"""Time booked on issues, from Jira's feeds of changed and deleted worklogs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx

from connectors.http import SourceClient
from connectors.stream import Cursor, Payload, Reading, Scope
from core.errors import SourceAnswerError
from core.records import Entity, Gone, Worklog
from tests.connectors.readers import payloads, stream
from tests.connectors.test_jira import client, connected, mock

__all__ = ["client", "mock"]

SEEN = {"issues": {"1", "2"}, "worklogs": {"71"}}


def reading(client: SourceClient, scope: Scope | None = None, **more: Any) -> Reading:
    def known(name: str, ids: Iterable[str]) -> set[str]:
        return SEEN.get(name, set()) & set(ids)

    given: dict[str, Any] = {"cursor": {}, "known": lambda _ids: set(), "known_in": known}
    return Reading(client, scope or Scope(), **{**given, **more})


def test_changed_worklogs_are_read_in_bulk_and_those_of_other_issues_left(
    client: SourceClient, mock: respx.Router
) -> None:
    feed, bodies = _site(mock)
    feed.side_effect = [
        feed_of([(70, 1000), (71, 2000)], last=False),
        feed_of([(71, 2000), (72, 3000)], last=True),
    ]
    one = stream(connected(client), "worklogs")
    pages = list(one.read(reading(client)))
    assert [row["id"] for row in payloads(pages)] == ["71", "72"]  # 70 is of issue 0
    assert [json.loads(call.request.content)["ids"] for call in bodies.calls] == [[70, 71], [72]]
    assert "secret" not in str(payloads(pages))
    assert _place(pages[-1].cursor) == {"since": 3000, "seen": {"72": 3000}}
    feed.side_effect = [feed_of([(72, 3000)], last=True)]
    again = list(one.read(reading(client, cursor=pages[-1].cursor)))
    assert (payloads(again), bodies.call_count) == ([], 2)
    (record,) = one.parse(worklog(71), Scope())
    assert isinstance(record, Worklog)
    assert (record.item, record.id, record.spent_s) == ("1", "71", 5400)
    assert record.started_at == datetime(2026, 2, 3, 9, tzinfo=UTC)
    assert record.person is not None


def test_a_worklog_waits_for_its_issue_and_is_asked_for_once_that_is_stored(
    client: SourceClient, mock: respx.Router
) -> None:
    """An index that lags shows the issue a pass after the feed told of its worklog."""
    feed, bodies = _site(mock)
    feed.side_effect = [feed_of([(70, 1000), (71, 1000)], last=True)]
    one = stream(connected(client), "worklogs")
    first = list(one.read(reading(client)))
    assert [row["id"] for row in payloads(first)] == ["71"]
    feed.side_effect = [feed_of([(71, 1000)], last=True)] * 3
    second = list(one.read(reading(client, cursor=first[-1].cursor)))
    assert (payloads(second), bodies.call_count) == ([], 1)  # of no use before the issue is there
    third = list(one.read(knowing({"0"}, client, second[-1].cursor)))
    assert [row["id"] for row in payloads(third)] == ["70"]
    fourth = list(one.read(knowing({"0"}, client, third[-1].cursor)))
    assert (payloads(fourth), bodies.call_count) == ([], 2)


def test_a_worklog_that_is_deleted_while_it_waits_is_forgotten(
    client: SourceClient, mock: respx.Router
) -> None:
    feed, bodies = _site(mock)
    feed.side_effect = [feed_of([(70, 1000)], last=True), *[feed_of([(70, 1000)], last=True)] * 2]
    one = stream(connected(client), "worklogs")
    (first,) = one.read(reading(client))
    bodies.side_effect = [httpx.Response(200, json=[])]
    second = list(one.read(knowing({"0"}, client, first.cursor)))
    third = list(one.read(knowing({"0"}, client, second[-1].cursor)))
    assert (payloads(second), payloads(third), bodies.call_count) == ([], [], 2)


def test_a_worklog_waits_for_thirty_days(client: SourceClient, mock: respx.Router) -> None:
    feed, _ = _site(mock)
    feed.side_effect = [feed_of([(70, 1000)], last=True), *[feed_of([(70, 1000)], last=True)] * 2]
    one = stream(connected(client), "worklogs")
    (first,) = one.read(reading(client))
    client.clock_offset_s = 29.5 * 86_400
    assert payloads(list(one.read(knowing({"0"}, client, first.cursor))))
    client.clock_offset_s = 31 * 86_400
    assert not payloads(list(one.read(knowing({"0"}, client, first.cursor))))


def test_of_too_many_that_wait_the_first_are_let_go_and_it_is_said(
    client: SourceClient, mock: respx.Router
) -> None:
    """Eleven thousand of other projects: the last ten thousand wait."""
    feed, bodies = _site(mock, home=lambda number: number + 1_000_000)
    rows = [(number, number) for number in range(1, 11_001)]
    parts = [rows[begin : begin + 1000] for begin in range(0, 11_000, 1000)]
    feed.side_effect = [feed_of(part, last=part is parts[-1]) for part in parts]
    one = stream(connected(client), "worklogs")
    pages = list(one.read(reading(client)))
    assert "note" not in pages[8].cursor
    assert "headwater sync --full" in pages[-1].cursor["note"]
    feed.side_effect = [feed_of([(11_000, 11_000)], last=True)]
    ours = {str(1_000_000 + number) for number in (1000, 1001, 11_000)}
    again = list(one.read(knowing(ours, client, pages[-1].cursor)))
    assert [row["id"] for row in payloads(again)] == ["1001", "11000"]
    assert bodies.call_count == 12


def test_a_feed_that_can_not_move_on_is_an_error(client: SourceClient, mock: respx.Router) -> None:
    """A whole page changed in one millisecond, and there is more: the feed has no other key."""
    feed, _ = _site(mock)
    feed.side_effect = [feed_of([(71, 5000)], last=False)] * 2
    pages = stream(connected(client), "worklogs").read(reading(client))
    assert [row["id"] for row in next(pages).payloads] == ["71"]
    with pytest.raises(SourceAnswerError, match="does not move on from 5000"):
        list(pages)


def test_a_deleted_worklog_goes_if_it_was_ever_stored(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/rest/api/3/worklog/deleted").side_effect = [feed_of([(71, 5), (99, 6)], last=True)]
    one = stream(connected(client), "deleted_worklogs")
    (row,) = payloads(list(one.read(reading(client))))
    assert list(one.parse(row, Scope())) == [Gone(Entity.WORKLOG, "71", "deleted")]


def feed_of(rows: list[tuple[int, int]], *, last: bool) -> httpx.Response:
    values = [{"worklogId": number, "updatedTime": at} for number, at in rows]
    return httpx.Response(200, json={"values": values, "until": rows[-1][1], "lastPage": last})


def knowing(issues: set[str], client: SourceClient, cursor: Cursor) -> Reading:
    """The next pass, with these issues stored."""
    return reading(client, cursor=cursor, known_in=lambda _stream, ids: issues & set(ids))


def _place(cursor: Cursor) -> Cursor:
    return {name: cursor[name] for name in ("since", "seen")}


def _site(
    mock: respx.Router, *, home: Callable[[int], int] = lambda number: number - 70
) -> tuple[respx.Route, respx.Route]:
    """The feed, and the bodies of worklogs; `home` gives the issue of each."""
    bodies = mock.post("/rest/api/3/worklog/list")
    bodies.side_effect = lambda request: httpx.Response(
        200,
        json=[
            {**worklog(number), "issueId": str(home(number))}
            for number in json.loads(request.content)["ids"]
        ],
    )
    return mock.get("/rest/api/3/worklog/updated"), bodies


def worklog(number: int) -> Payload:
    return {
        "id": str(number),
        "issueId": str(number - 70),
        "author": {"accountId": "acc-9", "displayName": "Anna"},
        "comment": "secret",
        "started": "2026-02-03T10:00:00.000+0100",
        "timeSpentSeconds": 5400,
    }
