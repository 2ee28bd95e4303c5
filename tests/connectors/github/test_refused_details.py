"""Details that GitHub does not tell any more stay as they were told."""

from __future__ import annotations

import httpx
import pytest
import respx

from connectors.http import SourceClient
from connectors.stream import UNREAD, Payload
from tests.connectors.github.site import SCOPE, commit, repository_stream

PATH = "/repos/shop/api"
AT = "2026-02-02T09:00:00Z"
JOB = {"id": 31, "name": "build", "status": "completed", "conclusion": "success"}
REVIEW = {"id": 21, "state": "APPROVED", "submitted_at": AT, "user": {"login": "sam"}}


@pytest.mark.parametrize(
    ("name", "payload", "lists", "kept"),
    [
        (
            "pull_requests",
            {"id": 9007, "number": 7, "state": "open", "head": {"sha": "aa"}},
            {"pulls/7/commits": [commit("aa")], "pulls/7/reviews": [REVIEW]},
            {"commits", "reviews"},
        ),
        (
            "workflow_runs",
            {"id": 5, "status": "completed"},
            {"actions/runs/5/jobs": {"total_count": 1, "jobs": [JOB]}},
            {"jobs"},
        ),
        (
            "deployments",
            {"id": 8},
            {"deployments/8/statuses": [{"state": "success", "created_at": AT}]},
            {"statuses"},
        ),
    ],
)
def test_what_was_told_stays_when_it_is_refused(
    client: SourceClient,
    mock: respx.Router,
    name: str,
    payload: Payload,
    lists: dict[str, object],
    kept: set[str],
) -> None:
    one = repository_stream(client, name)
    assert one.complete is not None
    assert one.kept is not None
    for path, body in lists.items():
        refused = httpx.Response(404, json={"message": "Not Found"})
        mock.get(f"{PATH}/{path}").side_effect = [httpx.Response(200, json=body), refused]
    first, second = dict(payload), {**payload, "title": "changed"}
    one.complete(client, SCOPE, [first])
    assert UNREAD not in first["_details"]
    one.kept(first, second)
    one.complete(client, SCOPE, [second])
    assert set(second["_details"].pop(UNREAD)) == kept
    assert second["_details"] == first["_details"]
    assert all(second["_details"][part] for part in kept)
