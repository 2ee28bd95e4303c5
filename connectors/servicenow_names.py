"""What ServiceNow's numbers and references are called: states, configuration items, services."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.http import SourceClient
from connectors.servicenow_parse import references, state_values
from connectors.servicenow_query import Table, some
from connectors.stream import Payload, Scope
from core.errors import SourceAnswerError

ITEMS = Table(name="cmdb_ci", fields=("sys_id", "name"))
SERVICES = Table(name="cmdb_ci_service", fields=("sys_id", "name"))
CHOICES = Table(
    name="sys_choice",
    fields=("name", "element", "value", "label", "language"),
    only={"name": ("change_request", "incident"), "element": ("state",)},
)
_IDS_AT_ONCE = 100
_MOST_CHOICES = 1000


@dataclass(slots=True)
class Names:
    """Adds names to rows under `_details`, each asked for once per connection, a hundred at once.

    `names` by sys_id; `labels`, the words of the states by their stored values, empty where the
    list of choices may not be read.
    """

    known: dict[str, str] = field(default_factory=dict)
    labels: dict[tuple[Any, str], str] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self, client: SourceClient, _scope: Scope, payloads: list[Payload], *, table: str = ""
    ) -> None:
        """The names of rows of one table, or of the one that each entry of the audit log names."""
        wanted = {id for payload in payloads for id in references(payload)}
        with self._lock:  # changes and incidents are read at the same time
            self._look_up_all(client, wanted)
            if self.labels is None:
                self.labels = _labels(client)
        for payload in payloads:
            details = payload.setdefault("_details", {})
            details["names"] = {id: self.known[id] for id in references(payload)}
            keys = {v: (table or payload.get("tablename"), v) for v in state_values(payload)}
            details["labels"] = {v: self.labels[k] for v, k in keys.items() if k in self.labels}

    def _look_up_all(self, client: SourceClient, wanted: set[str]) -> None:
        for table in (ITEMS, SERVICES):
            self._look_up(client, table, sorted(wanted - self.known.keys()))
        # What neither table shows stays unnamed, and is not asked for again.
        self.known.update(dict.fromkeys(wanted - self.known.keys(), ""))

    def _look_up(self, client: SourceClient, table: Table, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), _IDS_AT_ONCE):
            asked = ids[start : start + _IDS_AT_ONCE]
            rows = some(client, table, f"sys_idIN{','.join(asked)}", limit=len(asked))
            self._keep(rows or [], set(asked), table)

    def _keep(self, rows: Iterable[Payload], asked: set[str], table: Table) -> None:
        for row in rows:
            if row.get("sys_id") not in asked:
                raise SourceAnswerError(f"{table.path}: rows that were not asked for")
            self.known[str(row["sys_id"])] = str(row.get("name") or "")


def _labels(client: SourceClient) -> dict[tuple[Any, str], str]:
    """Labels of states by table and value, English ones where there are several languages."""
    rows = some(client, CHOICES, CHOICES.condition.rstrip("^"), limit=_MOST_CHOICES) or []
    found: dict[tuple[Any, str], str] = {}
    for row in sorted(rows, key=lambda row: row.get("language") == "en"):
        if any(row.get(name) not in values for name, values in CHOICES.only.items()):
            raise SourceAnswerError(f"{CHOICES.path}: rows that were not asked for")
        if row.get("label"):
            found[str(row["name"]), str(row.get("value"))] = str(row["label"])
    return found
