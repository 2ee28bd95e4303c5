"""The `headwater` command: options and help here, the work in the modules that each command
imports.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.access_commands import access, token
from cli.alert_commands import alert
from cli.cost_commands import cost
from cli.export_commands import export
from cli.init_commands import init
from cli.look_commands import look
from cli.mapping_commands import mapping
from cli.mcp_command import mcp_command
from cli.migrate_command import migrating
from cli.operation_commands import operation
from cli.options import DEFAULT_CONFIG, Again, Config, examples
from cli.privacy_commands import privacy
from cli.recompute_command import recompute_command
from cli.report_commands import report_commands
from cli.status_commands import status_commands
from cli.verdict_commands import verdict
from core.errors import ConfigError, HeadwaterError, StoppedError

_BEGIN, _COLLECT = "Begin", "Collect and serve"

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Trace every idea from its source to the release: where it waited, why, and what the"
    " waiting cost.\n\nSee it on made-up data with `headwater demo`. With your own tools: draft"
    " headwater.toml with `headwater init`, then `headwater migrate`, `check`, `sync` and `serve`.",
)

_INTERRUPTED = 130
_STOPPED = "stopped; what was read so far is stored, and the next run goes on from there"


@app.command(
    epilog=examples("headwater demo", "headwater demo --port 9000 --directory /tmp/demo"),
    rich_help_panel=_BEGIN,
)
def demo(
    port: Annotated[int, typer.Option(help="Where the dashboard listens on 127.0.0.1.")] = 8080,
    directory: Annotated[
        Path | None,
        typer.Option(help="Keep configuration and database here; default: the folder demo."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another number, another company.")] = 1,
    items: Annotated[int, typer.Option(help="How many work items it has.")] = 2000,
    once: Annotated[bool, typer.Option("--once", help="Collect and stop; do not serve.")] = False,
) -> None:
    """See it at work on a made-up company: its tools are served, read by the real connectors, and
    the dashboard is at http://127.0.0.1:8080. Nothing leaves this machine.
    """
    from cli.demo import run_demo

    run_demo(port=port, directory=directory, seed=seed, items=items, once=once)


app.add_typer(init)


app.add_typer(migrating)


@app.command(
    epilog=examples("headwater check", "headwater check --config acme.toml"), rich_help_panel=_BEGIN
)
def check(config: Config = DEFAULT_CONFIG) -> None:
    """Ask every source who we are there, what we may read, and whether the clocks agree.

    No record is read or stored. Exit status 1 when one fails.
    """
    from cli.check import run_check

    run_check(config)


@app.command(
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


@app.command(
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


@app.command(
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


@app.command(
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


@app.command(
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


app.add_typer(recompute_command)


@app.command(
    epilog=examples(
        "headwater conformance",
        "headwater conformance my/vectors --json",
        "headwater conformance --answers theirs.json",
    ),
    rich_help_panel="Prove the numbers",
)
def conformance(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A folder of vectors (*.json); default: those of Headwater."),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(help="Judge the answers of another tool instead: JSON by id of the vector."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every value, not only what differs.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The results as JSON.")] = False,
) -> None:
    """Histories with known answers, through the calculation of every metric: pass or fail.

    Exit status 1 when one fails, or could not be run. Needs no configuration.
    """
    from cli.conformance import run_conformance

    run_conformance(folder, answers=answers, as_json=as_json, every=every)


app.add_typer(look)
app.add_typer(status_commands)
app.add_typer(report_commands)
app.add_typer(mcp_command)
app.add_typer(token, name="token", rich_help_panel="Who may come in")
app.add_typer(access)
app.add_typer(privacy, name="privacy", rich_help_panel="Who may come in")
app.add_typer(alert)
app.add_typer(cost)
app.add_typer(export)
app.add_typer(operation)
app.add_typer(mapping, name="mapping", rich_help_panel="Look")
app.add_typer(verdict, name="verdict", rich_help_panel="Correct what the rules found")


def main() -> None:
    """Run the command; an error that we expect is one line per problem and an exit status.

    2: the configuration is wrong. 1: the work failed. 130: interrupted.
    """
    try:
        app()
    except ConfigError as error:
        _fail(str(error), 2)
    except StoppedError as error:
        _fail(str(error), _INTERRUPTED)
    except HeadwaterError as error:
        _fail(str(error), 1)
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:  # typer's own answer to Ctrl-C, which says nothing
            _fail(_STOPPED, _INTERRUPTED)
        raise
    except KeyboardInterrupt:
        _fail(_STOPPED, _INTERRUPTED)


def _fail(message: str, status: int) -> None:
    print(message, file=sys.stderr)
    sys.exit(status)
