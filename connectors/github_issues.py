"""GitHub's issues as work items, for those who have no other tracker."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from connectors.github_rest import GONE, PER_PAGE, account, in_repository, kept, named, rows
from connectors.github_timeline import (
    CLOSED,
    NOT_PLANNED,
    OPEN,
    History,
    key_in,
    label_status,
    short_event,
    status_name,
    status_of,
)
from connectors.http import Params, SourceClient, for_each
from connectors.stream import Page, Payload, Reading, Scope, Wanted, text_of
from connectors.times import iso, utc, utc_or_none
from connectors.windows import Window, listing
from core.records import ItemKey, Record, StatusCategory, WorkflowStatus, WorkItem

_KEPT = (
    "id", "number", "title", "state", "state_reason", "html_url", "repository_url",
    "parent_issue_url", "created_at", "updated_at", "closed_at",
)  # fmt: skip
STATUSES: list[Payload] = [
    {"id": OPEN, "category": StatusCategory.NEW.value},
    {"id": CLOSED, "category": StatusCategory.DONE.value},
    {"id": NOT_PLANNED, "category": StatusCategory.DONE.value},
]
"""What an issue can be without labels."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How issues are read here. labels: of those that stand for a status. repositories: id by path,
    in lower case.
    """

    labels: Sequence[re.Pattern[str]] = ()
    repositories: Mapping[str, str] = field(default_factory=dict)
    wanted: Wanted = field(default_factory=Wanted)

    def stands(self, label: str) -> bool:
        return any(pattern.fullmatch(label) for pattern in self.labels)


def patterns(globs: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    """Patterns of label names: `*` and `?` as in globs, any case."""
    texts = [re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".") for glob in globs]
    return tuple(re.compile(text, re.IGNORECASE | re.DOTALL) for text in texts)


def issue_id(payload: Payload, scope: Scope) -> str:
    """Number of the repository and of the issue: both stay, whatever the repository is called. An
    issue that is transferred becomes another one, with another id too.
    """
    return _number_id(text_of(payload, "number"), scope)


def short_issue(row: Payload) -> Payload:
    """An issue without text, counts of comments and reactions."""
    issue = kept(row, _KEPT)
    issue["labels"] = [_named(label) for label in row.get("labels") or ()]
    issue["assignees"] = [account(user) for user in row.get("assignees") or ()]
    issue["type"] = kept(row["type"], ("name",)) if row.get("type") else None
    return issue


def _named(label: str | Payload) -> Payload:
    return {"name": label} if isinstance(label, str) else kept(label, ("name",))


def asked_since(_scope: Scope, since: datetime | None) -> Params:
    return {
        "state": "all",
        "sort": "updated",
        "direction": "asc",
        "per_page": PER_PAGE,
        "since": iso(since) if since else None,
    }


_changed = listing(
    path=partial(in_repository, "issues"),
    params=asked_since,
    window=Window(
        at=lambda row: utc(row["updated_at"]),
        overlap=timedelta(minutes=10),
        lag=timedelta(minutes=2),
        reanchor=True,
        # There is no filter up to a time: what is younger is listed again, and changes nothing.
        between=lambda scope, since, _until: asked_since(scope, since),
    ),
)


def read_issues(reading: Reading) -> Iterator[Page]:
    """Issues by their last change. The list holds pull requests too: they are another stream."""
    for page in _changed(reading):
        own = [short_issue(row) for row in page.payloads if "pull_request" not in row]
        yield Page(own, page.cursor)


def add_timelines(client: SourceClient, scope: Scope, issues: list[Payload]) -> None:
    """What happened to each changed issue; there is no list for several."""

    def add(issue: Payload) -> None:
        path = in_repository(f"issues/{issue['number']}/timeline", scope)
        issue["_details"] = {"timeline": timeline_of(client, path)}

    for_each(client, add, issues)


def timeline_of(client: SourceClient, path: str) -> list[Payload]:
    """The events that are of use; none of an issue that went away meanwhile."""
    events = [short_event(row) for row in rows(client, path, none_on=GONE)]
    return [event for event in events if event]


def _number_id(number: str, scope: Scope) -> str:
    return f"{scope.id}#{number}"


named_issues = named(
    "issues",
    short_issue,
    "updated_at",
    belongs=lambda row: "pull_request" not in row,
    id=_number_id,
)


def parse_status(payload: Payload, _scope: Scope) -> Iterator[Record]:
    """A state of issues."""
    yield WorkflowStatus(payload["id"], payload["id"], StatusCategory(payload["category"]))


def parse_label(payload: Payload, _scope: Scope, *, layout: Layout) -> Iterator[Record]:
    """A label, where it stands for a status; the same name is the same status in all
    repositories.
    """
    name = payload["name"]
    if layout.stands(name):
        yield WorkflowStatus(label_status(name), name, StatusCategory.ACTIVE)


def parse_issue(payload: Payload, scope: Scope, *, layout: Layout) -> Iterator[Record]:
    """The item with its key, links, history and blocks."""
    item = issue_id(payload, scope)
    history = history_of(payload, item, layout)
    moves = list(history.transitions())
    yield _work_item(payload, item, scope, history=history, layout=layout)
    yield ItemKey(item, key_of(payload, scope), current=True)
    yield from history.links()
    yield from moves
    yield from history.assignees()
    yield from history.blocks(layout.wanted.blocking_labels, layout.wanted.blocking_links)


def history_of(payload: Payload, item: str, layout: Layout) -> History:
    """What happened to an issue; `item` the id that it goes by."""
    timeline = (payload.get("_details") or {}).get("timeline")
    return History(
        item,
        payload,
        timeline or (),
        utc(payload["created_at"]),
        labels=layout.labels,
        bots=layout.wanted.bots,
    )


def _work_item(
    payload: Payload, item: str, scope: Scope, *, history: History, layout: Layout
) -> WorkItem:
    key = key_of(payload, scope)
    above = key_in(payload.get("parent_issue_url"))
    status = _status(payload, history)
    return WorkItem(
        id=item,
        key=key,
        project=key.rpartition("#")[0],
        type=(payload.get("type") or {}).get("name") or "Issue",
        title=payload["title"],
        created_at=history.created_at,
        updated_at=utc(payload["updated_at"]),
        status_id=status,
        url=payload.get("html_url") or "",
        resolution=payload.get("state_reason") or "" if payload["state"] == "closed" else "",
        resolved_at=utc_or_none(payload.get("closed_at")),
        parent_id=_id_of(above, layout),
        subtask=bool(above),
        labels=tuple(label["name"] for label in payload["labels"]),
        changelog_complete="_details" in payload and status == history.status,
    )


def _status(payload: Payload, history: History) -> str:
    """As the issue says itself; of several labels the one that its history put on last."""
    if payload["state"] == "closed":
        return status_of("closed", payload.get("state_reason"))
    names = sorted(label["name"] for label in payload["labels"] if history.stands(label["name"]))
    if status_name(history.status) in names:
        return history.status
    return label_status(names[-1]) if names else OPEN


def key_of(payload: Payload, scope: Scope) -> str:
    path = scope.payload.get("full_name") or payload["repository_url"].partition("/repos/")[2]
    return f"{path}#{payload['number']}"


def _id_of(key: str, layout: Layout) -> str | None:
    path, _, number = key.rpartition("#")
    found = layout.repositories.get(path.lower())
    return f"{found}#{number}" if found else None
