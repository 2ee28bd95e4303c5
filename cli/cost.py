"""`headwater cost STREAM` and `headwater sequence STREAM`: what waiting costs, in the terminal."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.output import console, print_json
from cli.setting_up import ready
from cli.words import duration, moment, money, money_range, reasons, share
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
_WIDE = 120
"""From so many columns on the shape of a value is told, too."""


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
        for line in _headline(cost):
            _say(line)
        console.print()
        console.print(_parts(cost, by))
        if _unsure(cost):
            _say("[dim]dearest in: in so many of 2000 draws from the ranges of the values[/dim]")
    for reason in reasons(cost["reasons"], shown=()):
        _say(f"[dim]{escape(reason)}[/dim]")
    _say_burning(burning)


def _say_burning(burning: Answer) -> None:
    shown = [row for row in burning["items"] if row["burn_rate_cents"]][:_SHOWN]
    if shown:
        _say("\n[bold]Items that burn most[/bold]")
        console.print(_burning(shown, burning["currency"]))
        _say("[dim]until done: what waiting may still cost, half the time[/dim]")
    bare = f"{burning['unvalued']} of {burning['total']} in flight have no value"
    _say(f"[dim]{bare}: counted, never priced at zero[/dim]")


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
    today, then = (
        money(told[name], unit, _interval(drawn)) for name in ("today_cents", "proposed_cents")
    )
    saves = _likely(told["saves_cents"], drawn, unit)
    _say(f"{then} of delay instead of {today}: saves {saves}")
    for name, why in (("left_out", "has no place"), ("kept_in_place", "keeps its place")):
        for row in told[name]:
            _say(f"[dim]{escape(row['key'])} {why}: {escape(row['reason'])}[/dim]")


def _say(text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)


def _headline(cost: Answer) -> list[str]:
    unit, drawn = cost["currency"], cost["ranges"]
    spent = _likely(cost["cost_cents"], drawn["cost_cents"], unit)
    burn = _likely(cost["burn_rate_cents"], drawn["burn_rate_cents"], unit, per=" a week")
    told = [f"Waiting cost {spent}.", f"Now it costs {burn}."]
    if cost["sunk_cents"]:
        items = _counted(cost["sunk_deliveries"], "cancelled item")
        told.append(f"{money(cost['sunk_cents'], unit)} more was sunk in {items}.")
    if cost["unvalued"]:
        many = _counted(cost["unvalued"], "item")
        told.append(f"Not in it: {many} that waited and nobody valued.")
    return told


_SUMS = ("cost_cents", "burn_rate_cents")


def _counted(many: int, name: str) -> str:
    return f"{many} {name}" if many == 1 else f"{many} {name}s"


def _likely(cents: int | None, drawn: Answer | None, unit: str, per: str = "") -> str:
    """`€31k a week, likely €20k–€46k`; without a range where no value in it has one."""
    text = money(cents, unit, _interval(drawn)) + per
    between = _range(drawn, unit)
    return f"{text}, likely {between}" if between else text


def _interval(drawn: Answer | None) -> tuple[int, int] | None:
    """None where nothing varies: no value in it has a range."""
    if drawn is None or drawn["p10"] == drawn["p90"]:
        return None
    return drawn["p10"], drawn["p90"]


def _range(drawn: Answer | None, unit: str) -> str:
    found = _interval(drawn)
    return "" if found is None else money_range(found, unit)


def _unsure(cost: Answer) -> bool:
    return any(_interval(row["ranges"]["cost_cents"]) for row in cost["items"])


def _parts(cost: Answer, by: By) -> Table:
    unsure = _unsure(cost)
    names = [by, "waited", "cost", "likely", "a week now", "dearest in"]
    table = _table(names if unsure else [by, "waited", "cost", "a week now"], left=(by,))
    unit = cost["currency"]
    for row in cost["items"][:20]:
        spent, burn = (row["ranges"][name] for name in _SUMS)
        now = money(row["burn_rate_cents"], unit, _interval(burn))
        told = [escape(str(row[by])), duration(row["wait_d"] * DAY)]
        told.append(money(row["cost_cents"], unit, _interval(spent)))
        first = row["first_share"]
        more = [_range(spent, unit), now, share(first) if first else ""]
        table.add_row(*told, *(more if unsure else [now]))
    return table


def _table(names: Sequence[str], *, left: Container[str]) -> Table:
    """No cell of it is broken into lines."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in names:
        table.add_column(name, justify="left" if name in left else "right", no_wrap=True)
    return table


_SHAPES = {
    "P1": "long life",
    "P2": "short life, peak lost",
    "P3": "long life, peak lost",
    "P4": "deadline",
    "P5": "cost until done",
    "P6": "not urgent yet",
}


def _shape(row: Answer) -> str:
    value, risk = row["value"], row["risk"]
    told = _SHAPES[value["profile"]]
    if risk is None:
        return told
    return f"{told} {moment(risk['deadline'])[:-6]}, {share(risk['late'])} to miss it"


def _burning(rows: list[Answer], unit: str) -> Table:
    wide = console.width >= _WIDE
    names = ["item", "waits in", "a week", "likely", "so far", "until done"]
    table = _table([*names, "shape"] if wide else names, left=("item", "waits in", "shape"))
    room = max(20, min(48, console.width - (88 if wide else 60)))
    for row in rows:
        later, drawn = row["projected_cents"], row["burn_range"]
        title = f"{row['key']} {row['title']}"
        table.add_row(
            escape(title if len(title) <= room else f"{title[: room - 1].rstrip()}…"),
            escape(row["stage"]),
            money(row["burn_rate_cents"], unit, _interval(drawn)),
            _range(drawn, unit),
            money(row["cost_cents"], unit),
            "not known" if later is None else money(later["p50"], unit),
            *([_shape(row)] if wide else []),
        )
    return table
