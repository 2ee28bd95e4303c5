"""What there is to export, told as documents."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from core.settings import Settings
from pipeline.export_formats import MEDIA
from pipeline.export_wanted import filters_of
from pipeline.exporting import about
from store.export_schema import ExportTable
from store.export_tables import TABLES
from store.export_views import view_name

Answer = dict[str, Any]


def exports_answer(session: Session, settings: Settings) -> Answer:
    """Every table with its columns, and of which moment they are."""
    dialect = session.get_bind().dialect.name
    return {
        **about(session, settings),
        "formats": dict(MEDIA),
        "tables": [_told(table, dialect) for table in TABLES],
    }


def _told(table: ExportTable, dialect: str) -> Answer:
    return {
        "name": table.name,
        "means": table.means,
        "key": list(table.key),
        "moment": table.moment_name or None,
        "filters": filters_of(table),
        "view": view_name(dialect, table.name),
        "url": f"/v1/exports/{table.name}",
        "columns": [
            {
                "name": column.name,
                "kind": column.kind,
                "means": column.means,
                "null": column.null or None,
            }
            for column in table.columns
        ],
    }
