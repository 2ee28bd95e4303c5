"""Commands that collect, and that serve what was collected: options and help."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, Again, Config, examples

_COLLECT = "Collect and serve"

collect = typer.Typer()


@collect.command(
    epilog=examples(
        "headwater sync",
        "headwater sync --source jira",
        "headwater sync --full --since 2026-01-01",
        "headwater sync --source gitlab --again shop/web",
    ),
    rich_help_panel=_COLLECT,
)
def sync(
    config: Config = DEFAULT_CONFIG,
    source: Annotated[
        list[str] | None,
        typer.Option(help="Only the source of this name; may be given several times."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Read everything again, not only what changed.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="How far back a first load, or --full, reads; default: `history` of the source.",
        ),
    ] = None,
    again: Again = "",
) -> None:
    """One pass: collect what changed, link it, compute. Safe to interrupt at any time.

    Progress bars at a terminal, JSON lines otherwise. Exit status 1 when a source failed.
    """
    from cli.sync import run_sync

    day = since.date() if since else None
    run_sync(config, only=source or [], full=full, since=day, again=again)


@collect.command(
    epilog=examples("headwater serve", "headwater serve --port 9000 --no-scheduler"),
    rich_help_panel=_COLLECT,
)
def serve(
    config: Config = DEFAULT_CONFIG,
    host: Annotated[
        str | None, typer.Option(help="The address to listen on, instead of `host` of [server].")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="The port, instead of `port` of [server].")
    ] = None,
    scheduler: Annotated[
        bool,
        typer.Option(
            "--scheduler/--no-scheduler",
            help="Collect each source on its interval, too, or leave that to a worker.",
        ),
    ] = True,
    unauthenticated: Annotated[
        bool,
        typer.Option(
            "--unauthenticated",
            help="Listen beyond this machine although [auth] lets everybody in: only where a proxy"
            " with a login is the only way to the port.",
        ),
    ] = False,
) -> None:
    """Serve the API and the dashboard, and collect each source on its interval, until Ctrl-C."""
    from cli.serve import run_serve

    run_serve(config, host=host, port=port, scheduler=scheduler, unauthenticated=unauthenticated)


@collect.command(
    epilog=examples("headwater worker", "headwater worker --at-once 4"),
    rich_help_panel=_COLLECT,
)
def worker(
    config: Config = DEFAULT_CONFIG,
    at_once: Annotated[
        int | None,
        typer.Option(min=1, help="How many sources it reads at a time at most; default: all."),
    ] = None,
) -> None:
    """Collect each source on its interval, without the API: beside `headwater serve
    --no-scheduler`.

    Start as many as you like on one PostgreSQL: each source is read by one of them at a time, and
    the turn of one that dies goes to another. SIGTERM and Ctrl-C end it after the page that it is
    at; its sources are given back. `headwater status` shows who reads what.
    """
    from cli.serve import run_worker

    run_worker(config, at_once=at_once)


@collect.command(
    "import",
    epilog=examples(
        "headwater import work_item.csv --source tools --dry-run",
        "headwater import history.ndjson --source tools",
    ),
    rich_help_panel=_COLLECT,
)
def import_(
    file: Annotated[Path, typer.Argument(help="A .csv, .ndjson or .jsonl file.")],
    source: Annotated[str, typer.Option(help="The name of a source of kind events.")],
    config: Config = DEFAULT_CONFIG,
    kind: Annotated[
        str, typer.Option(help="What the rows of a CSV file are; default: the file's name.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Store nothing; tell what would change.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Store nothing where a row is refused.")
    ] = False,
) -> None:
    """Import records from a file: each row that makes sense, or none with `--strict`.

    Importing again changes nothing. Exit status 1 when a row was refused; each is told with its
    line.
    """
    from cli.importing import run_import

    run_import(config, file, source=source, kind=kind, dry_run=dry_run, strict=strict)


@collect.command(
    epilog=examples(
        "headwater objectives pi-12.csv --dry-run",
        "headwater objectives pi-12.csv --who anna",
    ),
    rich_help_panel=_COLLECT,
)
def objectives(
    file: Annotated[
        Path,
        typer.Argument(
            help="A CSV file with the columns stream, increment, ends, objective, committed,"
            " planned, actual."
        ),
    ],
    config: Config = DEFAULT_CONFIG,
    who: Annotated[str, typer.Option(help="Who enters them; default: your account.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the file, store nothing.")] = (
        False
    ),
) -> None:
    """Enter what increments planned and delivered: flow predictability is made of it.

    The file is the whole truth of the increments that it names: an objective that it leaves out is
    no more. `actual` stays empty until the objective is rated; `committed` is no for a stretch
    objective. Nothing is stored where a row is wrong; each such row is told with its line.
    """
    from cli.objectives import run_objectives

    run_objectives(config, file, who=who, dry_run=dry_run)
