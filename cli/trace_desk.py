"""`headwater trace CHG0030001`, `INC0010001`: what belongs to a change request or incident."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from rich.markup import escape
from rich.table import Table
from sqlalchemy.orm import Session

from cli.output import console, print_json
from cli.words import moment, share
from core.errors import NotFoundError
from pipeline.desk_links import change_document, incident_document

_NUMBER: Final = re.compile(r"[A-Za-z]{2,10}\d+")
_READERS: Final[Sequence[Callable[[Session, str], dict[str, Any]]]] = (
    change_document,
    incident_document,
)
_PARTS: Final = (
    "candidates",
    "changes",
    "deployments",
    "builds",
    "commits",
    "tickets",
    "incidents",
)
_SHOWN: Final = 20
_REASONS: Final = {
    "several_candidates": "several deployments came before it, and nothing tells which",
    "one_candidate": "one deployment came before it, and time does not tell whether it is to blame",
    "service_unknown": "its configuration item belongs to no configured service",
    "change_unknown": "it names a change under which no known deployment was made",
    "failed_deployment": "only a deployment that failed came before it",
    "history_missing": "the deployments of its service are not known so far back",
    "no_deployment": "its service was not deployed shortly before it",
    "unlikely": "deployments came before it, but most incidents that begin so are not due to one",
    "configured": "the configuration says that no change causes such incidents",
}


def desk_body(session: Session, number: str) -> dict[str, Any] | None:
    """The change request or incident of this number; None where there is none."""
    if not _NUMBER.fullmatch(number.strip()):
        return None
    for read in _READERS:
        try:
            return read(session, number)
        except NotFoundError:
            continue
    return None


def show_desk(body: dict[str, Any], *, as_json: bool) -> None:
    """Print it, as JSON or for a person."""
    if as_json:
        print_json(body)
        return
    for line in desk_lines(body):
        console.print(line, highlight=False, soft_wrap=True)
    for part in _PARTS:
        if body.get(part):
            console.print()
            console.print(f"[bold]{part.capitalize()}[/bold]: {len(body[part])}", highlight=False)
            console.print(linked_table(body[part]))


def desk_lines(body: dict[str, Any]) -> Iterable[str]:
    """Title, state, and for an incident what it is put down to."""
    yield f"[bold]{escape(body['number'])}  {escape(body['title'])}[/bold]"
    yield escape(" · ".join(text for text in (body["state"], body["url"]) if text))
    if body["kind"] == "incident":
        yield escape(_verdict(body))
        if body["duplicates"]:
            yield escape(f"Its duplicates: {', '.join(body['duplicates'])}.")
    elif not body["deployments"]:
        yield "No deployment is known to have been made under it."


def _verdict(body: dict[str, Any]) -> str:
    if body["verdict"] == "attributed":
        likeliest = body["candidates"][0]["name"] if body["candidates"] else "a deployment"
        sure = share(body["confidence"])
        return f"Put down to {likeliest} ({body['method']}, {sure} sure)."
    why = _REASONS.get(body["reason"] or "", "")
    if body["verdict"] == "not_change_related":
        return f"Not related to a change: {why}."
    if body["verdict"] is None:
        return "Nothing was worked out for it: it is a duplicate, or of no configured service."
    return f"Put down to nothing: {why}."


def linked_table(rows: Sequence[dict[str, Any]]) -> Table:
    """The surest first, each with the surest reason; of many, the first 20."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("at", no_wrap=True)
    table.add_column("what", overflow="fold", min_width=12)
    table.add_column("why", overflow="fold", ratio=1)
    table.add_column("sure", no_wrap=True, justify="right", min_width=5)
    for row in rows[:_SHOWN]:
        name = row["name"][:8] if len(row["name"]) == 40 else row["name"]
        title = f" {row['title']}" if row["title"] else ""
        at = moment(row["at"]) if row["at"] else ""
        why = row["why"][0]["evidence"]
        table.add_row(at, escape(name + title), escape(why), share(row["confidence"]))
    if len(rows) > _SHOWN:
        table.add_row("", f"and {len(rows) - _SHOWN} more", "see --json", "")
    return table
