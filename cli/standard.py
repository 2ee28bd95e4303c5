"""`headwater standard STREAM`: how a stream works as Markdown, and where it has left that."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.markup import escape

from cli.output import console, print_json, write_file
from cli.setting_up import ready
from core.written import day
from pipeline.clock import now_ts
from pipeline.question import question
from pipeline.snapshots import Snapshots
from pipeline.standard_drift import drift_answer
from pipeline.standard_text import standard_markdown
from pipeline.standards import standard_answer
from pipeline.stream_answers import stream_of

Answer = dict[str, Any]


def run_standard(
    config: Path, stream: str, *, output: Path | None, check: bool, as_json: bool
) -> None:
    """Print the page, or with `check` the drift; exit status 1 where there is any, or no standard
    to hold the stream against.
    """
    with ready(config) as (settings, database), database.read() as session:
        snapshot = Snapshots(settings).present(session)
        found = stream_of(snapshot, stream)
        if check:
            asked = question(settings, as_of=now_ts() // 60 * 60)
            drift = drift_answer(session, snapshot, settings, found, asked)
        else:
            told = standard_answer(session, found)
    if check:
        _show_drift(drift, as_json=as_json)
    elif as_json:
        print_json(told)
    elif output is not None:
        write_file(output, standard_markdown(told))
        console.print(f"Written into {escape(str(output))}.", highlight=False)
    else:
        print(standard_markdown(told), end="")


def _show_drift(drift: Answer, *, as_json: bool) -> None:
    if as_json:
        print_json(drift)
    else:
        for line in _drift_lines(drift):
            console.print(line, highlight=False, soft_wrap=True)
    if drift["drifted"] is not False:
        sys.exit(1)


def _drift_lines(drift: Answer) -> list[str]:
    title = f"[bold]{escape(drift['title'])}[/bold]"
    if drift["version"] is None:
        return [f"{title} has no standard: {escape(drift['reason'])}."]
    since = f"standard {drift['version']} of {day(drift['since'])}"
    head = f"{title} works by {since}." if not drift["items"] else f"{title} has left {since}:"
    return [
        head,
        *(f"  {escape(one['words'])}" for one in drift["items"]),
        *(
            f"[dim]not checked: {escape(one['what'])}, {escape(one['reason'])}[/dim]"
            for one in drift["unchecked"]
        ),
    ]
