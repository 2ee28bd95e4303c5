"""What the page of the delay cost reads: parts, weeks, items in flight, an order of work.

Waiting burns 31 000 a week: 16 000 in Test, 10 000 in Analysis backlog, 5 000 in Release.
"""

from __future__ import annotations

from typing import Any

from api.examples_cost import BURNING, COSTS
from api.examples_sequences import QUEUE_ORDER
from api.examples_value import UNEXPOSED

STREAM = "/v1/streams/checkout"
COST, EXPLAIN = f"{STREAM}/delay-cost", f"{STREAM}/delay-cost/explain"
ITEMS, QUEUE, STOCK = f"{COST}/items", f"{STREAM}/sequence", f"{STREAM}/unexposed"


def drawn(low: int, middle: int, high: int) -> dict[str, int]:
    """p10, p50 and p90 in cents of these amounts."""
    return {"p10": low * 100, "p50": middle * 100, "p90": high * 100}


def part(stage: str, cost: int, burn: int, now: int, first: float) -> dict[str, Any]:
    """A row of the split by stage; amounts in euro, ranges from 60 to 150 % of them."""
    wide = {"cost_cents": cost, "burn_rate_cents": burn}
    ranges = {name: drawn(one * 6 // 10, one, one * 15 // 10) for name, one in wide.items()}
    return COSTS["items"][0] | {
        "stage": stage,
        "cost_cents": cost * 100,
        "burn_rate_cents": burn * 100,
        "waiting_now": now,
        "unvalued_now": 0,
        "ranges": ranges,
        "first_share_now": first,
        "explain": f"{EXPLAIN}?by=stage&part={stage.replace(' ', '+')}",
    }


def week(start: str, cost: int | None, *, complete: bool = True) -> dict[str, Any]:
    """A week that cost so much in euro, with a range from 60 to 150 % of it."""
    return {
        "start": start,
        "end": f"{start}T23:00:00Z",
        "complete": complete,
        "cost_cents": None if cost is None else cost * 100,
        "sunk_cents": None if cost is None else 0,
        "range": None if cost is None else drawn(cost * 6 // 10, cost, cost * 15 // 10),
    }


def cost(**more: Any) -> dict[str, Any]:
    """The ledger by stage, with its weeks."""
    weeks = [
        week("2026-10-26", 20_000),
        week("2026-11-02", 22_000),
        week("2026-11-09", 28_000),
        week("2026-11-16", 9_000, complete=False),
    ]
    told = {
        "items": [
            part("Test", 99_000, 16_000, 14, 0.94),
            part("Analysis backlog", 180_000, 10_000, 9, 0.06),
            part("Release", 41_000, 5_000, 2, 0.0),
        ],
        "cost_cents": 32_000_000,
        "burn_rate_cents": 3_100_000,
        "sunk_cents": 2_200_000,
        "sunk_deliveries": 6,
        "ranges": {
            "cost_cents": drawn(210_000, 322_000, 470_000),
            "burn_rate_cents": drawn(20_000, 31_200, 46_000),
            "draws": 2000,
        },
        "series": weeks,
        "limits": None,
    }
    return COSTS | told | more


def item(key: str, title: str, **more: Any) -> dict[str, Any]:
    """An item in flight as the example has one."""
    return BURNING["items"][0] | {"key": key, "title": title} | more


BARE = dict.fromkeys(
    ("value", "burn_rate_cents", "burn_range", "cost_cents", "projected_cents", "risk")
)


def burning(**more: Any) -> dict[str, Any]:
    """Two items that burn, one that is worked on, one that nobody valued."""
    worth = BURNING["items"][0]["value"]
    rows = [
        item("SHOP-405", "Delivery slot picker"),
        item(
            "SHOP-402",
            "Strong authentication",
            kind="risk",
            burn_rate_cents=150_000,
            burn_range=drawn(800, 1_500, 2_600),
            value=worth | {"profile": "P4", "parameters": {"deadline": "2027-01-14T23:00:00Z"}},
            risk={"deadline": "2027-01-14T23:00:00Z", "late": 0.22, "expected_cents": 330_000},
        ),
        item(
            "SHOP-388",
            "Saved baskets",
            stage="Build",
            waiting=False,
            charged=False,
            waiting_since=None,
            burn_rate_cents=0,
            burn_range=drawn(0, 0, 0),
        ),
        item("SHOP-421", "Tax rounding", kind="debt", **BARE),
    ]
    return BURNING | {"items": rows, "total": 4, "unvalued": 1} | more


def opened() -> dict[str, Any]:
    """What waited in Test, one delivery of it without a value."""
    times = dict.fromkeys(("idea_at", "committed_at", "done_at", "released_at"))
    one = {
        "key": "SHOP-405", "title": "Delivery slot picker", "kind": "feature", "episode": 1,
        **times, "active_s": 0, "waiting_s": 1_641_600,
    }  # fmt: skip
    value = {"key": "SHOP-300", "inherited": True, "profile": "P1", "likely_cents": 340_000}
    return {
        "metric": "delay_cost",
        "window": COSTS["window"],
        "n": 1,
        "clock": "commitment",
        "by": "stage",
        "part": "Test",
        "included": [one | {"cost_cents": 920_000, "charged_s": 1_641_600, "value": value}],
        "excluded": [one | {"key": "SHOP-421", "title": "Tax rounding", "reason": "unvalued"}],
    }


def answers() -> dict[str, Any]:
    """By address what the page reads."""
    return {
        COST: cost(),
        ITEMS: burning(),
        EXPLAIN: opened(),
        QUEUE: QUEUE_ORDER,
        STOCK: UNEXPOSED,
    }


def unpriced() -> dict[str, Any]:
    """The same where nobody gave any item a value."""
    nothing = dict.fromkeys(
        ("cost_cents", "per_week_cents", "sunk_cents", "burn_rate_cents", "ranges")
    )
    weeks = [week("2026-11-09", None), week("2026-11-16", None, complete=False)]
    why = "nothing that waited in this window has a value"
    bare = cost(
        items=[], valued=0, unvalued=41, sunk_deliveries=0, n=0, reason=why, grade="D",
        reasons=[why], series=weeks, **nothing,
    )  # fmt: skip
    flight = [row | BARE for row in burning()["items"]]
    order = {"stage": "Test", "order": None, "reason": "none has both a value and a duration"}
    return {
        COST: bare,
        ITEMS: burning(items=flight, unvalued=4),
        EXPLAIN: opened() | {"included": [], "n": 0},
        QUEUE: QUEUE_ORDER | order,
        STOCK: UNEXPOSED | {"items": [], "reasons": ["no tool reports exposure"]},
    }
