"""How tables are read, from an instance that hides rows and ignores queries as real ones do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import respx
from pydantic import SecretStr

from connectors import servicenow
from connectors.http import SourceClient
from connectors.servicenow_query import Table
from connectors.servicenow_table import read_table
from connectors.stream import Cursor, Page, Reading, Scope
from core.errors import SourceAnswerError, SourceAuthError, SourceUnavailableError
from core.source_settings import Auth, ServiceNowSource
from tests.connectors.servicenow.instance import Instance, Row

TABLE = Table(name="incident", fields=("sys_id", "sys_updated_on", "state"))
NOON = "2026-01-05 12:00:00"


def row(id: str, at: str = NOON) -> Row:
    return {"sys_id": id, "sys_updated_on": at, "state": "1"}


def at_minute(minute: int) -> str:
    return f"2026-01-05 12:{minute:02}:00"


def minutes(*numbers: int) -> list[Row]:
    return [row(f"{n:02}", at_minute(n)) for n in numbers]


@pytest.fixture
def instance() -> Iterator[Instance]:
    found = Instance()
    with respx.mock(assert_all_called=False) as mock:
        mock.route(host="acme.example").mock(side_effect=found.answer)
        yield found


@pytest.fixture
def client() -> Iterator[SourceClient]:
    auth = Auth(user=SecretStr("reader"), password=SecretStr("p"))
    source = ServiceNowSource(name="snow", kind="servicenow", url="https://acme.example", auth=auth)
    opened = servicenow.open_client_for(source, sleep=lambda _seconds: None)
    yield opened
    opened.http.close()


def read(
    client: SourceClient,
    cursor: Cursor | None = None,
    *,
    table: Table = TABLE,
    since: date | None = None,
) -> list[Page]:
    reading = Reading(client, Scope(), cursor or {}, lambda _ids: set(), since)
    return list(read_table(reading, table=table))


def ids(pages: list[Page]) -> list[str]:
    return [payload["sys_id"] for page in pages for payload in page.payloads]


def queries(instance: Instance) -> list[str]:
    return [params["sysparm_query"] for params in instance.asked]


def test_pages_follow_each_other_by_time_and_id(client: SourceClient, instance: Instance) -> None:
    instance.rows = minutes(3, 1, 2)
    pages = read(client)
    assert ids(pages) == ["01", "02", "03"]
    assert [page.cursor for page in pages[:2]] == [
        {"at": at_minute(2), "id": "02"},
        {"at": at_minute(3), "id": "03"},
    ]
    assert queries(instance)[:3] == [
        "ORDERBYsys_updated_on^ORDERBYsys_id",
        f"sys_updated_on={at_minute(2)}^sys_id>02^ORDERBYsys_id",
        f"sys_updated_on>{at_minute(2)}^ORDERBYsys_updated_on^ORDERBYsys_id",
    ]


def test_stored_values_of_the_named_columns_are_asked_for(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = minutes(1)
    read(client)
    (asked,) = instance.asked
    assert asked["sysparm_fields"] == "sys_id,sys_updated_on,state"
    assert (asked["sysparm_display_value"], asked["sysparm_limit"]) == ("false", "1000")
    assert asked["sysparm_exclude_reference_link"] == "true"


def test_rows_are_counted_on_the_first_page_and_to_be_sure_of_the_last(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = minutes(*range(1, 6))
    assert len(ids(read(client))) == 5
    forward = [p for p in instance.asked if "=" not in p["sysparm_query"]]
    assert [p.get("sysparm_no_count") for p in forward] == [None, "true", "true", None]


def test_an_empty_table_gives_an_empty_page(client: SourceClient, instance: Instance) -> None:
    assert read(client) == [Page([], {})]
    assert len(instance.asked) == 1


def test_many_rows_of_one_second_are_all_read_over_the_edge_of_pages(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = [row(f"a{n}") for n in range(7)] + minutes(30)
    assert ids(read(client)) == ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "30"]


def test_a_run_with_nothing_new_makes_one_request_and_rereads_ten_minutes(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = minutes(*range(0, 40, 8))
    cursor = read(client)[-1].cursor
    instance.page = 1000
    instance.asked.clear()
    (page,) = read(client, cursor)
    assert (ids([page]), page.cursor) == (["24", "32"], cursor)
    assert queries(instance) == [
        f"sys_updated_on>{at_minute(22)}^ORDERBYsys_updated_on^ORDERBYsys_id"
    ]


def test_a_row_that_was_committed_late_is_found(client: SourceClient, instance: Instance) -> None:
    instance.rows = minutes(1, 20)
    cursor = read(client)[-1].cursor
    instance.rows = minutes(1, 15, 20)
    assert "15" in ids(read(client, cursor))


def test_the_cursor_does_not_go_back_when_the_last_rows_are_gone(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = minutes(1, 20)
    cursor = read(client)[-1].cursor
    instance.rows = minutes(1, 15)
    assert read(client, cursor)[-1].cursor == cursor
    instance.rows = []
    assert read(client, cursor)[-1].cursor == cursor


def test_the_first_load_starts_with_the_history_that_is_wanted(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = [row("a", "2026-01-04 23:59:59"), row("b", "2026-01-05 00:00:00")]
    assert ids(read(client, since=date(2026, 1, 5))) == ["b"]


def test_a_load_that_was_cut_off_goes_on_from_its_last_page(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = minutes(*range(0, 60, 12))
    first = read(client)[0]
    assert ids(read(client, first.cursor)) == ["12", "24", "36", "48"]


def test_a_page_emptied_by_access_rules_is_not_the_end(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = minutes(*range(1, 9))
    instance.hidden = {"03", "04", "05", "06"}
    pages = read(client)
    assert ids(pages) == ["01", "02", "07", "08"]
    assert "keep back 4 rows of incident" in pages[-1].cursor["note"]


@pytest.mark.parametrize("dropped", [{"link"}, {"link", "x-total-count"}])
def test_without_the_link_of_the_next_page_an_empty_one_is_the_end(
    client: SourceClient, instance: Instance, dropped: set[str]
) -> None:
    """A proxy takes headers away; where the total is told, it ends the table too."""
    instance.dropped = dropped
    instance.rows = [*minutes(*range(1, 8)), *(row(f"b{n}", at_minute(8)) for n in range(5))]
    pages = read(client)
    assert len(ids(pages)) == len(set(ids(pages))) == 12
    assert pages[-1].cursor == {"at": at_minute(8), "id": "b4"}
    instance.page = 1000
    instance.asked.clear()
    read(client, pages[-1].cursor)
    assert len(instance.asked) == (1 if dropped == {"link"} else 3)


def test_older_history_is_read_whole_without_the_link_of_the_next_page(
    client: SourceClient, instance: Instance
) -> None:
    today = datetime.now(UTC)
    days = [f"{today - timedelta(days=10 * n):%Y-%m-%d} 12:00:00" for n in range(1, 60)]
    instance.rows = [row(f"{n:02}", at) for n, at in enumerate(days)]
    instance.dropped = {"link"}
    cursor: Cursor = {}
    found: set[str] = set()
    for _ in range(4):
        reading = Reading(client, Scope(), cursor, lambda _ids: set(), newest_first=True)
        pages = list(read_table(reading, table=TABLE))
        cursor, found = pages[-1].cursor, found | set(ids(pages))
    assert (len(found), cursor.get("older"), cursor.get("note")) == (59, None, None)


def test_a_hidden_row_in_the_second_of_the_edge_stops_nothing(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = [row(f"a{n}") for n in range(5)] + minutes(30)
    instance.hidden = {"a2", "a3"}
    assert ids(read(client)) == ["a0", "a1", "a4", "30"]


def test_a_table_of_which_no_row_may_be_read_is_an_error_on_the_first_load(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = minutes(1, 2, 3)
    instance.hidden = {"01", "02", "03"}
    with pytest.raises(SourceAuthError, match="3 rows exist, none may be read"):
        read(client)


def test_one_hidden_row_in_a_later_window_is_noted_and_no_error(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = minutes(1)
    cursor = read(client)[-1].cursor
    instance.rows = minutes(1, 2)
    instance.hidden = {"01", "02"}
    page = read(client, cursor)[-1]
    assert page.cursor["note"].startswith("access rules keep back 2 rows")
    assert page.cursor["at"] == at_minute(1)


def test_a_query_that_the_server_ignored_is_noticed(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = minutes(1, 2, 30)
    instance.understands = False
    with pytest.raises(SourceAnswerError, match="ignores the query"):
        read(client, {"at": at_minute(30), "id": "30"})


def test_a_filter_that_the_server_ignored_is_noticed(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = minutes(1)
    instance.understands = False
    only = Table(name="incident", fields=TABLE.fields, only={"state": ("6", "7")})
    with pytest.raises(SourceAnswerError, match="ignores the query"):
        read(client, table=only)


def test_an_order_that_the_server_ignored_is_noticed(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = minutes(2, 1)
    instance.understands = False
    with pytest.raises(SourceAnswerError, match="row 01"):
        read(client)


def test_a_column_that_may_not_be_read_is_noticed(client: SourceClient, instance: Instance) -> None:
    instance.rows = minutes(1)
    instance.unreadable = {"state"}
    with pytest.raises(SourceAnswerError, match="no column state"):
        read(client)


def test_a_table_is_read_by_its_own_time_and_filter(
    client: SourceClient, instance: Instance
) -> None:
    wanted = {**row("x"), "sys_created_on": NOON, "fieldname": "state"}
    instance.rows = [wanted, {**wanted, "sys_id": "y", "fieldname": "urgency"}]
    table = Table(
        name="sys_audit",
        fields=("sys_id", "sys_created_on", "fieldname"),
        at="sys_created_on",
        only={"fieldname": ("state", "approval")},
    )
    assert ids(read(client, table=table)) == ["x"]
    assert queries(instance) == ["fieldnameINstate,approval^ORDERBYsys_created_on^ORDERBYsys_id"]


@pytest.mark.parametrize("body", [{"error": {"message": "x"}}, {"result": {"a": 1}}, [1]])
def test_an_answer_without_rows_is_an_error(client: SourceClient, body: object) -> None:
    with respx.mock:
        respx.route(host="acme.example").respond(json=body)
        with pytest.raises(SourceAnswerError, match="no list `result`"):
            read(client)


def test_html_in_place_of_json_is_an_error(client: SourceClient) -> None:
    with respx.mock:
        respx.route(host="acme.example").respond(
            200, html="<title>Instance Hibernating page</title>"
        )
        with pytest.raises(SourceAnswerError, match="not JSON"):
            read(client)


def test_every_page_moves_the_cursor_on(client: SourceClient, instance: Instance) -> None:
    instance.rows = minutes(*range(1, 20))
    places = [(page.cursor["at"], page.cursor["id"]) for page in read(client)]
    assert all(before <= after for before, after in pairwise(places))
    assert places[-1] == (at_minute(19), "19")


def test_a_page_that_comes_too_late_is_asked_for_at_half_its_size(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows, instance.page = minutes(*range(1, 60)), 1000
    instance.largest = 250
    assert len(ids(read(client))) == 59
    sizes = dict.fromkeys(int(params["sysparm_limit"]) for params in instance.asked)
    assert list(sizes) == [1000, 500, 250]


def test_a_smaller_page_is_kept_for_the_rest_of_the_pass_and_loses_nothing(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows = [row(f"{n:04}", f"2026-01-05 12:{n // 60:02}:{n % 60:02}") for n in range(700)]
    instance.page, instance.largest = 1000, 250
    assert len(set(ids(read(client)))) == 700
    slow = [params for params in instance.asked if int(params["sysparm_limit"]) > 250]
    assert len(slow) == 10  # five tries of 1000 and of 500 rows, once


def test_a_server_too_slow_for_any_page_is_left_for_the_next_run(
    client: SourceClient, instance: Instance
) -> None:
    instance.rows, instance.largest = minutes(1), 0
    with pytest.raises(SourceUnavailableError, match="no answer in time"):
        read(client)
    assert int(instance.asked[-1]["sysparm_limit"]) == 62


def test_a_server_that_is_away_is_not_asked_for_smaller_pages(client: SourceClient) -> None:
    with respx.mock:
        route = respx.route(host="acme.example").respond(503)
        with pytest.raises(SourceUnavailableError):
            read(client)
    assert route.call_count == 5


def test_a_column_that_can_be_done_without_is_noted_where_it_is_missing(
    client: SourceClient, instance: Instance
) -> None:
    table = Table(name="incident", fields=TABLE.fields, extra=("resolved_at", "rfc"))
    instance.rows = [{**found, "resolved_at": "", "rfc": ""} for found in minutes(1, 2)]
    assert "note" not in read(client, table=table)[-1].cursor
    instance.unreadable = {"resolved_at"}
    pages = read(client, table=table)
    assert ids(pages) == ["01", "02"]
    assert pages[-1].cursor["note"] == "incident has no readable column resolved_at"


def test_what_was_kept_back_is_told_until_everything_is_read_again(
    client: SourceClient, instance: Instance
) -> None:
    table = Table(name="incident", fields=TABLE.fields, extra=("rfc",))
    instance.rows = minutes(1, 2, 40)
    instance.hidden = {"01"}
    cursor = read(client, table=table)[-1].cursor
    instance.hidden.clear()
    note = read(client, cursor, table=table)[-1].cursor["note"]
    assert note.startswith("access rules keep back 1 rows of incident")
    assert note.endswith("incident has no readable column rfc")
    instance.rows = [{**found, "rfc": ""} for found in minutes(1, 2, 50)]
    assert "rfc" not in read(client, cursor, table=table)[-1].cursor["note"]
    assert "note" not in read(client, table=table)[-1].cursor
