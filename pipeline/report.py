"""The report of a stream's weeks in one answer, for a page that is sent or hung up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from core.settings import Settings
from pipeline.ageing_list import AgeingQuery, list_ageing
from pipeline.blocked_answers import blocked_answer
from pipeline.cost_answers import cost_answer
from pipeline.explain import explain_stream
from pipeline.findings import findings_answer
from pipeline.kanban import OWN
from pipeline.question import Question
from pipeline.report_changes import change_of
from pipeline.report_weeks import Weeks, weeks_of
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.source_status import source_rows
from pipeline.stage_answers import stage_rows
from pipeline.stream_answers import explain_address, stream_metric
from pipeline.times import iso

Answer = dict[str, Any]

NUMBERS: Final[Mapping[str, str]] = {
    "idea_to_release": "p50",
    "flow_time": "p50",
    "velocity": "count",
    "load": "now",
    "efficiency": "ratio",
    "delay_cost": "per_week_cents",
}
"""The numbers of the headline in their order, each with the value that is compared."""

_WAITS: Final = 3
_AGEING: Final = 5
_RELEASED: Final = 6
_BLOCKED: Final = 5
_PROBABLE: Final = 0.5


def report_answer(
    session: Session,
    snapshot: Snapshot,
    settings: Settings,
    stream: StreamFacts,
    asked: Question,
    *,
    weeks: int,
    running: bool,
) -> Answer:
    """Headline with the weeks before and what the charts say, waits, ageing, releases, what is
    blocked, sources. Of `asked` only the present moment, the zone and the calendar count.

    What is in flight (ageing, blocked) is told of the present and judged by the last 90 days; the
    rest is of the weeks. Lists are cut, their `total` is not.
    """
    told = weeks_of(asked, weeks=weeks, running=running)
    return {
        "stream": stream.config.name,
        "title": stream.title,
        "weeks": told.weeks,
        "complete": told.complete,
        "first_day": told.first_day.isoformat(),
        "last_day": told.last_day.isoformat(),
        "zone": asked.tz,
        "window": _window(told.now),
        "before": _window(told.before),
        "as_of": iso(asked.as_of),
        "headline": [_number(snapshot, settings, stream, slug, told) for slug in NUMBERS],
        "waits": _waits(snapshot, settings, stream, told.now),
        "finding": _finding(session, snapshot, settings, stream, told.lately),
        "released": _released(stream, told.now),
        "ageing": _ageing(snapshot, stream, told.lately),
        "blocked": _blocked(snapshot, stream, told.lately),
        "sources": _sources(session, settings, as_of=asked.as_of),
    }


def _window(asked: Question) -> list[str | None]:
    return [iso(asked.window.from_ts), iso(asked.window.to_ts)]


def _number(
    snapshot: Snapshot, settings: Settings, stream: StreamFacts, slug: str, told: Weeks
) -> Answer:
    return {
        "metric": slug,
        "now": stream_metric(snapshot, settings, stream, slug, told.now),
        "before": stream_metric(snapshot, settings, stream, slug, told.before),
        "change": change_of(snapshot, settings, stream, slug, NUMBERS[slug], told),
    }


def _waits(snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question) -> Answer:
    """The stages in which waiting cost most in the weeks; where nothing has a value, those in which
    their deliveries waited longest.
    """
    found = cost_answer(snapshot, settings, stream, asked, by="stage")
    stages = {row["name"]: row for row in stage_rows(settings, stream, asked)}
    priced = {row["stage"]: row for row in found["items"] if row["cost_cents"]}
    order = list(priced) or sorted(
        (name for name, row in stages.items() if row["waiting_d"]),
        key=lambda name: (-stages[name]["waiting_d"], name),
    )
    rows = [_wait(name, stages.get(name), priced.get(name)) for name in order[:_WAITS]]
    return {
        "items": rows,
        "total": len(order),
        "by": "cost_cents" if priced else "waiting_d",
        "cost_cents": found["cost_cents"],
        "range": None if found["ranges"] is None else found["ranges"]["cost_cents"],
        "reason": found["reason"],
        "unvalued": found["unvalued"],
        "currency": found["currency"],
        "grade": found["grade"],
        "explain": found["explain"],
    }


def _wait(name: str, stage: Answer | None, part: Answer | None) -> Answer:
    """A wait that is in no stage, as before the commitment, has no team and no days of its own."""
    known = stage or {}
    return {
        "stage": name,
        "team": known.get("team") or None,
        "waiting_d": known.get("waiting_d"),
        "waiting_now": known.get("waiting_now"),
        "average_wait_now_d": known.get("average_wait_now_d"),
        "cost_cents": part and part["cost_cents"],
        "range": part and part["ranges"]["cost_cents"],
        "explain": part and part["explain"],
    }


def _finding(
    session: Session, snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question
) -> Answer | None:
    """The biggest delay of the last 90 days in words, and what to try; None where there is none."""
    found = findings_answer(session, snapshot, settings, stream, asked)
    worst = next(one for one in found["kinds"] if one["kind"] == "biggest_delay")
    if not worst["findings"]:
        return None
    first = worst["findings"][0]
    return {
        "title": first["title"],
        "text": first["text"][0],
        "try_next": first["try_next"],
        "grade": found["grade"],
        "explain": first["explain"],
    }


def _released(stream: StreamFacts, asked: Question) -> Answer:
    """What the number idea to release is made of, the latest release first."""
    found = explain_stream(stream, "idea_to_release", asked)
    rows = sorted(found["included"], key=lambda row: (row["released_at"], row["key"]), reverse=True)
    names = ("key", "title", "kind", "released_at", "seconds")
    urls = dict(zip(stream.items["key"], stream.items["url"], strict=True))
    return {
        "items": [
            {**{name: row[name] for name in names}, "url": urls.get(row["key"], "")}
            for row in rows[:_RELEASED]
        ],
        "total": len(rows),
        "explain": explain_address(
            f"/v1/streams/{stream.config.name}/metrics/idea_to_release/explain", asked
        ),
    }


def _ageing(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> Answer:
    """Deliveries in flight that are late, or will be with at least even odds, the oldest first."""
    which = AgeingQuery(breach_p=_PROBABLE, limit=_AGEING)
    found = list_ageing(snapshot, stream, asked, OWN, which)
    kept = ("items", "total", "value", "n", "grade", "reasons", "percent", "explain")
    return {name: found[name] for name in kept}


def _blocked(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> Answer:
    found = blocked_answer(snapshot, stream, asked)
    return {
        "items": found["items"][:_BLOCKED],
        "total": len(found["items"]),
        "grade": found["grade"],
        "explain": found["explain"],
    }


def _sources(session: Session, settings: Settings, *, as_of: int) -> Sequence[Answer]:
    """Of each source up to when it was read, and whether that is too long ago or it fails."""
    kept = ("name", "state", "message", "watermark_at", "last_success_at", "late", "history")
    rows = source_rows(session, settings, as_of=as_of)
    return [{name: row[name] for name in kept} for row in rows]
