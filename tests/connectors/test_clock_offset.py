"""A source whose clock is wrong: the watermark is its time, nothing is lost or read for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
import respx

from connectors.http import Params, SourceClient
from connectors.stream import Cursor, Reading, Scope
from connectors.times import iso, utc
from connectors.windows import Window, listing

LAG = timedelta(minutes=2)
OVERLAP = timedelta(minutes=10)
SKEWS = [timedelta(minutes=-10), timedelta(0), timedelta(minutes=10), timedelta(days=3)]


class Server:
    """A list in order of change on a clock of its own; `unseen` rows are not indexed yet."""

    def __init__(self, skew: timedelta) -> None:
        self.skew = skew
        self.rows: dict[str, datetime] = {}
        self.unseen: set[str] = set()

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.skew

    def __call__(self, request: httpx.Request) -> httpx.Response:
        after = request.url.params.get("after")
        since = utc(after) if after else datetime.min.replace(tzinfo=UTC)
        found = sorted(
            ((at, id) for id, at in self.rows.items() if at >= since and id not in self.unseen)
        )
        body = [{"id": id, "updated_at": iso(at)} for at, id in found]
        return httpx.Response(
            200, json=body, headers={"date": format_datetime(self.now, usegmt=True)}
        )


def _params(_scope: Scope, since: datetime | None) -> Params:
    return {"after": iso(since) if since else None}


def _pass(client: SourceClient, cursor: Cursor) -> tuple[set[str], Cursor]:
    client.get("who")  # every pass asks first who we are; the answer tells the time
    window = Window(at=lambda row: utc(row["updated_at"]), overlap=OVERLAP, lag=LAG)
    read = listing(path="rows", params=_params, window=window)
    pages = list(read(Reading(client, Scope(), cursor, lambda _ids: set())))
    rows: list[dict[str, Any]] = [row for page in pages for row in page.payloads]
    return {row["id"] for row in rows}, pages[-1].cursor


@pytest.mark.parametrize("skew", SKEWS, ids=str)
@respx.mock
def test_a_row_that_is_indexed_late_is_found_whatever_the_clock_of_the_source(
    client: SourceClient, skew: timedelta
) -> None:
    server = Server(skew)
    respx.get(host="api.example").mock(side_effect=server)
    for minutes in (120, 30, 5, 1):
        server.rows[f"before {minutes}"] = server.now - timedelta(minutes=minutes)
    server.rows["late"] = server.now - timedelta(seconds=90)
    server.unseen = {"late"}
    first, cursor = _pass(client, {})
    assert first == {"before 120", "before 30", "before 5", "before 1"}
    assert utc(cursor["watermark"]) == utc(iso(server.rows["before 5"]))
    server.unseen = set()
    second, cursor = _pass(client, cursor)
    assert "late" in second
    assert "before 120" not in second
    assert "before 30" not in second


@pytest.mark.parametrize("skew", SKEWS, ids=str)
@respx.mock
def test_what_is_older_than_lag_and_overlap_is_not_read_again(
    client: SourceClient, skew: timedelta
) -> None:
    server = Server(skew)
    respx.get(host="api.example").mock(side_effect=server)
    start = (server.now - timedelta(hours=2)).replace(microsecond=0)
    server.rows = {str(number): start + timedelta(minutes=number) for number in range(100)}
    cursor: Cursor = {}
    sizes = []
    for _ in range(3):
        found, cursor = _pass(client, cursor)
        sizes.append(len(found))
    # The last row and those of the ten minutes before it: rows 89 to 99.
    assert sizes == [100, 11, 11]


@pytest.mark.parametrize("skew", SKEWS, ids=str)
@respx.mock
def test_the_clock_of_a_source_is_measured_at_every_answer(
    client: SourceClient, skew: timedelta
) -> None:
    respx.get(host="api.example").mock(side_effect=Server(skew))
    began = datetime.now(UTC)
    client.get("who")
    took_s = (datetime.now(UTC) - began).total_seconds()
    assert client.clock_offset_s == pytest.approx(skew.total_seconds(), abs=1 + took_s)
