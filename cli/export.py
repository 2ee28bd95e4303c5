"""`headwater export`: tables as files for warehouses and spreadsheets, and as an event log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.markup import escape

from cli.bars import counted
from cli.output import console, print_json, telling
from cli.setting_up import ready
from core.errors import BadRequestError
from pipeline.daily import bring_days_up_to_date
from pipeline.event_log import append_events
from pipeline.export_formats import FORMATS, format_named
from pipeline.export_wanted import Filters, tables_named, wanted_rows
from pipeline.exporting import MANIFEST, export_folder
from pipeline.ocel import LOGS, export_log

EVENTS: Final = "events"
"""The Parquet event log, which is appended to."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of the command."""

    form: str
    tables: Sequence[str]
    stream: str | None = None
    service: str | None = None
    start: str | None = None
    end: str | None = None
    since: str | None = None
    compact: bool = False
    full: bool = False

    @property
    def filters(self) -> Filters:
        return Filters(self.stream, self.service, self.start, self.end, self.since)


def run_export(config: Path, folder: Path, asked: Asked) -> None:
    """Write the files and the manifest; daily numbers are brought up to date first.

    `BadRequestError` and `NotFoundError` for what there is not.
    """
    if asked.form == EVENTS:
        _run_events(config, folder, asked)
        return
    if asked.compact or asked.full:
        raise BadRequestError(f"--compact and --full are of --format {EVENTS}")
    if asked.form in LOGS:
        _run_log(config, folder, asked)
        return
    if asked.form not in FORMATS:
        raise BadRequestError(f"--format: one of {', '.join((*FORMATS, *LOGS, EVENTS))}")
    chosen, form = tables_named(asked.tables), format_named(asked.form)
    with ready(config) as (settings, database):
        wanted = wanted_rows(settings, asked.filters)
        bring_days_up_to_date(settings, database)
        with telling() as progress:
            body = export_folder(
                settings, database, folder, form, chosen, wanted, progress=progress
            )
    if not console.is_terminal:
        print_json({"event": "exported", "folder": str(folder), **body})
        return
    rows = sum(one["rows"] for one in body["tables"])
    many = f"{counted(rows)} rows in {len(chosen)} files, and {MANIFEST}"
    console.print(f"{many}: {escape(str(folder))}", highlight=False)
    if body["next_since"]:
        console.print(f"[dim]Next time: --since {body['next_since']}[/dim]", highlight=False)


def _run_log(config: Path, folder: Path, asked: Asked) -> None:
    if asked.tables or asked.filters != Filters():
        raise BadRequestError("an event log is always whole: leave the filters out")
    with ready(config) as (_, database), telling() as progress:
        told = export_log(database, folder, asked.form, progress=progress)
    if not console.is_terminal:
        print_json({"event": "exported", **told})
        return
    many = f"{counted(told['objects'])} objects and {counted(told['events'])} events"
    console.print(f"{many}: {escape(told['file'])}", highlight=False)


def _run_events(config: Path, folder: Path, asked: Asked) -> None:
    if asked.tables or asked.filters != Filters():
        raise BadRequestError("the event log has all streams: leave the filters out")
    with ready(config) as (settings, database), telling() as progress:
        told = append_events(
            settings,
            database,
            folder,
            full=asked.full,
            compact=asked.compact,
            progress=progress,
        )
    if not console.is_terminal:
        print_json({"event": "exported", **told})
        return
    many = f"{counted(told['events'])} events in {counted(told['files'])} files"
    more = f"{counted(told['appended'])} new, {counted(told['removed'])} taken back"
    console.print(f"{many} ({more}): {escape(told['folder'])}", highlight=False)
