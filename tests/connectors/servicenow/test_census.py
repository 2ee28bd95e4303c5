"""Which rows are no longer there, and that a lost right is not taken for deletions."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.http import SourceClient
from connectors.stream import Census, Reading, Scope
from core.errors import SourceAnswerError, SourceAuthError
from core.records import Entity
from tests.connectors.readers import stream
from tests.connectors.servicenow.desk import Desk, connect, incident


@pytest.fixture
def census(tool: Desk, client: SourceClient) -> Census:
    found = stream(connect(client), "incidents").census
    assert found is not None
    tool.asked.clear()
    return found


def ids(census: Census, client: SourceClient, since: date | None = None) -> list[str]:
    reading = Reading(client, Scope(), {"at": "2026-03-01 00:00:00"}, lambda _ids: set(), since)
    return [id for page in census.ids(reading) for id in page]


def rows(*numbers: int) -> list[dict[str, str]]:
    return [incident(f"{n:03}", f"2026-01-{n % 28 + 1:02} 08:00:00") for n in numbers]


def test_the_census_lists_every_id_by_itself(
    tool: Desk, client: SourceClient, census: Census
) -> None:
    tool.hold("incident", *rows(*range(25)))
    tool.tables["incident"].page = 10
    assert ids(census, client) == [f"{n:03}" for n in range(25)]
    asked = [params["sysparm_fields"] for params in tool.tables["incident"].asked]
    assert asked == ["sys_id"] * 3
    assert (census.entity, census.every.days) == (Entity.INCIDENT, 7)


def test_the_census_leaves_out_what_is_older_than_the_wanted_history(
    tool: Desk, client: SourceClient, census: Census
) -> None:
    tool.hold("incident", *rows(1, 20))
    assert ids(census, client, date(2026, 1, 10)) == ["020"]


def test_rows_hidden_on_a_whole_page_do_not_end_the_census(
    tool: Desk, client: SourceClient, census: Census
) -> None:
    tool.hold("incident", *rows(*range(9)))
    tool.tables["incident"].page = 3
    tool.tables["incident"].hidden = {"003", "004", "005"}
    assert ids(census, client) == ["000", "001", "002", "006", "007", "008"]


def test_a_table_that_became_invisible_is_no_empty_table(
    tool: Desk, client: SourceClient, census: Census
) -> None:
    tool.hold("incident", *rows(1, 2))
    tool.tables["incident"].hidden = {"001", "002"}
    with pytest.raises(SourceAuthError, match="2 rows exist, none may be read"):
        ids(census, client)


def test_a_server_that_ignores_the_key_is_noticed(
    tool: Desk, client: SourceClient, census: Census
) -> None:
    tool.hold("incident", *rows(*range(9)))
    tool.tables["incident"].page = 3
    tool.tables["incident"].understands = False
    with pytest.raises(SourceAnswerError, match="the query is ignored"):
        ids(census, client)


def test_what_is_missing_is_deleted_or_hidden_or_there_after_all(
    tool: Desk, client: SourceClient, census: Census
) -> None:
    tool.hold("incident", *rows(1))
    tool.hold(
        "sys_audit_delete",
        {"sys_id": "d1", "tablename": "incident", "documentkey": "002"},
        {"sys_id": "d2", "tablename": "problem", "documentkey": "003"},
    )
    assert census.missing(client, Scope(), ["001", "002", "003"]) == {
        "002": "deleted",
        "003": "not_visible",
    }


def test_without_the_log_of_deletions_nothing_is_said_to_be_deleted(
    tool: Desk, client: SourceClient, census: Census
) -> None:
    tool.hold("incident")
    tool.closed.add("sys_audit_delete")
    missing = [f"{n:03}" for n in range(250)]
    assert census.missing(client, Scope(), missing) == dict.fromkeys(missing, "not_visible")
    assert tool.asked == ["incident", "sys_audit_delete"] * 3


def test_changes_have_a_census_of_their_own(tool: Desk, client: SourceClient) -> None:
    found = stream(connect(client), "changes").census
    assert found is not None
    assert found.entity is Entity.CHANGE
    assert ids(found, client) == ["c1"]
    assert tool.asked[-1] == "change_request"
