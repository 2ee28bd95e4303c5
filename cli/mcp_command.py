"""`headwater mcp`: options of the server for assistants."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, Config, examples
from core.errors import ConfigError

mcp_command = typer.Typer(rich_markup_mode="markdown")
_MISSING = (
    "the package `mcp` is not installed; it is an extra: pip install 'headwater[mcp]', or in a copy"
    " of the sources pip install -e '.[mcp]'"
)


@mcp_command.command(
    epilog=examples(
        "headwater mcp --config headwater.toml",
        "HEADWATER_URL=https://headwater.acme.example HEADWATER_TOKEN=.. headwater mcp",
    ),
    rich_help_panel="Collect and serve",
)
def mcp(
    config: Config = DEFAULT_CONFIG,
    url: Annotated[
        str,
        typer.Option(
            envvar="HEADWATER_URL",
            help="Ask this server, with the token in HEADWATER_TOKEN; default: the database of the"
            " configuration, without a server.",
        ),
    ] = "",
) -> None:
    """Let an assistant ask: a Model Context Protocol server on standard input and output, which
    only reads. "Why is SHOP-12 late?", "what is stuck?", "what does waiting cost?"

    An assistant starts it by itself; see docs/mcp.md for the lines to configure. Needs the extra
    `mcp`.
    """
    try:
        from cli.mcp_run import run_mcp
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("mcp", "mcp_types"):
            raise ConfigError(_MISSING) from error
        raise
    run_mcp(config, url=url)
