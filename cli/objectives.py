"""`headwater objectives`: a file of planned and delivered value into the store."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from cli.output import console, print_json
from cli.setting_up import ready
from pipeline.objectives import import_objectives

_SHOWN = 100


def run_objectives(config: Path, file: Path, *, who: str, dry_run: bool) -> None:
    """Store the objectives of the file; exit status 1 when a row was refused, and then none is."""
    with ready(config) as (settings, database):
        report = import_objectives(
            settings, database, file, who=who or getpass.getuser(), dry_run=dry_run
        )
    for line, what in report.refused[:_SHOWN]:
        print(f"{file}:{line}: {what}", file=sys.stderr)
    if report.refused:
        print("nothing was stored: mend these rows and run it again", file=sys.stderr)
        sys.exit(1)
    if not console.is_terminal:
        told = {"event": "objectives", "read": report.read, "dry_run": dry_run}
        print_json({**told, "changed": report.changed})
        return
    for stream, changed in report.changed.items():
        console.print(f"{stream}: {changed} objectives are new, differ or are gone")
    if dry_run:
        console.print(f"{report.read} rows are good; nothing was stored")
