"""The old key of an issue that was moved leads to the one it became, however late that is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import Engine, select

from connectors.gitlab_streams import streams
from connectors.stream import Payload, Wanted
from pipeline.database import over
from pipeline.progress import Silent
from pipeline.source_pass import SourcePass
from pipeline.stopping import Stop
from store.models import item_key
from store.sources import SourceRow, ensure_sources
from tests.connectors.gitlab_site import PROJECT, Site, serving

NOW = datetime.now(UTC)
_READ = ("projects", "issues", "moved_issues")


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as opened:
        yield opened


def _issue(number: int, *, changed_days_ago: int, moved_to: int | None = None) -> Payload:
    return {
        "id": number,
        "iid": number,
        "project_id": 42,
        "title": "Pay by invoice",
        "state": "closed" if moved_to else "opened",
        "labels": [],
        "moved_to_id": moved_to,
        "created_at": (NOW - timedelta(days=300)).isoformat(),
        "updated_at": (NOW - timedelta(days=changed_days_ago)).isoformat(),
    }


def _answer(site: Site, issues: list[Payload]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        since = asked.get("updated_after", "")
        until = asked.get("updated_before", "9")
        found = [
            issue
            for issue in sorted(issues, key=lambda row: str(row["updated_at"]))
            if since <= issue["updated_at"] <= until
            and asked["state" if "state" in asked else "scope"] in ("all", issue["state"])
        ]
        return httpx.Response(200, json=found)

    site.get("issues").mock(side_effect=answer)
    site.router.get(url__regex=r".*/issues/\d+/").respond(json=[])


def test_an_issue_moved_lately_whose_successor_changed_long_ago_keeps_its_old_key(
    sqlite_engine: Engine, site: Site
) -> None:
    """The first pass reads the last 90 days: the old issue and not yet the one it became."""
    database = over(sqlite_engine)
    _answer(site, [_issue(1, changed_days_ago=1, moved_to=2), _issue(2, changed_days_ago=200)])
    with database.writing() as session:
        source = ensure_sources(session, [SourceRow("gitlab", "gitlab")])["gitlab"]
    read = [one for one in streams([PROJECT], Wanted()) if one.name in _READ]
    for _ in range(4):
        one = SourcePass(
            source, "gitlab", database, site.client, Silent(), lambda _session: None, Stop()
        )
        one.run(read)
        assert [counts.errors for counts in one.counts.values()] == [[], [], []]
    with database.read() as session:
        rows = session.execute(select(item_key.c.key, item_key.c.current).order_by(item_key.c.key))
        assert [tuple(row) for row in rows] == [("shop/api#1", False), ("shop/api#2", True)]
