"""The tables of ServiceNow's DevOps Change Velocity, kept as they are: no record is made of them.

Their columns are not documented and differ between releases, so rows are read whole, without the
columns that name persons. Rows are moved to `ar_` tables after nine months: what was read stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from connectors.servicenow_query import Table
from connectors.servicenow_table import read_table
from connectors.stream import Page, Payload, Reading, Scope, Stream
from core.errors import SourceAnswerError
from core.records import Record

TABLES: Final = (
    "tool",
    "work_item",
    "commit",
    "m2m_commit_work_item",
    "m2m_commit_execution",
    "pipeline_execution",
    "step_execution",
    "task_execution",
    "callback",
    "artifact_version",
    "m2m_artifact_version_commit",
    "package",
)
_PERSON = re.compile(r"_by$|author|committer|email|user|person|assign|owner|reviewer")


def devops_streams() -> list[Stream]:
    """One for each table; optional, as the plugin or the role `sn_devops.viewer` may be missing."""
    return [
        Stream(
            name=f"devops_{name}",
            read=partial(_read, table=Table(name=f"sn_devops_{name}", fields=())),
            id=_sys_id,
            parse=_no_records,
            optional=True,
        )
        for name in TABLES
    ]


def _read(reading: Reading, *, table: Table) -> Iterator[Page]:
    """A table that is not there is a 400, told here as the 404 that it means."""
    try:
        for page in read_table(reading, table=table):
            yield Page([_without_persons(row) for row in page.payloads], page.cursor)
    except SourceAnswerError as error:
        if error.status != 400:
            raise
        raise SourceAnswerError(
            f"{table.name}: no such table; is DevOps Change Velocity installed? If not, set"
            " devops = false",
            status=404,
        ) from error


def _without_persons(row: Payload) -> Payload:
    return {name: value for name, value in row.items() if not _PERSON.search(name)}


def _sys_id(payload: Payload, _scope: Scope) -> str:
    return str(payload["sys_id"])


def _no_records(_payload: Payload, _scope: Scope) -> Iterable[Record]:
    return ()
