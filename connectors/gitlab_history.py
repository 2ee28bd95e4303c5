"""When a GitLab issue was in which status, from the events of its state and its labels.

An issue is opened or closed; while it is open, a label may say more. The first opening is in no
list of events, and a label set before events were recorded is in none either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from itertools import groupby
from typing import Any

from connectors.gitlab_people import account
from connectors.times import utc
from core.records import Field, Person, StatusCategory, Transition, WorkflowStatus

OPENED = WorkflowStatus("opened", "opened", StatusCategory.NEW)
CLOSED = WorkflowStatus("closed", "closed", StatusCategory.DONE)


@dataclass(frozen=True, slots=True)
class Event:
    """Something put on or taken off: a label by name, or (label empty) the state of being open."""

    at: datetime
    number: int
    label: str
    on: bool
    actor: Person | None = None


def label_status(label: str) -> WorkflowStatus:
    """The status that a label is; it works towards being done."""
    return WorkflowStatus(f"label:{label}", label, StatusCategory.ACTIVE)


def is_status(label: str, patterns: Sequence[str]) -> bool:
    """Whether a label is a status, by patterns as `workflow::*`."""
    return any(fnmatchcase(label, pattern) for pattern in patterns)


def labels_at_first(labels: Sequence[str], events: Sequence[Event]) -> list[str]:
    """Labels without a first event that puts them on: what no event changes has always been so."""
    first: dict[str, bool] = {}
    for event in sorted(events, key=_order):
        if event.label:
            first.setdefault(event.label, event.on)
    still = [label for label in labels if label not in first]
    return [*(label for label, on in first.items() if not on), *still]


def _order(event: Event) -> tuple[datetime, int]:
    return event.at, event.number


@dataclass(slots=True)
class _Now:
    """What holds at a moment; of several labels that are statuses the last one put on counts."""

    opened: bool = True
    labels: dict[str, None] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        if not event.label:
            self.opened = event.on
            return
        self.labels.pop(event.label, None)
        if event.on:
            self.labels[event.label] = None

    @property
    def status(self) -> WorkflowStatus:
        if not self.opened:
            return CLOSED
        return label_status(list(self.labels)[-1]) if self.labels else OPENED


def transitions(
    item: str, events: Sequence[Event], *, labels: Sequence[str], patterns: Sequence[str]
) -> Iterator[Transition]:
    """The changes of status. What happens within one second is one change: a scoped label takes the
    place of another by two events.
    """
    wanted = [e for e in events if not e.label or is_status(e.label, patterns)]
    known = [label for label in labels if is_status(label, patterns)]
    now = _Now(labels=dict.fromkeys(labels_at_first(known, wanted)))
    ordered = sorted(wanted, key=_order)
    for _, group in groupby(ordered, key=lambda event: event.at.replace(microsecond=0)):
        before = now.status
        for event in group:
            now.take(event)
        if now.status.id != before.id:
            yield Transition(
                item=item,
                at=event.at,
                seq=0,
                field=Field.STATUS,
                from_id=before.id,
                to_id=now.status.id,
                from_name=before.name,
                to_name=now.status.name,
                actor=event.actor,
            )


def present_status(
    opened: bool, labels: Sequence[str], events: Sequence[Event], patterns: Sequence[str]
) -> WorkflowStatus:
    """The status that the issue itself tells of; its events only say which label came last."""
    now = _Now(opened, dict.fromkeys(labels_at_first(labels, events)))
    for event in sorted(events, key=_order):
        if event.label:
            now.take(event)
    matching = [label for label in now.labels if label in labels and is_status(label, patterns)]
    return _Now(opened, dict.fromkeys(matching)).status


def events_of(details: Mapping[str, Any], *, bots: Sequence[str]) -> list[Event]:
    """All events; one of a label that was deleted since does not say which it was."""
    states = [
        Event(utc(row["created_at"]), int(row["id"]), "", row["state"] != "closed", _who(row, bots))
        for row in details.get("states") or ()
        if row["state"] in ("opened", "closed", "reopened")
    ]
    labels = [
        Event(utc(row["created_at"]), int(row["id"]), name, row["action"] == "add", _who(row, bots))
        for row in details.get("labels") or ()
        if (name := row.get("label"))
    ]
    return [*states, *labels]


def _who(row: Mapping[str, Any], bots: Sequence[str]) -> Person | None:
    return account(row.get("user"), bots)
