"""Where the history of states is read from: the best of three that the account may read.

1. `sys_audit`, the log of every change. 2. `metric_instance`, where the instance has definitions of
metrics for these fields: from the day of the definition on. 3. What the rows themselves show from
one poll to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from connectors.http import SourceClient
from connectors.servicenow_names import Names
from connectors.servicenow_parse import parse_audit, parse_metric
from connectors.servicenow_query import Table, some
from connectors.servicenow_table import log_from, read_table, whole_table
from connectors.stream import Page, Payload, Reading, Scope, Stream
from core.errors import SourceAnswerError, SourceAuthError

AUDIT = Table(
    name="sys_audit",
    fields=(
        "sys_id",
        "tablename",
        "fieldname",
        "documentkey",
        "oldvalue",
        "newvalue",
        "sys_created_on",
    ),
    at="sys_created_on",
    only={
        "tablename": ("change_request", "incident"),
        "fieldname": ("state", "approval", "assignment_group"),
    },
)
_DEFINITIONS = Table(
    name="metric_definition",
    fields=("sys_id", "table", "field"),
    only={"table": ("change_request", "incident"), "field": ("state", "approval")},
)
_METRICS = Table(
    name="metric_instance",
    fields=("sys_id", "definition", "id", "value", "start", "sys_updated_on"),
    extra=("field_value",),
)
_IDS_AT_ONCE = 100
_TABLES = ("changes", "incidents")
_FROM_METRICS = (
    "states are read from metric_instance: nothing before its definitions, nothing that is not"
    " audited; grant audit_viewer for the whole history"
)
FROM_POLLS = (
    "states are those seen from one poll to the next: nothing before the first, and of several"
    " changes between two only the last; grant audit_viewer for the whole history"
)


@dataclass(frozen=True, slots=True)
class History:
    """definitions: table and field of the metrics in use, by sys_id; `audited` where the log is."""

    audited: bool
    definitions: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def observed(self) -> bool:
        """Whether nothing but the rows themselves tells a change of state."""
        return not self.audited and not self.definitions

    @property
    def note(self) -> str:
        return "" if self.audited else FROM_POLLS if self.observed else _FROM_METRICS


def find_history(client: SourceClient, *, audited: bool) -> History:
    """The best way to the history of states; nothing is asked where the log may be read."""
    if audited:
        return History(audited=True)
    query = _DEFINITIONS.condition.rstrip("^")
    rows = some(client, _DEFINITIONS, query, limit=_IDS_AT_ONCE) or []
    for row in rows:
        if any(row.get(name) not in values for name, values in _DEFINITIONS.only.items()):
            raise SourceAnswerError(f"{_DEFINITIONS.path}: rows that were not asked for")
    found = {str(row["sys_id"]): (str(row["table"]), str(row["field"])) for row in rows}
    return History(audited=False, definitions=found)


def history_streams(history: History, names: Names) -> Sequence[Stream]:
    """The stream `audit`, which without the log only says so, and `metrics` where they serve: not
    where the log was lost, which would tell the same states a second time.
    """
    audit = Stream(
        name="audit",
        read=partial(read_table, table=AUDIT) if history.audited else partial(_told, history),
        id=_sys_id,
        parse=parse_audit,
        complete=names.add,
        after=_TABLES,
        optional=True,
    )
    if not history.definitions:
        return [audit]
    table = replace(_METRICS, only={"definition": tuple(sorted(history.definitions))})
    metrics = Stream(
        name="metrics",
        read=partial(read_table, table=table),
        id=_sys_id,
        parse=partial(parse_metric, definitions=history.definitions),
        after=(*_TABLES, audit.name),
        optional=True,
    )
    return [audit, metrics]


def _sys_id(payload: Payload, _scope: Scope) -> str:
    return str(payload["sys_id"])


def _told(history: History, reading: Reading) -> Iterator[Page]:
    """No rows, and why. `SourceAuthError` where the log was read before: a right was lost."""
    if reading.cursor.get("at"):
        raise SourceAuthError(
            f"{AUDIT.path}: it was readable before and is not now; grant audit_viewer again"
        )
    yield Page([], {"note": history.note})


@dataclass(slots=True)
class LateRows:
    """Reads the whole history of rows that come later than the log of their time was read, or the
    metrics that stand in for it.

    An incident that becomes urgent enough to be wanted, or a row from before the wanted history
    that changes now: their entries passed by when nothing was stored that they belong to.
    """

    table: Table
    history: History
    waiting: set[str] = field(default_factory=set)

    def note(self, reading: Reading, rows: Iterable[Payload]) -> None:
        """Remember which of these rows are new and made before what is read of the log."""
        if self.history.observed:
            return
        old = {
            str(row["sys_id"])
            for row in rows
            if str(row["sys_created_on"]) < log_from(reading, str(row[self.table.at]))
        }
        self.waiting |= old - reading.known(old) if old else set()

    def complete(self, client: SourceClient, payloads: Sequence[Payload]) -> None:
        """Add the entries of those as `_details.audit`, or `.metrics`, a hundred rows a request."""
        late = {str(p["sys_id"]): p for p in payloads if str(p["sys_id"]) in self.waiting}
        ids = sorted(late)
        for begin in range(0, len(ids), _IDS_AT_ONCE):
            kind, key, table = self._log(tuple(ids[begin : begin + _IDS_AT_ONCE]))
            for entry in whole_table(client, table) if table else ():
                details = late[str(entry[key])].setdefault("_details", {})
                details.setdefault(kind, []).append(entry)
        self.waiting -= late.keys()

    def _log(self, ids: tuple[str, ...]) -> tuple[str, str, Table | None]:
        """What tells of these rows, the column with their id, and the table, None without any."""
        if self.history.audited:
            only = {**AUDIT.only, "tablename": (self.table.name,), "documentkey": ids}
            return "audit", "documentkey", replace(AUDIT, only=only)
        told = {
            id for id, (table, _) in self.history.definitions.items() if table == self.table.name
        }
        only = {"definition": tuple(sorted(told)), "id": ids}
        return "metrics", "id", replace(_METRICS, only=only) if told else None
