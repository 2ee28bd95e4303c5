"""From what the trackers send to when an item is blocked by which: links as each writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from connectors.github_issues import Layout
from connectors.github_issues import parse_issue as parse_github
from connectors.gitlab_issues import parse_issue as parse_gitlab
from connectors.stream import Payload
from core.frames import NONE, to_ts
from core.records import Record, StatusCategory, WorkflowStatus, WorkItem
from pipeline.database import Database
from pipeline.stream_blocks import blockers_of, linked_blocks, open_blocks
from pipeline.sync import bring_up_to_date
from store import frames
from tests.connectors import test_gitlab_issues as gitlab
from tests.connectors import test_jira_blocks as jira_blocks
from tests.connectors import test_jira_parse as jira
from tests.connectors.github import issue as github
from tests.connectors.github.site import SCOPE as GITHUB_SCOPE
from tests.connectors.gitlab_site import SCOPE as GITLAB_SCOPE
from tests.pipeline.shop import save, settings_of

Linked = tuple[list[Record], datetime, datetime]
"""An item and the one in its way, when they were linked, and when the other one was closed."""


def of_jira() -> Linked:
    """OPS-1 goes into a status of the category done on the seventh; the link stays."""
    payload = jira.with_changes(jira_blocks.linked(None, "OPS-1"))
    kind = {"inward": "is blocked by", "outward": "blocks"}
    payload["fields"]["issuelinks"] = [{"type": kind, "inwardIssue": {"key": "OPS-1"}}]
    status = {"field": "status", "fieldtype": "jira", "from": "1", "to": "6"}
    other = jira.with_changes({**status, "fromString": "To Do", "toString": "Closed"})
    other["changelog"]["histories"][0]["created"] = "2026-02-07T09:00:00.000+0000"
    other = {**other, "id": "10099", "key": "OPS-1"}
    other["fields"]["status"] = {"id": "6", "name": "Closed"}
    closed = WorkflowStatus("6", "Closed", StatusCategory.DONE)
    return [closed, *jira.parsed(payload), *jira.parsed(other)], jira.feb(2), jira.feb(7)


def of_gitlab() -> Linked:
    """The closed event of the other issue, and the link as the API of links tells it."""
    made = {"kind": "is blocked by", "key": "shop/api#7", "since": gitlab.iso(gitlab.at(4))}
    one = gitlab.issue(_details={"states": [], "labels": [], "links": [made]})
    other = gitlab.issue(
        id=8002,
        iid=7,
        state="closed",
        closed_at=gitlab.iso(gitlab.at(9)),
        references={"full": "shop/api#7"},
        _details={
            "states": [gitlab.state(1, gitlab.at(9), "closed")],
            "labels": [],
            "links": [],
        },
    )
    found = [
        record
        for payload in (one, other)
        for record in parse_gitlab(payload, GITLAB_SCOPE, how=gitlab.RULES)
    ]
    return found, gitlab.at(4), gitlab.at(9)


def of_github() -> Linked:
    """Nothing in the timeline of the first issue tells that the other one was closed."""
    layout = Layout(wanted=gitlab.RULES.wanted)
    way = {"html_url": "https://github.example/shop/api/issues/7", "title": "x"}
    minute = timedelta(minutes=1)

    def parsed(payload: Payload, *timeline: Payload) -> list[Record]:
        told = {**payload, "_details": {"timeline": list(timeline)}}
        return list(parse_github(told, GITHUB_SCOPE, layout=layout))

    one = parsed(github.issue(), github.event(3, "blocked_by_added", blocked_by=way))
    over = github.event(8, "closed", state_reason="completed")
    closed_at = (github.AT + 8 * minute).isoformat()
    other = parsed(github.issue(7, state="closed", closed_at=closed_at), over)
    states = [
        WorkflowStatus(name, name, StatusCategory(category))
        for name, category in (("open", "new"), ("closed", "done"))
    ]
    return [*states, *one, *other], github.AT + 3 * minute, github.AT + 8 * minute


@pytest.mark.parametrize("trackers", [of_jira, of_gitlab, of_github])
def test_a_link_blocks_from_its_making_until_the_other_item_is_closed(
    database: Database, trackers: Callable[[], Linked]
) -> None:
    records, linked, closed = trackers()
    project = next(one.project for one in records if isinstance(one, WorkItem))
    stream = {
        "name": "checkout",
        "items": {"source": "jira", "projects": [project]},
        "blocked": {"links": ["is blocked by"]},
    }
    settings = settings_of(stream)
    save(database, *records)
    bring_up_to_date(settings, database)
    with database.read() as session:
        number = int(frames.value_streams(session)["stream_id"].iloc[0])
        told = linked_blocks(session, settings.streams[0], number)
        stages, mapping = frames.stages(session, number), frames.stage_mappings(session, number)
        found = open_blocks(session, told, stages, mapping)
        (blocker,) = blockers_of(session, found).values()
    assert told["end_ts"].tolist() == [NONE]
    assert found["start_ts"].tolist() == [to_ts(linked)]
    assert found["end_ts"].tolist() == [to_ts(closed)]
    assert blocker["key"] in ("OPS-1", "shop/api#7")
    assert blocker["state"] == "done"
