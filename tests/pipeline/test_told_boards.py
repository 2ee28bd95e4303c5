"""Lists that are read once an hour are read at once where a webhook says that they changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import respx
from sqlalchemy import Engine

from connectors.http import SourceClient
from connectors.jira_boards import board_streams, parse_nothing
from connectors.paging import fetched
from connectors.stream import Stream, own_id
from pipeline.database import Database, over
from pipeline.due import Due
from pipeline.progress import Silent
from pipeline.source_pass import SourcePass
from pipeline.stopping import Stop
from store import raw
from store.hooks import NotedHint
from store.sources import SourceRow, ensure_sources
from tests.connectors.readers import quick_client

URL = "https://jira.example"
PROJECTS = Stream(name="projects", read=fetched([{"id": 1}]), id=own_id, parse=parse_nothing)


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = quick_client(URL)
    yield opened
    opened.http.close()


def _read(database: Database, client: SourceClient, *hints: NotedHint) -> None:
    """A whole pass, or one for these hints alone."""
    with database.writing() as session:
        source = ensure_sources(session, [SourceRow("jira", "jira")])["jira"]
    due = Due.of(hints) if hints else None
    streams = [PROJECTS, *board_streams()]
    one = SourcePass(
        source, "jira", database, client, Silent(), lambda _session: None, Stop(), only=due
    )
    one.run(due.streams(streams) if due else streams)
    assert {name: counts.errors for name, counts in one.counts.items() if counts.errors} == {}


def test_a_sprint_that_a_webhook_names_is_read_within_the_hour(
    sqlite_engine: Engine, client: SourceClient
) -> None:
    database = over(sqlite_engine)
    with respx.mock(base_url=f"{URL}/rest/agile/1.0", assert_all_called=False) as mock:
        boards = mock.get("/board").respond(
            json={"values": [{"id": 7, "type": "scrum"}], "startAt": 0, "total": 1}
        )
        mock.get("/board/7/configuration").respond(json={})
        sprint = {"id": 5, "state": "future"}
        page = {"startAt": 0, "total": 1}
        mock.get("/board/7/sprint").respond(json={"values": [sprint], **page})
        _read(database, client)
        begun = {"values": [sprint | {"state": "active"}], **page}
        sprints = mock.get("/board/7/sprint").respond(json=begun)
        _read(database, client)
        assert sprints.call_count == 1, "it was read within the hour"
        _read(database, client, NotedHint("sprints", "", "5"))
        assert (boards.call_count, sprints.call_count) == (1, 2)
    with database.read() as session:
        assert raw.payloads(session, 1, "sprints", ["5"])["5"]["state"] == "active"
