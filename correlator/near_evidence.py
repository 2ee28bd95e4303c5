"""What speaks for a ticket being meant by a text: that it was open then, and words in common."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import pandas as pd

from core.frames import NONE

_DAY: Final = 86_400
_LATE: Final = 14 * _DAY  # a commit may follow the closing of its ticket
_EARLY: Final = 1 * _DAY  # clocks differ, and tickets are opened beside the work
_WORD: Final = re.compile(r"[^\W\d_]{4,30}")
_LINE: Final = 300  # characters of a first line or title that are compared
_EVERYBODYS: Final = (
    "about added adding adds after also before bump change changed changes cleanup code does fixed"
    " fixes fixing from have into issue make makes merge minor more move moved only remove removed"
    " removes should some support test tests that their then there this ticket update updated"
    " updates using version when where which will with without work"
)
_COMMON: Final = frozenset(_EVERYBODYS.split())


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket that exists. Times are epoch seconds; NONE where it is not known, or still open."""

    item_id: int
    key: str
    title: str
    opened_ts: int = NONE
    closed_ts: int = NONE


@dataclass(frozen=True, slots=True)
class Tickets:
    """by_key: of every key that a ticket has or had; a key that two tickets have is in neither."""

    by_key: Mapping[str, Ticket]
    projects: frozenset[str]


def known_tickets(items: pd.DataFrame, projects: pd.Series[str]) -> Tickets:
    """items: key, item_id, title, opened_ts, closed_ts; one row per key. projects: their keys."""
    names = ("item_id", "key", "title", "opened_ts", "closed_ts")
    own = items.drop_duplicates("key", keep=False)
    rows = zip(*(own[name].tolist() for name in names), strict=True)
    found = {row[1]: Ticket(*row) for row in rows}
    former = (key.rpartition("-") for key in found)
    named = {project for project, _, number in former if project and number.isdigit()}
    return Tickets(found, frozenset(one.upper() for one in (*projects, *named)))


def was_open(ticket: Ticket, ts: int) -> bool | None:
    """Whether the ticket was open at that time, or had just been; None where one can't tell."""
    if ts == NONE or ticket.opened_ts == NONE:
        return None
    closed = ticket.closed_ts != NONE and ticket.closed_ts + _LATE < ts
    return ticket.opened_ts - _EARLY <= ts and not closed


def opened_later(ticket: Ticket, ts: int) -> bool:
    """Whether the ticket did not exist then: it can't have been meant."""
    return NONE not in (ts, ticket.opened_ts) and ticket.opened_ts - _EARLY > ts


def words_in_common(ticket: Ticket, text: str) -> list[str]:
    """The telling words of the title that stand in the first line of the text; empty unless these
    are two, or half of the title's.
    """
    title = words_of(ticket.title[:_LINE])
    shared = title & words_of(text[: _LINE * 2].partition("\n")[0][:_LINE])
    return sorted(shared) if len(shared) >= 2 or (shared and 2 * len(shared) >= len(title)) else []


@lru_cache(maxsize=4_096)
def words_of(text: str) -> frozenset[str]:
    """The telling words of a line, in small letters: no short ones, none that everybody uses."""
    return frozenset(word.lower() for word in _WORD.findall(text)) - _COMMON
