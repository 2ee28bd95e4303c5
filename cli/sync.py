"""`headwater sync`, and what became of a pass."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from cli.output import console, print_json, telling
from cli.setting_up import ready, require_sources
from core.errors import ConfigError
from core.settings import Settings
from core.source_settings import EventsSource
from pipeline.sync import SyncReport, sync


def run_sync(
    config: Path, *, only: Sequence[str], full: bool, since: date | None, again: str = ""
) -> None:
    """One pass; exit status 1 when a source failed, with one line for each problem."""
    if again and (len(only) != 1 or full):
        raise ConfigError("--again names a part of one source: add --source NAME, without --full")
    with ready(config) as (settings, database), telling() as progress:
        require_sources(settings, config)
        _require_read(settings, only)
        report = sync(
            settings, database, only=only, full=full, since=since, again=again, progress=progress
        )
    tell_outcome(report)
    if report.failed:
        sys.exit(1)


def _require_read(settings: Settings, only: Sequence[str]) -> None:
    """`ConfigError` where one of the sources chosen is one of events."""
    for source in settings.sources:
        if isinstance(source, EventsSource) and source.name in only:
            raise ConfigError(
                f'nothing is read from source "{source.name}": it reports by itself, to'
                " POST /v1/events, or is imported: headwater import"
            )


def tell_outcome(report: SyncReport) -> None:
    """The outcome: a line per source, problem and warning, then what became of links and facts."""
    if not console.is_terminal:
        print_json(
            {
                "event": "finished",
                "sources": [
                    {
                        "source": one.source,
                        "changed": one.changed,
                        "problems": one.problems,
                        "paused": one.paused or None,
                    }
                    for one in report.sources
                ],
                "warnings": list(report.warnings),
                "links_changed": report.links.changed,
                "facts_changed": report.facts.changed,
            }
        )
    else:
        for one in report.sources:
            seen = sum(counts.seen for counts in one.streams.values())
            console.print(
                f"{one.source}: {seen} seen, {one.changed} new or changed", highlight=False
            )
        console.print(
            f"{report.links.changed} links and {report.facts.changed} facts changed",
            highlight=False,
        )
    for one in report.sources:
        for problem in one.problems:
            print(f"{one.source}: {problem}", file=sys.stderr)
        if one.paused:
            print(f"note: {one.source}: {one.paused}", file=sys.stderr)
    for warning in report.warnings:
        print(f"note: {warning}", file=sys.stderr)
