"""An example of the findings of a stream."""

from __future__ import annotations

from typing import Any, Final

_ASKED = "from=2026-08-23T00:00:00Z&to=2026-11-21T00:00:00Z"
_BASE = f"/v1/streams/checkout/findings/explain?{_ASKED}&clock=idea_to_release"

_DELAY: Final[dict[str, Any]] = {
    "kind": "biggest_delay",
    "title": "Queue before Test",
    "text": [
        "64 of 68 deliveries waited before Test, 5.2 d each: 33 % of all waiting.",
        "Most of it is the queue.",
        "14 wait there now.",
        "This waiting cost €9.6k a week (41 of 64 are valued).",
    ],
    "step": "Test",
    "team": "qa",
    "tag": "necessary",
    "items": 64,
    "keys": ["SHOP-405", "SHOP-399"],
    "waiting": {
        "each_d": 5.2,
        "total_d": 332.8,
        "share": 0.33,
        "of": "the deliveries of the map",
    },
    "money": {
        "cost_cents": 12342857,
        "per_week_cents": 960000,
        "valued": 41,
        "unvalued": 23,
        "charged_d": 213.2,
        "clock": "commitment",
        "reason": None,
    },
    "confidence": {
        "grade": "B",
        "observed": False,
        "note": None,
        "of": "deliveries that waited before Test",
        "share": 0.941,
        "numerator": 64,
        "n": 68,
        "interval": [0.858, 0.977],
        "reason": None,
    },
    "figures": {"waiting_now": 14},
    "try_next": "Test is necessary: keep it, and make it quicker or simpler: limit how much may"
    " wait there, and let whoever is free help.",
    "explain": f"{_BASE}&kind=biggest_delay&about=Queue%20before%20Test",
}

FINDINGS: Final[dict[str, Any]] = {
    "window": ["2026-08-23T00:00:00Z", "2026-11-21T00:00:00Z"],
    "grade": "B",
    "reasons": [],
    "n": 68,
    "title": "Checkout",
    "clock": "idea_to_release",
    "currency": "EUR",
    "waiting_d": 1008.5,
    "waiting_each_d": 14.8,
    "kinds": [
        {
            "kind": "biggest_delay",
            "label": "Biggest delay",
            "findings": [_DELAY],
            "reason": None,
        },
        {
            "kind": "approval",
            "label": "Approval that never rejects",
            "findings": [],
            "reason": "normal changes: 2 of 23 were rejected or withdrawn",
        },
    ],
    "explain": f"/v1/streams/checkout/map/explain?{_ASKED}&clock=idea_to_release",
    "caveats": [],
}
