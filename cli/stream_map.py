"""`headwater map STREAM`: the value stream map of a stream, in the terminal or as a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.markup import escape
from rich.padding import Padding

from cli.map_findings import finding_lines
from cli.map_table import beside_table, ladder_lines, loop_lines, map_table, notes
from cli.output import console, print_json, write_file
from cli.setting_up import ready
from core.workshop_map import read_workshop_map
from metrics.periods import DAY, Window
from pipeline.clock import now_ts
from pipeline.findings import findings_answer
from pipeline.map_answers import map_answer
from pipeline.map_beside import beside
from pipeline.question import question
from pipeline.snapshots import Snapshots
from pipeline.stream_answers import stream_of
from web.map_facts import finding, period
from web.map_svg import map_svg


def run_map(
    config: Path,
    stream: str,
    *,
    days: int,
    as_json: bool,
    workshop: Path | None,
    drawing: Path | None,
) -> None:
    """Print steps, ladder and findings; with a workshop's map the gaps between the two."""
    believed = None if workshop is None else read_workshop_map(workshop)
    with ready(config) as (settings, database), database.read() as session:
        now = now_ts()
        asked = replace(question(settings, as_of=now), window=Window(now - days * DAY, now))
        snapshot = Snapshots(settings).present(session)
        found = stream_of(snapshot, stream)
        document = map_answer(session, snapshot, settings, found, asked)
        told = findings_answer(session, snapshot, settings, found, asked, document=document)
    if drawing is not None:
        write_file(drawing, map_svg(document))
    compared = None if believed is None else beside(document, believed)
    if as_json:
        print_json(document if compared is None else compared)
        return
    console.print(f"[bold]{escape(finding(document))}[/bold]", highlight=False)
    console.print(f"[dim]{escape(period(document))}[/dim]\n", highlight=False)
    if compared is not None:
        console.print(beside_table(compared))
        for gap in compared["gaps"]:
            console.print(Padding(escape(gap["text"]), (0, 0, 0, 2)), highlight=False)
        return
    console.print(map_table(document))
    console.print()
    for line in (*ladder_lines(document), *loop_lines(document)):
        console.print(line, highlight=False)
    console.print()
    for line in finding_lines(told):
        console.print(line, highlight=False)
    console.print()
    for line in notes(document):
        console.print(f"[dim]{escape(line)}[/dim]", highlight=False)
    if drawing is not None:
        console.print(f"Drawn into {escape(str(drawing))}.", highlight=False)
