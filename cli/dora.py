"""`headwater dora STREAM`: the DORA metrics of each service of a stream, in the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.markup import escape
from rich.padding import Padding

from cli.dora_table import notes, service_table
from cli.output import console, print_json
from cli.setting_up import ready
from metrics.periods import DAY, Window
from metrics.survey import CAUTIONS
from pipeline.clock import now_ts
from pipeline.question import question
from pipeline.service_answers import service_dora
from pipeline.snapshots import Snapshots
from pipeline.stream_answers import services_of, stream_of
from pipeline.stream_dora import stream_dora


def run_dora(config: Path, stream: str, *, days: int, as_json: bool) -> None:
    """Print them side by side; speed and stability are never shown without one another."""
    with ready(config) as (settings, database), database.read() as session:
        now = now_ts()
        asked = replace(question(settings, as_of=now), window=Window(now - days * DAY, now))
        snapshot = Snapshots(settings).present(session)
        found = stream_of(snapshot, stream)
        services = [
            service_dora(snapshot, settings, service, asked)
            for service in services_of(snapshot, found)
        ]
        pooled = stream_dora(snapshot, settings, found, asked) if services else None
    if as_json:
        print_json({"stream": stream, "services": services, "pooled": pooled})
        return
    console.print(f"[bold]{escape(found.title)}[/bold], last {days} days", highlight=False)
    if not services:
        console.print(
            f'No service delivers it; add services = [".."] to stream "{stream}".',
            markup=False,
            highlight=False,
        )
        return
    if pooled is not None and len(services) > 1:
        services.append({**pooled, "service": "all of them together", "missing": None})
    for service in services:
        console.print(f"\n[bold]{escape(str(service['service']))}[/bold]", highlight=False)
        console.print(service_table(service))
        for line in notes(service):
            _dim(line, indent=2)
    console.print()
    _dim(f"DORA's cautions: {' '.join(CAUTIONS)}", indent=0)


def _dim(line: str, *, indent: int) -> None:
    text = f"[dim]{escape(line)}[/dim]"
    console.print(Padding(text, (0, 0, 0, indent)), highlight=False)
