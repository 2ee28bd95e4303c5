"""`headwater status`: who holds what, and what is due next."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.output import console, print_json
from cli.setting_up import ready
from core.written import duration
from pipeline.standing import DUE, HELD, LOST, REPORTS, standing, waiting

Answer = dict[str, Any]
_IN_SECONDS = 120
_WIDE = 200
"""Characters of a line that no terminal cuts."""


def run_status(config: Path, *, as_json: bool) -> None:
    """Exit status 1 where a source waits and no process lives that could take it."""
    with ready(config) as (settings, database), database.read() as session:
        answer = standing(session, settings)
    alive = [one for one in answer["workers"] if one["state"] != LOST]
    late = waiting(answer)
    if as_json:
        print_json(answer)
    else:
        for line in _first_lines(answer, alive, late):
            console.print(escape(line), highlight=False)
        where = console if console.is_terminal else Console(width=_WIDE)
        for table in (_workers(answer), _sources(answer)):
            if table.row_count:
                console.print()
                where.print(table)
    if late and not alive:
        sys.exit(1)


def _first_lines(answer: Answer, alive: Sequence[Answer], late: Sequence[str]) -> Iterator[str]:
    held = sum(row["state"] == HELD for row in answer["sources"])
    many = len(alive)
    processes = "1 process collects" if many == 1 else f"{many or 'No'} processes collect"
    total = len(answer["sources"])
    yield f"{processes}; {held} of {total} sources are being read, {len(late)} wait"
    kept = answer["retention"]
    if kept["raw_payloads"] is not None:
        last = _clock(kept["last_at"], answer["as_of"])
        yield f"Payloads older than {kept['raw_payloads']} are forgotten, last at {last}"
    if late and not alive:
        yield "Nobody reads what waits: start headwater serve, or headwater worker"


def _workers(answer: Answer) -> Table:
    table = _table("process", "command", "since", "seen", "reads", "does")
    for one in answer["workers"]:
        seen = f"{_since(one['seen_s'])} ago"
        table.add_row(
            escape(one["name"]),
            one["kind"],
            _clock(one["since"], answer["as_of"]),
            f"LOST, {seen}" if one["state"] == LOST else seen,
            f"{len(one['reading'])} of {one['at_once']}",
            one["doing"] or "",
        )
    return table


def _sources(answer: Answer) -> Table:
    table = _table("source", "state", "by", "since", "until", "read last", "what")
    for row in answer["sources"]:
        as_of = answer["as_of"]
        since, until = row["held_since"], row["held_until"]
        table.add_row(
            row["name"],
            _state(row, as_of),
            escape(row["held_by"] or ""),
            _clock(since, as_of) if since else "",
            _clock(until, as_of) if until else "",
            _clock(row["last_success_at"], as_of),
            escape(_what(row)),
        )
    return table


def _state(row: Answer, as_of: str) -> str:
    if row["state"] == HELD:
        return "is read"
    if row["state"] == LOST:
        return "holder LOST"
    if row["state"] == REPORTS:
        return "reports itself"
    if row["state"] == DUE:
        return f"due {_clock(row['due_at'], as_of)}"
    waited = row["waits_s"]
    return "waits" if waited is None else f"waits {_since(waited)}"


def _what(row: Answer) -> str:
    tries = row["failures"]
    again = f"not readable {tries} times in a row; " if tries > 1 else ""
    return f"{again}{row['message'] or ''}"


def _since(seconds: int) -> str:
    return f"{seconds} s" if seconds < _IN_SECONDS else duration(seconds)


def _clock(text: str | None, as_of: str) -> str:
    """The time of day, with the day where that is another one."""
    if text is None:
        return "–"
    at, now = datetime.fromisoformat(text), datetime.fromisoformat(as_of)
    return at.strftime("%H:%M:%S" if at.date() == now.date() else "%d %b %H:%M").lstrip(" ")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
