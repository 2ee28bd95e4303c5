"""A value stream map as a table, its ladder as bars, and a workshop's map beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.words import money, reasons, share
from web.map_facts import (
    about,
    active_d,
    days,
    edge_into,
    other_d,
    percentile,
    value_words,
    waiting_d,
)

Answer = dict[str, Any]
_WIDTH = 50


def map_table(document: Answer) -> Table:
    """One row per step, in the order of the map."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("step", "team"):
        table.add_column(name, overflow="fold")
    for name in ("wait", "active", "85 %", "inside", "usable", "pass"):
        table.add_column(name, justify="right", no_wrap=True)
    for step in document["steps"]:
        into = edge_into(step, document)
        active, process = _spent(step, "active_d"), step["process"]
        upper = process["kind"] == "upper_bound" and step["ladder"]["active_d"]
        if process["kind"] == "measured" and process["mean_d"]:
            active = about(step, process["mean_d"])
        table.add_row(
            escape(f"{'~ ' if step['estimated'] else ''}{step['name']}"),
            escape(step["team"] or "–"),
            _spent(step, "waiting_d"),
            f"≤ {active}" if upper else active,
            percentile(step["lead"], "p85_d"),
            "–" if step["wip"]["now"] is None else str(step["wip"]["now"]),
            "–" if into is None else share(into["complete_accurate"]["share"]),
            share(step["first_pass_yield"]["share"]),
        )
    return table


def _spent(step: Answer, part: str) -> str:
    """The part of the ladder; a dash where nothing of it was there."""
    value = step["ladder"][part]
    return "–" if value == 0 else about(step, value)


def ladder_lines(document: Answer) -> Iterator[str]:
    """The average delivery as two bars: waiting above, activity below, true to scale."""
    steps = document["steps"]
    total = sum(waiting_d(one) + active_d(one) + other_d(one) for one in steps)
    ladder = document["ladder"]
    if total <= 0:
        yield escape(ladder["reason"] or "no time passed")
        return
    above, below = [], []
    at, drawn = 0.0, 0
    for step in steps:
        for value, waits in ((waiting_d(step) + other_d(step), True), (active_d(step), False)):
            at += value
            wide = round(at / total * _WIDTH) - drawn
            drawn += wide
            above.append(("█" if waits else " ") * wide)
            below.append((" " if waits else "█") * wide)
    yield f"[yellow]{''.join(above)}[/yellow]  {days(ladder['waiting_d'])} waiting"
    yield f"[blue]{''.join(below)}[/blue]  {days(ladder['active_d'])} active, at most"
    phases = ladder["phases"]
    yield (
        f"[dim]{days(ladder['total_d'])} on average: {days(phases['upstream_d'])} to commitment,"
        f" {days(phases['work_d'])} to done, {days(phases['downstream_d'])} to release[/dim]"
    )


def loop_lines(document: Answer) -> Iterator[str]:
    """The loops that lost most time."""
    for loop in document["rework"][:6]:
        cost = loop["cost_cents"]
        priced = "" if cost is None else f", waiting in it cost {money(cost, document['currency'])}"
        yield escape(
            f"↩ {loop['from']} back to {loop['to']}: {share(loop['deliveries']['share'])} come"
            f" back, {days(loop['lost_each_d'])} each{priced}"
        )


def notes(document: Answer) -> Iterator[str]:
    """Where it begins and ends, what multiplies along it, and what the map lacks."""
    ends = document["boundaries"]
    yield f"from: {ends['trigger']['text']}; to: {ends['done']['text']}"
    for words in ("adds value", "necessary", "waste"):
        names = [one["name"] for one in document["steps"] if value_words(one) == words]
        if names:
            yield f"{words}: {', '.join(names)}"
    paths = document["paths"]
    if paths["n"]:
        common = " > ".join(paths["paths"][0]["steps"])
        yield f"{paths['count']} ways through it, the most common: {common}"
    rolled = document["value"]["rolled_complete_accurate"]
    if rolled is not None:
        yield f"usable as received all along that way: at most {share(rolled)}"
    yield from reasons(document["reasons"], shown=("p50", "p85", "mean_d"))
    complete = document["completeness"]
    yield f"the map is {share(complete['share'])} complete; missing:"
    for part in complete["parts"]:
        if part["missing"]:
            yield f"  {part['name']}: {', '.join(part['missing'])}"


def beside_table(compared: Answer) -> Table:
    """What was believed and what is measured, step by step."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("step", overflow="fold")
    for name in ("wait believed", "measured", "active believed", "measured"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in compared["steps"]:
        name = row["believed"] if row["measured"] else f"{row['believed']} (not measured)"
        table.add_row(
            escape(name),
            *(days(row[one]) for one in ("believed_wait_d", "measured_wait_d")),
            *(days(row[one]) for one in ("believed_active_d", "measured_active_d")),
        )
    return table
