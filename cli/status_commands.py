"""`headwater status`: its options."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, Config, examples

status_commands = typer.Typer(rich_markup_mode="markdown")


@status_commands.command(
    epilog=examples("headwater status", "headwater status --json"),
    rich_help_panel="Look",
)
def status(
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="All of it as JSON.")] = False,
) -> None:
    """Who reads what: the processes that collect, which source each of them holds, since when and
    until when, what waits for one of them, and what is due next.

    A process that said nothing for a minute is lost; what it held goes to another one when the
    lease runs out, or at once where both run on one machine. Exit status 1 where a source waits and
    no process lives that could take it.
    """
    from cli.status import run_status

    run_status(config, as_json=as_json)
