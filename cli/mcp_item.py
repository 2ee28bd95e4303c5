"""Why one item is late: its journey, its age against what is usual, and what it costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from mcp.server.mcpserver.exceptions import ToolError

from cli.mcp_asking import Api
from cli.mcp_told import Answer, Told, marked, picked

_WAITS: Final = 5
_PAGES: Final = 8
_HEAD: Final = (
    *("key", "title", "type", "kind", "stream", "stage", "state", "as_of", "idea_at"),
    *("committed_at", "done_at", "cancelled_at", "released_at"),
)
_TIMES: Final = (
    *("age_s", "age_at_least", "flow_time_s", "idea_to_release_s", "active_s", "waiting_s"),
    *("blocked_s", "unknown_s", "gap_s", "handoffs", "returns", "reopened", "slower_than"),
)
_AGED: Final = ("late", "age_s", "pace", "pace_n", "breach_p", "observed", "reasons")
_NO_FLIGHT: Final = "it is not in flight"
_ALONE: Final = (
    "a single item has no date of its own: breach_p is the chance that it will take longer than"
    " expected; the tool forecast tells dates of epics, releases and numbers of items"
)


async def why_late(api: Api, key: str) -> Answer:
    """The answer of the tool; `ToolError` where no such item is known."""
    journey = await api.get("items", key, "journey")
    flying = journey["age_s"] is not None and bool(journey["stream"])
    aged = await _aged(api, journey) if flying else {"not_known": _NO_FLIGHT}
    told = {
        "item": picked(journey, *_HEAD),
        "grade": journey["grade"],
        "reasons": _reasons(journey),
        "times": picked(journey, *_TIMES),
        "where_the_time_went": _by_stage(journey),
        "longest_waits": _waits(journey),
        "time_by_tool": journey["time_by_tool"],
        "blocked_now_by": await _blocked(api, journey) if flying else [],
        "against_what_is_usual": aged,
        "forecast": await _forecast(api, journey, flying=flying),
        "delay_cost": await _cost(api, journey, flying=flying),
    }
    links = {
        "journey": api.page("/journey", key=str(journey["key"])),
        "items_behind_it": api.link(f"/v1/items/{quote(str(journey['key']), safe='')}/journey"),
        "tracker": journey["url"],
    }
    return {**marked(told), "links": marked(links)}


def _reasons(journey: Told) -> list[str]:
    """Why a time is null."""
    named = {"not released": journey["release_reason"], "no start": journey["start_reason"]}
    return [*journey["reasons"], *(f"{what}: {why}" for what, why in named.items() if why)]


def _seconds(visit: Told, as_of: str) -> float:
    begun = datetime.fromisoformat(visit["start"])
    return (datetime.fromisoformat(visit["end"] or as_of) - begun).total_seconds()


def _by_stage(journey: Told) -> list[Answer]:
    """Seconds by stage, state and reason, the longest first."""
    sums: defaultdict[tuple[str, str, str], float] = defaultdict(float)
    for visit in journey["visits"]:
        place = (visit["stage"], visit["state"], visit["reason"])
        sums[place] += _seconds(visit, journey["as_of"])
    return [
        {"stage": stage, "state": state, "reason": reason or None, "seconds": round(spent)}
        for (stage, state, reason), spent in sorted(sums.items(), key=lambda one: -one[1])
    ]


def _waits(journey: Told) -> Sequence[Answer]:
    """The longest single waits, each with its reason and what was in the way."""
    waits = [one for one in journey["visits"] if one["state"] == "waiting"]
    waits.sort(key=lambda one: -_seconds(one, journey["as_of"]))
    return [
        {
            **picked(one, "stage", "reason", "team", "start", "end", "blocked_by"),
            "seconds": round(_seconds(one, journey["as_of"])),
        }
        for one in waits[:_WAITS]
    ]


async def _aged(api: Api, journey: Told) -> Answer:
    """Its row of the ageing, beside the expectation of its stream."""
    cursor: str | None = None
    for _ in range(_PAGES):
        page = await api.get(
            "streams", journey["stream"], "ageing", sort="key", limit=500, cursor=cursor
        )
        row = next((one for one in page["items"] if one["key"] == journey["key"]), None)
        if row is not None:
            return {
                **picked(row, *_AGED),
                "expected_within_d": page["value"]["sle_d"],
                "expected_share": page["percent"] / 100,
                "grade": page["grade"],
                "items_behind_it": api.link(page["explain"]),
            }
        cursor = page["next"]
        if cursor is None:
            break
    return {"not_known": "it is not among the items in load of its stream"}


async def _blocked(api: Api, journey: Told) -> list[Answer]:
    page = await api.get("items", stream=journey["stream"], q=journey["key"], blocked=True)
    found = [one for one in page["items"] if one["key"] == journey["key"]]
    return list(found[0]["blocked_by"]) if found else []


async def _forecast(api: Api, journey: Told, *, flying: bool) -> Answer:
    """Of an epic when it will be done, in the stream that holds its items."""
    if journey["stream"]:
        return {"not_known": _ALONE if flying else _NO_FLIGHT}
    for stream in (await api.get("streams"))["items"]:
        try:
            body = await api.get("streams", stream["name"], "forecasts", "queue", journey["key"])
        except ToolError:
            continue
        told = picked(body, "key", "items", "ahead", "dates", "days", "due", "grade", "reasons")
        return {"stream": stream["name"], **told, "items_behind_it": api.link(body["explain"])}
    return {"not_known": "no stream has open items that belong to it"}


async def _cost(api: Api, journey: Told, *, flying: bool) -> Answer:
    """What its waiting cost so far, and while it is in flight what it burns and may still cost."""
    told: dict[str, Any] = {
        "so_far": journey["delay_cost"],
        **picked(journey, "value_per_week_cents", "currency"),
    }
    if not flying:
        return told
    page = await api.get("streams", journey["stream"], "delay-cost", "items")
    row = next((one for one in page["items"] if one["key"] == journey["key"]), None)
    if row is None:
        return {**told, "now": {"not_known": "it is not among the items that burn most"}}
    names = ("burn_rate_cents", "burn_range", "projected_cents", "risk", "waiting_since", "charged")
    reason = None if row["value"] else "nobody valued it, or what it belongs to"
    return {**told, "now": {**picked(row, *names), "reason": reason}}
