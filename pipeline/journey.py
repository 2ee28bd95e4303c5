"""One work item's whole life on one time line: `Journey` for the API, the page and the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.frames import from_ts
from pipeline.handoffs import NOBODY, AssigneeHandoffs, handoffs_of
from pipeline.journey_board import EventLink, Evidence, Lane
from pipeline.journey_events import gather
from pipeline.journey_tools import ToolJourney, tool_journey
from pipeline.journey_verdicts import Judged, judged
from store import journey as reads

_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Visit:
    """A stretch in one stage; `end` None while it lasts. `reason`: blocked, returned, ignored or
    "".
    """

    stage: str
    status: str
    state: str
    reason: str
    team: str
    start: datetime
    end: datetime | None
    status_id: int | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """Facts of the latest delivery (None without a stream that counts the item), visits, lanes,
    links.
    """

    item: reads.Row
    fact: reads.Row | None
    as_of: datetime
    visits: Sequence[Visit]
    lanes: Sequence[Lane]
    links: Sequence[EventLink]
    evidence: Sequence[Evidence]
    assigned: AssigneeHandoffs = NOBODY
    judged: Judged = field(default_factory=Judged)
    tools: ToolJourney | None = None

    @property
    def longest_wait(self) -> Visit | None:
        """The longest wait of the delivery that `fact` tells of."""
        committed = (self.fact or {}).get("committed_ts")
        begun = None if committed is None else from_ts(committed)
        waits = [
            visit
            for visit in self.visits
            if visit.state == "waiting" and (begun is None or visit.start >= begun)
        ]
        return max(waits, key=lambda visit: _seconds(visit, self.as_of), default=None)


def journey_of(session: Session, key: str, *, as_of_ts: int) -> Journey:
    """The journey of the item that has or had this key; `NotFoundError` with what to try next."""
    # No tracker has such keys, and a database may refuse to compare a text with NUL in it.
    plain = key.isprintable() and len(key) <= _LONGEST_KEY
    item = reads.find_item(session, key) if plain else None
    if item is None:
        shown = key if plain else f"{key[:20]!a}.."
        raise NotFoundError(
            f"{shown}: no such work item is stored; check the key, that its project is configured,"
            " and that the source was read (headwater sync)"
        )
    facts = reads.facts_of(session, item["id"])
    fact = facts[-1] if facts else None
    visits = _visits(session, item, fact)
    found = gather(session, item, fact)
    as_of = from_ts(as_of_ts)
    if as_of is None:
        raise ValueError("as_of_ts is a time")
    assigned = handoffs_of(session, item["id"], as_of_ts=as_of_ts)
    said = judged(session, item["id"], found.evidence)
    return Journey(
        item,
        fact,
        as_of,
        visits,
        found.lanes,
        found.links,
        found.evidence,
        assigned,
        said,
        tool_journey(session, fact, as_of_ts=as_of_ts),
    )


def _visits(session: Session, item: reads.Row, fact: reads.Row | None) -> list[Visit]:
    if fact is None:
        return []
    rows = reads.visits_of(session, fact["stream_id"], item["id"])
    visits: list[Visit] = []
    for row in rows:
        start = from_ts(row["start_ts"])
        if start is None:
            continue
        end = None if row["end_ts"] is None else from_ts(row["end_ts"])
        visits.append(
            Visit(
                row["stage"] or row["status"] or "",
                row["status"] or "",
                row["state"],
                row["reason"],
                row["team"] or "",
                start,
                end,
                row["status_id"],
            )
        )
    return visits


def handoffs(visits: Sequence[Visit]) -> int:
    """Changes of the owning team between successive visits; stages without a team are passed over
    (V8).
    """
    teams = [visit.team for visit in visits if visit.team]
    return sum(1 for before, after in pairwise(teams) if before != after)


def returns(visits: Sequence[Visit], order: Sequence[str]) -> int:
    """Moves to an earlier stage of the map (V9)."""
    places = {name: place for place, name in enumerate(order)}
    steps = [places[visit.stage] for visit in visits if visit.stage in places]
    return sum(1 for before, after in pairwise(steps) if after < before)


def _seconds(visit: Visit, as_of: datetime) -> float:
    return ((visit.end or as_of) - visit.start).total_seconds()


def open_parts(journey: Journey) -> dict[str, int]:
    """Seconds of the delivery by state: as stored, plus the visit that still lasts, up to
    `as_of`.
    """
    fact: dict[str, Any] = journey.fact or {}
    parts = {
        name: int(fact.get(f"{name}_s") or 0)
        for name in ("active", "waiting", "blocked", "unknown", "gap")
    }
    is_open = (
        fact.get("committed_ts") is not None
        and fact.get("done_ts") is None
        and fact.get("cancelled_ts") is None
    )
    last = journey.visits[-1] if journey.visits else None
    if is_open and last is not None and last.end is None:
        spent = max(0, int(_seconds(last, journey.as_of)))
        if last.state in parts:
            parts[last.state] += spent
        if last.reason == "blocked":
            parts["blocked"] += spent
    return parts
