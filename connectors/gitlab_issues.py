"""GitLab's issues as work items: their keys, links, statuses and blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.blocks import Known, intervals
from connectors.gitlab_history import (
    CLOSED,
    OPENED,
    Event,
    events_of,
    label_status,
    present_status,
    transitions,
)
from connectors.gitlab_milestones import planned_in
from connectors.gitlab_project import in_project, person_of, rows_or_none
from connectors.http import SourceClient, for_each
from connectors.stream import UNREAD, Payload, Scope, Wanted
from connectors.times import day_or_none, utc, utc_or_none
from connectors.unread import details_of
from core.records import (
    Block,
    BlockKind,
    Entity,
    Gone,
    ItemKey,
    ItemLink,
    Record,
    WorkflowStatus,
    WorkItem,
)

_TASK = "task"
MOVED = "moved"


@dataclass(frozen=True, slots=True)
class IssueRules:
    """How issues are understood. statuses: patterns of labels that are statuses."""

    statuses: tuple[str, ...] = ()
    wanted: Wanted = field(default_factory=Wanted)


def add_history(client: SourceClient, scope: Scope, issues: list[Payload]) -> None:
    """The events and the links of each issue; None where they could never be seen."""

    def add(issue: Payload) -> None:
        path = in_project(f"issues/{issue['iid']}", scope)
        states = rows_or_none(client, f"{path}/resource_state_events")
        labels = rows_or_none(client, f"{path}/resource_label_events")
        links = rows_or_none(client, f"{path}/links")
        issue["_details"] = details_of(
            issue,
            states=_kept(states, "state"),
            labels=_kept(labels, "action", "label"),
            links=None if links is None else [_link(row) for row in links],
        )

    for_each(client, add, issues)


def _kept(events: Sequence[Payload] | None, *names: str) -> list[Payload] | None:
    """Of events what is read, the label by its name; the label of a deleted one is null."""
    if events is None:
        return None
    return [
        {
            "id": event["id"],
            "created_at": event.get("created_at"),
            "user": person_of(event.get("user")),
            **{name: _name(event.get(name)) for name in names},
        }
        for event in events
    ]


def _name(value: Any) -> Any:
    return value.get("name") if isinstance(value, dict) else value


def _link(row: Payload) -> Payload:
    return {
        "kind": str(row.get("link_type") or "relates_to").replace("_", " "),
        "key": (row.get("references") or {}).get("full") or f"{row['project_id']}#{row['iid']}",
        "since": row.get("link_created_at"),
    }


def parse_issue(payload: Payload, scope: Scope, *, how: IssueRules) -> Iterator[Record]:
    """The item with its history; one that was moved lives on under another id."""
    item = str(payload["id"])
    if payload.get("moved_to_id"):
        yield Gone(Entity.ITEM, item, MOVED)
        return
    details = payload.get("_details") or {}
    events = events_of(details, bots=how.wanted.bots)
    labels = [_label(label) for label in payload.get("labels") or ()]
    opened = payload["state"] != "closed"
    now = present_status(opened, labels, events, how.statuses)
    moves = list(transitions(item, events, labels=labels, patterns=how.statuses))
    yield _work_item(payload, scope, labels, now)
    yield ItemKey(item, _key(payload, scope), current=True)
    yield from planned_in(payload)
    yield from _statuses(now, [id for move in moves for id in (move.from_id, move.to_id) if id])
    yield from moves
    for link in details.get("links") or ():
        yield ItemLink(item, link["kind"], link["key"], utc_or_none(link["since"]))
    yield from _blocks(payload, labels, events, how.wanted)


def _label(label: str | Payload) -> str:
    return label if isinstance(label, str) else str(label["name"])


def _key(payload: Payload, scope: Scope) -> str:
    """`group/project#12`, as GitLab writes it where it is mentioned elsewhere."""
    full = (payload.get("references") or {}).get("full")
    return str(full or f"{scope.payload['path_with_namespace']}#{payload['iid']}")


def _work_item(
    payload: Payload, scope: Scope, labels: Sequence[str], now: WorkflowStatus
) -> WorkItem:
    kind, key = str(payload.get("issue_type") or "issue"), _key(payload, scope)
    details = payload.get("_details") or {}
    return WorkItem(
        id=str(payload["id"]),
        key=key,
        project=key.rpartition("#")[0],
        type=kind.replace("_", " ").title(),
        title=payload["title"],
        created_at=utc(payload["created_at"]),
        updated_at=utc(payload["updated_at"]),
        status_id=now.id,
        url=payload.get("web_url") or "",
        resolved_at=utc_or_none(payload.get("closed_at")),
        subtask=kind == _TASK,
        labels=tuple(labels),
        changelog_complete=all(
            details.get(name) is not None and name not in details.get(UNREAD, ())
            for name in ("states", "labels")
        ),
        due_on=day_or_none(payload.get("due_date")),
    )


def _statuses(now: WorkflowStatus, ids: Sequence[str]) -> Iterator[WorkflowStatus]:
    """Those that the item has or had: GitLab has no list of statuses, labels are just labels."""
    plain = {status.id: status for status in (OPENED, CLOSED)}
    for id in sorted({now.id, *ids}):
        yield plain.get(id) or label_status(id.removeprefix("label:"))


def _blocks(
    payload: Payload, labels: Sequence[str], events: Sequence[Event], wanted: Wanted
) -> Iterator[Block]:
    """By label and by link; of a link that was taken away nothing is told, so that its block is
    gone with it.
    """
    item, created_at = str(payload["id"]), utc(payload["created_at"])
    known = Known(created_at, utc(payload["updated_at"]))
    present = {label.lower() for label in labels}
    for label in sorted({label.lower() for label in wanted.blocking_labels}):
        changed = sorted((e.at, not e.on, e.on) for e in events if e.label.lower() == label)
        for start, end in intervals(changed, known=known, now_on=label in present):
            yield Block(item, BlockKind.LABEL, label, start, end)
    kinds = {kind.lower() for kind in wanted.blocking_links}
    for link in (payload.get("_details") or {}).get("links") or ():
        if link["kind"] in kinds:
            start = _since(link["since"], created_at)
            yield Block(item, BlockKind.LINK, f"{link['kind']} {link['key']}", start, None)


def _since(told: str | None, created_at: datetime) -> datetime:
    return utc_or_none(told) or created_at


def parse_moved(payload: Payload, scope: Scope) -> Iterator[Record]:
    """The key that an issue had where it was before; text goes on naming it."""
    yield ItemKey(str(payload["moved_to_id"]), _key(payload, scope), current=False)
