"""`headwater verdict confirm`, `reject` and `withdraw`: options and help."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, Config, examples

verdict = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    epilog=examples(
        "headwater trace SHOP-412",
        'headwater verdict reject SHOP-412 3f2a91c0 --why "it only mentions the ticket"',
        'headwater verdict confirm SHOP-412 shop/web!8 --why "done without a key"',
        "headwater verdict withdraw SHOP-412 3f2a91c0",
        "headwater verdicts",
    ),
    help="""Say that a link is right or wrong, or add one that is missing; numbers follow.

`headwater trace KEY` shows the links of a ticket and why they are there. What you say outranks
every rule and stays, whatever is read or computed again, until somebody says something else of
the same two or withdraws it; `headwater verdicts` lists all that was said.

It counts within seconds while `headwater serve` or `headwater worker` runs, else with the next
`headwater sync`.
""",
)

Ticket = Annotated[
    str,
    typer.Argument(
        metavar="TICKET",
        help="The key of a work item, as SHOP-412; or whatever OTHER takes.",
    ),
]
Others = Annotated[
    list[str],
    typer.Argument(
        metavar="OTHER",
        help="One or several that the ticket is linked with, or should be: a commit (a sha, 7"
        " digits do; shop/web@SHA), a merge request (shop/web!8), a build (job#7), the number of a"
        " change or incident; or its kind before it: deployment:ID, change:4711.",
    ),
]
Why = Annotated[str, typer.Option(help="Why, for others to read.")]
Who = Annotated[
    str,
    typer.Option(help="Who says so, for others to read; default: your account on this machine."),
]


@verdict.command(
    epilog=examples(
        'headwater verdict confirm SHOP-412 3f2a91c0 --why "done without a key"',
        'headwater verdict confirm SHOP-412 shop/web!8 CHG0030001 --why "ours" --who anna',
    )
)
def confirm(
    ticket: Ticket, others: Others, why: Why, who: Who = "", config: Config = DEFAULT_CONFIG
) -> None:
    """The two belong together: a link that a rule guessed is sure, one that is missing is made."""
    from cli.verdicts import run_verdict

    run_verdict(config, "confirmed", ticket, others, why=why, who=who)


@verdict.command(
    epilog=examples(
        'headwater verdict reject SHOP-412 3f2a91c0 --why "it only mentions the ticket"',
        'headwater verdict reject INC0010001 deployment:17 --why "the disk was full"',
    )
)
def reject(
    ticket: Ticket, others: Others, why: Why, who: Who = "", config: Config = DEFAULT_CONFIG
) -> None:
    """The two do not belong together, whatever the rules find."""
    from cli.verdicts import run_verdict

    run_verdict(config, "rejected", ticket, others, why=why, who=who)


@verdict.command(
    epilog=examples(
        "headwater verdict withdraw SHOP-412 3f2a91c0",
        'headwater verdict withdraw SHOP-412 shop/web!8 --why "it was the other one"',
    )
)
def withdraw(
    ticket: Ticket, others: Others, why: Why = "", who: Who = "", config: Config = DEFAULT_CONFIG
) -> None:
    """Take back what was said of the two: the rules decide again.

    Nothing is deleted: `headwater verdicts` lists what was said, and that it was withdrawn.
    """
    from cli.verdicts import run_verdict

    run_verdict(config, "withdrawn", ticket, others, why=why, who=who)
