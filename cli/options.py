"""What the commands have in common: the option for the configuration, and examples in the help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

Config = Annotated[
    Path,
    typer.Option(
        "--config", envvar="HEADWATER_CONFIG", help="The configuration file.", show_default=True
    ),
]
DEFAULT_CONFIG: Final = Path("headwater.toml")


def examples(*lines: str) -> str:
    """The end of a help page: lines to paste."""
    return "Examples:\n\n" + "\n\n".join(f"`{line}`" for line in lines)


Again = Annotated[
    str,
    typer.Option(
        help="Read this project, repository or job of the source again from its beginning, and of"
        " the rest what changed. Nothing is stored twice."
    ),
]
