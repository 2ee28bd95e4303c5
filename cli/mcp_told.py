"""How answers of the API are told to an assistant: numbers with their doubt, text of others marked,
everything bounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cli.mcp_asking import Api
from core.reasons import reasons
from web.report_cells import plain

Answer = dict[str, Any]
Told = Mapping[str, Any]

MOST_ROWS: Final = 20
MOST_TEXT: Final = 300
_SUFFIX: Final = "_untrusted"
_FROM_OTHERS: Final = frozenset(
    ("title", "detail", "evidence", "label", "message", "status", "who", "why", "text")
)
"""What people and tools outside wrote; names of stages, teams and streams are configuration."""


def marked(value: Any, *, most: int = MOST_ROWS) -> Any:
    """The same with text of others under a name that says so, all texts in one bounded line, and of
    each list the first `most`, with `.._total` beside where there are more.
    """
    if isinstance(value, Mapping):
        told: Answer = {}
        for name, one in value.items():
            shown = f"{name}{_SUFFIX}" if name in _FROM_OTHERS and isinstance(one, str) else name
            told[shown] = marked(one, most=most)
            if isinstance(one, list) and len(one) > most:
                told[f"{name}_total"] = len(one)
        return told
    if isinstance(value, list):
        return [marked(one, most=most) for one in value[:most]]
    return plain(value, most=MOST_TEXT) if isinstance(value, str) else value


def picked(row: Told, *names: str) -> Answer:
    """These of a row, those that it has."""
    return {name: row[name] for name in names if name in row}


def number(api: Api, body: Told) -> Answer:
    """An envelope: value, unit, how sure, of when, and where the items behind it are listed. What
    is null has its reason in `reasons`.
    """
    values = body["value"]
    told = picked(body, "metric", "value", "unit", "n", "grade", "interval", "window", "definition")
    told["reasons"] = list(dict.fromkeys(reasons(body["reasons"], shown=values)))
    for name in ("observed", "excluded", "dates", "warnings"):
        if body.get(name):
            told[name] = body[name]
    told["items_behind_it"] = api.link(str(body["explain"]))
    return told
