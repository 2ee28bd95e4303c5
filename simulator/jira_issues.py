"""Issues and their changelogs as Jira sends them, made once per issue and kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from simulator.jira_catalogue import (
    COST_OF_DELAY,
    EPIC_LINK,
    FLAGGED,
    LINK_TYPE,
    SITE,
    Catalogue,
    jira_time,
)
from simulator.model import Edit, Flag, Item, Move, Person
from simulator.vendor import Json

EMBEDDED_HISTORIES = 40
"""How many changelog entries Cloud puts into a search result, the newest."""

IMPEDIMENT = {
    "self": f"{SITE}/rest/api/3/customFieldOption/10019",
    "value": "Impediment",
    "id": "10019",
}
EDITED = {
    "fix version": ("Fix Version", "fixVersions", "jira"),
    "fixversions": ("Fix Version", "fixVersions", "jira"),
    "rank": ("Rank", "customfield_10019", "custom"),
    "sprint": ("Sprint", "customfield_10020", "custom"),
}


@dataclass(frozen=True, slots=True)
class History:
    """One changelog entry."""

    id: int
    at: datetime
    by: Person
    item: Json


class Issues:
    """The issues of a world that the account may see; `items` where they are not as it has them."""

    def __init__(
        self, catalogue: Catalogue, hidden: Collection[str], items: Sequence[Item] | None = None
    ) -> None:
        self.catalogue = catalogue
        every = catalogue.world.items if items is None else items
        self.items = [item for item in every if item.project not in hidden]
        self.by_id = {item.id: item for item in self.items}
        self.by_key = {item.key: item for item in self.items}
        self._fields: dict[str, Json] = {}
        self._histories: dict[str, list[History]] = {}
        self._written: dict[tuple[int, bool], Json] = {}

    def find(self, id_or_key: str) -> Item | None:
        return self.by_id.get(id_or_key) or self.by_key.get(id_or_key.upper())

    @cached_property
    def updated(self) -> dict[str, datetime]:
        """When each issue was last changed, by id."""
        return {item.id: last_change(item) for item in self.items}

    @cached_property
    def _implementers(self) -> dict[str, list[Item]]:
        found: dict[str, list[Item]] = defaultdict(list)
        for item in self.items:
            if item.idea:
                found[item.idea].append(item)
        return found

    def issue(self, item: Item, wanted: Collection[str], *, changelog: Json | None = None) -> Json:
        """The issue with these fields; `*all` and `*navigable`: every one, `-name`: all but it."""
        fields = self.fields(item)
        left_out = {name[1:] for name in wanted if name.startswith("-")}
        if "*all" in wanted or "*navigable" in wanted or left_out:
            chosen = {name: value for name, value in fields.items() if name not in left_out}
        else:
            chosen = {name: fields[name] for name in wanted if name in fields}
        payload: Json = {
            "expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields",
            "id": item.id,
            "self": f"{self.catalogue.base}/issue/{item.id}",
            "key": item.key,
        }
        if changelog is not None:
            payload["changelog"] = changelog
        return {**payload, "fields": chosen}

    def fields(self, item: Item) -> Json:
        found = self._fields.get(item.id)
        if found is None:
            found = self._fields[item.id] = self._make_fields(item)
        return found

    def _make_fields(self, item: Item) -> Json:
        current = item.moves[-1].to_status if item.moves else item.first_status
        status = self.catalogue.status_of(item, current)
        assigned = [edit.new for edit in item.edits if edit.field == "assignee"]
        flagged = any(flag.end is None for flag in item.flags)
        done = status.category == "done"
        return {
            "summary": item.title,
            "issuetype": self.catalogue.types[item.type],
            "status": self.catalogue.status(status),
            "project": self.catalogue.projects[item.project],
            "priority": _priority(),
            "resolution": self._resolution(status.state) if done else None,
            "resolutiondate": jira_time(item.moves[-1].at) if done and item.moves else None,
            "created": jira_time(item.created),
            "updated": jira_time(self.updated[item.id]),
            "labels": item.labels,
            "fixVersions": [
                self.catalogue.version(self.catalogue.versions[name]) for name in item.versions
            ],
            "duedate": item.due.isoformat() if item.due else None,
            "issuelinks": self._links(item),
            "assignee": self.catalogue.named(assigned[-1]) if assigned else None,
            "reporter": self.catalogue.user(item.reporter),
            FLAGGED: [IMPEDIMENT] if flagged else None,
            COST_OF_DELAY: item.value_per_week,
            **self._parent(item),
        }

    def _parent(self, item: Item) -> Json:
        """Cloud: the epic in `parent`, absent where none is. Data Center: its key in Epic Link."""
        epic = self.by_id.get(item.epic) if item.epic else None
        if self.catalogue.edition == "datacenter":
            return {EPIC_LINK: epic.key if epic else None}
        return {"parent": self._brief(epic)} if epic else {}

    def _brief(self, item: Item) -> Json:
        """How one issue appears inside another."""
        current = item.moves[-1].to_status if item.moves else item.first_status
        status = self.catalogue.status_of(item, current)
        return {
            "id": item.id,
            "key": item.key,
            "self": f"{self.catalogue.base}/issue/{item.id}",
            "fields": {
                "summary": item.title,
                "status": self.catalogue.status(status),
                "priority": _priority(),
                "issuetype": self.catalogue.types[item.type],
            },
        }

    def _links(self, item: Item) -> list[Json]:
        idea = self.by_id.get(item.idea) if item.idea else None
        links = [(item, "outwardIssue", idea)] if idea else []
        links += [(other, "inwardIssue", other) for other in self._implementers.get(item.id, ())]
        return [
            {
                "id": owner.id.rjust(7, "9"),
                "self": f"{self.catalogue.base}/issueLink/{owner.id.rjust(7, '9')}",
                "type": {"self": f"{self.catalogue.base}/issueLinkType/10300", **LINK_TYPE},
                side: self._brief(other),
            }
            for owner, side, other in links
        ]

    def _resolution(self, state: str) -> Json:
        number, name = ("10001", "Won't Do") if state == "cancelled" else ("10000", "Done")
        base = self.catalogue.base
        return {
            "self": f"{base}/resolution/{number}",
            "id": number,
            "description": "",
            "name": name,
        }

    def histories(self, item: Item) -> list[History]:
        """The whole changelog of an issue, oldest first."""
        found = self._histories.get(item.id)
        if found is None:
            entries = [self._move(item, move) for move in item.moves]
            entries += [entry for flag in item.flags for entry in _flag(item, flag)]
            entries += [self._edit(edit) for edit in item.edits]
            found = self._histories[item.id] = sorted(entries, key=lambda entry: entry.id)
        return found

    def history(self, entry: History, *, bulk: bool = False) -> Json:
        """An entry; the bulk answer of Cloud writes its time as a number of milliseconds."""
        found = self._written.get((entry.id, bulk))
        if found is None:
            item = entry.item
            if self.catalogue.edition == "datacenter":
                item = {name: value for name, value in item.items() if name != "fieldId"}
            found = self._written[entry.id, bulk] = {
                "id": str(entry.id),
                "author": self.catalogue.user(entry.by),
                "created": int(entry.at.timestamp() * 1000) if bulk else jira_time(entry.at),
                "items": [item],
            }
        return found

    def changelog(self, item: Item, *, limit: int | None = None) -> Json:
        """Cloud: the `limit` newest, newest first. Data Center: all, oldest first."""
        entries = self.histories(item)
        shown = entries if self.catalogue.edition == "datacenter" else entries[::-1][:limit]
        return {
            "startAt": 0,
            "maxResults": len(shown),
            "total": len(entries),
            "histories": [self.history(entry) for entry in shown],
        }

    def _move(self, item: Item, move: Move) -> History:
        before = self.catalogue.status_of(item, move.from_status)
        after = self.catalogue.status_of(item, move.to_status)
        change = _change(
            "status", "status", "jira", (before.id, before.name), (after.id, after.name)
        )
        return History(move.id, move.at, move.by, change)

    def _edit(self, edit: Edit) -> History:
        usual = (edit.field, edit.field, "jira")
        name, field_id, kind = EDITED.get(edit.field.lower(), usual)
        old, new = (self._value(edit.field, text) for text in (edit.old, edit.new))
        return History(edit.id, edit.at, edit.by, _change(name, field_id, kind, old, new))

    def _value(self, field: str, text: str | None) -> tuple[str | None, str | None]:
        if field == "project" and text in self.catalogue.projects:
            project = self.catalogue.projects[text]
            return project["id"], project["name"]
        user = self.catalogue.named(text) if field == "assignee" else None
        return (user.get("accountId") or user["key"], user["displayName"]) if user else (None, text)


def _flag(item: Item, flag: Flag) -> Iterator[History]:
    raised, lowered = ("[10019]", "Impediment"), ("", "")
    change = _change("Flagged", FLAGGED, "custom", lowered, raised)
    yield History(flag.start_id, flag.start, item.reporter, change)
    if flag.end is not None and flag.end_id is not None:
        change = _change("Flagged", FLAGGED, "custom", raised, lowered)
        yield History(flag.end_id, flag.end, item.reporter, change)


def _change(
    field: str,
    field_id: str,
    kind: str,
    old: tuple[str | None, str | None],
    new: tuple[str | None, str | None],
) -> Json:
    return {
        "field": field,
        "fieldtype": kind,
        "fieldId": field_id,
        "from": old[0],
        "fromString": old[1],
        "to": new[0],
        "toString": new[1],
    }


def _priority() -> Json:
    return {"self": f"{SITE}/rest/api/3/priority/3", "name": "Medium", "id": "3"}


def last_change(item: Item) -> datetime:
    """When an issue was last changed."""
    if item.updated:
        return item.updated
    times = [item.created]
    times += [move.at for move in item.moves]
    times += [edit.at for edit in item.edits]
    times += [flag.end or flag.start for flag in item.flags]
    return max(times)
