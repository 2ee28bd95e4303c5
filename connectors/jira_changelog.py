"""Jira's changelog: one list of changes out of its several forms.

Cloud cuts what it puts into a search at 40 entries and hands out the rest in bulk, with times as
numbers. Data Center leaves `fieldId` out. Entries may share a second: only ids tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.people import person
from connectors.stream import Payload
from connectors.times import utc
from core.records import Field, Person, Transition

_PER_ENTRY = 64
_PARENTS = frozenset({"parent", "issueparentassociation", "epic link", "parent link"})
_KEPT = {
    "status": Field.STATUS,
    "assignee": Field.ASSIGNEE,
    "issuetype": Field.TYPE,
    "project": Field.PROJECT,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one entry. `name` is lower case; texts and ids are empty where not given."""

    at: datetime
    seq: int
    name: str
    field_id: str
    custom: bool
    from_id: str
    to_id: str
    from_text: str
    to_text: str
    actor: Person | None

    def of(self, system_field: str) -> bool:
        """Whether it changes this field of Jira itself, not a custom one of the same name."""
        if self.field_id:
            return self.field_id == system_field
        return self.name == system_field and not self.custom

    @property
    def of_parent(self) -> bool:
        """Whether it moves the issue below another: Jira has had four fields for that."""
        return self.name in _PARENTS or self.field_id == "parent"


def entries(payload: Payload) -> list[Mapping[str, Any]]:
    """What is known of the changelog: the entries fetched in full, then further embedded ones."""
    full = (payload.get("_details") or {}).get("changelog") or []
    embedded = (payload.get("changelog") or {}).get("histories") or []
    known = {str(entry["id"]) for entry in full}
    return [*full, *(entry for entry in embedded if str(entry["id"]) not in known)]


def keep_entries(stored: Payload, payload: Payload) -> None:
    """Carry over the entries that are stored and no longer shown: a source that cuts its changelog
    shorter than before takes nothing away.
    """
    shown = {str(entry["id"]) for entry in entries(payload)}
    before = [entry for entry in entries(stored) if str(entry["id"]) not in shown]
    if before:
        details = payload.setdefault("_details", {})
        details["changelog"] = [*(details.get("changelog") or ()), *before]


def is_complete(payload: Payload) -> bool:
    """Whether no entry is missing; where Jira gives no count, whether it was read in full."""
    total = (payload.get("changelog") or {}).get("total")
    if total is None:
        return "changelog" in (payload.get("_details") or {})
    return len(entries(payload)) >= int(total)


def changes(payload: Payload, *, bots: Sequence[str] = ()) -> list[Change]:
    """All changes, oldest first. `seq` is entry id * 64 + place in the entry, else by position."""
    timed = [(utc(entry["created"]), entry) for entry in entries(payload)]
    numeric = all(str(entry["id"]).isdigit() for _, entry in timed)
    # Without numeric ids only the order of the list can tell entries of one second apart.
    numbered = [
        (at, int(entry["id"]) if numeric else place, entry)
        for place, (at, entry) in enumerate(sorted(timed, key=lambda pair: pair[0]))
    ]
    numbered.sort(key=lambda row: row[:2])
    return [
        change for at, number, entry in numbered for change in _of_entry(at, number, entry, bots)
    ]


def _of_entry(
    at: datetime, number: int, entry: Mapping[str, Any], bots: Sequence[str]
) -> Iterator[Change]:
    actor = user(entry.get("author"), bots=bots)
    for index, item in enumerate(entry["items"]):
        yield Change(
            at=at,
            seq=number * _PER_ENTRY + min(index, _PER_ENTRY - 1),
            name=str(item["field"]).lower(),
            field_id=str(item.get("fieldId") or ""),
            custom=item.get("fieldtype") == "custom",
            from_id=str(item.get("from") or ""),
            to_id=str(item.get("to") or ""),
            from_text=str(item.get("fromString") or ""),
            to_text=str(item.get("toString") or ""),
            actor=actor,
        )


def user(account: Mapping[str, Any] | None, *, bots: Sequence[str]) -> Person | None:
    """Someone by account id (Cloud), key or name (Data Center); None for nobody or a blanked
    account.
    """
    account = account or {}
    names = [account.get(name) for name in ("accountId", "key", "name", "emailAddress")]
    identity = next((name for name in names if name), None)
    return person(
        identity,
        bots=bots,
        email=account.get("emailAddress"),
        username=account.get("name"),
        name=account.get("displayName"),
        app=account.get("accountType") == "app",
    )


def assignees(
    account: Mapping[str, Any] | None, history: Sequence[Change], *, bots: Sequence[str]
) -> list[Person]:
    """Everyone an issue is or was assigned to, with what its changelog calls them. The present one
    (`account`) tells most of itself and comes last.
    """
    moves = [change for change in history if _kept(change) is Field.ASSIGNEE]
    named = [(move.from_id, move.from_text) for move in moves]
    named += [(move.to_id, move.to_text) for move in moves]
    found = [person(identity, bots=bots, name=name) for identity, name in dict(named).items()]
    return [one for one in (*found, user(account, bots=bots)) if one is not None]


def transitions(item: str, history: Sequence[Change]) -> Iterator[Transition]:
    """The changes of the fields that are kept. People stay ids: their names are not needed."""
    for change in history:
        field = _kept(change)
        if field is None:
            continue
        named = field is not Field.ASSIGNEE
        yield Transition(
            item=item,
            at=change.at,
            seq=change.seq,
            field=field,
            from_id=change.from_id or None,
            to_id=change.to_id or None,
            from_name=change.from_text if named else "",
            to_name=change.to_text if named else "",
            actor=change.actor,
        )


def _kept(change: Change) -> Field | None:
    if change.of_parent:
        return Field.PARENT
    if change.custom and change.name == "sprint":
        return Field.SPRINT
    return next((field for name, field in _KEPT.items() if change.of(name)), None)
