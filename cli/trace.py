"""`headwater trace KEY`: one work item from idea to release, in the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.output import console, print_json
from cli.setting_up import ready
from cli.words import duration, moment, money
from pipeline.clock import now_ts
from pipeline.journey import journey_of
from pipeline.journey_document import journey_document
from pipeline.snapshot import Snapshots

_STYLES = {"waiting": "yellow", "active": "blue", "done": "green", "unknown": "magenta"}
_BAR = 36


def run_trace(config: Path, key: str, *, as_json: bool) -> None:
    """Print the journey of the item that has or had this key."""
    with ready(config) as (settings, database), database.read() as session:
        snapshot = Snapshots(settings).present(session)
        journey = journey_of(session, key, as_of_ts=now_ts())
        body = journey_document(snapshot, settings, journey)
    if as_json:
        print_json(body)
        return
    for line in head_lines(body):
        console.print(line, highlight=False, soft_wrap=True)
    console.print(visits_table(body))
    console.print(evidence_table(body))


def head_lines(body: dict[str, Any]) -> Iterable[str]:
    """Title, the answer in one sentence, and what is not known."""
    yield f"[bold]{escape(body['key'])}  {escape(body['title'])}[/bold]"
    yield escape(
        f"{body['type']} · {body['stream_title'] or 'in no value stream'} · {body['stage'] or '–'}"
        f" · {body['url']}"
    )
    yield ""
    yield escape(_sentence(body))
    cost = body["delay_cost"]
    yield escape(
        f"Active at most {duration(body['active_s'])}, waiting {duration(body['waiting_s'])},"
        f" blocked {duration(body['blocked_s'])} of that; waiting cost "
        + (money(cost["cents"], body["currency"]) if cost["cents"] is not None else cost["reason"])
    )
    for reason in body["reasons"]:
        yield escape(f"Note: {reason}")
    yield ""


def _sentence(body: dict[str, Any]) -> str:
    wait = body["longest_wait"]
    longest = (
        f" The longest wait, {duration(wait['seconds'])}, was in {wait['stage']}." if wait else ""
    )
    if body["released_at"]:
        told = f"It took {duration(body['idea_to_release_s'])} from idea to release."
    elif body["done_at"]:
        why = {
            "no_commits": "no commit is linked to it",
            "not_deployed": "not all of its code is in production",
            "deployments_unknown": "its deployments are not known",
        }.get(body["release_reason"] or "", "its release is not known")
        told = f"It was done after {duration(body['flow_time_s'])}; {why}."
    elif body["age_s"] is not None:
        told = f"It is {duration(body['age_s'])} old and in {body['stage']}."
    else:
        told = (
            "Nobody has committed to it yet." if not body["cancelled_at"] else "It was cancelled."
        )
    return told + longest


def visits_table(body: dict[str, Any]) -> Table:
    """Each stretch with its length as a bar; waiting and active look different."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("from", "stage", "state", "time", ""):
        table.add_column(name, justify="right" if name == "time" else "left")
    visits = [visit for visit in body["visits"] if visit["state"] not in ("done", "cancelled")]
    spans = [_seconds(visit, body["as_of"]) for visit in visits]
    longest = max(spans, default=1) or 1
    for visit, seconds in zip(visits, spans, strict=True):
        style = "red" if visit["reason"] == "blocked" else _STYLES.get(visit["state"], "dim")
        state = f"{visit['state']}{', ' + visit['reason'] if visit['reason'] else ''}"
        bar = "█" * max(1, round(seconds / longest * _BAR)) if seconds else ""
        table.add_row(
            moment(visit["start"]),
            escape(visit["stage"]),
            state,
            duration(seconds),
            f"[{style}]{bar}[/{style}]",
        )
    return table


def _seconds(visit: dict[str, Any], as_of: str) -> float:
    end = datetime.fromisoformat(visit["end"] or as_of)
    return (end - datetime.fromisoformat(visit["start"])).total_seconds()


def evidence_table(body: dict[str, Any]) -> Table:
    """Every linked event, why it is believed to belong here, and how sure that is."""
    table = Table(box=None, pad_edge=False, header_style="dim", title="\nEvidence (UTC)")
    table.title_justify = "left"
    for name in ("at", "tool", "event", "why", "rule", "sure"):
        table.add_column(name, overflow="fold")
    for line in body["evidence"]:
        mark = "bold" if line["decides"] else "default"
        table.add_row(
            moment(line["at"]),
            line["tool"],
            f"[{mark}]{escape(line['event'])}[/{mark}]",
            escape(line["why"]),
            line["rule"],
            f"{line['confidence']:.2f}",
        )
    if not body["evidence"]:
        table.add_row("", "", "nothing is linked to it", "", "", "")
    return table
