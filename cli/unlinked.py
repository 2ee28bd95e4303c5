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
from pipeline.snapshots import Snapshots
from pipeline.unlinked_answers import UnlinkedQuery, unlinked_page, unlinked_summary

Answer = dict[str, Any]

_EXAMPLES = 3
_KEY = 12  # characters of a sha


def run_unlinked(config: Path, *, days: int, as_json: bool, **wanted: str | None) -> None:
    """Print sums by reason with the next steps, then examples of the most frequent reason.

    wanted: as the fields of `UnlinkedQuery`.
    """
    query = UnlinkedQuery(**wanted)
    with ready(config) as (settings, database), database.read() as session:
        now = now_ts()
        asked = replace(question(settings, as_of=now), window=Window(now - days * DAY, now))
        snapshot = Snapshots(settings).present(session)
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
    told = f"[bold]Not linked[/bold], {escape(_whose(query))}, last {days} days"
    console.print(told, highlight=False)
    for line, indent in shown(summary, examples, query):
        console.print(Padding(escape(line), (0, 0, 0, indent)), highlight=False)


def _whose(query: UnlinkedQuery) -> str:
    scopes = {"stream": query.stream, "service": query.service}
    whose = next((f"{word} {name}" for word, name in scopes.items() if name), "everything")
    return f"{whose}, reason {query.reason}" if query.reason else whose


def _first_reason(row: Answer) -> str:
    """The most frequent reason; that of bots only where there is no other."""
    reasons = [one["reason"] for one in row["reasons"]]
    return str(next((one for one in reasons if one != "bot"), reasons[0]))


def shown(
    summary: Answer, examples: dict[str, list[Answer]], query: UnlinkedQuery
) -> Iterator[tuple[str, int]]:
    """Lines and how far each is indented."""
    if not any(row["population"] or row["reasons"] for row in summary["items"]):
        yield "Nothing to link was read of this time: no done item that expects code, no commit,", 0
        yield "no deployment, no incident. `headwater check` says what the sources let us see,", 0
        yield "`headwater sync` reads them; types that expect code: expects_code of the stream.", 0
        return
    for row in sorted(summary["items"], key=lambda one: -(one["share"] or 0.0)):
        yield "", 0
        yield from _kind(row, examples.get(row["kind"], []), query)


def _kind(row: Answer, examples: list[Answer], query: UnlinkedQuery) -> Iterator[tuple[str, int]]:
    if not row["population"] and not row["reasons"]:
        of_none = query.service and row["kind"] == "item"
        why = "items belong to streams, not to services" if of_none else "there was nothing to link"
        yield f"{row['title']}: {why}", 0
        return
    bots = f"; by bots {row['bots']}" if row["bots"] else ""
    of = f"{row['unlinked']} of {row['population']} ({share(row['share'])}){bots}"
    yield f"{row['title']}: {of}", 0
    if not row["reasons"]:
        none = f"None has the reason {query.reason}." if query.reason else "Everything is linked."
        yield none, 2
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
