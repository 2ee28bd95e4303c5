"""`headwater forecast STREAM`: when each group, or any work, is done, in the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.output import console, print_json
from cli.setting_up import ready
from cli.words import share
from metrics.periods import DAY, Window
from pipeline.clock import now_ts
from pipeline.forecast_answers import how_many_answer, when_answer
from pipeline.group_calibration import queue_calibration
from pipeline.group_forecasts import Plan
from pipeline.group_rows import queue_answer
from pipeline.question import Question, question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.snapshots import Snapshots
from pipeline.stream_answers import stream_of

Answer = dict[str, Any]
_LEVELS = {"p50": "50 %", "p85": "85 %", "p95": "95 %"}
_WIDE = 100
_LEAST = {"open": 4, "before": 6, "": 13}
"""What the columns must have; dates need ten places, and the name has the rest."""
_YEAR = 364 * DAY
_TRIED_EVERY = 14
_POOL_DAYS = 90


def run_forecast(
    config: Path,
    stream: str,
    *,
    plan: Plan,
    items: int | None,
    by: str | None,
    days: int,
    as_json: bool,
) -> None:
    """Print the queue; with `items` or `by` what was asked of any work instead."""
    with ready(config) as (settings, database), database.read() as session:
        now = now_ts()
        asked = replace(question(settings, as_of=now), window=Window(now - days * DAY, now))
        snapshot = Snapshots(settings).present(session)
        found = stream_of(snapshot, stream)
        answers = _answers(snapshot, found, asked, plan, items, by)
    if as_json:
        print_json({"stream": stream, **answers})
        return
    _say(f"[bold]{escape(found.title)}[/bold], from the pace of the last {days} days")
    for name, show in (("when", _show_when), ("how_many", _show_many)):
        if name in answers:
            show(answers[name])
    if "queue" in answers:
        _show_queue(answers["queue"])
        _show_held(answers["calibration"])


def _answers(
    snapshot: Snapshot,
    stream: StreamFacts,
    asked: Question,
    plan: Plan,
    items: int | None,
    by: str | None,
) -> Answer:
    found: Answer = {}
    if items is not None:
        found["when"] = when_answer(snapshot, stream, asked, items)
    if by is not None:
        found["how_many"] = how_many_answer(snapshot, stream, asked, by)
    if found:
        return found
    year = replace(asked, window=Window(asked.as_of - _YEAR, asked.as_of))
    tried = queue_calibration(
        snapshot, stream, year, horizon=_TRIED_EVERY, pool_days=_POOL_DAYS, of=plan.of
    )
    return {"queue": queue_answer(snapshot, stream, asked, plan), "calibration": tried}


def _say(text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)


def _show_when(told: Answer) -> None:
    if told["value"]["p85"] is None:
        _none(told)
        return
    dates = ", ".join(f"by {told['dates'][name]} with {word}" for name, word in _LEVELS.items())
    _say(f"{told['items']} items are done {dates}")
    _warn(told)


def _show_many(told: Answer) -> None:
    if told["value"]["p85"] is None:
        _none(told)
        return
    many = ", ".join(f"{told['value'][name]} or more with {word}" for name, word in _LEVELS.items())
    _say(f"By {told['date']} are done: {many}")
    _warn(told)


def _show_queue(told: Answer) -> None:
    rows = told["items"]
    if told["value"]["p85"] is None:
        _none(told)
    else:
        _say(f"The whole queue is done by {told['dates']['p85']} with 85 %; {_dates(told)}")
    if rows:
        console.print(_table([row for row in rows if row["dates"]["p50"] is not None] or rows))
    dormant = [row for row in rows if row["items"]["dormant"] and row["dates"]["p50"] is None]
    if dormant:
        limit = told["dormant_items"]["longer_than_d"]
        keys = ", ".join(row["key"] for row in dormant)
        _say(f"[dim]no date, unbegun for more than {limit:.0f} days: {escape(keys)}[/dim]")
    _late(told)
    _warn(told)


def _dates(told: Answer) -> str:
    due = told["due"]
    if not due["with_date"]:
        return "none has a due date"
    risk = f"{due['at_risk']} of {due['with_date']} with a due date at risk"
    if told["lateness"]["reason"] is None:
        return f"{risk}, as late as past dates came"
    return f"{risk}, all are met with {share(due['all_in_time'])}"


def _late(told: Answer) -> None:
    """How much later than told past dates came."""
    factors = told["lateness"]["items"]
    if factors["p50"] is None:
        return
    most = "nobody can say how long 85 % take: so few have come"
    if factors["p85"] is not None:
        most = f"85 % {factors['p85']:.2g} times"
    _say(
        f"Half of past dates took up to {factors['p50']:.2g} times as long as told at 50 %; {most}"
    )


def _table(rows: list[Answer]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    dated = any(row["due"] for row in rows)
    wide = console.width >= _WIDE
    levels = {name: word for name, word in _LEVELS.items() if wide or name != "p95"}
    table.add_column("", no_wrap=True, overflow="ellipsis")
    counted = ("open", "before") if wide else ("open",)
    for name in (*counted, *levels.values(), *(("due", "") if dated else ())):
        table.add_column(name, justify="right", no_wrap=True, min_width=_LEAST.get(name, 10))
    for row in rows:
        counts = row["items"]
        table.add_row(
            escape(_name(row)[: 30 if wide else 22]),
            str(counts["in_flight"] + counts["not_started"] + counts["to_come"]),
            *((str(row["ahead"]["items"]),) if wide else ()),
            *(row["dates"][name] or "not known" for name in levels),
            *_due_cells(row["due"], dated),
        )
    return table


def _name(row: Answer) -> str:
    """A release is asked for by its name, where that is its alone."""
    return str(row["key"] if row["key"] == row["title"] else f"{row['key']} {row['title']}")


def _due_cells(due: Answer | None, dated: bool) -> tuple[str, ...]:
    if not dated:
        return ()
    return ("", "") if due is None else (due["date"], _risk(due))


def _risk(due: Answer) -> str:
    known = due["chance"] if due["corrected_chance"] is None else due["corrected_chance"]
    if known is None:
        return ""
    chance = share(known)
    return f"at risk, {chance}" if due["at_risk"] else f"met with {chance}"


def _show_held(told: Answer) -> None:
    """How often such dates held."""
    value = told["value"]
    if value["queue_p85"] is None:
        _say("[dim]whether such dates held can't be told yet[/dim]")
        return
    _say(
        f"Of past dates at 85 %, {value['queue_p85_held']} of {value['queue_p85_judged']} held"
        f" ({share(value['queue_p85'])}); with all that was added later"
        f" {value['grown_p85_held']} of {value['grown_p85_judged']}"
    )


def _none(told: Answer) -> None:
    _say(f"No forecast: {escape(told['reasons'][0])}")


def _warn(told: Answer) -> None:
    for one in told["warnings"]:
        _say(f"[dim]{escape(one)}[/dim]")
