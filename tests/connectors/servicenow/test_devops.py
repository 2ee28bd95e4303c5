"""The tables of DevOps Change Velocity: kept where they are wanted, without persons."""

from __future__ import annotations

import pytest

from connectors.http import SourceClient
from connectors.servicenow_devops import TABLES
from connectors.stream import Scope
from core.errors import SourceAnswerError
from pipeline.permission import SWITCHED_OFF
from tests.connectors.readers import payloads, read, stream
from tests.connectors.servicenow.desk import Desk, connect

COMMIT = {
    "sys_id": "d1",
    "commit_id": "4f0c",
    "committer": "u7",
    "sys_created_by": "dana",
    "sys_updated_on": "2026-01-05 08:00:00",
}


def test_they_are_read_only_where_that_is_said(tool: Desk, client: SourceClient) -> None:
    names = {one.name for one in connect(client).streams}
    assert not [name for name in names if name.startswith("devops")]
    wanted = {one.name for one in connect(client, devops=True).streams} - names
    assert wanted == {f"devops_{name}" for name in TABLES}
    assert not [table for table in tool.asked if table.startswith("sn_devops")]


def test_rows_are_kept_whole_but_for_persons(tool: Desk, client: SourceClient) -> None:
    tool.hold("sn_devops_commit", COMMIT)
    commits = stream(connect(client, devops=True), "devops_commit")
    (row,) = payloads(read(commits, client))
    assert set(row) == {"sys_id", "commit_id", "sys_updated_on"}
    assert commits.id(row, Scope()) == "d1"
    assert list(commits.parse(row, Scope())) == []


def test_they_may_be_missing_or_refused(client: SourceClient, tool: Desk) -> None:
    """The runner notes that at the stream, and it is no error."""
    assert "sn_devops_tool" not in tool.tables
    tables = [one for one in connect(client, devops=True).streams if "devops" in one.name]
    assert all(one.optional for one in tables)
    with pytest.raises(SourceAnswerError) as refused:
        read(tables[0], client)
    assert refused.value.status in SWITCHED_OFF
