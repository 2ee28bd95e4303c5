"""Custom fields that Jira's catalogue leaves out: what is stored of them stays."""

from __future__ import annotations

import pytest
import respx

from connectors import jira
from connectors.http import SourceClient
from connectors.stream import Connection, Cursor, Payload, Reading, Scope, Wanted
from core.errors import SourceAuthError
from tests.connectors.readers import payloads, read, stream
from tests.connectors.test_jira import FIELDS, client, issue, mock, search, source

__all__ = ["client", "mock"]

WORTH = {"id": "customfield_7", "name": "Worth"}


def _connected(client: SourceClient, mock: respx.Router, fields: list[Payload]) -> Connection:
    mock.get("/rest/api/3/field").respond(json=fields)
    return jira.connect(client, source(), Wanted(value_field="Worth"))


def _read_once(client: SourceClient, mock: respx.Router, fields: list[Payload]) -> Cursor:
    search(mock, {"issues": [issue(1)]})
    return read(stream(_connected(client, mock, fields), "issues"), client)[-1].cursor


@pytest.mark.parametrize("listed", [[], [WORTH]])
def test_a_field_that_leaves_the_catalogue_stops_the_issues_before_they_are_read_without_it(
    client: SourceClient, mock: respx.Router, listed: list[Payload]
) -> None:
    cursor = _read_once(client, mock, [*FIELDS, WORTH])
    one, asked = stream(_connected(client, mock, listed), "issues"), len(mock.calls)
    with pytest.raises(SourceAuthError, match=r"customfield_10021.*headwater sync --full"):
        read(one, client, cursor=cursor)
    assert one.named is not None
    with pytest.raises(SourceAuthError, match="customfield_10021"):
        list(one.named.read(Reading(client, Scope(), cursor, lambda _ids: set()), ["1"]))
    assert len(mock.calls) == asked


def test_read_anew_the_issues_do_without_it(client: SourceClient, mock: respx.Router) -> None:
    """A full pass begins without a cursor."""
    _read_once(client, mock, [*FIELDS, WORTH])
    search(mock, {"issues": [issue(1)]})
    one = stream(_connected(client, mock, [WORTH]), "issues")
    assert [row["id"] for row in payloads(read(one, client))] == ["1"]


def test_a_field_that_joins_the_catalogue_stops_nothing(
    client: SourceClient, mock: respx.Router
) -> None:
    cursor = _read_once(client, mock, FIELDS)
    search(mock, {"issues": [issue(1)]})
    one = stream(_connected(client, mock, [*FIELDS, WORTH]), "issues")
    assert [row["id"] for row in payloads(read(one, client, cursor=cursor))] == ["1"]
