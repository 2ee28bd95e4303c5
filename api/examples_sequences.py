"""What is sent to put work in order, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

SEQUENCE: Final[dict[str, Any]] = {
    "stream": "checkout",
    "stage": "Test",
    "items": [
        {"key": "SHOP-405"},
        {
            "key": "SHOP-418",
            "duration_low_days": 2,
            "duration_days": 4,
            "duration_high_days": 9,
            "value": {
                "profile": "P2",
                "likely_cents": 190_000,
                "parameters": {"life_weeks": 26},
            },
            "wsjf": {"value": 8, "time": 5, "risk": 1, "size": 3},
        },
    ],
}
