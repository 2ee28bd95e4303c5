"""`headwater privacy erase`: options and help."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, Config, examples

privacy = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    epilog=examples(
        "headwater privacy erase --dry-run",
        "headwater privacy erase anna@acme.example --dry-run",
        "headwater privacy erase anna@acme.example",
    ),
    help="What is kept of people, and how to end it: docs/people.md.",
)


@privacy.callback()
def _group() -> None:
    """Keeps `erase` a word of its own."""


@privacy.command(
    epilog=examples(
        "headwater privacy erase --dry-run",
        "headwater privacy erase anna@acme.example --dry-run",
        'headwater privacy erase anna.berger --also "Berger, Anna" --yes',
        "headwater privacy erase 5e2f9c04b1d7a3e86f0c4d21b7a95e38 --json --yes",
    )
)
def erase(
    person: Annotated[
        str,
        typer.Argument(
            help="An account name, an e-mail, a full name or a pseudonym, of any source; asked for"
            " where it is left out, so that it is in no history of the shell."
        ),
    ] = "",
    also: Annotated[
        list[str] | None,
        typer.Option(
            help="A further word of theirs that no tool tells, such as a nickname; may be given"
            " several times."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would change; change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Erase a person: their words give way to stand-ins in all that is stored, for good.

    All accounts that are joined with the one that you name are erased together. Numbers about work
    stay as they are, handoffs too. What is collected later is freed of the same words on its way
    in. Backups, exports and logs that were made before are yours to delete.
    """
    from cli.privacy import run_erase

    run_erase(config, person, also=also or [], dry_run=dry_run, yes=yes, as_json=as_json)
