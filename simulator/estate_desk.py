"""The service desk of an estate: change requests, incidents, what people write into them."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

from core.frames import NONE

_SOURCE = 3
_SYMPTOMS = ("Errors at checkout", "Pages are slow", "Login fails", "Wrong totals", "Timeouts")


class Table(Protocol):
    """Where rows go; answers with the number of the row."""

    def add(self, name: str, key: str, /, **values: Any) -> int: ...


class Release(Protocol):
    """What the desk has to know of a deployment."""

    id: int
    version: str
    commits: list[str]
    tickets: list[str]
    build: str
    change: str | None


@dataclass(slots=True)
class Trouble:
    """An incident before it is written down; `resolved` None while it lasts."""

    id: int
    number: str
    service: int
    opened: int
    cause: int | None
    texts: list[str]
    caused_by: str = ""
    resolved: int | None = None
    duplicate_of: int | None = None


@dataclass(slots=True)
class Desk:
    """Numbers incidents and changes as they come in; `close` writes the incidents down."""

    rng: Random
    rows: Table
    troubles: list[Trouble] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    def change(self, service: int, ts: int, build: str) -> str:
        """A change request for a deployment: its external id."""
        id = f"c{len(self.changes) + 1}"
        self.changes.append(id)
        self.rows.add(
            "changes",
            "change_id",
            **{"source_id": _SOURCE, "external_id": id, "number": f"CHG{len(self.changes):07d}"},
            **{"correlation": build, "service_id": service, "created_ts": ts - 86_400},
            **{"started_ts": ts - 900, "finished_ts": ts + 900, "closed_ts": ts + 3_600},
        )
        return id

    def caused(self, service: int, opened: int, made: Release, before: Release | None) -> Trouble:
        """An incident that this deployment caused, as people report it."""
        trouble = self._open(service, opened, made.id)
        if made.change and self.rng.random() < 0.4:
            wrong = self.rng.random() < 0.02
            trouble.caused_by = self.rng.choice(self.changes) if wrong else made.change
        if self.rng.random() < 0.2:
            trouble.texts.append(f"Began with {self._name(made)}.")
            if before and self.rng.random() < 0.1:
                trouble.texts.append(f"Worked in {before.version}.")
        if self.rng.random() < 0.03:
            trouble.texts.append(f"Running version {made.version}.")
        return trouble

    def strange(self, service: int, opened: int, history: list[Any]) -> Trouble:
        """An incident that no deployment caused."""
        trouble = self._open(service, opened, None)
        if history and self.rng.random() < 0.03:
            trouble.texts.append(f"Running version {history[-1].version}.")
        if self.changes and self.rng.random() < 0.005:
            trouble.caused_by = self.rng.choice(self.changes)
        return trouble

    def _name(self, made: Release) -> str:
        names = [f"release {made.version}", made.commits[-1][:8], made.build]
        return self.rng.choice([*names, *made.tickets[:1]])

    def _open(self, service: int, opened: int, cause: int | None) -> Trouble:
        number = len(self.troubles) + 1
        texts = [self.rng.choice(_SYMPTOMS)]
        trouble = Trouble(number, f"INC{number:07d}", service, opened, cause, texts)
        self.troubles.append(trouble)
        return trouble

    def close(self, end: int) -> dict[int, int | None]:
        """Write every incident that opened before the end; the true causes of those that are no
        duplicates.
        """
        told = [one for one in self.troubles if one.opened < end]
        causes = {one.id: one.cause for one in told}
        for one in list(told):
            above = one
            for _ in range(self._duplicates()):
                copy = self._open(one.service, above.opened + self.rng.randint(180, 2_400), None)
                copy.duplicate_of, copy.resolved = above.id, one.resolved
                told.append(copy)
                above = copy
        for one in told:
            self._write(one, end)
        return causes

    def _duplicates(self) -> int:
        luck = self.rng.random()
        return 2 if luck < 0.02 else 1 if luck < 0.12 else 0

    def _write(self, one: Trouble, end: int) -> None:
        resolved = one.resolved if one.resolved is not None and one.resolved < end else NONE
        placed = one.service if self.rng.random() >= 0.05 else NONE
        above = "" if one.duplicate_of is None else f"i{one.duplicate_of}"
        self.rows.add(
            "incidents",
            "_",
            **{"incident_id": one.id, "source_id": _SOURCE, "external_id": f"i{one.id}"},
            **{"number": one.number, "title": one.texts[0]},
            **{"description": " ".join(one.texts[1:]), "caused_by_external_id": one.caused_by},
            **{"duplicate_of_external_id": above, "service_id": placed},
            **{"opened_ts": one.opened, "resolved_ts": resolved},
        )
