"""Recorded worklogs, boards and sprints of Jira, served on loopback and collected."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from pipeline.database import over
from store import models, raw
from tests.contract.replay import Query, Site, always, load
from tests.contract.sites import jira_site
from tests.contract.test_replay import Collector, counts, jira_source

HOURS = {"10085": 1, "10079": 2, "10077": 8, "10076": 10, "10078": 1, "11956": 10}
"""Booked on each issue: 32 hours in ten worklogs; on 11956 3 h, 2 h 30, 30 min and 4 h."""
PROJECT = {"id": "10003", "key": "EE", "name": "Project"}


def worklog_site(folder: Path) -> tuple[Site, list[dict[str, Any]]]:
    """Recorded: the worklogs. Brief: their issues, and the feed that tells which ones changed."""
    paths = sorted((folder / "devlake/issue-worklog").glob("page-*.json"))
    logs = [log for path in paths for log in load(path)["worklogs"]]
    told = sorted(
        ({"worklogId": int(log["id"]), "updatedTime": ms(log["updated"])} for log in logs),
        key=lambda row: row["updatedTime"],
    )

    def updated(query: Query) -> Any:
        rows = [row for row in told if row["updatedTime"] >= int(query["since"])]
        last = max((row["updatedTime"] for row in rows), default=int(query["since"]))
        return {"values": rows, "until": last, "lastPage": True}

    def bodies(query: Query) -> Any:
        return [log for log in logs if int(log["id"]) in query["ids"]]

    issues = [brief(id) for id in sorted(HOURS)]
    site = jira_site(folder, always({"issues": issues, "total": len(issues)}), [PROJECT])
    api = "/rest/api/2/worklog"
    feeds = {f"{api}/updated": updated, f"{api}/list": bodies}
    return Site({**site.answers, **feeds}), logs


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def brief(id: str) -> dict[str, Any]:
    at = "2020-06-01T10:00:00.000+0000"
    fields = {
        "summary": "A ticket",
        "project": PROJECT,
        "issuetype": {"id": "1", "name": "Story"},
        "status": {"id": "1", "name": "Open"},
        "created": at,
        "updated": at,
    }
    return {"id": id, "key": f"EE-{id}", "fields": fields, "changelog": {"histories": []}}


def test_recorded_worklogs_are_booked_on_their_issues(
    fixtures_dir: Path, sqlite_engine: Engine
) -> None:
    store = Collector(sqlite_engine)
    site, logs = worklog_site(fixtures_dir / "jira")
    report = store.twice(site, jira_source("EE"))
    assert report.problems == []
    assert counts(report, "worklogs") == (10, 10, 0)
    joined = select(models.work_item.c.external_id.label("item"), models.worklog).join_from(
        models.worklog, models.work_item, models.worklog.c.item_id == models.work_item.c.id
    )
    with store.engine.connect() as connection:
        rows = list(connection.execute(joined))
    spent: Counter[str] = Counter()
    for row in rows:
        spent[row.item] += row.spent_s
    assert {item: seconds / 3600 for item, seconds in spent.items()} == HOURS
    starts = {row.external_id: row.started_ts for row in rows}
    assert starts["10713"] == datetime(2021, 1, 11, 6, 58, 43, tzinfo=UTC).timestamp()
    # Six were written by one person, four by another.
    assert sorted(Counter(row.person_id for row in rows).values()) == [4, 6]
    assert len(logs) == 10


def test_recorded_worklogs_are_kept_without_their_text(
    fixtures_dir: Path, sqlite_engine: Engine
) -> None:
    store = Collector(sqlite_engine)
    site, logs = worklog_site(fixtures_dir / "jira")
    store.twice(site, jira_source("EE"))
    assert sum(bool(log.get("comment")) for log in logs) == 6
    with over(store.engine).read() as session:
        kept = raw.payloads(session, 1, "worklogs", [log["id"] for log in logs])
    assert len(kept) == 10
    assert [payload for payload in kept.values() if "comment" in payload] == []


def board_site(folder: Path) -> Site:
    """Recorded: four boards, two of them scrum boards, and the six sprints of one. Brief: the other
    board has none; nobody recorded columns.
    """
    boards = load(folder / "hygieia-server/boardsresponse.json")
    sprints = load(folder / "go-jira/mock-data/sprints.json")
    site = jira_site(folder, always({"issues": [], "total": 0}), [PROJECT])
    agile = "/rest/agile/1.0/board"
    return Site(
        {
            **site.answers,
            agile: always(boards),
            f"{agile}/8/sprint": always(sprints),
            f"{agile}/16/sprint": always({"values": [], "isLast": True}),
        }
    )


def test_recorded_boards_and_sprints_are_kept(fixtures_dir: Path, sqlite_engine: Engine) -> None:
    store = Collector(sqlite_engine)
    site = board_site(fixtures_dir / "jira")
    report = store.twice(site, jira_source("EE"))
    assert report.problems == []
    assert counts(report, "boards") == (4, 4, 0)
    assert counts(report, "sprints") == (6, 6, 0)
    # Kanban boards have no sprints and are not asked for any.
    asked = {path for path in site.asked if path.endswith("/sprint")}
    assert asked == {"/rest/agile/1.0/board/8/sprint", "/rest/agile/1.0/board/16/sprint"}
    with over(store.engine).read() as session:
        kept = raw.payloads(session, 1, "sprints", ["740", "776", "807", "832", "845", "846"])
    states = Counter(payload["state"] for payload in kept.values())
    assert states == {"closed": 3, "active": 1, "future": 2}
