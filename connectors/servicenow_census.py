"""Which rows of ServiceNow are no longer there: a list of all ids, and the log of deletions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from connectors.http import SourceClient
from connectors.servicenow_query import Asker, Table, some
from connectors.servicenow_table import wanted_from
from connectors.stream import Census, Reading, Scope
from core.errors import SourceAnswerError, SourceAuthError
from core.records import Entity

_PAGE = 10_000
_IDS_AT_ONCE = 100
_DELETIONS = Table(name="sys_audit_delete", fields=("tablename", "documentkey"))


def census(name: str, entity: Entity) -> Census:
    """The weekly census of a table."""
    table = Table(name=name, fields=("sys_id",))

    def ids(reading: Reading) -> Iterator[Iterable[str]]:
        return _ids(reading, table)

    def missing(client: SourceClient, _scope: Scope, gone: Sequence[str]) -> Mapping[str, str]:
        return _missing(client, table, gone)

    return Census(ids=ids, missing=missing, entity=entity, every=timedelta(days=7))


def _ids(reading: Reading, table: Table) -> Iterator[Iterable[str]]:
    """Ten thousand at once, by keyset. `SourceAuthError` where rows exist and none is visible."""
    asker = Asker(reading.client, table, _PAGE)
    start = wanted_from(reading)
    changed = f"sys_updated_on>{start}^" if start else ""
    last = ""
    while True:
        after = f"sys_id>{last}^" if last else ""
        answer = asker.visible(f"{changed}{after}ORDERBYsys_id", counted=True)
        found = [str(row["sys_id"]) for row in answer.rows]
        if not last and not found and answer.total:
            raise SourceAuthError(
                f"{table.path}: {answer.total} rows exist, none may be read; grant read access"
            )
        if last and last in found:
            raise SourceAnswerError(f"{table.path}: the same rows again; the query is ignored")
        yield found
        if not answer.more:
            return
        last = found[-1]


def _missing(client: SourceClient, table: Table, ids: Sequence[str]) -> Mapping[str, str]:
    """deleted where the log of deletions says so; not_visible where it does not or is closed."""
    why: dict[str, str] = {}
    for start in range(0, len(ids), _IDS_AT_ONCE):
        asked = ids[start : start + _IDS_AT_ONCE]
        there = _named(client, table, "sys_id", f"sys_idIN{','.join(asked)}", asked)
        gone = [id for id in asked if id not in there]
        if gone:
            query = f"tablename={table.name}^documentkeyIN{','.join(gone)}"
            deleted = _named(client, _DELETIONS, "documentkey", query, gone)
            why |= {id: "deleted" if id in deleted else "not_visible" for id in gone}
    return why


def _named(
    client: SourceClient, table: Table, column: str, query: str, asked: Sequence[str]
) -> set[str]:
    """Which of the asked ids rows name in a column; none where the table is refused."""
    # A record that was restored and deleted again stands in the log of deletions several times.
    rows = some(client, table, query, limit=10 * len(asked)) or []
    found = {str(row.get(column)) for row in rows}
    if not found <= set(asked):
        raise SourceAnswerError(f"{table.path}: rows that were not asked for")
    return found
