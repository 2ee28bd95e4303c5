"""What the pages ask when somebody opens them as they are, to be made once a server has started."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final
from urllib.parse import quote, unquote

from starlette.types import Scope

_STREAMS: Final = 5
"""Of no more streams, in the order of the configuration."""
_OF_ALL: Final = ("overview", "quality", "quality/unlinked/summary")
_OF_A_STREAM: Final = (
    "map?paths=0.8",
    "map.svg?paths=0.8&theme=page&headed=false&layout=wide",
    "findings",
    "forecasts/queue",
    "forecasts/queue/calibration",
    "forecasts/calibration",
    "forecasts/when?items=20",
    "forecasts/how-many?date={in_four_weeks}",
    "delay-cost?by=stage",
    "delay-cost?interval=week&from={weeks_begin}",
    "delay-cost/items",
    "sequence",
    "unexposed",
    "ageing?sort=-age&limit=500",
    "blocked",
    "stages",
    "cfd",
    "lab",
    "metrics/flow_time",
)


def first_views(streams: Iterable[str], today: date) -> list[Scope]:
    """The requests, those of all streams first; `today` is the day of browsers, in UTC. One that is
    missing, or no longer asked, costs time and nothing else.
    """
    days = {
        "in_four_weeks": today + timedelta(days=28),
        "weeks_begin": today - timedelta(weeks=13),
    }
    asked = [f"/v1/{one}" for one in _OF_ALL]
    for name in [*streams][:_STREAMS]:
        stream = f"/v1/streams/{quote(name, safe='')}"
        asked += [f"{stream}/{one.format_map(days)}" for one in _OF_A_STREAM]
    return [_request(one) for one in asked]


def _request(address: str) -> Scope:
    path, _, query = address.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "server": ("localhost", 80),
        "root_path": "",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [],
    }
