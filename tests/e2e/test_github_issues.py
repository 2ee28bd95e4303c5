"""Issues of GitHub as the items of a stream, from the timeline to flow time and stages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.config_file import load_settings
from core.frames import NONE, to_ts
from core.settings import Settings
from pipeline.database import opened
from pipeline.sync import SyncReport, sync
from store import frames
from tests.contract.replay import Answer, Query, Site, always, serving
from tests.migrated import migrated

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REPOSITORY = {
    "id": 42,
    "name": "web",
    "full_name": "shop/web",
    "default_branch": "main",
    "has_issues": True,
    "created_at": "2026-03-01T00:00:00Z",
}
CONFIG = """
[database]
url = "sqlite:///headwater.db"

[[sources]]
name = "hub"
kind = "github"
url = "{url}"
auth = {{ token = "env:TOKEN" }}
repositories = ["shop/web"]
status_labels = ["status: *"]

[[streams]]
name = "web"
items = {{ source = "hub", projects = ["shop/web"] }}
stages = [
  {{ name = "Ideas",  state = "new",       statuses = ["open"] }},
  {{ name = "Queue",  state = "waiting",   statuses = ["status: ready"] }},
  {{ name = "Build",  state = "active",    statuses = ["status: build"] }},
  {{ name = "Done",   state = "done",      statuses = ["closed"] }},
  {{ name = "Dropped", state = "cancelled", statuses = ["not_planned"] }},
]
blocked = {{ labels = ["blocked"] }}
"""


def at(hours: int) -> str:
    return (START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def event(hours: int, kind: str, label: str = "", **extra: Any) -> dict[str, Any]:
    named = {"label": {"name": label}} if label else {}
    actor = {"login": "dana", "type": "User"}
    return {
        "id": 100 + hours, "event": kind, "created_at": at(hours), "actor": actor, **named, **extra,
    }  # fmt: skip


def issue(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": 7000 + number,
        "number": number,
        "title": f"Issue {number}",
        "state": "open",
        "state_reason": None,
        "labels": [],
        "assignees": [],
        "repository_url": "https://api.github.com/repos/shop/web",
        "html_url": f"https://github.com/shop/web/issues/{number}",
        "created_at": at(0),
        "updated_at": at(100),
        "closed_at": None,
    } | changes


TIMELINES = {
    # A day of waiting, ten hours of work, two of them blocked.
    1: [
        event(10, "labeled", "status: ready"),
        event(34, "labeled", "status: build"),
        event(34, "unlabeled", "status: ready") | {"id": 1034},
        event(36, "labeled", "blocked"),
        event(38, "unlabeled", "blocked"),
        event(44, "closed", state_reason="completed"),
    ],
    2: [event(5, "labeled", "status: ready"), event(9, "closed", state_reason="not_planned")],
    3: [],
}
ISSUES = [
    issue(1, state="closed", state_reason="completed", closed_at=at(44)),
    issue(
        2,
        state="closed",
        state_reason="not_planned",
        closed_at=at(9),
        labels=[{"name": "status: ready"}],
    ),
    issue(3),
    issue(4, pull_request={"url": "u"}),
]


def _changed(query: Query) -> list[dict[str, Any]]:
    return [row for row in ISSUES if row["updated_at"] >= query.get("since", "")]


def tracker() -> Site:
    below = "/repos/shop/web"
    lists = ("branches", "tags", "releases", "pulls", "deployments")
    labels = [{"id": n, "name": f"status: {name}"} for n, name in enumerate(("ready", "build"))]
    answers: dict[str, Answer] = {
        "/user": always({"login": "reader"}),
        "/meta": always({}),
        below: always(REPOSITORY),
        **{f"{below}/{name}": always([]) for name in lists},
        f"{below}/actions/runs": always({"total_count": 0, "workflow_runs": []}),
        f"{below}/environments": always({"total_count": 0, "environments": []}),
        f"{below}/labels": always(labels),
        f"{below}/issues": _changed,
    }
    for number, events in TIMELINES.items():
        answers[f"{below}/issues/{number}/timeline"] = always(events)
    return Site(answers)


@contextmanager
def collected(home: Path) -> Iterator[tuple[Settings, SyncReport, Site]]:
    site = tracker()
    with serving(site) as url:
        path = home / "headwater.toml"
        path.write_text(CONFIG.format(url=url), encoding="utf-8")
        settings = load_settings(path, {"TOKEN": "ghp"})
        migrated(settings.database.url)
        with opened(settings.database) as database:
            yield settings, sync(settings, database), site


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The facts of each item by its key."""
    with collected(tmp_path_factory.mktemp("issues")) as (settings, report, site):
        assert not [line for one in report.sources for line in one.problems]
        assert not report.warnings
        assert f"{REPOSITORY['full_name']}/issues/4/timeline" not in "".join(site.asked)
        with opened(settings.database) as database, database.read() as session:
            keys = frames.item_keys(session).set_index("item_id")["key"]
            (stream,) = frames.value_streams(session)["stream_id"].tolist()
            rows = frames.item_facts(session, stream).to_dict("records")
            return {keys[row["item_id"]]: {str(k): v for k, v in row.items()} for row in rows}


def moment(hours: int) -> int:
    return to_ts(START + timedelta(hours=hours))


def test_every_issue_is_an_item_and_no_pull_request_is(facts: dict[str, dict[str, Any]]) -> None:
    assert set(facts) == {"shop/web#1", "shop/web#2", "shop/web#3"}


def test_an_issue_is_committed_by_its_first_label_and_done_when_it_is_closed(
    facts: dict[str, dict[str, Any]],
) -> None:
    row = facts["shop/web#1"]
    assert (row["committed_ts"], row["done_ts"], row["cancelled_ts"]) == (
        moment(10),
        moment(44),
        NONE,
    )
    hour = 3600
    told = (row["waiting_s"], row["active_s"], row["blocked_s"])
    assert told == ((24 + 2) * hour, (10 - 2) * hour, 2 * hour)  # what is blocked waits


def test_an_issue_that_is_not_planned_is_cancelled_and_an_open_one_is_neither(
    facts: dict[str, dict[str, Any]],
) -> None:
    row = facts["shop/web#2"]
    assert (row["committed_ts"], row["done_ts"], row["cancelled_ts"]) == (
        moment(5),
        NONE,
        moment(9),
    )
    row = facts["shop/web#3"]
    assert (row["committed_ts"], row["done_ts"], row["cancelled_ts"]) == (NONE, NONE, NONE)
