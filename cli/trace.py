"""`headwater trace KEY`: one work item from idea to release, in the terminal; or what a change
request or an incident is linked with.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.output import console, print_json
from cli.setting_up import ready
from cli.trace_desk import desk_body, show_desk
from cli.trace_tools import tool_lines
from cli.verdicts import link_words
from cli.words import duration, moment, money, share
from pipeline.clock import now_ts
from pipeline.journey import journey_of
from pipeline.journey_document import journey_document
from pipeline.snapshots import Snapshots

_STYLES = {"waiting": "yellow", "active": "blue", "done": "green", "unknown": "magenta"}
_BAR, _BESIDE = 36, 64
_NARROW, _WIDE = 80, 130
_MANY = 25


def run_trace(config: Path, key: str, *, as_json: bool) -> None:
    """Print the journey of the item that has or had this key, or the chain of a number of the
    service desk.
    """
    with ready(config) as (settings, database), database.read() as session:
        if desk := desk_body(session, key):
            show_desk(desk, as_json=as_json)
            return
        snapshot = Snapshots(settings).present(session)
        journey = journey_of(session, key, as_of_ts=now_ts())
        body = journey_document(snapshot, settings, journey)
    if as_json:
        print_json(body)
        return
    for line in head_lines(body):
        console.print(line, highlight=False, soft_wrap=True)
    for line in tool_lines(body["time_by_tool"]):
        console.print(line, highlight=False, soft_wrap=True)
    if body["visits"]:
        console.print(visits_table(body, bar=min(_BAR, console.width - _BESIDE)))
    for line in blocked_lines(body):
        console.print(line, highlight=False, soft_wrap=True)
    console.print()
    for line in evidence_lines(body):
        console.print(line, highlight=False, soft_wrap=True)
    if body["evidence"]:
        console.print(evidence_table(body, width=console.width))
    for line in said_lines(body):
        console.print(line, highlight=False, soft_wrap=True)


def head_lines(body: dict[str, Any]) -> Iterable[str]:
    """Title, the answer in one sentence, and what is not known."""
    yield f"[bold]{escape(body['key'])}  {escape(body['title'])}[/bold]"
    yield escape(
        f"{body['type']} · {body['stream_title'] or 'in no value stream'} · {body['stage'] or '–'}"
        f" · {body['url']}"
    )
    yield ""
    if body["gone"]:
        yield escape(_gone(body))
    if body["gone"] and not body["stream"]:
        yield ""
        return
    yield escape(_sentence(body))
    cost = body["delay_cost"]
    yield escape(
        f"Active at most {duration(body['active_s'])}, waiting {duration(body['waiting_s'])}"
        + (f", blocked {duration(body['blocked_s'])} of that" if body["blocked_s"] else "")
        + (
            f"; the waiting cost {money(cost['cents'], body['currency'])}"
            if cost["cents"] is not None
            else f"; what the waiting cost is not known: {cost['reason']}"
        )
        + "."
    )
    told = (body["gone"] or {}).get("note")
    for reason in body["reasons"]:
        if reason != told:
            yield escape(f"Note: {reason}")
    yield ""


def _gone(body: dict[str, Any]) -> str:
    """That its source does not show the item any more, since when, and what that means."""
    gone = body["gone"]
    at = f" Noticed {moment(gone['noticed_at'])} UTC." if gone["noticed_at"] else ""
    return f"Gone from {body['source']}: {gone['note']}.{at}"


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


def visits_table(body: dict[str, Any], *, bar: int) -> Table:
    """Each stretch with its length as a bar, at most `bar` wide, none where that is too little;
    waiting and active look different.
    """
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("from (UTC)", "stage", "state", "time"):
        table.add_column(name, justify="right" if name == "time" else "left", no_wrap=True)
    table.add_column("", no_wrap=True, overflow="crop")
    visits = [visit for visit in body["visits"] if visit["state"] not in ("done", "cancelled")]
    spans = [_seconds(visit, body["as_of"]) for visit in visits]
    longest = max(spans, default=1) or 1
    for visit, seconds in zip(visits, spans, strict=True):
        style = "red" if visit["reason"] == "blocked" else _STYLES.get(visit["state"], "dim")
        state = f"{visit['state']}{', ' + visit['reason'] if visit['reason'] else ''}"
        blocks = "█" * max(1, round(seconds / longest * bar)) if seconds and bar > 0 else ""
        table.add_row(
            moment(visit["start"]),
            escape(visit["stage"]),
            state,
            duration(seconds),
            f"[{style}]{blocks}[/{style}]",
        )
    return table


def blocked_lines(body: dict[str, Any]) -> Iterable[str]:
    """Why it was blocked, and by which items; each reason of a time that goes on over several
    stretches once.
    """
    reasons = {
        (one["kind"], one["detail"], one["since"]): one
        for visit in body["visits"]
        for one in visit["blocked_by"]
    }
    if reasons:
        yield ""
        yield "[bold]Blocked[/bold]"
    for one in reasons.values():
        since = f" since {moment(one['since'])}" if one["since"] and one["since_told"] else ""
        yield escape(f"{one['kind']}: {one['detail']}{since}{_blocker(one['by'])}")


def _blocker(by: dict[str, Any] | None) -> str:
    """The item in the way, as far as it is known."""
    if by is None:
        return ""
    if by["title"] is None:
        return "; that item is not read"
    team = f", team {by['team']}" if by["team"] else ""
    state = str(by["state"]).replace("_", " ")
    return f'; "{by["title"]}", {state}{team}'


def _seconds(visit: dict[str, Any], as_of: str) -> float:
    end = datetime.fromisoformat(visit["end"] or as_of)
    return (end - datetime.fromisoformat(visit["start"])).total_seconds()


def evidence_lines(body: dict[str, Any]) -> Iterable[str]:
    """What stands above the table of evidence."""
    evidence = body["evidence"]
    if not evidence:
        yield "Nothing is linked to it: no commit, build, deployment or change names its key."
        return
    yield f"[bold]Evidence[/bold]: {len(evidence)} events belong to it, in order of time (UTC)"
    deciding = sum(1 for line in evidence if line["decides"])
    if deciding and len(evidence) > _MANY:
        yield f"First the {deciding} in bold, on which a date of the journey rests; then the others"
    elif deciding:
        yield "A date of the journey rests on those in bold"


def said_lines(body: dict[str, Any]) -> Iterable[str]:
    """What people said of the item's links that stands in no line of evidence: rejections, and
    what waits.
    """
    shown = {pair["verdict"] for line in body["evidence"] for pair in line["pairs"]}
    rest = [row for row in body["verdicts"] if row["id"] not in shown]
    if rest:
        yield ""
        yield "[bold]What people said[/bold]"
    for row in rest:
        why = f": {row['why']}" if row["why"] else ""
        state = {"pending": "; counts soon", "waiting": "; not known here"}.get(row["state"], "")
        text = f"{link_words(row)}: {row['answer']} by {row['who']} on {moment(row['at'])}"
        yield escape(f"{text}{why}{state}")


def evidence_table(body: dict[str, Any], *, width: int) -> Table:
    """Every linked event, why it is believed to belong here, and how sure that is.

    In order of time; of many, those that decide a date come first. The rules' names are there where
    `width` has room for them, and the tools' names go where it has none.
    """
    table = Table(box=None, pad_edge=False, header_style="dim")
    narrow, wide = width < _NARROW, width >= _WIDE
    for name in ("at",) if narrow else ("at", "tool"):
        table.add_column(name, no_wrap=True)
    table.add_column("event", overflow="fold", min_width=12)
    table.add_column("why", overflow="fold", ratio=1)
    if wide:
        table.add_column("rule", overflow="fold", max_width=36)
    table.add_column("sure", no_wrap=True, justify="right", min_width=5)
    lines = sorted(body["evidence"], key=lambda line: str(line["at"]))
    if len(lines) > _MANY:
        lines.sort(key=lambda line: not line["decides"])
    for line in lines:
        event = escape(_short(line["event"]))
        table.add_row(
            moment(line["at"]),
            *([] if narrow else [line["tool"]]),
            f"[bold]{event}[/bold]" if line["decides"] else event,
            escape(line["why"]),
            *([line["rule"]] if wide else []),
            share(line["confidence"]),
        )
    return table


def _short(event: str) -> str:
    """A build without the folders of its job, which the reason and the JSON have."""
    return event.rpartition("/")[2] if "#" in event else event
