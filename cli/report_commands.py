"""`headwater report`: options of the page that is sent or hung up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import DEFAULT_CONFIG, Config, examples

report_commands = typer.Typer(rich_markup_mode="markdown")


@report_commands.command(
    epilog=examples(
        "headwater report checkout",
        "headwater report checkout --format html --output checkout.html",
        "headwater report checkout --weeks 4 --running",
        "headwater report checkout --format html | mutt -e 'set content_type=text/html'"
        " -s 'Checkout, last week' board@acme.example",
    ),
    rich_help_panel="Look",
)
def report(
    stream: Annotated[
        str, typer.Argument(help="The `name` of a value stream in the configuration.")
    ],
    config: Config = DEFAULT_CONFIG,
    weeks: Annotated[
        int, typer.Option(min=1, max=13, help="How many whole weeks, up to the last one.")
    ] = 1,
    running: Annotated[
        bool,
        typer.Option(
            "--running", help="The running week is the last of them, and is marked as not whole."
        ),
    ] = False,
    form: Annotated[
        Literal["md", "html"], typer.Option("--format", help="md: Markdown; html: one HTML file.")
    ] = "md",
    output: Annotated[Path | None, typer.Option(help="Write it into this file instead.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All that it tells, as JSON.")] = False,
) -> None:
    """The last week of a stream on one page, for a mail or a board: numbers with range and grade
    beside the week before, signals, the three dearest waits, what ages, what is blocked, what was
    released, and how far to trust it.

    A change is only called one where a process behaviour chart says so. With `public_url` in [auth]
    every number leads to the items behind it.
    """
    from cli.report import run_report

    run_report(
        config,
        stream,
        weeks=weeks,
        running=running,
        form="json" if as_json else form,
        output=output,
    )
