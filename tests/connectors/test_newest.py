"""Lists newest first: everything that changed is read, and a run with nothing new asks once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
import respx

from connectors.http import SourceClient
from connectors.newest import Newest, newest_first
from connectors.stream import Cursor, Page, Payload, Reading, Scope
from connectors.times import iso, utc
from core.errors import SourceAnswerError
from tests.connectors.readers import URL, payloads

TOP = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
READ = newest_first(
    Newest(
        path=lambda _scope: "things",
        params={"per_page": 100},
        at=lambda row: utc(row["updated_at"]),
        overlap=timedelta(minutes=10),
        lag=timedelta(minutes=2),
    )
)


def rows(first: int, last: int) -> list[Payload]:
    """Things that changed an hour apart, newest first."""
    return [
        {"id": number, "updated_at": iso(TOP - timedelta(hours=number))}
        for number in range(first, last)
    ]


def served(router: respx.Router, every: list[Payload]) -> respx.Route:
    """Pages of a hundred."""

    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("page", "1"))
        following = f'<{URL}/things?page={page + 1}&per_page=100>; rel="next"'
        headers = {"link": following} if len(every) > page * 100 else {}
        return httpx.Response(200, json=every[(page - 1) * 100 : page * 100], headers=headers)

    return router.get("/things").mock(side_effect=answer)


def read(
    client: SourceClient, cursor: Cursor, since: date | None = None, *, newest_first: bool = False
) -> list[Page]:
    reading = Reading(client, Scope(), cursor, lambda _ids: set(), since, newest_first)
    return list(READ(reading))


def test_a_first_pass_reads_all_and_moves_the_mark_with_the_last_page_only(
    client: SourceClient, mock: respx.Router
) -> None:
    served(mock, rows(0, 230))
    found = read(client, {})
    assert len(payloads(found)) == 230
    assert [page.cursor for page in found] == [{}, {}, {}, {"watermark": iso(TOP)}]


def test_a_pass_with_nothing_new_asks_once(client: SourceClient, mock: respx.Router) -> None:
    route = served(mock, rows(0, 230))
    found = read(client, {"watermark": iso(TOP)})
    assert route.call_count == 1
    assert found[-1].cursor == {"watermark": iso(TOP)}


def test_one_old_row_is_no_end(client: SourceClient, mock: respx.Router) -> None:
    """An old row stands before new ones: rows of one moment come in no order."""
    every = rows(0, 99)
    every[40] = every[40] | {"updated_at": iso(TOP - timedelta(minutes=40 * 60 - 5))}
    route = served(mock, every + rows(99, 240))
    found = read(client, {"watermark": iso(TOP - timedelta(hours=120))})
    assert route.call_count == 2
    assert {row["id"] for row in payloads(found)} >= set(range(121))


def test_what_ends_a_pass_is_half_a_page_of_old_rows_in_a_row(
    client: SourceClient, mock: respx.Router
) -> None:
    """Row 51 is the first that is older than the mark less ten minutes; 51 to 99 are 49 rows."""
    route = served(mock, rows(0, 300))
    read(client, {"watermark": iso(TOP - timedelta(hours=50))})
    assert route.call_count == 2


def test_the_mark_stays_behind_the_clock_of_the_source(
    client: SourceClient, mock: respx.Router
) -> None:
    now = datetime.now(UTC)
    served(mock, [{"id": 1, "updated_at": iso(now + timedelta(seconds=5))}])
    found = read(client, {})
    lag = now - utc(found[-1].cursor["watermark"])
    assert timedelta(minutes=1, seconds=50) < lag < timedelta(minutes=2, seconds=5)


def test_history_ends_where_it_is_not_wanted(client: SourceClient, mock: respx.Router) -> None:
    """Since the 31st of May: rows 0 to 36, from noon of the next day back to midnight."""
    route = served(mock, rows(0, 500))
    found = read(client, {}, since=date(2026, 5, 31))
    assert [row["id"] for row in payloads(found)] == list(range(37))
    assert route.call_count == 1


def test_an_order_that_is_ignored_is_an_error(client: SourceClient, mock: respx.Router) -> None:
    served(mock, rows(0, 20)[::-1])
    with pytest.raises(SourceAnswerError, match="not in the order"):
        read(client, {})


def test_what_changes_meanwhile_may_stand_anywhere(
    client: SourceClient, mock: respx.Router
) -> None:
    every = rows(0, 20)
    every[10] = {"id": 10, "updated_at": iso(datetime.now(UTC))}
    served(mock, every)
    assert len(payloads(read(client, {}))) == 20


def test_a_row_without_a_time_is_handed_on(client: SourceClient, mock: respx.Router) -> None:
    served(mock, [{"id": 1}])
    assert payloads(read(client, {})) == [{"id": 1}]


def test_an_empty_list_is_read_up_to_now(client: SourceClient, mock: respx.Router) -> None:
    served(mock, [])
    mark = utc(read(client, {})[-1].cursor["watermark"])
    assert timedelta(minutes=1) < datetime.now(UTC) - mark < timedelta(minutes=3)


def test_history_comes_in_parts_the_youngest_first(
    client: SourceClient, mock: respx.Router
) -> None:
    """60 rows of yesterday, 150 of a hundred days ago, 150 of five hundred: 90 days, the year, the
    rest. What else stands on the last page of a part comes with the part that it belongs to.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    ages = [timedelta(days=1)] * 60 + [timedelta(days=100)] * 150 + [timedelta(days=500)] * 150
    every = [{"id": n, "updated_at": iso(now - age)} for n, age in enumerate(ages)]
    served(mock, every)
    first = read(client, {}, newest_first=True)
    assert len(payloads(first)) == 60
    assert utc(first[-1].cursor["older"]["until"]) > now - timedelta(days=91)
    second = read(client, first[-1].cursor, newest_first=True)
    assert len(payloads(second)) == 210
    assert "since" not in second[-1].cursor["older"]
    third = read(client, second[-1].cursor, newest_first=True)
    assert len(payloads(third)) == 360
    assert set(third[-1].cursor) == {"watermark"}
