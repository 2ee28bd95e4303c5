"""`headwater values`: a file of what items are worth into the store."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from cli.output import console, print_json
from cli.setting_up import ready
from pipeline.estimate_files import import_values

_SHOWN = 100


def run_values(config: Path, file: Path, *, who: str, dry_run: bool) -> None:
    """Store the values of the file; exit status 1 when a row was refused, and then none is."""
    with ready(config) as (settings, database):
        report = import_values(
            settings, database, file, who=who or getpass.getuser(), dry_run=dry_run
        )
    for line, column, what in report.refused[:_SHOWN]:
        print(f"{file}:{line}: {column}: {what}", file=sys.stderr)
    if report.refused:
        print("nothing was stored: mend these rows and run it again", file=sys.stderr)
        sys.exit(1)
    if not console.is_terminal:
        told = {"event": "values", "read": report.read, "dry_run": dry_run}
        print_json({**told, "changed": report.changed, "same": report.same})
        return
    if dry_run:
        console.print(f"{report.read} rows are good; nothing was stored")
    else:
        console.print(f"{report.changed} values are new or differ, {report.same} were so already")
