"""`headwater report STREAM`: the last weeks of a stream on one page, for a mail or a board."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from rich.markup import escape

from cli.output import console, print_json, write_file
from cli.setting_up import ready
from pipeline.clock import now_ts
from pipeline.question import question
from pipeline.report import report_answer
from pipeline.snapshots import Snapshots
from pipeline.stream_answers import stream_of
from web.report_html import report_html
from web.report_markdown import report_markdown
from web.report_page import report_page

_WRITERS = {"md": report_markdown, "html": report_html}


def run_report(
    config: Path,
    stream: str,
    *,
    weeks: int,
    running: bool,
    form: Literal["md", "html", "json"],
    output: Path | None,
) -> None:
    """Print the page, or write it into a file; `ConfigError` where that can't be written."""
    with ready(config) as (settings, database), database.read() as session:
        snapshot = Snapshots(settings).present(session)
        found = stream_of(snapshot, stream)
        asked = question(settings, as_of=now_ts() // 60 * 60)
        told = report_answer(
            session, snapshot, settings, found, asked, weeks=weeks, running=running
        )
    if form == "json":
        print_json(told)
        return
    text = _WRITERS[form](report_page(told, base=settings.auth.public_url))
    if output is None:
        print(text, end="")
        return
    write_file(output, text)
    console.print(f"Written into {escape(str(output))}.", highlight=False)
