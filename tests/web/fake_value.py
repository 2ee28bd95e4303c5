"""What the page of Value reads: clocks from idea to use, returns, what is not switched on, items.

Half of ideas are live within 40 days and first used 12 days after; of 3 of 10 an outcome is told.
"""

from __future__ import annotations

from typing import Any

from api.examples_value import UNEXPOSED
from tests.web.fake_envelopes import envelope

STREAM = "/v1/streams/checkout"
LIVE, FIRST, ADOPTED, BROUGHT, KNOWN = (
    f"{STREAM}/metrics/{slug}"
    for slug in (
        "idea_to_live",
        "time_to_first_use",
        "time_to_adoption",
        "realised_value",
        "outcome_coverage",
    )
)
STOCK = f"{STREAM}/unexposed"


def clock(metric: str, half: float | None, most: float | None, **more: Any) -> dict[str, Any]:
    """A time in days of nine items."""
    return envelope(metric, {"p50": half, "p85": most, "p95": None}, **{"n": 9, **more})


def returns(**more: Any) -> dict[str, Any]:
    """Experiments brought 6 000 of 8 000 within 30 days; an opinion of two items has no share."""
    value: dict[str, Any] = {}
    for way in ("experiment", "before_after", "opinion"):
        for days in (30, 90):
            value[f"{way}_{days}"] = None
    value |= {
        "experiment_30": 0.75,
        "experiment_30_realised_cents": 600_000,
        "experiment_30_expected_cents": 800_000,
        "experiment_30_items": 5,
        "experiment_30_indirect_cents": 90_000,
        "opinion_30_realised_cents": 200_000,
        "opinion_30_expected_cents": 100_000,
        "opinion_30_items": 2,
        "opinion_30_indirect_cents": 0,
    }
    told = {"n": 7, "unit": "ratio", "reasons": ["opinion_30 withheld: n<5"]}
    return envelope("realised_value", value, **(told | more))


def coverage(**more: Any) -> dict[str, Any]:
    """3 of 10 released items have an outcome."""
    value = {"numerator": 3, "denominator": 10, "ratio": 0.3}
    told = {"unit": "ratio", "n": 10, "interval": {"ratio": [0.11, 0.6]}}
    return envelope("outcome_coverage", value, **(told | more))


def row(key: str, title: str, **more: Any) -> dict[str, Any]:
    """An item that was released, live, used and adopted."""
    return {
        "key": key,
        "title": title,
        "kind": "feature",
        "episode": 1,
        "idea_at": "2026-08-01T08:00:00Z",
        "released_at": "2026-09-05T08:00:00Z",
        "shown_at": "2026-09-08T08:00:00Z",
        "live_at": "2026-09-10T08:00:00Z",
        "live_reason": None,
        "first_use_at": "2026-09-20T08:00:00Z",
        "adopted_at": None,
        "switched_off_at": None,
        "share": 1.0,
    } | more


def explained(metric: str, included: list[dict[str, Any]], excluded: Any = ()) -> dict[str, Any]:
    """An explanation of these items."""
    return {
        "metric": metric,
        "window": ["2026-08-23T06:00:00Z", "2026-11-21T06:00:00Z"],
        "n": len(included),
        "included": included,
        "excluded": list(excluded),
    }


NOT_LIVE = {"shown_at": None, "live_at": None, "first_use_at": None, "share": None}


def answers() -> dict[str, Any]:
    """By address what the page reads."""
    gift = row("SHOP-388", "Gift cards")
    cards = row("SHOP-390", "Saved cards", released_at="2026-09-06T08:00:00Z")
    dark = row("SHOP-395", "Dark mode", **NOT_LIVE, live_reason="no_exposure")
    money = {"expected_30_cents": 300_000, "experiment_direct_30_cents": 240_000}
    off = dark | {"reason": "no_exposure"}
    return {
        LIVE: clock("idea_to_live", 40.0, 70.0, excluded={"no_exposure": 31, "not_exposed": 2}),
        FIRST: clock("time_to_first_use", 12.0, None, reasons=["p85 withheld: n<13"]),
        ADOPTED: clock("time_to_adoption", 30.0, 45.0, grade="C"),
        BROUGHT: returns(),
        KNOWN: coverage(),
        STOCK: UNEXPOSED,
        f"{LIVE}/explain": explained("idea_to_live", [gift, cards], [off]),
        f"{KNOWN}/explain": explained("outcome_coverage", [gift, cards, dark]),
        f"{FIRST}/explain": explained("time_to_first_use", [gift]),
        f"{ADOPTED}/explain": explained("time_to_adoption", []),
        f"{BROUGHT}/explain": explained("realised_value", [gift | money]),
    }


def silent(*, use_only: bool = False) -> dict[str, Any]:
    """The same where no tool tells anything, or none of use."""
    nothing = {"n": 0, "grade": "D"}
    first = clock("time_to_first_use", None, None, **nothing, reasons=["no tool reports use"])
    adopted = clock("time_to_adoption", None, None, **nothing, reasons=["no tool reports use"])
    if use_only:
        return {FIRST: first, ADOPTED: adopted, f"{FIRST}/explain": explained("x", [])}
    exposure = ["no tool reports exposure"]
    return {
        FIRST: first,
        ADOPTED: adopted,
        LIVE: clock("idea_to_live", None, None, **nothing, reasons=exposure),
        BROUGHT: envelope("realised_value", {}, **nothing, reasons=["no tool reports outcomes"]),
        KNOWN: coverage(grade="D", reasons=["no tool reports outcomes"]),
        STOCK: UNEXPOSED | {"items": [], "reasons": exposure, "grade": "D"},
    }
