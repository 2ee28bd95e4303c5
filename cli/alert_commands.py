"""`headwater alerts`: options."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, Config, examples

alert = typer.Typer(rich_markup_mode="markdown")


@alert.command(
    "alerts",
    rich_help_panel="Look",
    epilog=examples(
        "headwater alerts",
        "headwater alerts --state all --rule blocked --json",
        "headwater alerts --delivery failed",
        "headwater alerts --try testers",
    ),
)
def alerts(
    config: Config = DEFAULT_CONFIG,
    state: Annotated[str, typer.Option(help="open, ended or all.")] = "open",
    rule: Annotated[
        str,
        typer.Option(
            help="Only of this rule: signal, breach, ageing, blocked, cost, source or status."
        ),
    ] = "",
    stream: Annotated[str, typer.Option(help="Only of this value stream.")] = "",
    team: Annotated[str, typer.Option(help="Only of this team.")] = "",
    delivery: Annotated[
        str,
        typer.Option(
            help="Only with a delivery in this state: waiting, held, delivered, failed, or none."
        ),
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many alerts.")] = 50,
    try_: Annotated[
        str,
        typer.Option("--try", help="Send a test message to this route of [[alerts.routes]] now."),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The list as JSON.")] = False,
) -> None:
    """What is worth a message, with its evidence, and what became of telling it; the newest first.

    A route that does not answer is tried again for a day: `--delivery failed` lists what never got
    there, and why. `--try` asks nothing of the database, and its exit status is 1 when the message
    did not arrive.
    """
    from cli.alerts import run_alerts, run_try

    if try_:
        run_try(config, try_)
        return
    chosen = {"rule": rule, "stream": stream, "team": team, "delivery": delivery}
    run_alerts(config, state=state, chosen=chosen, limit=limit, as_json=as_json)
