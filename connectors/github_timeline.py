"""What happened to an issue, out of its timeline: statuses, assignees, types, blocks.

An issue has two states. Where labels stand for statuses (`status: review`), the one that was put on
last is its status while it is open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.blocks import Known, Switch, intervals
from connectors.github_rest import account, kept, someone
from connectors.stream import Payload
from connectors.times import utc
from core.records import Block, BlockKind, Field, ItemLink, Person, Transition

OPEN, CLOSED, NOT_PLANNED = "open", "closed", "not_planned"
BLOCKED_BY = "is blocked by"
_DROPPED = ("not_planned", "duplicate")
_ISSUE = re.compile(r"/([^/\s]+/[^/\s]+)/issues/(\d+)")
_EVENTS = {
    "closed": ("state_reason",),
    "reopened": (),
    "labeled": ("label",),
    "unlabeled": ("label",),
    "assigned": (),
    "unassigned": (),
    "issue_type_added": ("issue_type",),
    "issue_type_changed": ("issue_type", "prev_issue_type"),
    "issue_type_removed": ("issue_type", "prev_issue_type"),
    "blocked_by_added": ("blocked_by",),
    "blocked_by_removed": ("blocked_by",),
}


def short_event(row: Payload) -> Payload | None:
    """An event that is of use, without comments and addresses; None for the others."""
    if row.get("event") not in _EVENTS:
        return None
    event = kept(row, ("id", "event", "created_at", *_EVENTS[row["event"]]))
    event["actor"] = account(row.get("actor"))
    for name in ("label", "issue_type", "prev_issue_type"):
        if event.get(name):
            event[name] = kept(event[name], ("name",))
    if event.get("blocked_by"):
        event["blocked_by"] = kept(event["blocked_by"], ("url", "html_url"))
    if "assignee" in row:
        event["assignee"] = account(row["assignee"])
    return event


def key_in(address: str | None) -> str:
    """`owner/name#12` of an issue's address, empty for none."""
    found = _ISSUE.search(address or "")
    return f"{found[1]}#{found[2]}" if found else ""


def status_of(state: str, reason: str | None) -> str:
    """The status of a closed or open issue, before labels."""
    if state == "closed":
        return NOT_PLANNED if reason in _DROPPED else CLOSED
    return OPEN


def label_status(label: str) -> str:
    return f"label:{label}"


