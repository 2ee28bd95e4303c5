"""`headwater import`: a file of records into a source that is pushed to."""

from __future__ import annotations

import sys
from pathlib import Path

from cli.output import console, print_json, telling
from cli.setting_up import ready
from pipeline.import_checks import ImportReport
from pipeline.importing import import_file
from pipeline.sync import bring_up_to_date

_SHOWN = 100


def run_import(
    config: Path, file: Path, *, source: str, kind: str, dry_run: bool, strict: bool
) -> None:
    """Store the good rows, tell of the others; exit status 1 when a row was refused."""
    with ready(config) as (settings, database), telling() as progress:
        report = import_file(
            settings,
            database,
            file,
            source=source,
            kind=kind,
            dry_run=dry_run,
            strict=strict,
            progress=progress,
        )
        if report.stored and (report.new or report.changed):
            bring_up_to_date(settings, database, progress=progress)
    _tell(report, file, dry_run=dry_run)
    if report.refused_rows:
        sys.exit(1)


def _tell(report: ImportReport, file: Path, *, dry_run: bool) -> None:
    refused = len(report.refused_rows)
    kinds = sorted({*report.new, *report.changed, *report.same})
    if console.is_terminal:
        verb = "would be" if not report.stored else "are"
        for kind in kinds:
            counts = f"{report.new[kind]} {verb} new, {report.changed[kind]} {verb} changed"
            console.print(f"{kind}: {counts}, {report.same[kind]} the same", highlight=False)
        console.print(f"{refused} rows refused", highlight=False)
    else:
        print_json(
            {
                "event": "imported",
                "stored": report.stored,
                "dry_run": dry_run,
                "kinds": {
                    kind: {
                        "new": report.new[kind],
                        "changed": report.changed[kind],
                        "same": report.same[kind],
                    }
                    for kind in kinds
                },
                "refused": refused,
            }
        )
    for one in report.refused[:_SHOWN]:
        print(f"{file}:{one.row}: {one.field}: {one.what}", file=sys.stderr)
    if refused > _SHOWN:
        print(f"and {refused - _SHOWN} rows more", file=sys.stderr)
    if refused and not report.stored and not dry_run:
        print("nothing was stored, for --strict was given", file=sys.stderr)
