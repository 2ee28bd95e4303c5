"""`headwater migrate`: options and help."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, Config, examples

migrating = typer.Typer()


@migrating.command(
    epilog=examples("headwater migrate", "headwater migrate --dry-run"),
    rich_help_panel="Begin",
)
def migrate(
    config: Config = DEFAULT_CONFIG,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")
    ] = False,
    lock_timeout: Annotated[
        float,
        typer.Option(
            min=0.1, max=300, help="PostgreSQL: how many seconds one wait for a lock may take."
        ),
    ] = 5.0,
    patience: Annotated[
        float,
        typer.Option(
            min=0, max=86_400, help="PostgreSQL: for how many seconds locks are tried again."
        ),
    ] = 180.0,
) -> None:
    """Create the database's tables, or bring them up to date: run it first and after upgrades.

    On PostgreSQL each step is a transaction of its own, and a running Headwater is hardly kept
    waiting. Where a step fails, those before it stay: run it again, it goes on from there.
    """
    from cli.migrate import run_migrate

    run_migrate(config, dry_run=dry_run, lock_s=lock_timeout, patience_s=patience)
