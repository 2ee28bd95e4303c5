"""`headwater cost STREAM` and `headwater sequence STREAM`: what waiting costs, in the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.output import console, print_json
from cli.setting_up import ready
from cli.words import money
from metrics.holders import DelayClock
from metrics.periods import DAY, Window
from pipeline.burning_items import burning_answer
from pipeline.clock import now_ts
from pipeline.cost_answers import cost_answer
from pipeline.cost_parts import By
from pipeline.question import question
from pipeline.sequences import sequence_answer
from pipeline.snapshots import Snapshots
from pipeline.stream_answers import stream_of

Answer = dict[str, Any]
_SHOWN = 10


def run_cost(
    config: Path, stream: str, *, by: By, clock: DelayClock, days: int, as_json: bool
) -> None:
    """Print what waiting cost, by part, and the items that burn most."""
    with ready(config) as (settings, database), database.read() as session:
        now = now_ts()
        asked = replace(question(settings, as_of=now), window=Window(now - days * DAY, now))
        snapshot = Snapshots(settings).present(session)
        found = stream_of(snapshot, stream)
        cost = cost_answer(snapshot, settings, found, asked, by=by, clock=clock)
        burning = burning_answer(snapshot, settings, found, asked)
    if as_json:
        print_json({"stream": stream, "cost": cost, "burning": burning})
        return
    _say(f"[bold]{escape(found.title)}[/bold], last {days} days; {cost['clock_means']}")
    if cost["reason"] is not None:
        _say(f"No cost: {escape(cost['reason'])}. Enter values: headwater values FILE")
    else:
        _say(_headline(cost))
        console.print(_parts(cost, by))
    for reason in cost["reasons"]:
        _say(f"[dim]{escape(reason)}[/dim]")
    shown = [row for row in burning["items"] if row["value"] is not None][:_SHOWN]
    if shown:
        _say("\n[bold]Items that burn most[/bold]")
        console.print(_burning(shown, cost["currency"]))
    _say(f"[dim]{burning['unvalued']} of {burning['total']} in flight have no value[/dim]")


def run_sequence(config: Path, stream: str, *, stage: str | None, as_json: bool) -> None:
    """Print the order of a queue in which delay costs least."""
    with ready(config) as (settings, database), database.read() as session:
        snapshot = Snapshots(settings).present(session)
        found = stream_of(snapshot, stream)
        told = sequence_answer(settings, found, stage=stage, named=(), as_of=now_ts())
    if as_json:
        print_json(told)
        return
    unit = told["currency"]
    _say(f"[bold]{escape(found.title)}[/bold]: cheapest order for {escape(told['stage'])}")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("", "today", "item", "days", "until done", "delay costs", ""):
        table.add_column(name, justify="left" if name in ("", "item") else "right")
    for row in told["items"]:
        table.add_row(
            str(row["place"]),
            str(row["place_today"]),
            escape(f"{row['key']} {row['title']}"[:48]),
            f"{row['duration_days']['likely']:.1f}",
            f"{row['finish_days']:.1f} d",
            money(row["cost_cents"], unit),
            "too close to call with the next" if row["too_close_to_call"] else "",
        )
    console.print(table)
    drawn = told["ranges"]["saves_cents"]
    _say(
        f"{money(told['proposed_cents'], unit)} of delay instead of"
        f" {money(told['today_cents'], unit)}: saves {money(told['saves_cents'], unit)}"
        f" ({money(drawn['p10'], unit)} to {money(drawn['p90'], unit)})"
    )
    for name, why in (("left_out", "has no place"), ("kept_in_place", "keeps its place")):
        for row in told[name]:
            _say(f"[dim]{escape(row['key'])} {why}: {escape(row['reason'])}[/dim]")


def _say(text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)


def _headline(cost: Answer) -> str:
    unit, drawn = cost["currency"], cost["ranges"]
    told = []
    for name in ("cost_cents", "burn_rate_cents"):
        between = _range(drawn[name], unit)
        told.append(money(cost[name], unit) + (f" ({between})" if between else ""))
    return (
        f"{told[0]}; now {told[1]} a week; {money(cost['sunk_cents'], unit)} more sunk in cancelled"
        f" work; {cost['unvalued']} deliveries that waited have no value"
    )


def _range(drawn: Answer | None, unit: str) -> str:
    """Empty where nothing varies: no value in it has a range."""
    if drawn is None or drawn["p10"] == drawn["p90"]:
        return ""
    return f"{money(drawn['p10'], unit)} to {money(drawn['p90'], unit)}"


def _parts(cost: Answer, by: By) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in (by, "waited", "cost", "likely range", "a week now", "first in"):
        table.add_column(name, justify="left" if name == by else "right")
    for row in cost["items"][:20]:
        drawn = row["ranges"]["cost_cents"]
        table.add_row(
            escape(str(row[by])),
            f"{row['wait_d']:.1f} d",
            money(row["cost_cents"], cost["currency"]),
            _range(drawn, cost["currency"]),
            money(row["burn_rate_cents"], cost["currency"]),
            "" if row["first_share"] is None else f"{row['first_share']:.0%} of draws",
        )
    return table


def _burning(rows: list[Answer], unit: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("item", "stage", "a week", "so far", "until done, p50", "profile"):
        table.add_column(name, justify="right" if name in ("a week", "so far") else "left")
    for row in rows:
        later = row["projected_cents"]
        table.add_row(
            escape(f"{row['key']} {row['title']}"[:44]),
            escape(row["stage"]),
            money(row["burn_rate_cents"], unit),
            money(row["cost_cents"], unit),
            "not known" if later is None else money(later["p50"], unit),
            row["value"]["profile"],
        )
    return table
