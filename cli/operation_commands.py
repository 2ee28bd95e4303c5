"""The commands of who operates Headwater: options and help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, Config, examples

_OPERATE = "Operate"

operation = typer.Typer()


@operation.command(
    epilog=examples(
        "headwater backup headwater.backup",
        'headwater backup "/backups/headwater-$(date +%F).backup"',
    ),
    rich_help_panel=_OPERATE,
)
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; made by this, or not there.")],
    config: Config = DEFAULT_CONFIG,
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over a file that is there already.")
    ] = False,
) -> None:
    """Copy the database of one moment into one file, also while Headwater runs, and prove the copy.

    Rows, checksums and the integrity of the database are checked before the file gets its name. The
    configuration and its secrets are not in it.
    """
    from cli.backup import run_backup

    run_backup(config, file, replace=replace)


@operation.command(
    epilog=examples(
        "headwater restore headwater.backup --dry-run",
        "headwater restore headwater.backup",
        "headwater restore headwater.backup --replace",
    ),
    rich_help_panel=_OPERATE,
)
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `headwater backup` has written.")],
    config: Config = DEFAULT_CONFIG,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Delete what is in the database. Stop what uses it before that."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read the whole file and say what is in it.")
    ] = False,
) -> None:
    """Make the database that the configuration names what it was when the backup was made.

    Of SQLite or PostgreSQL, whichever the backup is of. A backup of an older Headwater is brought
    up to date. All or nothing: where it fails, the database is as it was.
    """
    from cli.backup import run_restore

    run_restore(config, file, replace=replace, dry_run=dry_run)


@operation.command(
    epilog=examples("headwater doctor", "headwater doctor --json", "headwater doctor --strict"),
    rich_help_panel=_OPERATE,
)
def doctor(
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="The findings as JSON.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit status 1 for a warning, too.")
    ] = False,
) -> None:
    """Look for what is wrong or soon will be: the database, clocks, the disk, files with secrets,
    the configuration. Each finding says what to do.

    Nothing is changed and no source is asked (`headwater check` does). Exit status 1 for a fault.
    """
    from cli.doctor import run_doctor

    run_doctor(config, as_json=as_json, strict=strict)


@operation.command(
    epilog=examples("headwater prune --dry-run", "headwater prune", "headwater prune --json"),
    rich_help_panel=_OPERATE,
)
def prune(
    config: Config = DEFAULT_CONFIG,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be forgotten, and keep it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="By source and stream, as JSON.")] = False,
) -> None:
    """Forget payloads that are older than `raw_payloads` in `[retention]`, as `serve` and `worker`
    do once a day. Records, links, facts and numbers stay as they are.

    Payloads that could not be parsed, that were pushed or imported, or that a later pass may need
    are kept. May be ended at any point.
    """
    from cli.prune import run_prune

    run_prune(config, dry_run=dry_run, as_json=as_json)
