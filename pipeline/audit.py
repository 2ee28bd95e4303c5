"""The monthly audit of links: a sample for a person to judge, and what the judged ones tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy.orm import Session

from core.errors import BadRequestError
from core.records import Entity
from core.settings import Settings
from correlator.confidence import surely_linked
from metrics.audit import SAMPLE, drawn
from metrics.coverage import ticket_links
from metrics.periods import Window
from metrics.stats import ratio, wilson
from pipeline.question import Question
from pipeline.snapshot import Snapshot
from pipeline.times import iso
from pipeline.unlinked_answers import commit_coverage
from store.audited_links import links_of_commits
from store.unlinked import ALL
from store.unlinked_things import thing_rows

Answer = dict[str, Any]
_SHOWN_SHA: Final = 12
_COMMAND: Final = "headwater verdict confirm {} {}"
_HOW: Final = (
    "read ticket and commit, and say whether the commit was work on the ticket: headwater verdict"
    " confirm or reject, POST /v1/verdicts, or the evidence on the page of the ticket"
)


def month_of(settings: Settings, text: str | None, *, as_of: int) -> tuple[str, Window]:
    """The month of this name (2026-10), or the last whole one; `BadRequestError` for none, and for
    one that has not begun.
    """
    zone = ZoneInfo(settings.server.timezone)
    this = datetime.fromtimestamp(as_of, zone).date().replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    first = last if text is None else _first(text)
    if first > this:
        raise BadRequestError("month: lies in the future")
    following = (first + timedelta(days=31)).replace(day=1)
    begin, end = (
        int(datetime(d.year, d.month, 1, tzinfo=zone).timestamp()) for d in (first, following)
    )
    return f"{first:%Y-%m}", Window(begin, end)


def _first(text: str) -> date:
    try:
        if len(text) != 7:
            raise ValueError("not a month")
        found = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise BadRequestError("month: write a month as 2026-10") from error
    if not 1970 < found.year < 9998:
        raise BadRequestError("month: a year from 1971 to 9997")
    return found


def audit(
    session: Session, snapshot: Snapshot, settings: Settings, asked: Question, month: str | None
) -> Answer:
    """The sample of a month, each with its verdict so far; precision of the judged ones with its
    Wilson interval, and recall as far as C1 and C2 tell it.
    """
    name, window = month_of(settings, month, as_of=asked.as_of)
    pairs = sample(session, name, window)
    chosen = pairs[pairs["drawn"]]
    confirmed = int((chosen["judged"] == "confirmed").sum())
    rejected = int((chosen["judged"] == "rejected").sum())
    return {
        "month": name,
        "from": iso(window.from_ts),
        "to": iso(window.to_ts),
        "complete": window.to_ts <= asked.as_of,
        "population": len(pairs),
        "wanted": SAMPLE,
        "items": _rows(session, chosen),
        "next": None,
        "precision": precision(confirmed, rejected, name),
        "recall": _recall(snapshot, window, asked),
        "how": _HOW,
    }


def sample(session: Session, month: str, window: Window) -> pd.DataFrame:
    """Each pair of ticket and commit that counts, of commits of the month: a_id, b_id, judged, and
    whether it was `drawn`, those in the order of the draw first. What people rejected is in the
    draw: without it the sample would always be right.
    """
    told = links_of_commits(session, window.from_ts, window.to_ts)
    sure = surely_linked(told)
    names = ["a_id", "b_id", "judged", "item_source", "item_name", "repository", "sha"]
    pairs = sure.merge(told[names].drop_duplicates(["a_id", "b_id"]), on=["a_id", "b_id"])
    parts = (pairs[name].tolist() for name in names[3:])
    order = drawn(month, ["\n".join(one) for one in zip(*parts, strict=True)], size=len(pairs))
    ordered = pairs.iloc[order].reset_index(drop=True)
    return ordered.assign(drawn=ordered.index < SAMPLE)


def precision(confirmed: int, rejected: int, month: str) -> Answer:
    """The share of right links among the judged ones."""
    judged = confirmed + rejected
    return {
        "share": ratio(confirmed, judged),
        "interval": list(wilson(confirmed, judged)),
        "confirmed": confirmed,
        "judged": judged,
        "reason": None if judged else f"nobody judged the sample of {month} yet",
    }


def _recall(snapshot: Snapshot, window: Window, asked: Question) -> list[Answer]:
    """What no sample of links can tell: the share of tickets and commits that have one."""
    of_month = replace(asked, window=window)
    found = [ticket_links(one.items, window=window) for one in snapshot.streams.values()]
    tickets = (sum(one.numerator for one in found), sum(one.denominator for one in found))
    commits = commit_coverage(snapshot, ALL, 0, of_month)
    return [
        {"id": name, "share": ratio(*pair), "numerator": pair[0], "denominator": pair[1]}
        for name, pair in (("C1", tickets), ("C2", commits))
    ]


def _rows(session: Session, chosen: pd.DataFrame) -> list[Answer]:
    tickets = thing_rows(session, Entity.ITEM, chosen["a_id"].tolist())
    commits = thing_rows(session, Entity.COMMIT, chosen["b_id"].tolist())
    rows = []
    for row in chosen.to_dict("records"):
        ticket, commit = tickets[row["a_id"]], commits[row["b_id"]]
        rows.append(
            {
                "ticket": ticket["key"],
                "ticket_title": ticket["title"],
                "ticket_url": ticket["url"],
                "repository": row["repository"],
                "sha": commit["key"],
                "commit_title": commit["title"],
                "commit_url": commit["url"],
                "judged": row["judged"] or None,
                "command": _COMMAND.format(ticket["key"], commit["key"][:_SHOWN_SHA]),
            }
        )
    return rows
