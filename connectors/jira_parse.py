"""Jira's payloads as records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.blocks import Known, Switch
from connectors.jira_blocks import Link, flag_blocks, label_blocks, link_blocks, link_times
from connectors.jira_changelog import Change, assignees, changes, is_complete, transitions
from connectors.jira_versions import planned_in
from connectors.stream import Payload, Scope, Wanted
from connectors.times import day_or_none, utc, utc_or_none
from core.records import (
    Block,
    ItemKey,
    ItemLink,
    Project,
    Record,
    StatusCategory,
    WorkflowStatus,
    WorkItem,
)

EPIC_LINK = "com.pyxis.greenhopper.jira:gh-epic-link"
_PARENT = "parent"
_MOST_MONEY = 1e10
"""Ten thousand million a week; the cents of centuries of it still fit into 64 bits."""
_CATEGORIES = {
    "new": StatusCategory.NEW,
    "indeterminate": StatusCategory.ACTIVE,
    "done": StatusCategory.DONE,
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where this site keeps what we look for; custom fields have other ids on each site.

    flags: id to name of the fields that flag an issue as blocked. value and epic: field ids, empty
    where there is none.
    """

    browse_url: str = ""
    flags: Mapping[str, str] = field(default_factory=dict)
    value: str = ""
    epic: str = ""
    wanted: Wanted = field(default_factory=Wanted)

    @property
    def custom_fields(self) -> list[str]:
        return [*self.flags, *filter(None, (self.value, self.epic))]


def layout_of(fields: Iterable[Payload], *, browse_url: str, wanted: Wanted) -> Layout:
    """Find the fields by name or id in the catalogue, without regard to case."""
    listed = [(str(entry["id"]), str(entry.get("name") or ""), entry) for entry in fields]
    flagging = {name.lower() for name in wanted.flag_fields}
    valued = {wanted.value_field.lower()} - {""}
    return Layout(
        browse_url=browse_url,
        flags={id: name for id, name, _ in listed if flagging & {id.lower(), name.lower()}},
        value=next((id for id, name, _ in listed if valued & {id.lower(), name.lower()}), ""),
        epic=next(
            (id for id, _, row in listed if (row.get("schema") or {}).get("custom") == EPIC_LINK),
            "",
        ),
        wanted=wanted,
    )


def parse_project(payload: Payload, _scope: Scope) -> Iterator[Record]:
    """A project by its key."""
    yield Project(str(payload["id"]), payload["key"], payload.get("name") or "")


def parse_status(payload: Payload, _scope: Scope) -> Iterator[Record]:
    """A status with Jira's own category."""
    category = (payload.get("statusCategory") or {}).get("key")
    known = _CATEGORIES.get(str(category), StatusCategory.UNKNOWN)
    yield WorkflowStatus(str(payload["id"]), payload["name"], known)


def parse_field(_payload: Payload, _scope: Scope) -> Iterator[Record]:
    """Nothing: the catalogue is kept raw, so that issues can be read again with other fields."""
    return iter(())


def parse_issue(payload: Payload, _scope: Scope, *, layout: Layout) -> Iterator[Record]:
    """The item, its keys, links and releases, what changed in the fields that are kept, and its
    blocks.
    """
    item = str(payload["id"])  # never the key: it changes when the issue moves
    fields = payload["fields"]
    created_at = utc(fields["created"])
    history = changes(payload, bots=layout.wanted.bots)
    links = list(_links(fields.get("issuelinks") or ()))
    times = link_times(history, set(links))
    made = _work_item(payload, created_at, history, layout)
    yield made
    yield from planned_in(item, fields, project=made.project, browse_url=layout.browse_url)
    yield from _keys(item, payload["key"], history)
    yield from _item_links(item, links, times)
    yield from _parent_link(item, fields, history, layout)
    yield from transitions(item, history)
    yield from assignees(fields.get("assignee"), history, bots=layout.wanted.bots)
    yield from _blocks(item, fields, history, links=links, times=times, layout=layout)


