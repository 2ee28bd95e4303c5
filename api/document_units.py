"""The unit of every number in the OpenAPI document: told by the field's name, as names are made."""

from __future__ import annotations

import re
from typing import Any, Final

_BESIDE: Final = "as the number that it belongs to"
_SHARE: Final = "share from 0 to 1"
_BY_ENDING: Final = (
    ("cents_per_week", "integer cents a week"),
    ("cents", "integer cents"),
    ("per_week", "items a week"),
    ("per_day", "items a day"),
    ("per_year", "share a year"),
    ("per_hour", "requests an hour"),
    ("_s", "seconds"),
    ("_d", "days"),
    ("_days", "days"),
    ("_weeks", "weeks"),
    ("share", _SHARE),
    ("_p", "probability from 0 to 1"),
)
_BY_UNIT: Final = {
    _BESIDE: "interval mean figure value modelled likely low high observed p10 p50 p85 p90 p95"
    " centre lower upper range_limit range limits difference before after wanted size believed"
    " measured from to",
    _SHARE: "confidence coverage rolled_complete_accurate rolled_first_pass_yield busy tolerance"
    " growth base covered first_share_now repaired_in_silence complete_accurate",
    "none: it names one": "id episode scenario improvement",
    "none: it counts versions": "version facts_version schema_version",
    "place, from 1": "place place_today",
    "count": "numerator denominator average queue_items count n items visits",
    "ratio": "ratio factor",
    "points": "planned actual time risk",
    "probability from 0 to 1": "corrected_chance",
    "as `least`": "under",
    "share a week": "decay_per_week",
    "cents a week for each week": "score",
    "weeks": "weeks",
    "days": "days",
    "seconds": "seconds",
    "year": "year",
    "percent": "percent",
    "HTTP status": "status",
}
_BY_NAME: Final = {name: unit for unit, names in _BY_UNIT.items() for name in names.split()}
_TOLD: Final = re.compile(
    r"\b(seconds?|days?|hours?|weeks?|minutes?|years?|cents?|shares?|part|percent|%|0 to 1|how many"
    r"|how likely|times|count|number of|unit|version|per|probability|HTTP)\b",
    re.IGNORECASE,
)
_NUMBERS: Final = {"number", "integer"}


def tell_units(schema: dict[str, Any]) -> None:
    """End the description of each number of an object with its unit, where it has none yet."""
    for name, field in schema.get("properties", {}).items():
        words = field.get("description", "")
        kinds = _kinds(field)
        if not kinds & _NUMBERS or _TOLD.search(words):
            continue
        unit = unit_of(name, whole="number" not in kinds)
        if unit:
            field["description"] = f"{words} Unit: {unit}.".strip()


def unit_of(name: str, *, whole: bool) -> str:
    """The unit that the name of a field tells; a whole number without one is a count. "" where
    nothing tells it, so that its description must.
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    by_ending = (unit for ending, unit in _BY_ENDING if name.endswith(ending))
    return next(by_ending, "count" if whole else "")


def _kinds(field: dict[str, Any]) -> set[str]:
    """The JSON types of a field, those within lists and tables included."""
    inner = [*field.get("anyOf", ()), *field.get("oneOf", ())]
    inner += [field[key] for key in ("items", "additionalProperties") if key in field]
    own = field.get("type")
    found = {own} if isinstance(own, str) else set(own or ())
    return found.union(*(_kinds(one) for one in inner if isinstance(one, dict)))
