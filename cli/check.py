"""`headwater check`: is every source reachable, who are we there, what is missing."""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

from cli.output import console, print_json
from cli.setting_up import require_file, require_sources
from core.config_file import load_settings
from core.errors import StoreError
from core.log import set_up_logging
from pipeline.checking import SourceCheck, check_sources
from pipeline.database import opened


def run_check(config: Path) -> None:
    """A block per source; exit status 1 when one of them fails."""
    set_up_logging(level=logging.ERROR)
    settings = load_settings(config)
    require_sources(settings, config)
    with ExitStack() as stack:
        # A database that is not there yet keeps nobody from asking the sources.
        database = None
        with suppress(StoreError):
            require_file(settings.database.url)
            database = stack.enter_context(opened(settings.database))
        checks = list(check_sources(settings, database))
    for one in checks:
        _tell(one)
    if not all(one.ok for one in checks):
        sys.exit(1)


def _tell(one: SourceCheck) -> None:
    if not console.is_terminal:
        print_json(
            {
                "source": one.source,
                "ok": one.ok,
                "lines": [{"name": p.name, "ok": p.ok, "detail": p.detail} for p in one.probes],
            }
        )
        return
    console.print(f"[bold]{one.source}[/bold]  {'ok' if one.ok else 'fails'}")
    for probe in one.probes:
        mark = "[green]✓[/green]" if probe.ok else "[red]✗[/red]"
        console.print(f"  {mark} {probe.name}: {probe.detail}", highlight=False, soft_wrap=True)
