"""`headwater unlinked`: what should be linked and is not, the most frequent reasons first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.padding import Padding

from cli.output import console, print_json
from cli.setting_up import ready
from cli.words import moment, share
from metrics.periods import DAY, Window
from pipeline.clock import now_ts
from pipeline.question import question
from pipeline.snapshot import Snapshots
from pipeline.unlinked_answers import UnlinkedQuery, unlinked_page, unlinked_summary

Answer = dict[str, Any]

_EXAMPLES = 3
_KEY = 12  # characters of a sha


def run_unlinked(
    config: Path, *, stream: str | None, kind: str | None, days: int, as_json: bool
) -> None:
    """Print sums by reason with the next steps, then examples of the most frequent reason."""
    with ready(config) as (settings, database), database.read() as session:
        now = now_ts()
        asked = replace(question(settings, as_of=now), window=Window(now - days * DAY, now))
        snapshot = Snapshots(settings).present(session)
        query = UnlinkedQuery(kind=kind, stream=stream)
        summary = unlinked_summary(session, snapshot, query, asked)
        examples = {
            row["kind"]: unlinked_page(
                session,
                snapshot,
                replace(query, kind=row["kind"], reason=_first_reason(row)),
                asked,
                limit=_EXAMPLES,
            )["items"]
            for row in summary["items"]
            if row["reasons"]
        }
    if as_json:
        print_json({**summary, "examples": examples})
        return
    whose = f"stream {stream}" if stream else "everything"
    console.print(f"[bold]Not linked[/bold], {escape(whose)}, last {days} days", highlight=False)
    for line, indent in shown(summary, examples):
        console.print(Padding(escape(line), (0, 0, 0, indent)), highlight=False)


def _first_reason(row: Answer) -> str:
    """The most frequent reason; that of bots only where there is no other."""
    reasons = [one["reason"] for one in row["reasons"]]
    return str(next((one for one in reasons if one != "bot"), reasons[0]))


def shown(summary: Answer, examples: dict[str, list[Answer]]) -> Iterator[tuple[str, int]]:
    """Lines and how far each is indented."""
    if not any(row["population"] or row["reasons"] for row in summary["items"]):
        yield "Nothing to link was read of this time: no done item that expects code, no commit,", 0
        yield "no deployment, no incident. `headwater check` says what the sources let us see,", 0
        yield "`headwater sync` reads them; types that expect code: expects_code of the stream.", 0
        return
    for row in sorted(summary["items"], key=lambda one: -(one["share"] or 0.0)):
        yield "", 0
        yield from _kind(row, examples.get(row["kind"], []))


def _kind(row: Answer, examples: list[Answer]) -> Iterator[tuple[str, int]]:
    if not row["population"] and not row["reasons"]:
        yield f"{row['title']}: there was nothing to link", 0
        return
    bots = f"; by bots {row['bots']}" if row["bots"] else ""
    of = f"{row['unlinked']} of {row['population']} ({share(row['share'])}){bots}"
    yield f"{row['title']}: {of}", 0
    if not row["reasons"]:
        yield "Everything is linked.", 2
    for reason in row["reasons"]:
        yield f"{reason['count']} {reason['reason']}: {reason['text']}", 2
        yield f"→ {reason['next_step']}", 4
        for line in (reason["line"] or "").splitlines():
            yield line, 6
    for one in examples:
        key = one["key"] if one["kind"] in ("item", "incident") else one["key"][:_KEY]
        yield f"{key}  {moment(one['at'])}  {one['title']}", 2
        if one["suggestion"]:
            meant = one["suggestion"]
            named = meant["commit"][:_KEY] if meant["commit"] else meant["ticket"]
            yield f"perhaps {named}: {meant['why']}", 4
