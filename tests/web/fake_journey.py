"""Parts of a journey written by hand: visits, lanes, events, links, evidence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.web.fake_envelopes import AS_OF, Answer

DAY_S = 86_400


def at(text: str) -> str:
    """'14 Sep 09:12' of 2026 as the API writes times."""
    moment = datetime.strptime(f"{text} 2026", "%d %b %H:%M %Y").replace(tzinfo=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def visits(end: str | None, *parts: tuple[str, str, str, str]) -> list[Answer]:
    """Visits as (start, stage, state, reason), each lasting until the next one."""
    starts = [at(part[0]) for part in parts] + [end]
    return [
        {
            "stage": stage,
            "status": stage,
            "state": state,
            "reason": reason,
            "team": team_of(stage),
            "start": starts[index],
            "end": starts[index + 1],
        }
        for index, (_, stage, state, reason) in enumerate(parts)
    ]


def team_of(stage: str) -> str:
    return {"Design": "Design", "Build": "Web", "Review": "Web", "Test": "QA"}.get(stage, "Product")


def event(id_: str, kind: str, start: str, label: str, **more: Any) -> Answer:
    base: Answer = {
        "id": id_,
        "kind": kind,
        "at": at(start),
        "end": None,
        "label": label,
        "detail": "",
        "result": "",
        "url": f"https://tools.example/{id_}",
        "production": False,
    }
    return base | more


def lane(id_: str, tool: str, detail: str, *events: Answer) -> Answer:
    return {"id": id_, "tool": tool, "detail": detail, "events": list(events)}


def link(from_: str, to: str, rule: str, confidence: float, *, decides: bool = True) -> Answer:
    return {
        "from": from_,
        "to": to,
        "rule": rule,
        "confidence": confidence,
        "evidence": rule,
        "decides": decides,
    }


def proof(
    when: str, tool: str, what: str, why: str, rule: str, sure: float, *, decides: bool = False
) -> Answer:
    return {
        "at": at(when),
        "tool": tool,
        "event": what,
        "why": why,
        "rule": rule,
        "confidence": sure,
        "url": "https://tools.example/e",
        "decides": decides,
        "pairs": [],
    }


def unvalued() -> Answer:
    """The cost of an item that nobody valued."""
    why = "nobody valued this item"
    return {"cents": None, "per_week_cents": None, "reason": why, "waits": None}


def charged(week: int, *waits: tuple[str, str, str, int]) -> Answer:
    """The cost of waits told as (from, to, stage, cents), each the same every day."""
    rows, so_far = [], 0
    for start, end, stage, cents in waits:
        sums = [so_far + cents * n // 8 for n in range(9)]
        row = {"from": at(start), "to": at(end), "stage": stage, "reason": "", "cents": cents}
        rows.append(row | {"so_far_cents": sums})
        so_far += cents
    return {"cents": so_far, "per_week_cents": week, "reason": None, "waits": rows}


def base() -> Answer:
    """What every journey has, as a ticket that nobody touched yet."""
    return {
        "key": "SHOP-412",
        "title": "Pay by instalments at checkout",
        "type": "Story",
        "kind": "feature",
        "stream": "checkout",
        "stream_title": "Checkout",
        "url": "https://jira.example/browse/SHOP-412",
        "source": "jira",
        "stage": "Done",
        "state": "done",
        "value_per_week_cents": 250_000,
        "currency": "EUR",
        "as_of": AS_OF,
        "created_at": at("14 Sep 09:12"),
        "idea_at": None,
        "idea_key": None,
        "committed_at": None,
        "done_at": None,
        "cancelled_at": None,
        "first_released_at": None,
        "released_at": None,
        "release_reason": None,
        "start_reason": None,
        "idea_to_release_s": None,
        "flow_time_s": None,
        "age_s": None,
        "active_s": None,
        "waiting_s": None,
        "blocked_s": None,
        "unknown_s": None,
        "gap_s": None,
        "ends": {},
        "verdicts": [],
        "handoffs": 0,
        "returns": 0,
        "reopened": 0,
        "delay_cost": unvalued(),
        "slower_than": None,
        "longest_wait": None,
        "grade": "B",
        "gone": None,
        "reasons": [],
        "visits": [],
        "lanes": [],
        "links": [],
        "evidence": [],
    }
