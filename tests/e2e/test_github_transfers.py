"""An issue that is transferred to another repository: one item, its past and both of its keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from sqlalchemy import select

from core.config_file import load_settings
from core.frames import NONE
from core.settings import Settings
from pipeline.database import Database, opened
from pipeline.sync import sync
from store import frames
from store.models import item_key, work_item
from tests.e2e.small import Hasty
from tests.e2e.test_github_issues import CONFIG, REPOSITORY, event, issue, moment
from tests.migrated import migrated

URL = "https://hub.example"
WEB, API = "/repos/shop/web", "/repos/shop/api"
OTHER = REPOSITORY | {"id": 43, "name": "api", "full_name": "shop/api"}
BEFORE = [
    event(10, "labeled", "status: ready"),
    event(34, "labeled", "status: build"),
    event(34, "unlabeled", "status: ready") | {"id": 1034},
]
LABELS = [{"id": 2, "name": "status: build"}]
CLOSED = event(60, "closed", state_reason="completed")


def hub() -> dict[str, Any]:
    """By path: the body of its answer, or another answer; issue 1 is in `shop/web`."""
    lists = ("branches", "tags", "releases", "pulls", "deployments", "issues")
    found: dict[str, Any] = {"/user": {"login": "reader"}, "/meta": {}, WEB: REPOSITORY, API: OTHER}
    for below in (WEB, API):
        found |= {f"{below}/{name}": [] for name in lists}
        found[f"{below}/labels"] = [{"id": 1, "name": "status: ready"}, *LABELS]
        found[f"{below}/actions/runs"] = {"total_count": 0, "workflow_runs": []}
        found[f"{below}/environments"] = {"total_count": 0, "environments": []}
    one = issue(1, labels=LABELS)
    found[f"{WEB}/issues"] = [one, issue(2)]
    found[f"{WEB}/issues/1"] = one
    found |= {f"{WEB}/issues/1/timeline": BEFORE, f"{WEB}/issues/2/timeline": []}
    return found


def transfer(answers: dict[str, Any], *, timeline: list[dict[str, Any]]) -> None:
    """Issue 1 becomes number 7 of `shop/api`, and is closed there."""
    address = {
        "repository_url": f"https://api.github.com{API}",
        "updated_at": "2026-03-10T00:00:00Z",
    }
    closed = {"state": "closed", "state_reason": "completed", "closed_at": CLOSED["created_at"]}
    one = issue(1, labels=LABELS, **address, **closed) | {"id": 9001, "number": 7}
    there = {"location": f"{URL}/repositories/43/issues/7"}
    answers[f"{WEB}/issues"] = [issue(2)]
    answers[f"{WEB}/issues/1"] = httpx.Response(301, json={"message": "Moved"}, headers=there)
    answers[f"{API}/issues"] = [one]
    for below in (API, "/repositories/43"):
        answers[f"{below}/issues/7"] = one
        answers[f"{below}/issues/7/timeline"] = timeline


@contextmanager
def serving(answers: dict[str, Any]) -> Iterator[None]:
    def answer(request: httpx.Request) -> httpx.Response:
        found = answers.get(request.url.path)
        if isinstance(found, httpx.Response):
            return httpx.Response(found.status_code, content=found.content, headers=found.headers)
        if found is None:
            return httpx.Response(404, json={"message": "Not Found"})
        if request.url.path.endswith("/issues"):
            since = request.url.params.get("since", "")
            found = [row for row in found if row["updated_at"] >= since]
        return httpx.Response(200, json=found)

    with respx.mock() as router:
        router.route().mock(side_effect=answer)
        yield


def settings_in(home: Path, repositories: str) -> Settings:
    path = home / "headwater.toml"
    text = CONFIG.format(url=URL).replace('["shop/web"]\nstatus', f"{repositories}\nstatus")
    path.write_text(text.replace('["shop/web"] }', f"{repositories} }}"), encoding="utf-8")
    settings = load_settings(path, {"TOKEN": "ghp"})
    migrated(settings.database.url)
    return settings


def passed(settings: Settings, database: Database, *, full: bool = False) -> None:
    report = sync(settings, database, full=full, stop=Hasty())
    assert [line for one in report.sources for line in one.problems] == []


def items(database: Database) -> dict[str, str]:
    """By external id: why it is gone, empty for what is there."""
    with database.read() as session:
        found = session.execute(select(work_item.c.external_id, work_item.c.gone))
        return {row.external_id: row.gone for row in found}


def keys(database: Database) -> set[tuple[str, str, bool]]:
    """Key, external id of the item, and whether it is its present key."""
    columns = (item_key.c.key, work_item.c.external_id, item_key.c.current)
    with database.read() as session:
        found = session.execute(
            select(*columns).join(work_item, work_item.c.id == item_key.c.item_id)
        )
        return {(row.key, row.external_id, bool(row.current)) for row in found}


def facts_of(database: Database, key: str) -> dict[str, Any]:
    with database.read() as session:
        named = frames.item_keys(session).set_index("key")["item_id"]
        (stream,) = frames.value_streams(session)["stream_id"].tolist()
        rows = frames.item_facts(session, stream).to_dict("records")
    (row,) = (row for row in rows if row["item_id"] == named[key])
    return {str(name): value for name, value in row.items()}


@pytest.mark.parametrize("timeline", [[CLOSED], [*BEFORE, CLOSED]], ids=["cut", "whole"])
def test_it_goes_on_under_its_new_key_with_its_past_and_the_old_key_leads_to_it(
    tmp_path: Path, timeline: list[dict[str, Any]]
) -> None:
    """Whether GitHub takes the events along or leaves them behind."""
    answers = hub()
    settings = settings_in(tmp_path, '["shop/web", "shop/api"]')
    with serving(answers), opened(settings.database) as database:
        passed(settings, database)
        assert facts_of(database, "shop/web#1")["done_ts"] == NONE
        transfer(answers, timeline=timeline)
        passed(settings, database, full=True)
        assert items(database) == {"42#1": "moved", "42#2": "", "43#7": ""}
        assert keys(database) == {
            ("shop/web#1", "43#7", False),
            ("shop/api#7", "43#7", True),
            ("shop/web#2", "42#2", True),
        }
        row = facts_of(database, "shop/api#7")
        assert (row["committed_ts"], row["done_ts"]) == (moment(10), moment(60))
        assert (row["waiting_s"], row["active_s"]) == (24 * 3600, 26 * 3600)
        passed(settings, database)
        assert facts_of(database, "shop/api#7") == row


def test_where_the_new_repository_is_not_read_it_is_moved_and_counts_no_more(
    tmp_path: Path,
) -> None:
    answers = hub()
    settings = settings_in(tmp_path, '["shop/web"]')
    with serving(answers), opened(settings.database) as database:
        passed(settings, database)
        transfer(answers, timeline=[CLOSED])
        passed(settings, database, full=True)
        assert items(database) == {"42#1": "moved", "42#2": ""}
        assert ("shop/web#1", "42#1", True) in keys(database)
