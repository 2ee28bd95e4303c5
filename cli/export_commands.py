"""The command that hands tables to other tools: options and help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, Config, examples

export = typer.Typer()


@export.command(
    "export",
    epilog=examples(
        "headwater export warehouse",
        "headwater export --format csv --table items --stream checkout reports",
        "headwater export --since 2026-11-01T06:00:00Z warehouse/changes",
        "headwater export --format ocel mining",
        "headwater export --format events warehouse/events",
    ),
    rich_help_panel="Hand to other tools",
)
def export_(
    folder: Annotated[Path, typer.Argument(help="Where the files go; made where it is not there.")],
    config: Config = DEFAULT_CONFIG,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="parquet, csv or ndjson: a file for each table. ocel: one event log, OCEL 2.0 as"
            " JSON; ocel-sqlite: the same as SQLite. events: Parquet files by stream and month, to"
            " which what is new is appended.",
        ),
    ] = "parquet",
    table: Annotated[
        list[str] | None,
        typer.Option(help="Only this table; may be given several times. Default: all."),
    ] = None,
    stream: Annotated[
        str | None, typer.Option(help="Only rows of this stream, in tables that have streams.")
    ] = None,
    service: Annotated[
        str | None, typer.Option(help="Only rows of this service, in tables that have services.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", help="Only rows from this date or time on, by `moment` of a table."),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="Only rows before this date or time.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            help="Only rows that are new or changed since: `next_since` of the manifest before."
            " Tables that do not keep that are written whole."
        ),
    ] = None,
    compact: Annotated[
        bool, typer.Option("--compact", help="Of events: one file for each stream and month.")
    ] = False,
    full: Annotated[
        bool,
        typer.Option("--full", help="Of events: compare all items, not only what changed."),
    ] = False,
) -> None:
    """Write facts, intervals, links and daily numbers as files, all of one moment, with a
    manifest.json that names each file, its rows and hash, and the version of the schema.

    A file is there whole or not at all. Progress at a terminal, JSON lines otherwise. The same
    tables are at /v1/exports, and as views of the database.
    """
    from cli.export import Asked, run_export

    words = (form, table or [], stream, service, start, end, since)
    run_export(config, folder, Asked(*words, compact=compact, full=full))
