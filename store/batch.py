"""One call of `save_records`: its records by kind, what it looked up, and what it touched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from core.errors import PayloadError
from core.frames import to_ts
from core.records import Entity, Person, Record
from store.lookup import lookup_ids

T = TypeVar("T")
R = TypeVar("R", bound=Record)


@dataclass(slots=True)
class Touched:
    """What a batch really changed: surrogate ids by kind; `touched[Entity.ITEM]` is never missing.

    statuses, projects: ids of those that are new or differ. skipped: one line for each record left
    out because what it belongs to is not stored; left_out: those records.
    """

    ids: dict[Entity, set[int]] = field(default_factory=dict)
    statuses: set[int] = field(default_factory=set)
    projects: set[int] = field(default_factory=set)
    skipped: list[str] = field(default_factory=list)
    left_out: list[Record] = field(default_factory=list)

    def __getitem__(self, entity: Entity) -> set[int]:
        return self.ids.setdefault(entity, set())

    def __bool__(self) -> bool:
        """Whether anything at all was written."""
        return any(self.ids.values()) or bool(self.statuses) or bool(self.projects)

    def merge(self, other: Touched) -> None:
        """Take over what another batch touched."""
        for entity, found in other.ids.items():
            self[entity].update(found)
        self.statuses |= other.statuses
        self.projects |= other.projects
        self.skipped += other.skipped
        self.left_out += other.left_out


@dataclass(slots=True)
class Batch:
    """Records of one source on their way in. `people`: ids by identity, once they are stored."""

    session: Session
    source_id: int
    records: dict[type, list[Record]]
    people: dict[str, int] = field(default_factory=dict)
    touched: Touched = field(default_factory=Touched)

    @classmethod
    def of_records(cls, session: Session, source_id: int, records: Iterable[Record]) -> Batch:
        """Sort the records by kind; their order within a kind stays."""
        kinds: dict[type, list[Record]] = defaultdict(list)
        for record in records:
            kinds[type(record)].append(record)
        return cls(session, source_id, kinds)

    def of(self, kind: type[T]) -> list[T]:
        """The records of one kind."""
        return cast("list[T]", self.records.get(kind, []))

    def rows(
        self, records: Iterable[R], make: Callable[[R], dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """A row of each record; those that `make` refuses with a `PayloadError` are noted."""
        rows = []
        for record in records:
            try:
                rows.append(make(record))
            except PayloadError as error:
                self.touched.skipped.append(str(error))
                self.touched.left_out.append(record)
        return rows

    def lookup(self, table: Table, external_ids: Iterable[str]) -> dict[str, int]:
        """Ids by vendor id of what this source has in `table`."""
        return lookup_ids(self.session, table, self.source_id, external_ids)

    def person(self, person: Person | None) -> int | None:
        """The id of someone that a record names."""
        return None if person is None else self.people[person.identity]


def parent_id(ids: dict[str, int], external_id: str, *, child: str, parent: str) -> int:
    """The id of what a record belongs to; `PayloadError` where that is not stored."""
    try:
        return ids[external_id]
    except KeyError:
        raise PayloadError(f"{child}: its {parent} {external_id} is not stored") from None


def seconds(at: datetime | None) -> int | None:
    """Epoch seconds for a column; None stays None."""
    return None if at is None else to_ts(at)
