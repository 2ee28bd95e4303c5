"""What keeps a row of an import from being stored, found before anything is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from core.record_fields import IDENTITY, identity_of
from core.records import ItemKey, Review, StateChange, WorkItem
from pipeline.database import Database
from pipeline.import_rows import Row, rows_of
from store.pushed import key_holders, stored_names, stored_requests

PARENTS: Final[Mapping[str, tuple[str, str]]] = {
    "item_key": ("item", "work_item"),
    "item_link": ("item", "work_item"),
    "transition": ("item", "work_item"),
    "block": ("item", "work_item"),
    "worklog": ("item", "work_item"),
    "ref": ("repository", "repository"),
    "commit": ("repository", "repository"),
    "merge_request": ("repository", "repository"),
    "review": ("merge_request", "merge_request"),
    "environment": ("repository", "repository"),
    "build_stage": ("build", "build"),
    "state_change": ("id", "change_request"),
}
"""By kind: the field that names what a record belongs to, and the kind of that."""
_TOLD: Final = 1_000


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken, by its line."""

    row: int
    field: str
    what: str


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do: rows by kind, and the first 1,000 that were refused."""

    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    refused_rows: set[int] = field(default_factory=set)
    stored: bool = False

    def refuse(self, row: int, name: str, what: str) -> None:
        self.refused_rows.add(row)
        if len(self.refused) < _TOLD:
            self.refused.append(Refused(row, name, what))


@dataclass(slots=True)
class _Seen:
    """The rows of a file. `own`: lines by name; `children`: (line, field, name) by the parent's
    name; `keys`: the item of each key that an item of the file has; `claims`: rows of keys.
    """

    own: dict[str, int] = field(default_factory=dict)
    children: defaultdict[str, list[tuple[int, str, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    items: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    claims: list[tuple[int, ItemKey]] = field(default_factory=list)

    def add(self, row: Row) -> int:
        """The line of the row that has its name already, or its own."""
        name = name_of(row)
        first = self.own.setdefault(name, row.number)
        if first == row.number:
            own_field, parent = _parent(row)
            if parent:
                self.children[parent].append((row.number, own_field, name))
            if isinstance(row.record, WorkItem):
                self.items.add(row.record.id)
                self.keys[row.record.key] = row.record.id
            elif isinstance(row.record, ItemKey):
                self.claims.append((row.number, row.record))
        return first


def check(database: Database, source_id: int, path: Path, kind: str, report: ImportReport) -> None:
    """Refuse what makes no record, what the file has twice, what belongs to something that is
    nowhere, and an earlier key that another item has now.
    """
    seen = _Seen()
    for row in rows_of(path, kind):
        if row.record is None:
            report.refuse(row.number, row.field, row.what)
        elif (first := seen.add(row)) != row.number:
            report.refuse(
                row.number, "the row", f"has the same {_identity(row.kind)} as line {first}"
            )
    missing = set(seen.children) - set(seen.own)
    with database.read() as session:
        _refuse_strays(seen, missing - _stored(session, source_id, missing), report)
        _refuse_taken(session, source_id, seen, report)
    report.refused.sort(key=lambda one: one.row)


def name_of(row: Row) -> str:
    """The name of a row's record among all: its kind, then its identity, a line each."""
    assert row.record is not None
    return "\n".join((row.kind, *identity_of(row.kind, row.record)))


def _identity(kind: str) -> str:
    names = ("what" if name == "kind" else name for name in IDENTITY.get(kind, ("id",)))
    return ", ".join(names)


def _parent(row: Row) -> tuple[str, str]:
    """The field that names what the record belongs to, and the name of that; empty for none."""
    if row.kind not in PARENTS:
        return "", ""
    own_field, parent = PARENTS[row.kind]
    names = [str(getattr(row.record, own_field))]
    if isinstance(row.record, StateChange) and row.record.entity.name == "INCIDENT":
        parent = "incident"
    if isinstance(row.record, Review):
        names.insert(0, row.record.repository)
    return own_field, "\n".join((parent, *names))


def _stored(session: Session, source_id: int, names: Iterable[str]) -> set[str]:
    """Which of these are stored already."""
    by_kind: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        kind, _, rest = name.partition("\n")
        by_kind[kind].add(rest)
    asked = by_kind.pop("merge_request", set())
    pairs = {(home, request) for home, _, request in (one.partition("\n") for one in asked)}
    requests = stored_requests(session, source_id, pairs)
    found = {"\n".join(("merge_request", *pair)) for pair in requests}
    for kind, wanted in by_kind.items():
        stored = stored_names(session, source_id, kind, wanted)
        found |= {f"{kind}\n{name}" for name in stored}
    return found


def _refuse_strays(seen: _Seen, missing: set[str], report: ImportReport) -> None:
    """What is refused for its parent is itself no parent to others."""
    waiting = sorted(missing, reverse=True)
    while waiting:
        parent = waiting.pop()
        kind, _, rest = parent.partition("\n")
        told = f"there is no {kind} {rest.replace(chr(10), ' ')[:100]}, here or stored"
        for number, own_field, name in seen.children.get(parent, ()):
            report.refuse(number, own_field, told)
            waiting.append(name)


def _refuse_taken(session: Session, source_id: int, seen: _Seen, report: ImportReport) -> None:
    """A key that an item has now is no earlier one of another."""
    stored = key_holders(session, source_id, {claim.key for _, claim in seen.claims})
    for number, claim in seen.claims:
        before = stored.get(claim.key, "")
        holder = seen.keys.get(claim.key) or ("" if before in seen.items else before)
        if holder and holder != claim.item:
            report.refuse(number, "key", f"is the key of work_item {holder[:100]} now")