def _work_item(
    payload: Payload, created_at: datetime, history: Sequence[Change], layout: Layout
) -> WorkItem:
    fields, key = payload["fields"], payload["key"]
    kind = fields["issuetype"]
    return WorkItem(
        id=str(payload["id"]),
        key=key,
        project=str((fields.get("project") or {}).get("key") or key.rpartition("-")[0]),
        type=kind["name"],
        title=fields.get("summary") or "",
        created_at=created_at,
        updated_at=utc(fields["updated"]),
        status_id=str(fields["status"]["id"]),
        url=f"{layout.browse_url}/browse/{key}" if layout.browse_url else "",
        priority=_name(fields.get("priority")),
        resolution=_name(fields.get("resolution")),
        resolved_at=utc_or_none(fields.get("resolutiondate")),
        parent_id=_parent_id(fields, history, layout),
        subtask=bool(kind.get("subtask")),
        labels=tuple(fields.get("labels") or ()),
        value_per_week=_number(fields.get(layout.value)) if layout.value else None,
        changelog_complete=is_complete(payload),
        due_on=day_or_none(fields.get("duedate")),
    )


def _name(thing: Mapping[str, Any] | None) -> str:
    return str((thing or {}).get("name") or "")


def _number(value: Any) -> float | None:
    """None for what is no amount: the field may have been of another type before, and a slip of
    the keyboard must not outweigh everything else.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number <= _MOST_MONEY else None


def _parent_id(fields: Mapping[str, Any], history: Sequence[Change], layout: Layout) -> str | None:
    """By `parent`; where only an Epic Link gives a key, the id that the changelog gave with it."""
    parent = fields.get("parent") or {}
    if parent.get("id"):
        return str(parent["id"])
    epic = fields.get(layout.epic) if layout.epic else None
    named = [change.to_id for change in history if change.of_parent and change.to_text == epic]
    return named[-1] or None if epic and named else None


def _keys(item: str, key: str, history: Sequence[Change]) -> Iterator[ItemKey]:
    """The present key, and those it had before it was moved."""
    old = {change.from_text for change in history if change.name == "key" and not change.custom}
    yield from (ItemKey(item, name, current=False) for name in sorted(old - {key, ""}))
    yield ItemKey(item, key, current=True)


def _links(issue_links: Iterable[Mapping[str, Any]]) -> Iterator[Link]:
    """Both directions, each in the words that hold for this issue."""
    for link in issue_links:
        for side, words in (("inwardIssue", "inward"), ("outwardIssue", "outward")):
            if link.get(side):
                yield str(link["type"][words]).lower(), str(link[side]["key"])


def _item_links(
    item: str, links: Iterable[Link], times: Mapping[Link, Sequence[Switch]]
) -> Iterator[ItemLink]:
    for kind, key in links:
        made = [at for at, _, on in times.get((kind, key), ()) if on]
        yield ItemLink(item, kind, key, made[-1] if made else None)


def _parent_link(
    item: str, fields: Mapping[str, Any], history: Sequence[Change], layout: Layout
) -> Iterator[ItemLink]:
    """The item above as a link of the kind `parent`, with its time where the changelog has it."""
    key = (fields.get("parent") or {}).get("key") or (
        fields.get(layout.epic) if layout.epic else ""
    )
    if isinstance(key, str) and key:
        put = [change.at for change in history if change.of_parent and change.to_text == key]
        yield ItemLink(item, _PARENT, key, put[-1] if put else None)


def _blocks(
    item: str,
    fields: Mapping[str, Any],
    history: Sequence[Change],
    *,
    links: Sequence[Link],
    times: Mapping[Link, Sequence[Switch]],
    layout: Layout,
) -> Iterator[Block]:
    wanted = layout.wanted
    known = Known(utc(fields["created"]), utc(fields["updated"]))
    yield from flag_blocks(item, history, fields=fields, flags=layout.flags, known=known)
    labels = fields.get("labels") or ()
    yield from label_blocks(
        item, history, labels=labels, blocking=wanted.blocking_labels, known=known
    )
    yield from link_blocks(item, times, present=links, blocking=wanted.blocking_links, known=known)
