"""The same tables as views of the database, for tools that are connected to it.

On PostgreSQL they stand in a schema of their own, `headwater_v1.items`, so that a role may be given
that and nothing else; on SQLite, which has none, they are called `headwater_v1_items`.
"""

from __future__ import annotations

from typing import Any, Final, cast

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects import postgresql

from store.export_schema import SCHEMA_VERSION, ExportColumn, ExportTable
from store.export_tables import TABLES

SCHEMA: Final = f"headwater_v{SCHEMA_VERSION}"


def view_name(dialect: str, table: str) -> str:
    """As SQL writes it."""
    return f"{SCHEMA}.{table}" if dialect == "postgresql" else f"{SCHEMA}_{table}"


def neutral_views() -> dict[str, str]:
    """By table the SELECT that its view is made of. `as_moment` makes a moment of epoch seconds and
    `as_day` a date of text; migrations write both as their database does.
    """
    return {table.name: _body(table) for table in TABLES}


def _body(table: ExportTable) -> str:
    body = select(*(_shown(column) for column in table.columns)).select_from(table.rows)
    if table.where is not None:
        body = body.where(table.where)
    made: Any = cast(Any, postgresql).dialect(paramstyle="named")
    return str(body.compile(dialect=made, compile_kwargs={"literal_binds": True}))


def _shown(column: ExportColumn) -> ColumnElement[Any]:
    if column.kind == "time":
        return func.as_moment(column.of).label(column.name)
    if column.kind == "day":
        return func.as_day(column.of).label(column.name)
    return column.told
