"""`headwater cost`, `sequence` and `values`: options of what delay costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import DEFAULT_CONFIG, Config, examples

cost = typer.Typer(rich_markup_mode="markdown")
_LOOK, _COLLECT = "Look", "Collect and serve"


@cost.command(
    "cost",
    epilog=examples(
        "headwater cost checkout",
        "headwater cost checkout --by team --days 30",
        "headwater cost checkout --clock idea --json",
    ),
    rich_help_panel=_LOOK,
)
def cost_(
    stream: Annotated[
        str, typer.Argument(help="The `name` of a value stream in the configuration.")
    ],
    config: Config = DEFAULT_CONFIG,
    by: Annotated[
        Literal["stage", "team", "reason", "kind", "item", "owner"],
        typer.Option(help="How the cost is split."),
    ] = "stage",
    clock: Annotated[
        Literal["commitment", "idea"], typer.Option(help="From when on waiting costs.")
    ] = "commitment",
    days: Annotated[int, typer.Option(min=1, help="How many days back from now.")] = 90,
    as_json: Annotated[bool, typer.Option("--json", help="All of it as JSON.")] = False,
) -> None:
    """What waiting cost, where it waits, and the items in flight that burn most.

    Values come from people (`headwater values FILE`, the API) before the tracker's field; items
    without one are counted, never priced at zero.
    """
    from cli.cost import run_cost

    run_cost(config, stream, by=by, clock=clock, days=days, as_json=as_json)


@cost.command(
    epilog=examples("headwater sequence checkout", "headwater sequence checkout --stage Test"),
    rich_help_panel=_LOOK,
)
def sequence(
    stream: Annotated[
        str, typer.Argument(help="The `name` of a value stream in the configuration.")
    ],
    config: Config = DEFAULT_CONFIG,
    stage: Annotated[
        str | None, typer.Option(help="The queue; default: where waiting burns most.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All of it as JSON.")] = False,
) -> None:
    """In which order to finish what waits in a stage, so that delay costs least; which places are
    too close to call.
    """
    from cli.cost import run_sequence

    run_sequence(config, stream, stage=stage, as_json=as_json)


@cost.command(
    epilog=examples("headwater values values.csv --dry-run", "headwater values values.csv"),
    rich_help_panel=_COLLECT,
)
def values(
    file: Annotated[
        Path,
        typer.Argument(help="A CSV file with the columns key, likely, why, and those of profiles."),
    ],
    config: Config = DEFAULT_CONFIG,
    who: Annotated[str, typer.Option(help="Who enters them; default: your account.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the file, store nothing.")] = (
        False
    ),
) -> None:
    """Enter what items, or their parents, are worth: money a week, with a range and a profile.

    An item that the file leaves out keeps what it has, and every change is kept. Nothing is stored
    where a row is wrong; each such row is told with its line and column.
    """
    from cli.values import run_values

    run_values(config, file, who=who, dry_run=dry_run)
