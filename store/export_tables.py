"""The tables that are told to others, in the order in which they are listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.errors import NotFoundError
from store import export_days, export_delivery, export_flow, export_records
from store.export_schema import ExportTable

TABLES: Final[Sequence[ExportTable]] = (
    export_flow.STREAMS,
    export_flow.STAGES,
    export_flow.SERVICES,
    export_flow.ITEMS,
    export_flow.STAGE_VISITS,
    export_flow.BLOCKS,
    export_flow.TOOL_TIMES,
    export_days.STREAM_DAYS,
    export_days.DELAY_COSTS,
    export_delivery.LINKS,
    export_records.COMMITS,
    export_records.MERGE_REQUESTS,
    export_records.BUILDS,
    export_delivery.CHANGES,
    export_delivery.REQUEST_TIMES,
    export_delivery.DEPLOYMENTS,
    export_records.CHANGE_REQUESTS,
    export_delivery.INCIDENTS,
    export_days.SERVICE_DAYS,
    export_delivery.RESTATEMENTS,
)
_BY_NAME: Final = {table.name: table for table in TABLES}


def table_named(name: str) -> ExportTable:
    """`NotFoundError` with those that there are."""
    found = _BY_NAME.get(name)
    if found is None:
        raise NotFoundError(f'there is no table "{name[:60]}"; there are: {", ".join(_BY_NAME)}')
    return found
