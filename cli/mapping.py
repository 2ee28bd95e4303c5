"""`headwater mapping`: the mapping as it is, what it lacks, and what another one would do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from cli.output import console, print_json
from cli.setting_up import ready
from cli.words import duration, moment, money, share
from core.config_file import load_settings
from pipeline.clock import now_ts
from pipeline.mapping_answers import mappings, unmapped
from pipeline.mapping_preview import Proposal, preview
from pipeline.question import past_moment, question
from pipeline.snapshots import Snapshots

Answer = dict[str, Any]
_DAY = 86_400


def run_mapping(config: Path, *, stream: str | None, as_json: bool) -> None:
    """Print the stages of each stream with their statuses."""
    with ready(config) as (settings, database), database.read() as session:
        body = mappings(session, Snapshots(settings).present(session), stream)
    if as_json:
        print_json(body)
        return
    if not body["items"]:
        _print("No stream is stored yet: run headwater sync")
    for row in body["items"]:
        console.print(f"[bold]{escape(row['title'])}[/bold]", highlight=False)
        if not row["stages"]:
            _print("no stages: states follow the tracker's categories", 2)
            continue
        table = _table("stage", "state", "status", "id", "since")
        for stage in row["stages"]:
            first = (stage["name"], stage["state"])
            for status in stage["statuses"] or [{"status": "–", "id": "", "since": None}]:
                since = moment(status["since"]) if status["since"] else "always"
                told = (*first, status["status"], status["id"], since)
                table.add_row(*map(escape, told))
                first = ("", "")
        console.print(Padding(table, (0, 0, 1, 2)))


def run_unmapped(config: Path, *, stream: str | None, since: str | None, as_json: bool) -> None:
    """Print what no line maps, with the line that would."""
    with ready(config) as (settings, database), database.read() as session:
        now = now_ts()
        body = unmapped(
            session,
            settings,
            Snapshots(settings).present(session),
            as_of=now,
            stream=stream,
            since_ts=None if since is None else past_moment(settings, "since", since, now=now),
        )
    if as_json:
        print_json(body)
        return
    if not body["items"]:
        _print("Every status that items were in is in a stage, and every type is of a kind.")
    for row in body["items"]:
        now_in = f", {row['items_now']} now" if row["items_now"] else ""
        _print(
            f"{row['stream']}: {row['what']} {row['name']}: {row['items']} items{now_in},"
            f" {duration(row['days'] * _DAY)}, since {moment(row['since'])}"
        )
        _print(f"→ {row['where']}", 2)
        _print(row["line"], 4)


def run_preview(
    config: Path, file: Path, *, start: str | None, end: str | None, as_json: bool
) -> None:
    """Print what changes, stream by stream."""
    with ready(config) as (settings, database), database.read() as session:
        proposed = load_settings(file)
        asked = question(settings, as_of=now_ts() // 60 * 60, start=start, end=end)
        snapshot = Snapshots(settings).present(session)
        body = preview(session, snapshot, settings, Proposal(proposed, whole=True), asked)
    if as_json:
        print_json(body)
        return
    for line in _whole(body):
        _print(line)
    for row in body["streams"]:
        if not row["same"] or row["beside"]:
            _stream(row, body)


def _whole(body: Answer) -> Iterator[str]:
    if body["same"]:
        yield "This file changes nothing that facts rest on: no number would be another one."
    for name in body["removed"]:
        yield f'Stream "{name}" would be no more.'
    yield from body["elsewhere"]
    if body["waiting"]:
        yield (
            f"{body['waiting']} items changed and are not measured yet: run headwater sync first,"
            " else their changes are in these numbers, too."
        )


def _stream(row: Answer, body: Answer) -> None:
    console.print(f"\n[bold]{escape(row['title'])}[/bold]", highlight=False)
    if row["beside"]:
        _print(f"differs and touches no number: {', '.join(row['beside'])}", 2)
    if row["same"]:
        return
    for line in row["what"]:
        _print(line, 2)
    for name in row["unknown_statuses"]:
        _print(f'no status "{name}" is known at its tracker; check the name', 2)
    for note in row["notes"]:
        _print(f"note: {note}", 2)
    if row["statuses"]:
        table = _table("status", "is now", "would be", "items", "time")
        for one in row["statuses"]:
            days = duration(one["days"] * _DAY)
            told = (one["status"], one["before"], one["after"], str(one["items"]), days)
            table.add_row(*map(escape, told))
        console.print(Padding(table, (1, 0, 0, 2)))
    _touched(row)
    since, until = (moment(edge) for edge in body["window"])
    numbers = _table("metric", "now", "n", "would be", "n")
    for one in row["metrics"]:
        for line in _lines(one):
            numbers.add_row(*map(escape, line))
    _print(f"From {since} to {until} (UTC):", 2)
    console.print(Padding(numbers, (0, 0, 0, 2)))


def _touched(row: Answer) -> None:
    """Of how much the facts would be other ones."""
    items = row["items"]
    counts = f"{items['present']} count now, {items['proposed']} would."
    _print(f"{items['touched']} items touched; {counts}", 2)
    for one in row["facts"]:
        fact = "deliveries" if one["fact"] == "item" else "visits of stages"
        _print(
            f"{fact}: {one['changed']} changed, {one['gone']} gone, {one['found']} new; of these"
            f" {one['restated']} restate what was told",
            2,
        )


def _lines(one: Answer) -> Iterator[tuple[str, ...]]:
    """Name, value and n under both; what is withheld has its observed number after ≈."""
    pair = (one["present"], one["proposed"])
    for name, title in _SHOWN[one["metric"]].items():
        told = [title]
        for body in pair:
            told += ["–", "–"] if body is None else [_value(body, name), str(body["n"])]
        yield tuple(told)


_SHOWN: Mapping[str, Mapping[str, str]] = {
    "flow_time": {"p50": "flow time, half within", "p85": "flow time, 85 % within"},
    "velocity": {"count": "done"},
    "load": {"now": "in load"},
    "efficiency": {"ratio": "flow efficiency"},
    "delay_cost": {"cents": "cost of delay"},
}


def _value(body: Answer, name: str) -> str:
    value, seen = body["value"].get(name), ""
    if value is None:
        value, seen = body["observed"].get(name), "≈ "
    if value is None:
        return "–"
    if name == "cents":
        return seen + money(value, str(body["value"]["currency"]))
    if name == "ratio":
        return seen + share(value)
    return seen + (duration(value * _DAY) if body["unit"] == "d" else f"{value:g}")


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _print(text: str, indent: int = 0) -> None:
    console.print(Padding(escape(text), (0, 0, 0, indent)), highlight=False)
