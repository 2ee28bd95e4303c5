"""The `headwater` command: options and help here, the work in the modules that each command
imports.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from core.errors import ConfigError, HeadwaterError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Trace every idea from its source to the release: where it waited, why, and what the"
    " waiting cost. Start with: `headwater demo`",
)

verdict = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Say that a link is right or wrong, or add one that is missing; numbers follow. What you"
    " say outranks every rule and stays, whatever is read or computed again.",
)
app.add_typer(verdict, name="verdict")

Config = Annotated[
    Path,
    typer.Option(
        "--config", envvar="HEADWATER_CONFIG", help="The configuration file.", show_default=True
    ),
]
_DEFAULT_CONFIG = Path("headwater.toml")
_INTERRUPTED = 130
_STOPPED = "stopped; what was read so far is stored, and the next run goes on from there"


def _epilog(*examples: str) -> str:
    return "Examples:\n\n" + "\n\n".join(f"`{example}`" for example in examples)


@app.command(epilog=_epilog("headwater demo", "headwater demo --port 9000 --directory /tmp/demo"))
def demo(
    port: Annotated[int, typer.Option(help="Where the dashboard listens on 127.0.0.1.")] = 8080,
    directory: Annotated[
        Path | None, typer.Option(help="Keep configuration and database here; default: a new one.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Which company is simulated.")] = 1,
    items: Annotated[int, typer.Option(help="How many work items it has.")] = 2000,
    once: Annotated[bool, typer.Option("--once", help="Collect and stop; do not serve.")] = False,
) -> None:
    """Start a simulated company, collect it through the real connectors, serve the dashboard."""
    from cli.demo import run_demo

    run_demo(port=port, directory=directory, seed=seed, items=items, once=once)


@app.command(epilog=_epilog("headwater check", "headwater check --config acme.toml"))
def check(config: Config = _DEFAULT_CONFIG) -> None:
    """Ask every source who we are there, what we may read, and whether the clocks agree.

    Exit status 1 when one fails.
    """
    from cli.check import run_check

    run_check(config)


@app.command(
    epilog=_epilog(
        "headwater sync", "headwater sync --source jira", "headwater sync --full --since 2026-01-01"
    )
)
def sync(
    config: Config = _DEFAULT_CONFIG,
    source: Annotated[
        list[str] | None, typer.Option(help="Only this source; may be given several times.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything again.")] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="How far back a first load, or --full, reads, instead of `history`.",
        ),
    ] = None,
) -> None:
    """One pass: collect what changed, link it, compute. Safe to interrupt at any time.

    Progress bars at a terminal, JSON lines otherwise. Exit status 1 when a source failed.
    """
    from cli.sync import run_sync

    run_sync(config, only=source or [], full=full, since=since.date() if since else None)


@app.command(epilog=_epilog("headwater serve", "headwater serve --port 9000 --no-scheduler"))
def serve(
    config: Config = _DEFAULT_CONFIG,
    host: Annotated[str | None, typer.Option(help="Instead of `host` of [server].")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of `port` of [server].")] = None,
    scheduler: Annotated[
        bool, typer.Option("--scheduler/--no-scheduler", help="Collect on the intervals, too.")
    ] = True,
    unauthenticated: Annotated[
        bool,
        typer.Option(
            "--unauthenticated",
            help="Listen beyond this machine although anyone who reaches the port can read.",
        ),
    ] = False,
) -> None:
    """Serve the API and the dashboard, and collect on schedule."""
    from cli.serve import run_serve

    run_serve(config, host=host, port=port, scheduler=scheduler, unauthenticated=unauthenticated)


@app.command(epilog=_epilog("headwater worker"))
def worker(config: Config = _DEFAULT_CONFIG) -> None:
    """Collect on schedule, without the API."""
    from cli.serve import run_worker

    run_worker(config)


@app.command(epilog=_epilog("headwater trace SHOP-412", "headwater trace CHG0030001 --json"))
def trace(
    key: Annotated[
        str,
        typer.Argument(help="The key of a work item, or the number of a change or incident."),
    ],
    config: Config = _DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="The whole journey as JSON.")] = False,
) -> None:
    """One work item from idea to release: every wait, commit, build, deployment, with the
    evidence.
    """
    from cli.trace import run_trace

    run_trace(config, key, as_json=as_json)


@app.command(epilog=_epilog("headwater dora checkout", "headwater dora checkout --days 30 --json"))
def dora(
    stream: Annotated[str, typer.Argument(help="The name of a value stream.")],
    config: Config = _DEFAULT_CONFIG,
    days: Annotated[int, typer.Option(min=1, help="How many days back from now.")] = 90,
    as_json: Annotated[bool, typer.Option("--json", help="The envelopes as JSON.")] = False,
) -> None:
    """The five DORA metrics of each service of a stream."""
    from cli.dora import run_dora

    run_dora(config, stream, days=days, as_json=as_json)


@app.command(
    epilog=_epilog("headwater unlinked", "headwater unlinked --stream checkout --kind commit")
)
def unlinked(
    config: Config = _DEFAULT_CONFIG,
    stream: Annotated[str | None, typer.Option(help="Only of this value stream.")] = None,
    kind: Annotated[
        str | None, typer.Option(help="item, commit, deployment or incident; default: all.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="How many days back from now.")] = 90,
    as_json: Annotated[bool, typer.Option("--json", help="Sums and examples as JSON.")] = False,
) -> None:
    """What should be linked and is not: the likely reasons, what to do, and examples."""
    from cli.unlinked import run_unlinked

    run_unlinked(config, stream=stream, kind=kind, days=days, as_json=as_json)


@app.command(
    "import",
    epilog=_epilog(
        "headwater import work_item.csv --source tools --dry-run",
        "headwater import history.ndjson --source tools",
    ),
)
def import_(
    file: Annotated[Path, typer.Argument(help="A .csv, .ndjson or .jsonl file.")],
    source: Annotated[str, typer.Option(help="A source of kind events.")],
    config: Config = _DEFAULT_CONFIG,
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


Ticket = Annotated[str, typer.Argument(help="The key of a work item; or as the others.")]
Others = Annotated[
    list[str],
    typer.Argument(
        help="A sha (7 digits do), shop/web@SHA, shop/web!8, the number of a change or incident,"
        " job#7; or with its kind: deployment:ID, change:4711."
    ),
]
Why = Annotated[str, typer.Option(help="Why, for others to read.")]
Who = Annotated[str, typer.Option(help="Who says so; default: the account's name.")]


@verdict.command(
    epilog=_epilog(
        'headwater verdict confirm SHOP-412 3f2a91c0 --why "done without a key"',
        'headwater verdict confirm SHOP-412 shop/web!8 CHG0030001 --why "ours" --who anna',
    )
)
def confirm(
    ticket: Ticket, others: Others, why: Why, who: Who = "", config: Config = _DEFAULT_CONFIG
) -> None:
    """The two belong together, whether a rule found that or not."""
    from cli.verdicts import run_verdict

    run_verdict(config, "confirmed", ticket, others, why=why, who=who)


@verdict.command(
    epilog=_epilog('headwater verdict reject SHOP-412 3f2a91c0 --why "it only mentions the ticket"')
)
def reject(
    ticket: Ticket, others: Others, why: Why, who: Who = "", config: Config = _DEFAULT_CONFIG
) -> None:
    """The two do not belong together, whatever the rules find."""
    from cli.verdicts import run_verdict

    run_verdict(config, "rejected", ticket, others, why=why, who=who)


@verdict.command(epilog=_epilog("headwater verdict withdraw SHOP-412 3f2a91c0"))
def withdraw(
    ticket: Ticket, others: Others, why: Why = "", who: Who = "", config: Config = _DEFAULT_CONFIG
) -> None:
    """Take back what was said of the two: the rules decide again. It stays in the list."""
    from cli.verdicts import run_verdict

    run_verdict(config, "withdrawn", ticket, others, why=why, who=who)


@app.command(epilog=_epilog("headwater verdicts", "headwater verdicts --limit 500 --json"))
def verdicts(
    config: Config = _DEFAULT_CONFIG,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, the newest first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="The list as JSON.")] = False,
) -> None:
    """What people say about links: who, when, why, and whether it counts."""
    from cli.verdicts import run_verdicts

    run_verdicts(config, limit=limit, as_json=as_json)


@app.command(epilog=_epilog("headwater recompute"))
def recompute(config: Config = _DEFAULT_CONFIG) -> None:
    """Make all links and facts again from the stored records, without asking any source."""
    from cli.sync import run_recompute

    run_recompute(config)


@app.command(
    epilog=_epilog(
        "headwater conformance",
        "headwater conformance my/vectors --json",
        "headwater conformance --answers theirs.json",
    )
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


@app.command(epilog=_epilog("headwater migrate"))
def migrate(config: Config = _DEFAULT_CONFIG) -> None:
    """Create the database's tables, or bring them up to date."""
    from cli.migrate import run_migrate

    run_migrate(config)


def main() -> None:
    """Run the command; an error that we expect is one line per problem and an exit status.

    2: the configuration is wrong. 1: the work failed. 130: interrupted.
    """
    try:
        app()
    except ConfigError as error:
        _fail(str(error), 2)
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
