"""`headwater audit`: the sample of links of a month, and what the judged ones tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.padding import Padding

from cli.output import console, print_json
from cli.setting_up import ready
from cli.words import share
from pipeline.audit import audit
from pipeline.clock import now_ts
from pipeline.question import question
from pipeline.snapshots import Snapshots

Answer = dict[str, Any]


def run_audit(config: Path, *, month: str | None, as_json: bool) -> None:
    """Print the sample with the command that judges each link."""
    with ready(config) as (settings, database), database.read() as session:
        snapshot = Snapshots(settings).present(session)
        asked = question(settings, as_of=now_ts())
        found = audit(session, snapshot, settings, asked, month)
    if as_json:
        print_json(found)
        return
    for line, indent in shown(found):
        console.print(Padding(escape(line), (0, 0, 0, indent)), highlight=False)


def shown(found: Answer) -> Iterator[tuple[str, int]]:
    """Lines and how far each is indented."""
    rows = found["items"]
    yield f"Audit of {found['month']}: {len(rows)} of {found['population']} links", 0
    if not rows:
        yield "No commit of this month is linked with a ticket; headwater unlinked says why.", 0
        return
    told = found["precision"]
    if told["judged"]:
        low, high = (share(one) for one in told["interval"])
        yield f"right: {told['confirmed']} of {told['judged']} judged, {low} to {high}", 0
    else:
        yield str(told["reason"]), 0
    for one in found["recall"]:
        yield f"{one['id']}: {one['numerator']} of {one['denominator']} have a link", 0
    yield "Read both, then confirm, or reject with the same words and reject.", 0
    for row in rows:
        yield "", 0
        yield f"{row['ticket']}  {row['ticket_title']}", 2
        yield f"{row['repository']}  {row['commit_title']}", 2
        yield row["judged"] or row["command"], 4
