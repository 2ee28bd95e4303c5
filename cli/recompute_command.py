"""`headwater recompute`: options and help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, Config, examples

recompute_command = typer.Typer()


@recompute_command.command(
    epilog=examples(
        "headwater recompute",
        "headwater recompute --engine dask --workers 4",
        "headwater recompute --engine dask --scheduler tcp://10.0.0.5:8786 --events /mnt/events",
    ),
    rich_help_panel="Collect and serve",
)
def recompute(
    config: Config = DEFAULT_CONFIG,
    engine: Annotated[
        str, typer.Option(help="local: this process. dask: worker processes (extra `dask`).")
    ] = "local",
    scheduler: Annotated[
        str,
        typer.Option(
            help="Of dask: the address of a scheduler that runs, as tcp://10.0.0.5:8786. Default:"
            " workers are started on this machine for as long as it takes."
        ),
    ] = "",
    workers: Annotated[
        int, typer.Option(min=1, max=256, help="Of dask, without --scheduler: how many processes.")
    ] = 2,
    events: Annotated[
        Path | None,
        typer.Option(
            help="Of dask: workers read the Parquet event log in this folder, which all of them"
            " see, and not the database. It is brought up to date first."
        ),
    ] = None,
    partition: Annotated[
        int,
        typer.Option(min=1, max=1_000_000, help="Of dask: how many items a worker has at a time."),
    ] = 20_000,
) -> None:
    """Make all links and facts again from the stored records, without asking any source.

    After an upgrade whose notes say so, or where a number is doubted. What people said stays. With
    dask the facts are the same; see docs/scaling.md for when it is quicker (seldom).
    """
    from cli.recompute import Asked, run_recompute

    run_recompute(config, Asked(engine, scheduler, workers, events, partition))
