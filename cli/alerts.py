"""`headwater alerts`: the list, and a test message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.padding import Padding

from cli.output import console, print_json
from cli.setting_up import ready
from cli.words import moment, money
from core.config_file import load_settings
from pipeline.alerts.answers import list_alerts, try_route
from pipeline.alerts.message import NAMES
from pipeline.clock import now_ts

Answer = dict[str, Any]


def run_alerts(
    config: Path, *, state: str, chosen: Mapping[str, str], limit: int, as_json: bool
) -> None:
    """The newest first."""
    asked = {name: value or None for name, value in chosen.items()}
    with ready(config) as (settings, database), database.read() as session:
        body = list_alerts(session, settings, state=state, limit=limit, **asked)
    if as_json:
        print_json(body)
        return
    for line, indent in shown(body):
        console.print(Padding(escape(line), (0, 0, 0, indent)), highlight=False)


def run_try(config: Path, route: str) -> None:
    """One message that says that it is a test."""
    sent = try_route(load_settings(config), route, now=now_ts())
    note = f" ({sent.note})" if sent.note else ""
    console.print(f"The test message reached {route}{note}", highlight=False, markup=False)


def shown(body: Answer) -> Iterator[tuple[str, int]]:
    """Lines and how far each is indented."""
    if body["looked_at"] is None:
        yield "Nothing was looked for yet: headwater sync, or a server that runs, does that", 0
    elif not body["items"]:
        yield "There are none of the kind", 0
    if not body["routes"]:
        yield "Nobody is told: write [[alerts.routes]], see docs/alerts.md", 0
    for row in body["items"]:
        yield "", 0
        over = "over: " if row["state"] == "ended" else ""
        yield f"{row['id']}  {over}{row['what']}", 0
        if row["title"]:
            yield row["title"], 4
        yield from ((line, 4) for line in _facts(row))
        yield from ((_told(one), 4) for one in row["deliveries"])
        if row["not_told"] and body["routes"]:
            yield f"not told: {row['not_told']}", 4
    left = body["total"] - len(body["items"])
    if left:
        yield f"and {left} more: --limit {body['total']}", 0


def _facts(row: Answer) -> Iterator[str]:
    of = ", ".join(filter(None, (NAMES[row["rule"]], row["stream"], row["team"])))
    yield f"{of}; noticed {moment(row['noticed_at'])} UTC"
    if row["since"]:
        yield f"since {moment(row['since'])} UTC"
    if row["ended_at"]:
        yield f"over since {moment(row['ended_at'])} UTC"
    yield from row["why"]
    cost = row["cost"]
    if cost:
        burn, so_far = cost["per_week_cents"], cost["so_far_cents"]
        now = f"{money(burn, cost['currency'])} a week" if burn else "nothing a week at present"
        yield f"{now}, {money(so_far, cost['currency'])} so far"


def _told(one: Answer) -> str:
    what = "" if one["told"] == "began" else " that it is over"
    if one["state"] == "delivered":
        return f"told {one['route']}{what} {moment(one['delivered_at'])} UTC"
    tries = f" after {one['attempts']} tries" if one["attempts"] else ""
    due = f", next {moment(one['due_at'])} UTC" if one["due_at"] else ""
    why = f": {one['reason']}" if one["reason"] else ""
    return f"{one['route']}{what} {one['state']}{tries}{due}{why}"
