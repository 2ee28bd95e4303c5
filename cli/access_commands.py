"""`headwater token`, `audit-log` and `sign-out`: options and help."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, Config, examples

_PANEL = "Who may come in"

token = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    epilog=examples(
        "headwater token create grafana --role viewer",
        "headwater token create checkout-bi --role viewer --stream checkout --expires 90d",
        "headwater token list",
        "headwater token revoke grafana",
    ),
    help="""Tokens for programs, and for people where there is no identity provider.

A token is sent as `Authorization: Bearer hw_..`, or entered on the page /signin. It counts where
`[auth]` of the configuration has a `mode`. Only its hash is stored: who loses it makes another.
""",
)
access = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


@token.command(
    epilog=examples(
        "headwater token create grafana --role viewer",
        "headwater token create checkout-bi --role viewer --stream checkout --expires 90d",
    )
)
def create(
    name: Annotated[
        str, typer.Argument(help="Who or what uses it: grafana, anna. What it writes is under it.")
    ],
    role: Annotated[
        str,
        typer.Option(
            help="viewer looks; analyst says something that is kept; admin sees the audit log."
        ),
    ] = "viewer",
    stream: Annotated[
        list[str] | None,
        typer.Option(help="It reads this value stream only; may be given several times."),
    ] = None,
    expires: Annotated[
        str, typer.Option(help='When it ends: "90d", "12h", "52w", or "never".')
    ] = "365d",
    as_json: AsJson = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Make a token. Its secret is printed this once, and stored nowhere.

    It counts at once, also in a server that runs. Secret scanners find it by `hw_[0-9A-Za-z]{49}`.
    """
    from cli.access import run_create

    run_create(config, name, role=role, streams=stream or [], expires=expires, as_json=as_json)


@token.command("list", epilog=examples("headwater token list", "headwater token list --json"))
def list_(as_json: AsJson = False, config: Config = DEFAULT_CONFIG) -> None:
    """All tokens that there ever were: role, streams, who made them, until when, last used."""
    from cli.access import run_list

    run_list(config, as_json=as_json)


@token.command(epilog=examples("headwater token revoke grafana", "headwater token revoke 7"))
def revoke(
    which: Annotated[str, typer.Argument(help="The name or the number of a token.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """End a token, and every browser that was signed in with it, within a second."""
    from cli.access import run_revoke

    run_revoke(config, which)


@access.command(
    "audit-log",
    rich_help_panel=_PANEL,
    epilog=examples(
        "headwater audit-log",
        "headwater audit-log --who anna@acme.example",
        "headwater audit-log --action refused --limit 200 --json",
    ),
)
def audit_log(
    who: Annotated[str, typer.Option(help="Only what this account did.")] = "",
    action: Annotated[
        str, typer.Option(help="Only this: signed_in, refused, wrote, token_created, ..")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many lines.")] = 50,
    as_json: AsJson = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Who came in, who was refused, who changed what; the newest first. Nothing in it changes."""
    from cli.access import run_audit_log

    run_audit_log(config, who=who, action=action, limit=limit, as_json=as_json)


@access.command(
    "sign-out",
    rich_help_panel=_PANEL,
    epilog=examples("headwater sign-out anna@acme.example"),
)
def sign_out(
    account: Annotated[str, typer.Argument(help="An account as the audit log names it.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Sign an account out of every browser. It may sign in again where it still may come in."""
    from cli.access import run_sign_out

    run_sign_out(config, account)
