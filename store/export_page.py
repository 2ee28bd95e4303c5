"""The exported tables as they stand in docs/exports.md."""

from __future__ import annotations

from collections.abc import Iterator

from store.export_schema import KINDS, SCHEMA_VERSION, ExportTable
from store.export_tables import TABLES


def schema_lines() -> Iterator[str]:
    """Markdown: the kinds of columns, then every table with its columns."""
    yield f"Schema version {SCHEMA_VERSION}."
    yield ""
    yield "| kind | is |"
    yield "|---|---|"
    yield from (f"| {kind} | {means} |" for kind, means in KINDS.items())
    for table in TABLES:
        yield from table_lines(table)


def table_lines(table: ExportTable) -> Iterator[str]:
    """A heading, what a table is, and its columns."""
    yield ""
    yield f"### {table.name}"
    yield ""
    yield table.means
    yield ""
    told = f"Key: {', '.join(f'`{name}`' for name in table.key)}."
    if table.moment_name:
        told += f" Moment: `{table.moment_name}`."
    if table.fact:
        told += " Tells new and changed rows apart (`since`)."
    yield told
    yield ""
    yield "| column | kind | means | null |"
    yield "|---|---|---|---|"
    for column in table.columns:
        yield f"| `{column.name}` | {column.kind} | {column.means} | {column.null or 'never'} |"
