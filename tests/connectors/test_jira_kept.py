"""What is known of a changelog does not get less."""

from __future__ import annotations

import httpx
import respx

from connectors import jira
from connectors.jira_changelog import entries, is_complete, keep_entries
from connectors.jira_parse import layout_of
from connectors.stream import Payload, Scope, Wanted
from tests.connectors.readers import quick_client

URL = "https://jira.example"


def _entry(number: int) -> Payload:
    return {"id": str(number), "created": f"2026-02-01T10:{number:02}:00.000+0000", "items": []}


def _issue(shown: range, total: int) -> Payload:
    histories = [_entry(number) for number in shown]
    return {"id": "7", "changelog": {"total": total, "histories": histories}}


def _ids(payload: Payload) -> list[int]:
    return sorted(int(entry["id"]) for entry in entries(payload))


def test_stored_entries_complete_a_changelog_that_is_cut() -> None:
    stored = _issue(range(1, 5), 50) | {
        "_details": {"changelog": [_entry(n) for n in range(1, 51)]}
    }
    fresh = _issue(range(12, 52), 51)
    keep_entries(stored, fresh)
    assert _ids(fresh) == list(range(1, 52))
    assert is_complete(fresh)


def test_a_changelog_that_shows_everything_stays_as_it_came() -> None:
    fresh = _issue(range(1, 4), 3)
    keep_entries(_issue(range(1, 3), 2), fresh)
    assert "_details" not in fresh


@respx.mock
def test_a_bulk_read_that_shows_less_than_is_known_takes_nothing_away() -> None:
    row = {"issueId": "7", "changeHistories": [_entry(59)]}
    answer = httpx.Response(200, json={"issueChangeLogs": [row]})
    respx.post(f"{URL}/rest/api/3/changelog/bulkfetch").mock(return_value=answer)
    layout = layout_of([], browse_url="", wanted=Wanted())
    streams = jira.streams([], [], layout=layout, cloud=True)
    issues = next(one for one in streams if one.name == "issues")
    assert issues.kept is not None
    assert issues.complete is not None
    fresh = _issue(range(58, 60), 60)
    issues.kept(_issue(range(1, 31), 30), fresh)
    client = quick_client(URL)
    issues.complete(client, Scope(), [fresh])
    client.http.close()
    assert _ids(fresh) == [*range(1, 31), 58, 59]
