"""The journey of an item as the API and `headwater trace --json` answer it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.frames import NONE
from core.settings import Settings, ValueStream
from metrics.mapping import Flags
from pipeline.block_reasons import reasons_between
from pipeline.journey import Journey, Visit, handoffs, open_parts, returns
from pipeline.journey_cost import waiting_cost
from pipeline.journey_rows import evidence_row, lane_row, link_row, visit_row
from pipeline.outages import coarse
from pipeline.snapshot import Snapshot
from pipeline.times import iso, iso_of

Answer = dict[str, Any]


def journey_document(snapshot: Snapshot, settings: Settings, journey: Journey) -> Answer:
    """Everything about one item; null with a reason where something is not known."""
    item, fact = journey.item, journey.fact or {}
    config = _config(settings, fact.get("stream"))
    parts = open_parts(journey)
    return {
        **_named(settings, journey, fact),
        **_dates(journey, fact),
        **_spans(journey, fact, parts),
        **_moves(journey, fact, config),
        "delay_cost": waiting_cost(snapshot, journey),
        "slower_than": _slower(snapshot, fact),
        "longest_wait": _longest(journey),
        "time_by_tool": _by_tool(journey),
        "grade": "B" if fact.get("complete") else "C",
        "gone": _gone(item),
        "reasons": _reasons(item, fact),
        **_drawn(journey),
        "visits": [
            {**visit_row(visit), "coarse": bool(rough), **_why(snapshot, journey, visit)}
            for visit, rough in zip(journey.visits, _coarse(snapshot, journey), strict=True)
        ],
    }


def _coarse(snapshot: Snapshot, journey: Journey) -> Flags:
    """Which of its visits overlap a time in which the tracker was not read, and nothing tells."""
    visits = journey.visits
    ends = [NONE if one.end is None else int(one.end.timestamp()) for one in visits]
    table = pd.DataFrame(
        {
            "state": pd.Series([one.state for one in visits], dtype=object),
            "start_ts": np.array([int(one.start.timestamp()) for one in visits], np.int64),
            "end_ts": np.array(ends, np.int64),
        }
    )
    complete = np.full(len(visits), bool((journey.fact or {}).get("complete")))
    as_of = int(journey.as_of.timestamp())
    return coarse(snapshot, journey.item["source"], table, complete, as_of=as_of)


def _why(snapshot: Snapshot, journey: Journey, visit: Visit) -> Answer:
    """For a stretch that was blocked: why, and by which items."""
    stream = snapshot.streams.get(str((journey.fact or {}).get("stream")))
    if visit.reason != "blocked" or stream is None:
        return {"blocked_by": []}
    row = {"item_id": journey.item["id"], "status_id": visit.status_id}
    start, end = (int(at.timestamp()) for at in (visit.start, visit.end or journey.as_of))
    return {"blocked_by": reasons_between(snapshot, stream, row, start, max(end, start + 1))}


def _named(settings: Settings, journey: Journey, fact: Answer) -> Answer:
    """What it is called, where it belongs, and in what state it is."""
    item = journey.item
    return {
        "key": item["key"],
        "title": item["title"],
        "type": item["type"],
        "kind": fact.get("kind", ""),
        "stream": fact.get("stream"),
        "stream_title": fact.get("stream_title"),
        "url": item["url"],
        "source": item["source"],
        "stage": fact.get("stage"),
        "state": journey.visits[-1].state if journey.visits else None,
        "value_per_week_cents": item["value_cents"],
        "currency": settings.cost_of_delay.currency,
    }


def _dates(journey: Journey, fact: Answer) -> Answer:
    return {
        "as_of": iso_of(journey.as_of),
        "created_at": iso(journey.item["created_ts"]),
        "idea_at": iso(fact.get("idea_ts")),
        "committed_at": iso(fact.get("committed_ts")),
        "done_at": iso(fact.get("done_ts")),
        "cancelled_at": iso(fact.get("cancelled_ts")),
        "first_released_at": iso(fact.get("first_released_ts")),
        "released_at": iso(fact.get("released_ts")),
        "release_reason": fact.get("release_reason") or None,
        "start_reason": fact.get("start_reason") or None,
    }


def _spans(journey: Journey, fact: Answer, parts: dict[str, int]) -> Answer:
    """Seconds between two dates, and in each state; null where one of the dates is not known."""
    idea, committed, done, released = (
        fact.get(f"{name}_ts") for name in ("idea", "committed", "done", "released")
    )
    begun = None if fact.get("start_reason") else committed
    ended = done or fact.get("cancelled_ts")
    as_of = int(journey.as_of.timestamp())
    return {
        "idea_to_release_s": released - idea if released and idea else None,
        "flow_time_s": done - begun if done and begun else None,
        "age_s": as_of - committed if committed and not ended else None,
        "age_at_least": bool(
            committed and not ended and fact.get("start_reason") == "censored_start"
        ),
        **{f"{name}_s": seconds if fact else None for name, seconds in parts.items()},
    }


def _moves(journey: Journey, fact: Answer, config: ValueStream | None) -> Answer:
    """How often it went from hand to hand, and back."""
    stages = [stage.name for stage in config.stages] if config else []
    return {
        "handoffs": handoffs(journey.visits),
        "assignee_handoffs": journey.assigned.between_people,
        "assignee_team_handoffs": journey.assigned.between_teams,
        "assignee_handoffs_reason": journey.assigned.reason,
        "returns": returns(journey.visits, stages),
        "reopened": int(fact.get("reopened") or 0),
        "episode": int(fact.get("episode") or 0),
    }


def _drawn(journey: Journey) -> Answer:
    """What is drawn of it: events of the tools, and why they belong to it."""
    return {
        "lanes": [lane_row(lane) for lane in journey.lanes],
        "links": [link_row(link) for link in journey.links],
        "evidence": [
            evidence_row(line) | {"pairs": pairs}
            for line, pairs in zip(journey.evidence, journey.judged.pairs, strict=True)
        ],
        "ends": journey.judged.ends,
        "verdicts": journey.judged.told,
    }


def _config(settings: Settings, name: object) -> ValueStream | None:
    return next((stream for stream in settings.streams if stream.name == name), None)


_GONE = {
    "deleted": "it was deleted; what was read before is kept, and it is in no number",
    "moved": "it was moved to where nothing is read; what was read before is kept, and it is in no"
    " number",
    "not_visible": "it is not visible any more; it stays as it was last read, and in the numbers",
}


def _gone(item: Answer) -> Answer | None:
    """Why the source does not show the item any more, and when that was noticed."""
    if not item["gone"]:
        return None
    note = _GONE.get(item["gone"], "its source does not show it any more")
    return {"why": item["gone"], "noticed_at": iso(item["gone_ts"]), "note": note}


def _slower(snapshot: Snapshot, fact: Answer) -> Answer | None:
    """The share of the stream's finished deliveries that took less time."""
    done, committed = fact.get("done_ts"), fact.get("committed_ts")
    stream = snapshot.streams.get(str(fact.get("stream")))
    if stream is None or done is None or committed is None:
        return None
    items = stream.items
    timed = items[(items["done_ts"] != NONE) & (items["committed_ts"] != NONE)]
    timed = timed[timed["start_reason"] == ""]
    seconds = (timed["done_ts"] - timed["committed_ts"]).to_numpy(np.int64)
    if len(seconds) < 2:
        return None
    return {"share": float((seconds < done - committed).mean()), "n": len(seconds)}


def _longest(journey: Journey) -> Answer | None:
    visit = journey.longest_wait
    if visit is None:
        return None
    seconds = int(((visit.end or journey.as_of) - visit.start).total_seconds())
    return {"stage": visit.stage, "reason": visit.reason, "seconds": seconds}


def _by_tool(journey: Journey) -> Answer | None:
    """The parts, which add up to `seconds`."""
    found = journey.tools
    if found is None:
        return None
    return {
        "from": iso(found.start_ts),
        "to": iso(found.end_ts),
        "until": found.until,
        "seconds": max(0, found.end_ts - found.start_ts),
        "parts": found.parts,
    }


def _reasons(item: Answer, fact: Answer) -> list[str]:
    found: list[str] = []
    if not fact:
        gone = _gone(item)
        return [gone["note"] if gone else "no value stream counts this item"]
    if not fact["complete"]:
        found.append("the history is incomplete: ages are at least this long")
    if fact["violations"]:
        found.append(f"{fact['violations']} clock violations were clamped to zero")
    if fact["unknown_s"]:
        found.append("some time was in statuses that no stage names")
    return found