@dataclass(slots=True)
class History:
    """The events of one issue in order; `labels` those that stand for a status."""

    item: str
    issue: Payload
    events: Sequence[Payload]
    created_at: datetime
    labels: Sequence[re.Pattern[str]] = ()
    bots: Sequence[str] = ()
    _on: list[str] = field(default_factory=list)
    _ended: str = ""

    def __post_init__(self) -> None:
        self.events = sorted(self.events, key=lambda row: (utc(row["created_at"]), int(row["id"])))
        present = {label["name"] for label in self.issue["labels"]}
        named = {event["label"]["name"] for event in self.events if event.get("label")}
        for name in sorted(filter(self.stands, present | named)):
            told = [event["event"] for event in self.events if _label(event) == name]
            if told[0] == "unlabeled" if told else name in present:
                self._on.append(name)

    def stands(self, label: str) -> bool:
        """Whether a label stands for a status."""
        return any(pattern.fullmatch(label) for pattern in self.labels)

    @property
    def status(self) -> str:
        """After the events that were replayed."""
        return self._ended or (label_status(self._on[-1]) if self._on else OPEN)

    def transitions(self) -> Iterator[Transition]:
        """Each change once; to be called once, as it replays the events."""
        yield from self._statuses()
        yield from self._assignees()
        yield from self._types()

    def _statuses(self) -> Iterator[Transition]:
        last = next((e for e in reversed(self.events) if e["event"] == "closed"), None)
        for event in self.events:
            before = self.status
            kind, label = event["event"], _label(event)
            if kind == "closed":
                told = event.get("state_reason")
                reason = told or (self.issue.get("state_reason") if event is last else None)
                self._ended = status_of("closed", reason)
            elif kind == "reopened":
                self._ended = ""
            elif self.stands(label):
                self._on = [name for name in self._on if name != label]
                self._on += [label] if kind == "labeled" else []
            if self.status != before:
                yield self._transition(event, Field.STATUS, before, self.status, named=True)

    def _assignees(self) -> Iterator[Transition]:
        """The first of several assignees stands for all: when it changes, work is handed on."""
        gone = {"assigned": False, "unassigned": True}
        rows = [(e, _login(e)) for e in self.events if e["event"] in gone and _login(e)]
        now: list[str] = []
        for _, login in rows:
            first = next(event for event, who in rows if who == login)
            if gone[first["event"]] and login not in now:
                now.append(login)
        for event, login in rows:
            before = now[0] if now else None
            now = [name for name in now if name != login]
            now += [] if gone[event["event"]] else [login]
            after = now[0] if now else None
            if before != after:
                yield self._transition(event, Field.ASSIGNEE, before, after)

    def assignees(self) -> Iterator[Person]:
        """Everyone whom the issue was given to; GitHub says which of them are apps."""
        for event in self.events:
            someone_told = someone(event.get("assignee"), self.bots)
            if someone_told is not None:
                yield someone_told

    def _types(self) -> Iterator[Transition]:
        for event in self.events:
            if event["event"].startswith("issue_type_"):
                removed = event["event"] == "issue_type_removed"
                told = (event.get("issue_type") or {}).get("name")
                was = (event.get("prev_issue_type") or {}).get("name") or (told if removed else "")
                now = "" if removed else told
                yield self._transition(
                    event, Field.TYPE, was or "Issue", now or "Issue", named=True
                )

    def _transition(
        self, event: Payload, what: Field, before: str | None, after: str | None,
        *, named: bool = False,
    ) -> Transition:  # fmt: skip
        return Transition(
            item=self.item,
            at=utc(event["created_at"]),
            seq=int(event["id"]),
            field=what,
            from_id=before,
            to_id=after,
            from_name=status_name(before or "") if named else "",
            to_name=status_name(after or "") if named else "",
            actor=self._actor(event),
        )

    def _actor(self, event: Payload) -> Person | None:
        return someone(event.get("actor"), self.bots)

    def blocks(self, labels: Iterable[str], links: Iterable[str]) -> Iterator[Block]:
        """While a blocking label was on, and while an issue stood in the way."""
        known = Known(self.created_at, utc(self.issue["updated_at"]))
        present = {label["name"].lower() for label in self.issue["labels"]}
        for name in sorted({label.lower() for label in labels}):
            rows = [event for event in self.events if _label(event).lower() == name]
            switches = [_switch(event, on=event["event"] == "labeled") for event in rows]
            for start, end in intervals(switches, known=known, now_on=name in present):
                yield Block(self.item, BlockKind.LABEL, name, start, end)
        if BLOCKED_BY in {link.lower() for link in links}:
            for key, switches in self._obstacles().items():
                for start, end in intervals(switches, known=known, now_on=None):
                    yield Block(self.item, BlockKind.LINK, f"{BLOCKED_BY} {key}", start, end)

    def links(self) -> Iterator[ItemLink]:
        """The issues that stand in the way now, and the one above."""
        for key, switches in self._obstacles().items():
            at, _, on = switches[-1]
            if on:
                yield ItemLink(self.item, BLOCKED_BY, key, at)
        above = key_in(self.issue.get("parent_issue_url"))
        if above:
            yield ItemLink(self.item, "parent", above)

    def _obstacles(self) -> dict[str, list[Switch]]:
        found: dict[str, list[Switch]] = {}
        for event in self.events:
            if event["event"].startswith("blocked_by_"):
                other = event.get("blocked_by") or {}
                key = key_in(other.get("html_url")) or key_in(other.get("url"))
                if key:
                    switch = _switch(event, on=event["event"] == "blocked_by_added")
                    found.setdefault(key, []).append(switch)
        return found


def status_name(status: str) -> str:
    """What a status is called: a label by its own name."""
    return status.removeprefix("label:")


def _switch(event: Mapping[str, Any], *, on: bool) -> Switch:
    return utc(event["created_at"]), not on, on


def _label(event: Mapping[str, Any]) -> str:
    return str((event.get("label") or {}).get("name") or "")


def _login(event: Mapping[str, Any]) -> str:
    return str((event.get("assignee") or {}).get("login") or "")
