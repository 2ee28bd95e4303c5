"""Tickets and changes, from the events that tell of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from connectors.cdevents import Event, thing_id
from core.fields import Given
from core.records import (
    Commit,
    Field,
    ItemLink,
    MergeRequest,
    MergeState,
    Person,
    Project,
    Record,
    Repository,
    Review,
    ReviewKind,
    StatusCategory,
    Transition,
    WorkflowStatus,
    WorkItem,
)

_KEY: Final = re.compile(r"^([A-Z][A-Z0-9_]*)-\d+$")
_NUMBER: Final = re.compile(r"(\d{1,9})$")
_DEFAULTS: Final = {
    "created": ("Open", StatusCategory.NEW),
    "closed": ("Closed", StatusCategory.DONE),
}


def ticket(events: Sequence[Event]) -> Iterator[Record]:
    """A work item with its statuses and its history, from created, updated and closed."""
    last, told = events[-1], _Told(events)
    item = thing_id(last.home, last.thing)
    key = told.custom("key") or last.thing
    prefix = _KEY.match(key)
    project = told.custom("project") or (prefix[1] if prefix else told.content("group"))
    history = _History(item)
    for event in events:
        history.add(event)
    created = [event.at for event in events if event.predicate == "created"]
    if project:
        yield Project(project, project, project)
    yield from history.statuses.values()
    yield WorkItem(
        id=item,
        key=key,
        project=project,
        type=told.content("ticketType") or told.content("type") or told.custom("type") or "Task",
        title=told.prose("summary") or key,
        created_at=min(created, default=events[0].at),
        updated_at=last.at,
        status_id=history.status,
        url=told.content("uri"),
        priority=told.content("priority"),
        resolution=told.content("resolution") if last.predicate == "closed" else "",
        resolved_at=last.at if last.predicate == "closed" else None,
        parent_id=next((one for one in map(_parent, reversed(events)) if one), None),
        labels=_labels(told.latest(told.contents("labels"))),
        value_per_week=told.latest(told.customs("valuePerWeek")).number(),
        changelog_complete=bool(created),
    )
    yield from history.transitions
    for event in events:
        for link in event.custom.get("links").items():
            yield ItemLink(item, link.get("kind").name().lower(), link.get("key").name())


def _parent(event: Event) -> str:
    return event.named(event.custom.get("parent"))


def _labels(given: Given) -> tuple[str, ...]:
    return tuple(label.name() for label in given.items())


@dataclass(frozen=True, slots=True)
class _Told:
    """What the events say of a field, the latest first."""

    events: Sequence[Event]

    def contents(self, name: str) -> list[Given]:
        return [event.content.get(name) for event in reversed(self.events)]

    def customs(self, name: str) -> list[Given]:
        return [event.custom.get(name) for event in reversed(self.events)]

    def latest(self, found: Sequence[Given]) -> Given:
        return next((one for one in found if one.value is not None), found[0])

    def content(self, name: str) -> str:
        return self.latest(self.contents(name)).name_or("")

    def custom(self, name: str) -> str:
        return self.latest(self.customs(name)).name_or("")

    def prose(self, name: str) -> str:
        return self.latest(self.contents(name)).text()


@dataclass(slots=True)
class _History:
    """Statuses and assignees in order. What the sender calls a status is its id, in lower case."""

    item: str
    status: str = ""
    name: str = ""
    assignee: str | None = None
    statuses: dict[str, WorkflowStatus] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    _seconds: Counter[int] = field(default_factory=Counter)

    def add(self, event: Event) -> None:
        default = _DEFAULTS.get(event.predicate)
        given = event.custom.get("status").name_or("")
        name = given or (default[0] if default else self.name or "Open")
        status = name.casefold()
        category = _category(event.custom.get("statusCategory"))
        if category is None and name in ("Open", "Closed"):
            category = StatusCategory.NEW if name == "Open" else StatusCategory.DONE
        if category is not None or status not in self.statuses:
            listed = category is not None
            found = category or StatusCategory.UNKNOWN
            self.statuses[status] = WorkflowStatus(status, name, found, listed=listed)
        if self.status and status != self.status:
            self._move(event, Field.STATUS, (self.status, self.name), (status, name))
        self.status, self.name = status, name
        people = event.content.get("assignees")
        if people.value is not None:
            assignee = next((one.name() for one in people.items()), None)
            if assignee != self.assignee:
                self._move(event, Field.ASSIGNEE, (self.assignee, ""), (assignee, ""))
            self.assignee = assignee

    def _move(
        self,
        event: Event,
        what: Field,
        before: tuple[str | None, str],
        after: tuple[str | None, str],
    ) -> None:
        second = int(event.at.timestamp())
        seq = self._seconds[second]
        self._seconds[second] += 1
        self.transitions.append(
            Transition(
                self.item,
                event.at,
                seq,
                what,
                before[0],
                after[0],
                from_name=before[1],
                to_name=after[1],
                actor=_someone(event.content.first("updatedBy", "closedBy", "creator")),
            )
        )


def _category(given: Given) -> StatusCategory | None:
    text = given.name_or("")
    if not text:
        return None
    if text not in ("new", "active", "done"):
        raise given.wrong("must be new, active or done")
    return StatusCategory(text)


def _someone(given: Given) -> Person | None:
    identity = given.name_or("")
    return Person(identity) if identity else None


def change(events: Sequence[Event]) -> Iterator[Record]:
    """A merge request with its repository and, once merged, the commit that it became."""
    last, told = events[-1], _Told(events)
    repository = _repository(told, last)
    yield repository
    title = told.custom("title") or told.prose("description").partition("\n")[0] or last.thing
    merged = _last(events, "merged")
    closed = _last(events, "abandoned") if merged is None else None
    landed = told.custom("mergeSha").lower()
    own = list(_commits(told, repository.id))
    yield from own
    parents = _parents(told.latest(told.customs("parents")))  # read before they are needed, too
    if landed and merged is not None and landed not in {commit.sha for commit in own}:
        yield Commit(repository.id, landed, merged, merged, title, parents)
    number = _NUMBER.search(last.thing)
    request = thing_id(last.home, last.thing)
    yield MergeRequest(
        id=request,
        repository=repository.id,
        number=int(number[1]) if number else 0,
        title=title,
        description=told.prose("description"),
        source_branch=told.custom("branch"),
        target_branch=told.custom("target"),
        state=MergeState.MERGED if merged else MergeState.CLOSED if closed else MergeState.OPEN,
        created_at=events[0].at,
        updated_at=last.at,
        merged_at=merged,
        closed_at=merged or closed,
        head_sha=told.custom("sha").lower() or None,
        merge_sha=landed or None,
        labels=_labels(told.latest(told.customs("labels"))),
        commits=tuple(commit.sha for commit in own) or None,
        url=told.content("uri") or told.custom("url"),
        author=_someone(told.latest(told.customs("author"))),
    )
    yield from _reviews(events, repository.id, request)


def _repository(told: _Told, last: Event) -> Repository:
    """A change that names none belongs to one that is called as its sender."""
    given = told.latest(told.contents("repository"))
    path = given.get("id").name_or("") or told.custom("repository") or last.home
    home = given.get("source").name_or("")
    url = f"{home.rstrip('/')}/{path}" if home.startswith(("https://", "http://")) else ""
    return Repository(path, path, "", url, (url,) if url else ())


def _last(events: Sequence[Event], predicate: str) -> datetime | None:
    return next((one.at for one in reversed(events) if one.predicate == predicate), None)


def _commits(told: _Told, repository: str) -> Iterator[Commit]:
    for one in told.latest(told.customs("commits")).items():
        at = one.get("committedAt").time()
        authored = one.get("authoredAt").time_or_none() or at
        sha, message = one.get("sha").name().lower(), one.get("message").text()
        yield Commit(repository, sha, authored, at, message, _parents(one.get("parents")))


def _parents(given: Given) -> tuple[str, ...] | None:
    """The shas of the commits before; None where they are not told."""
    named = tuple(one.name().lower() for one in given.items())
    return named if given.value is not None else None


def _reviews(events: Sequence[Event], repository: str, request: str) -> Iterator[Review]:
    kinds = {kind.value: kind for kind in ReviewKind}
    for event in events:
        if event.predicate != "reviewed":
            continue
        given = event.custom.get("review")
        kind = kinds.get(given.name_or("commented"))
        if kind is None:
            raise given.wrong(f"must be one of {', '.join(kinds)}")
        person = _someone(event.custom.get("reviewer"))
        yield Review(repository, request, thing_id(event.source, event.id), kind, event.at, person)
