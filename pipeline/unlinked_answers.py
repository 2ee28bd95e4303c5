"""Answers about what is not linked: pages of it, and sums with their trend."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pandas as pd
from sqlalchemy.orm import Session

from core.errors import BadRequestError
from core.records import Entity
from metrics.coverage import commits_with_ticket
from metrics.periods import WEEK, Window, edges, periods
from metrics.stats import ratio
from pipeline.question import Question
from pipeline.service_answers import service_of
from pipeline.snapshot import Snapshot
from pipeline.stream_answers import stream_of
from pipeline.times import iso
from pipeline.unlinked_words import KINDS, REASONS, TITLES, told
from store import unlinked as reads
from store.unlinked_things import thing_rows

Answer = dict[str, Any]

_MOST_WEEKS = 400
"""As many rows as a series has at most."""


@dataclass(frozen=True, slots=True)
class UnlinkedQuery:
    """Which of it; None for all. Not a stream and a service at once."""

    kind: str | None = None
    stream: str | None = None
    service: str | None = None
    reason: str | None = None


def unlinked_page(
    session: Session,
    snapshot: Snapshot,
    query: UnlinkedQuery,
    asked: Question,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Answer:
    """A page: `items`, the newest first within each kind, and `next`, None on the last page."""
    kinds = _kinds(query)
    scope, window = _scope(snapshot, query), whole_days(asked)
    kind, after = _position(cursor, kinds)
    found: list[tuple[str, Answer]] = []
    for name in kinds[kinds.index(kind) :]:
        wanted = _wanted(name, window, scope, query.reason)
        left = limit + 1 - len(found)
        place = after if name == kind else None
        rows = reads.page_of(session, wanted, limit=left, after=place)
        found += [(name, row) for row in rows]
        if len(found) > limit:
            break
    page = found[:limit]
    shown = _shown(session, snapshot, page)
    return {"items": shown, "next": _cursor(page[-1]) if len(found) > limit else None}


def unlinked_summary(
    session: Session, snapshot: Snapshot, query: UnlinkedQuery, asked: Question
) -> Answer:
    """Per kind: population, how many are not linked, by reason, and by week."""
    if asked.window.seconds > _MOST_WEEKS * WEEK:
        raise BadRequestError(f"the window has more than {_MOST_WEEKS} weeks; choose a shorter one")
    scope, window = _scope(snapshot, query), whole_days(asked)
    rows = [
        _summed(session, snapshot.unlinked_days, name, scope, window, query, asked)
        for name in _kinds(query)
    ]
    return {
        "from": iso(window.from_ts),
        "to": iso(window.to_ts),
        "items": rows,
        "next": None,
        "history_back_to": half_read(snapshot, window),
    }


def half_read(snapshot: Snapshot, window: Window) -> dict[str, str | None]:
    """Sources that are not read back to the begin of the window yet, and from when on they are."""
    return {
        name: iso(source.back_to_ts)
        for name, source in snapshot.freshness.items()
        if source.back_to_ts is not None and source.back_to_ts > window.from_ts
    }


def commit_coverage(
    snapshot: Snapshot, scope: str, scope_id: int, asked: Question
) -> tuple[int, int]:
    """C2 of a stream or service: commits with a ticket, of all; what bots made is in neither."""
    days = _days(snapshot.unlinked_days, "commit", (scope, scope_id))
    one = commits_with_ticket(days, window=whole_days(asked))
    return one.numerator, one.denominator


def whole_days(asked: Question) -> Window:
    """The window, widened to whole days of the configured zone: things are counted by day."""
    zone = ZoneInfo(asked.tz)
    first = _midnight(asked.window.from_ts, zone)
    last = _midnight(asked.window.to_ts, zone)
    if last < asked.window.to_ts:
        day = datetime.fromtimestamp(last, zone).date() + timedelta(days=1)
        last = int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
    return Window(first, last)


def _midnight(ts: int, zone: ZoneInfo) -> int:
    day = datetime.fromtimestamp(ts, zone).date()
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def _kinds(query: UnlinkedQuery) -> list[str]:
    """Those asked for; with a reason only those that may have it."""
    if query.kind is not None and query.kind not in KINDS:
        raise BadRequestError(f"kind: one of {', '.join(KINDS)}")
    kinds = list(KINDS) if query.kind is None else [query.kind]
    if query.reason is None:
        return kinds
    having = [kind for kind in kinds if query.reason in REASONS[KINDS[kind]]]
    if not having:
        known = [name for kind in kinds for name in REASONS[KINDS[kind]]]
        raise BadRequestError(f"reason: one of {', '.join(known)}")
    return having


def _scope(snapshot: Snapshot, query: UnlinkedQuery) -> tuple[str, int]:
    if query.stream is not None and query.service is not None:
        raise BadRequestError("give a stream or a service, not both")
    if query.stream is not None:
        return "stream", stream_of(snapshot, query.stream).id
    if query.service is not None:
        return "service", service_of(snapshot, query.service).id
    return reads.ALL, 0


def _wanted(kind: str, window: Window, scope: tuple[str, int], reason: str | None) -> reads.Wanted:
    return reads.Wanted(KINDS[kind], window.from_ts, window.to_ts, *scope, reason)


def _position(cursor: str | None, kinds: list[str]) -> tuple[str, tuple[int, int] | None]:
    if cursor is None:
        return kinds[0], None
    try:
        kind, ts, entity_id = orjson.loads(base64.urlsafe_b64decode(cursor + "=="))
        after = int(ts), int(entity_id)
        if kind not in kinds or not all(-(2**62) < one < 2**62 for one in after):
            raise ValueError("of another question")
    except (ValueError, TypeError) as error:
        raise BadRequestError(
            "cursor: give the `next` of the page before, unchanged, with the same parameters"
        ) from error
    return str(kind), after


def _cursor(last: tuple[str, Answer]) -> str:
    kind, row = last
    packed = orjson.dumps([kind, row["ts"], row["entity_id"]])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _shown(session: Session, snapshot: Snapshot, page: list[tuple[str, Answer]]) -> list[Answer]:
    streams = {one.id: one.config.name for one in snapshot.streams.values()}
    services = {one.id: one.config.name for one in snapshot.services.values()}
    shown = []
    for kind in dict.fromkeys(kind for kind, _ in page):
        rows = [row for name, row in page if name == kind]
        ids = [row["entity_id"] for row in rows]
        things = thing_rows(session, KINDS[kind], ids)
        scopes = reads.scopes_of(session, KINDS[kind], ids)
        for row in rows:
            of = scopes.get(row["entity_id"], [])
            shown.append(
                {
                    **_row(kind, row, things.get(row["entity_id"], {})),
                    "streams": sorted(streams[n] for s, n in of if s == "stream" and n in streams),
                    "services": sorted(
                        services[n] for s, n in of if s == "service" and n in services
                    ),
                }
            )
    return shown


def _row(kind: str, row: Answer, thing: Answer) -> Answer:
    words = told(KINDS[kind], row["reason"])
    meant = orjson.loads(row["suggestion"]) if row["suggestion"] else None
    return {
        "kind": kind,
        "key": thing.get("key", ""),
        "title": thing.get("title", ""),
        "url": thing.get("url", ""),
        "at": iso(row["ts"]),
        "bot": bool(row["bot"]),
        "reason": row["reason"],
        "text": words.text.replace("{}", row["detail"]),
        "next_step": words.next_step,
        "line": words.line or None,
        "suggestion": None if meant is None else {"commit": None, **meant},
    }


def _summed(
    session: Session,
    every: pd.DataFrame,
    kind: str,
    scope: tuple[str, int],
    window: Window,
    query: UnlinkedQuery,
    asked: Question,
) -> Answer:
    counts = reads.reason_counts(session, _wanted(kind, window, scope, query.reason))
    days = _days(every, kind, scope)
    inside = days[window.holds(days["day_ts"].to_numpy())]
    population = int(inside["population"].sum())
    bare = sum(count for _, bot, count in counts if not bot)
    return {
        "kind": kind,
        "title": TITLES[kind],
        "population": population,
        "unlinked": bare,
        "share": ratio(bare, population),
        "bots": sum(count for _, bot, count in counts if bot),
        "reasons": _reasons(KINDS[kind], counts),
        "trend": [] if query.reason is not None else _trend(days, window, asked),
    }


def _reasons(entity: Entity, counts: list[tuple[str, bool, int]]) -> list[Answer]:
    """The most frequent first."""
    sums: dict[str, int] = {}
    for reason, _, count in counts:
        sums[reason] = sums.get(reason, 0) + count
    return [
        {
            "reason": reason,
            "count": count,
            "text": told(entity, reason).general,
            "next_step": told(entity, reason).next_step,
            "line": told(entity, reason).line or None,
        }
        for reason, count in sorted(sums.items(), key=lambda one: (-one[1], one[0]))
    ]


def _trend(days: pd.DataFrame, window: Window, asked: Question) -> list[Answer]:
    """Every whole week that touches the window; null, not 0, where there was nothing to link."""
    weeks = periods(
        window,
        interval="week",
        tz=asked.tz,
        as_of=asked.as_of,
        week_starts=asked.week_starts,
    )
    place = np.searchsorted(edges(weeks), days["day_ts"].to_numpy(np.int64), side="right") - 1
    inside = (place >= 0) & (place < len(weeks))
    population, bare = (
        np.bincount(place[inside], days[name].to_numpy()[inside], len(weeks)).astype(int).tolist()
        for name in ("population", "unlinked")
    )
    return [
        {
            "start": week.label,
            "end": iso(week.to_ts),
            "complete": week.complete,
            "population": there,
            "unlinked": missing if there else None,
            "share": ratio(missing, there),
        }
        for week, there, missing in zip(weeks, population, bare, strict=True)
    ]


def _days(every: pd.DataFrame, kind: str, scope: tuple[str, int]) -> pd.DataFrame:
    own = (every["scope"] == scope[0]) & (every["scope_id"] == scope[1])
    return every[own & (every["entity"] == int(KINDS[kind]))]
