"""What the page of the map reads: the map with all that stands around the drawing, the drawing
itself, and one step opened.
"""

from __future__ import annotations

from typing import Any

from api.examples_findings import FINDINGS
from tests.web.fake_map import document
from web.map_svg import map_svg

_STREAM = "/v1/streams/checkout"


def whole(*, grade: str = "B") -> dict[str, Any]:
    """The map of `fake_map` in its envelope, with one more way than is shown."""
    told = document()
    way = {"steps": ["Build", "Test", "Release"], "deliveries": 7, "share": 7 / 9, "shown": True}
    back = {
        "steps": ["Build", "Test", "Build", "Test", "Release"],
        "deliveries": 2, "share": 2 / 9, "shown": False,
    }  # fmt: skip
    return told | {
        "grade": grade,
        "reasons": ["n<19"],
        "currency": "EUR",
        "explain": f"{_STREAM}/map/explain",
        "watermarks": {"jira": "2026-11-21T06:00:00Z", "gitlab": "2026-11-21T05:30:00Z"},
        "paths": {"shown": 1, "count": 2, "covered": 7 / 9, "n": 9, "paths": [way, back]},
        "completeness": {
            "share": 0.8,
            "parts": [
                {"name": "steps and owners", "filled": 3, "fields": 4,
                 "missing": ['Build: team = "..."']},
                {"name": "timing", "filled": 4, "fields": 4, "missing": []},
            ],
        },
    }  # fmt: skip


def opened() -> dict[str, Any]:
    """Test, with a status and a build inside."""
    times = {"observed": {}, "mean_d": 1.0}
    return {
        "step": "Test",
        "n": 9,
        "nodes": [
            {
                "name": "In test",
                "kind": "status",
                "visits": 11,
                "deliveries": 9,
                "p50_d": 0.5,
                **times,
            },
            {
                "name": "shop/web",
                "kind": "build",
                "visits": 4,
                "deliveries": 3,
                "p50_d": None,
                **times,
            },
        ],
        "edges": [{"from": "In test", "to": "shop/web", "count": 4, "deliveries": 3}],
        "reason": None,
        "caveats": [],
    }


def answers() -> dict[str, Any]:
    """By path."""
    return {
        f"{_STREAM}/map": whole(),
        f"{_STREAM}/map.svg": map_svg(document(), theme="page", headed=False),
        f"{_STREAM}/map/steps/Test": opened(),
        f"{_STREAM}/findings": FINDINGS,
    }
