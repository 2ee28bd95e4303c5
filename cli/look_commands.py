"""`headwater trace`, `dora`, `map`, `forecast`, `lab`, `standard`, `unlinked`, `audit`, `verdicts`:
options of what only reads.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import DEFAULT_CONFIG, Config, examples

look = typer.Typer(rich_markup_mode="markdown")
_LOOK = "Look"


@look.command(
    epilog=examples(
        "headwater trace SHOP-412",
        "headwater trace CHG0030001",
        "headwater trace INC0010001 --json",
    ),
    rich_help_panel=_LOOK,
)
def trace(
    key: Annotated[
        str,
        typer.Argument(
            help="The key of a work item, now or formerly, or the number of a change request or"
            " incident."
        ),
    ],
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[
        bool, typer.Option("--json", help="All that is known of it, as JSON.")
    ] = False,
) -> None:
    """What belongs to a work item, a change request or an incident, with the evidence of each link.

    Of a work item the way from idea to release: every wait, commit, build and deployment. Of a
    change request what was deployed under it and what that brought. Of an incident what it is put
    down to, how surely, and the other candidates.
    """
    from cli.trace import run_trace

    run_trace(config, key, as_json=as_json)


@look.command(
    epilog=examples("headwater dora checkout", "headwater dora checkout --days 30 --json"),
    rich_help_panel=_LOOK,
)
def dora(
    stream: Annotated[
        str, typer.Argument(help="The `name` of a value stream in the configuration.")
    ],
    config: Config = DEFAULT_CONFIG,
    days: Annotated[int, typer.Option(min=1, help="How many days back from now.")] = 90,
    as_json: Annotated[bool, typer.Option("--json", help="The envelopes as JSON.")] = False,
) -> None:
    """The five DORA metrics of each service of a stream, and of all together: lead time, deployment
    frequency, recovery time, change fail rate and rework rate; with the variants that others
    publish, and the delivery cycle of merge requests: coding (first commit to opened), pickup (to
    the first review), review (to the merge), deploy (to production).

    DORA's cautions: read them for one service at a time, blend no unlike teams, make them no goals
    and no competition, read the five together, and do not let measuring eat the improving.
    """
    from cli.dora import run_dora

    run_dora(config, stream, days=days, as_json=as_json)


@look.command(
    "map",
    epilog=examples(
        "headwater map checkout",
        "headwater map checkout --days 30 --svg checkout.svg",
        "headwater map checkout --beside workshop.toml",
    ),
    rich_help_panel=_LOOK,
)
def stream_map(
    stream: Annotated[
        str, typer.Argument(help="The `name` of a value stream in the configuration.")
    ],
    config: Config = DEFAULT_CONFIG,
    days: Annotated[int, typer.Option(min=1, help="How many days back from now.")] = 90,
    beside: Annotated[
        Path | None,
        typer.Option(
            help="A workshop's map (.toml, .json or .csv) to lay beside the measured one."
        ),
    ] = None,
    svg: Annotated[Path | None, typer.Option(help="Also draw the map into this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole map as JSON.")] = False,
) -> None:
    """The value stream map: steps, waits, rework and the time ladder, as the work really went.

    With `--beside` what people drew in a workshop is laid beside it, and each gap between belief
    and measurement is named.
    """
    from cli.stream_map import run_map

    run_map(config, stream, days=days, as_json=as_json, workshop=beside, drawing=svg)


@look.command(
    epilog=examples(
        "headwater forecast checkout",
        "headwater forecast checkout --of release",
        "headwater forecast checkout --first SHOP-15,SHOP-83 --growth 0.2",
        "headwater forecast checkout --items 20",
        "headwater forecast checkout --by 2026-12-24 --json",
    ),
    rich_help_panel=_LOOK,
)
def forecast(
    stream: Annotated[
        str, typer.Argument(help="The `name` of a value stream in the configuration.")
    ],
    config: Config = DEFAULT_CONFIG,
    of: Annotated[
        Literal["parent", "release"], typer.Option(help="Epics and the like, or releases.")
    ] = "parent",
    order: Annotated[
        Literal["begun", "due", "smallest"] | None,
        typer.Option(help="Who is begun first. Without it begun, of releases due."),
    ] = None,
    first: Annotated[
        str, typer.Option(help="Keys that go before all others, with commas between.")
    ] = "",
    growth: Annotated[
        float, typer.Option(min=0, max=3, help="By which share open work is still to grow.")
    ] = 0.0,
    items: Annotated[
        int | None, typer.Option(min=1, help="Ask instead when so many of any items are done.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="Ask instead how many items are done by a day, 2026-12-24.")
    ] = None,
    days: Annotated[int, typer.Option(min=35, max=400, help="From the pace of how many days.")] = (
        90
    ),
    as_json: Annotated[bool, typer.Option("--json", help="All of it as JSON.")] = False,
) -> None:
    """When each epic or release (fix version, milestone) arrives, all in one queue, for they share
    the people: with 50, 85 and 95 %, against its due date, and whether such dates held.
    """
    from cli.forecast import run_forecast
    from pipeline.group_forecasts import Plan

    keys = tuple(one.strip() for one in first.split(",") if one.strip())
    plan = Plan(order, keys, growth, of=of)
    run_forecast(config, stream, plan=plan, items=items, by=by, days=days, as_json=as_json)


@look.command(
    epilog=examples(
        "headwater lab checkout",
        'headwater lab checkout --set "Test.people=+2"',
        'headwater lab checkout --set "Test.batch=daily" --set "arrivals.cap=6" --json',
    ),
    rich_help_panel=_LOOK,
)
def lab(
    stream: Annotated[
        str, typer.Argument(help="The `name` of a value stream in the configuration.")
    ],
    config: Config = DEFAULT_CONFIG,
    levers: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="What is changed, as Test.people=+2; may be given several times. Without it the"
            " levers are listed.",
        ),
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="How many days back the model is made of.")] = 90,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON.")] = False,
) -> None:
    """What would happen if one thing of a stream changed: does the wait go, or does it only move,
    to whom, and what does that cost? A simulation made of what was measured, which says whether it
    reproduces the stream as it is; where it does not, it gives directions and no numbers.

    Levers of a step: people, limit, batch, wait, usable, approve, automate, remove, merge, order,
    owner; of the stream arrivals.cap and mix.feature (defect, risk, debt).
    """
    from cli.lab import run_lab

    run_lab(config, stream, levers=levers or [], days=days, as_json=as_json)


@look.command(
    epilog=examples(
        "headwater standard checkout",
        "headwater standard checkout --output how-we-work.md",
        "headwater standard checkout --check",
    ),
    rich_help_panel=_LOOK,
)
def standard(
    stream: Annotated[
        str, typer.Argument(help="The `name` of a value stream in the configuration.")
    ],
    config: Config = DEFAULT_CONFIG,
    output: Annotated[
        Path | None, typer.Option(help="Write the Markdown into this file instead.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Tell where the stream has left its standard.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON.")] = False,
) -> None:
    """How a stream works, by the last change that held: its steps, owners, policies and targets as
    Markdown, for guides and checklists.

    With `--check` every drift from it since it was adopted: steps that came, went or changed their
    owner, and metrics out of its limits. Exit status 1 where there is any, or no standard.
    """
    from cli.standard import run_standard

    run_standard(config, stream, output=output, check=check, as_json=as_json)


@look.command(
    epilog=examples(
        "headwater unlinked",
        "headwater unlinked --stream checkout --kind commit",
        "headwater unlinked --service web --days 30",
        "headwater unlinked --reason typo --json",
    ),
    rich_help_panel=_LOOK,
)
def unlinked(
    config: Config = DEFAULT_CONFIG,
    stream: Annotated[str | None, typer.Option(help="Only of this value stream.")] = None,
    service: Annotated[
        str | None, typer.Option(help="Only of this service; instead of a stream.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help="item, commit, deployment or incident; default: all.")
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option(help="Only what has this reason, by its name in the list, as no_sha."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="How many days back from now.")] = 90,
    as_json: Annotated[bool, typer.Option("--json", help="Sums and examples as JSON.")] = False,
) -> None:
    """What should be linked and is not: the likely reasons, what to do, and examples."""
    from cli.unlinked import run_unlinked

    scope = {"stream": stream, "service": service}
    run_unlinked(config, kind=kind, reason=reason, **scope, days=days, as_json=as_json)


@look.command(
    epilog=examples("headwater audit", "headwater audit --month 2026-10 --json"),
    rich_help_panel=_LOOK,
)
def audit(
    config: Config = DEFAULT_CONFIG,
    month: Annotated[
        str | None,
        typer.Option(help="Whose commits are drawn from, as 2026-10; default: the last whole one."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The sample as JSON.")] = False,
) -> None:
    """Thirty links of a month for a person to judge: how many links are right at all?

    The sample is the same for everybody and on every machine. Of the links judged so far it tells
    the share that is right with its 95 % range, and beside it how many tickets and commits have a
    link, which no sample of links can tell.
    """
    from cli.audit import run_audit

    run_audit(config, month=month, as_json=as_json)


@look.command(
    epilog=examples("headwater verdicts", "headwater verdicts --limit 500 --json"),
    rich_help_panel=_LOOK,
)
def verdicts(
    config: Config = DEFAULT_CONFIG,
    limit: Annotated[
        int, typer.Option(min=1, max=500, help="How many at most, the newest first.")
    ] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="The list as JSON.")] = False,
) -> None:
    """What people said about links, with `headwater verdict`, on a page or by the API.

    Each with its number, when, who, what, of which link, why, and how it stands now: *counts*;
    *counts soon*; *waiting* for something that is not known here; *replaced* by a later one.
    """
    from cli.verdicts import run_verdicts

    run_verdicts(config, limit=limit, as_json=as_json)
