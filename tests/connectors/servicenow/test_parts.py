"""The history of a table newest first: ninety days, a year, and all the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import respx

from connectors.history import Older
from connectors.http import SourceClient
from connectors.servicenow_query import Table
from connectors.servicenow_table import log_from, read_table
from connectors.stream import Cursor, Page, Reading, Scope
from core.errors import SourceAnswerError, SourceAuthError
from tests.connectors.servicenow.instance import Instance, Row

TABLE = Table(name="incident", fields=("sys_id", "sys_updated_on"))
NOW = datetime.now(UTC)


@pytest.fixture
def instance() -> Iterator[Instance]:
    found = Instance(page=1000)
    with respx.mock() as mock:
        mock.route(host="acme.example").mock(side_effect=found.answer)
        yield found


def stamp(days: float) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")


def rows(*days: int) -> list[Row]:
    """Rows that changed so many days ago; that is also their id."""
    return [{"sys_id": f"{n:04}", "sys_updated_on": stamp(n)} for n in days]


def reading(client: SourceClient, cursor: Cursor, since: date | None = None) -> Reading:
    return Reading(client, Scope(), cursor, lambda _ids: set(), since, newest_first=True)


def read(client: SourceClient, cursor: Cursor, since: date | None = None) -> list[Page]:
    return list(read_table(reading(client, cursor, since), table=TABLE))


def ids(pages: list[Page]) -> list[int]:
    return [int(payload["sys_id"]) for page in pages for payload in page.payloads]


def test_the_first_run_reads_ninety_days_and_later_ones_what_is_older(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = rows(600, 400, 200, 100, 50, 10)
    first = read(client, {})
    assert ids(first) == [50, 10]
    second = read(client, first[-1].cursor)
    assert ids(second) == [10, 200, 100]  # what is at the edge is read again each time
    instance.rows += rows(0)
    third = read(client, second[-1].cursor)
    assert ids(third) == [10, 0, 600, 400]
    assert "older" not in third[-1].cursor
    assert third[-1].cursor["at"] == stamp(0)
    instance.asked.clear()
    assert ids(read(client, third[-1].cursor)) == [0]
    assert len(instance.asked) == 1


def test_history_ends_with_the_day_that_is_wanted(client: SourceClient, instance: Instance) -> None:
    instance.rows = rows(300, 200, 100, 10)
    since = (NOW - timedelta(days=250)).date()
    first = read(client, {}, since)
    second = read(client, first[-1].cursor, since)
    assert (ids(first), ids(second)) == ([10], [10, 200, 100])
    assert "older" not in second[-1].cursor
    young = read(client, {}, (NOW - timedelta(days=30)).date())
    assert (ids(young), "older" in young[-1].cursor) == ([10], False)


def test_a_table_in_which_nothing_happened_lately_is_read_to_its_beginning(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = rows(500, 200)
    cursor: Cursor = {}
    found = []
    for _ in range(4):
        pages = read(client, cursor)
        found.append(ids(pages))
        cursor = pages[-1].cursor
    assert found == [[], [200], [500], []]


def test_a_part_that_was_cut_short_goes_on_from_its_last_page(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows, instance.page = rows(10, *range(300, 290, -1)), 3
    first = read(client, {})
    stopped = next(page for page in read(client, first[-1].cursor) if 296 in ids([page]))
    older = Older.of(stopped.cursor["older"])
    assert older is not None
    assert older.share is not None
    assert 0 < older.share < 1
    assert ids(read(client, stopped.cursor))[:3] == [10, 295, 294]
    assert ids(read(client, stopped.cursor))[-1] == 291


def test_hidden_rows_of_an_older_part_are_noted_and_no_error(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = rows(200, 150, 10)
    instance.hidden = {"0200", "0150"}
    first = read(client, {})
    (*_, last) = read(client, first[-1].cursor)
    assert "keep back 2 rows" in last.cursor["note"]
    instance.hidden.add("0010")
    with pytest.raises(SourceAuthError, match="1 rows exist, none may be read"):
        read(client, {})


def test_an_end_that_the_server_ignored_is_noticed(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = rows(200)
    first = read(client, {})
    instance.rows, instance.understands = rows(10), False
    with pytest.raises(SourceAnswerError, match="ignores the query"):
        read(client, {**first[-1].cursor, "at": stamp(20)})


def test_what_of_a_log_is_passed_by_depends_on_where_a_row_comes_from(
    client: SourceClient,
) -> None:
    since = date(2020, 1, 1)
    wanted = "2019-12-31 23:59:59"
    older = {"since": f"{since}T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    done = {"at": "2026-02-01 00:00:00", "id": "x"}
    half = {**done, "older": older}
    late, old = "2026-03-01 00:00:00", "2025-06-01 00:00:00"
    assert log_from(reading(client, {}, since), late) == wanted
    assert log_from(reading(client, done, since), late) == "2026-01-31 23:50:00"
    assert log_from(reading(client, half, since), late) == "2026-01-31 23:50:00"
    assert log_from(reading(client, half, since), old) == wanted
    assert log_from(reading(client, {}, None), late) == ""
