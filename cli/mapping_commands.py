"""`headwater mapping`, `mapping unmapped` and `mapping preview`: options and help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, Config, examples

mapping = typer.Typer(rich_markup_mode="markdown", invoke_without_command=True)

Stream = Annotated[str | None, typer.Option(help="Only of this value stream.")]
Json = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]


@mapping.callback(
    epilog=examples(
        "headwater mapping",
        "headwater mapping --stream checkout --json",
        "headwater mapping unmapped",
        "headwater mapping preview changed.toml",
    ),
)
def show(
    context: typer.Context,
    config: Config = DEFAULT_CONFIG,
    stream: Stream = None,
    as_json: Json = False,
) -> None:
    """Which status is in which stage, with its id and since when; and what a change would do.

    The configuration file is where a mapping is changed; `headwater mapping preview` tells before
    what that does to history.
    """
    if context.invoked_subcommand is None:
        from cli.mapping import run_mapping

        run_mapping(config, stream=stream, as_json=as_json)


@mapping.command(
    epilog=examples("headwater mapping unmapped", "headwater mapping unmapped --since 2026-11-20")
)
def unmapped(
    config: Config = DEFAULT_CONFIG,
    stream: Stream = None,
    since: Annotated[
        str | None, typer.Option(help="Only what was first seen from this date or time on.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Statuses in no stage and types of no kind: since when, how many items, how long, and the line
    of the configuration that would map each.
    """
    from cli.mapping import run_unmapped

    run_unmapped(config, stream=stream, since=since, as_json=as_json)


@mapping.command(
    epilog=examples(
        "headwater mapping preview changed.toml",
        "headwater mapping preview changed.toml --from 2026-08-01 --to 2026-11-01 --json",
    )
)
def preview(
    file: Annotated[Path, typer.Argument(help="A changed copy of the whole configuration file.")],
    config: Config = DEFAULT_CONFIG,
    start: Annotated[
        str | None,
        typer.Option("--from", help="Begin of the window of the numbers; default: 90 days before."),
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Its end; default: now.")] = None,
    as_json: Json = False,
) -> None:
    """What another mapping would do to history, before it does: statuses that move, items and days
    that are touched, facts that would be restated, and the numbers of one window under both.

    Nothing is written. The database is that of `--config`; of FILE only streams, types and cost of
    delay are computed with.
    """
    from cli.mapping import run_preview

    run_preview(config, file, start=start, end=end, as_json=as_json)
