"""`headwater verdict` and `headwater verdicts`: what people say about links, from the terminal."""

from __future__ import annotations

import getpass
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.output import console, print_json, tell
from cli.setting_up import ready
from cli.words import moment
from core.errors import BadRequestError, ConfigError
from pipeline.database import Database
from pipeline.verdict_rows import list_verdicts
from pipeline.verdicts import KIND_NAMES, Asked, Taken, judge, withdraw_pair

WHEN = (
    "It counts within seconds while `headwater serve` or `headwater worker` runs, else with the"
    " next `headwater sync`."
)
_TICKET = re.compile(r"[A-Za-z][A-Za-z0-9_]*-\d+")
_SHA = re.compile(r"[0-9a-fA-F]{7,64}")
_NUMBER = re.compile(r"([A-Za-z]+)\d+")
_STATES = {"in_effect": "counts", "pending": "counts soon"}


def run_verdict(
    config: Path, answer: str, ticket: str, others: Sequence[str], *, why: str, who: str
) -> None:
    """Say the same of the ticket and each of the others; `answer` as the store has it."""
    who = who or _account()
    ends = [_asked("b", one, first=False) for one in others]
    with ready(config) as (_, database):
        for end in ends:
            taken = _said(database, answer, _asked("a", ticket, first=True), end, why=why, who=who)
            _print(taken)
    tell(WHEN)


def run_verdicts(config: Path, *, limit: int, as_json: bool) -> None:
    """All that was said, the newest first."""
    with ready(config) as (_, database), database.read() as session:
        body = list_verdicts(session, cursor=None, limit=limit)
    if as_json:
        print_json(body)
        return
    if not body["items"]:
        console.print("Nobody said anything about a link yet: headwater verdict --help")
        return
    console.print(verdicts_table(body["items"]))
    if body["next"]:
        console.print(f"The newest {limit} of {body['total']}; --limit shows more")


def verdicts_table(rows: Sequence[dict[str, Any]]) -> Table:
    """Number, time, who said what of which link and why, and whether that counts."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("no.", "at (UTC)", "who"):
        table.add_column(name, no_wrap=name != "who", overflow="fold")
    for name in ("said", "of", "why", "now"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(
            str(row["id"]),
            moment(row["at"]),
            escape(row["who"]),
            row["answer"],
            escape(link_words(row)),
            escape(row["why"]),
            _STATES.get(row["state"], row["state"]),
        )
    return table


def link_words(row: dict[str, Any]) -> str:
    """`SHOP-412 - shop/web@3f2a91c0`; what is not stored as its source names it."""
    return " - ".join(_end_words(row[end]) for end in "ab")


def _end_words(end: dict[str, Any]) -> str:
    label = end["label"] or f"{end['kind']} {end['id']}"
    if not end["repository"]:
        return str(label)
    return f"{end['repository']}{'' if label.startswith('!') else '@'}{label}"


def _said(database: Database, answer: str, a: Asked, b: Asked, *, why: str, who: str) -> Taken:
    if answer == "withdrawn":
        return withdraw_pair(database, a, b, who=who, why=why)
    return judge(database, a, b, answer=answer, who=who, why=why)


def _print(taken: Taken) -> None:
    if not console.is_terminal:
        print_json({"event": "verdict", "new": taken.new, **taken.row})
        return
    row = taken.row
    before = "" if taken.new else " (as was said before)"
    text = f"{row['answer']}: {link_words(row)}, by {row['who']}{before}"
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise ConfigError("this account has no name: say who you are with --who NAME") from error


def _asked(field: str, text: str, *, first: bool) -> Asked:
    kind, key = kind_of(text, first=first)
    return Asked(field, kind, key)


def kind_of(text: str, *, first: bool) -> tuple[str, str]:
    """What somebody means by a word, with its kind before a colon or by its form; the `first` word
    is a ticket where it may be one.
    """
    before, colon, rest = text.partition(":")
    kind = before.lower().replace("-", "_")
    if colon and kind in KIND_NAMES:
        return kind, rest
    if "!" in text:
        return "merge_request", text
    if "@" in text or _SHA.fullmatch(text):
        return "commit", text
    if "#" in text:
        return ("item" if first else "build"), text
    if _TICKET.fullmatch(text):
        return "item", text
    if number := _NUMBER.fullmatch(text):
        return ("incident" if number[1].upper().startswith("INC") else "change"), text
    raise BadRequestError(
        f"{text[:80]!a}: name its kind, too, as build:job#7 or change:4711; kinds are"
        f" {', '.join(KIND_NAMES)}"
    )
