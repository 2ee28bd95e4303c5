"""The `headwater` command: options and help here, the work in the modules that each command
imports.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.access_commands import access, token
from cli.alert_commands import alert
from cli.collect_commands import collect
from cli.cost_commands import cost
from cli.export_commands import export
from cli.init_commands import init
from cli.look_commands import look
from cli.mapping_commands import mapping
from cli.mcp_command import mcp_command
from cli.migrate_command import migrating
from cli.operation_commands import operation
from cli.options import DEFAULT_CONFIG, Config, examples
from cli.privacy_commands import privacy
from cli.recompute_command import recompute_command
from cli.report_commands import report_commands
from cli.status_commands import status_commands
from cli.verdict_commands import verdict
from core.errors import ConfigError, HeadwaterError, StoppedError

_BEGIN = "Begin"

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


app.add_typer(collect)
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
