"""What an estimate of value may say: profile by profile, its amounts and its parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.errors import FieldError
from metrics.profiles import PROFILES

AMOUNTS: Final = ("low_cents", "likely_cents", "high_cents")
PARAMETERS: Final = (
    "deadline",
    "per_week_cents",
    "escalation_cents",
    "life_weeks",
    "horizon_weeks",
    "decay_per_week",
    "discount_per_year",
    "weeks",
    "free_weeks",
)
_MOST_CENTS: Final = 10**12
_MOST_WEEKS: Final = 5_200
_TAKES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "P1": ((), ("life_weeks", "discount_per_year", "weeks")),
    "P2": (("life_weeks",), ()),
    "P3": (("horizon_weeks", "decay_per_week"), ("discount_per_year", "weeks")),
    "P4": (("deadline",), ("per_week_cents",)),
    "P5": ((), ("escalation_cents",)),
    "P6": ((), ("free_weeks", "life_weeks")),
}
"""By profile the parameters that it must have, and those that it may have."""

_NUMBERS: Final[Mapping[str, tuple[float, float, str]]] = {
    "life_weeks": (0, _MOST_WEEKS, "weeks, more than 0"),
    "horizon_weeks": (0, _MOST_WEEKS, "weeks, more than 0"),
    "decay_per_week": (0, 10, "the share that a week takes for good, as 0.02"),
    "discount_per_year": (0, 10, "a year, as 0.1 for 10 %"),
    "free_weeks": (0, _MOST_WEEKS, "weeks, more than 0"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """An estimate that makes sense: amounts in cents, and the parameters of its profile."""

    profile: str
    low_cents: int | None
    likely_cents: int | None
    high_cents: int | None
    more: Mapping[str, Any]


def checked_nested(told: Mapping[str, Any], *, zone: str) -> Said:
    """The same where `parameters` stand by themselves; their errors are named by their path."""
    flat = {**told, **told.get("parameters", {})}
    try:
        return checked(flat, zone=zone)
    except FieldError as error:
        inner = error.field in PARAMETERS
        raise FieldError(
            f"parameters.{error.field}" if inner else error.field, error.what
        ) from None


def checked(told: Mapping[str, Any], *, zone: str) -> Said:
    """What was told of a value, None where nothing was; `FieldError` names what is wrong.

    zone: in which a deadline that is a date ends with its day.
    """
    profile = told.get("profile") or "P1"
    if profile not in PROFILES:
        raise FieldError("profile", f"one of {', '.join(PROFILES)}")
    must, may = _TAKES[profile]
    given = {name: told[name] for name in PARAMETERS if told.get(name) is not None}
    for name in must:
        if name not in given:
            raise FieldError(name, f"{profile} needs it")
    for name in given:
        if name not in (*must, *may):
            takes = ", ".join((*must, *may))
            raise FieldError(name, f"{profile} has no such parameter; it takes {takes}")
    more = {name: _parameter(name, one, zone) for name, one in given.items()}
    if "deadline" in more:
        more["deadline"], more["deadline_ts"] = more["deadline"]
    if more.get("weeks") == "moved" and not ("discount_per_year" in more and _lives(more)):
        raise FieldError(
            "weeks", "moved: needs an end of life and a discount, else it costs nothing"
        )
    return Said(profile, *_amounts(profile, told, more), more)


def _lives(more: Mapping[str, Any]) -> bool:
    return "life_weeks" in more or "horizon_weeks" in more


def _amounts(
    profile: str, told: Mapping[str, Any], more: Mapping[str, Any]
) -> tuple[int | None, int | None, int | None]:
    low, likely, high = (
        None if told.get(name) is None else _cents(name, told[name]) for name in AMOUNTS
    )
    if likely is None:
        if profile == "P6" and low is None and high is None:
            return None, None, None
        raise FieldError("likely_cents", "is missing; only P6 may say that an item is not valued")
    if (low is None) != (high is None):
        raise FieldError("low_cents" if low is None else "high_cents", "give both ends, or none")
    if low is not None and high is not None and not low <= likely <= high:
        raise FieldError("likely_cents", "lies between low and high")
    if likely == 0 and low is not None:
        raise FieldError("low_cents", "there is no range around nothing")
    if likely == 0 and profile == "P4" and not more.get("per_week_cents"):
        raise FieldError("likely_cents", "nothing is lost at the deadline, nor after it")
    return low, likely, high


def _cents(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_CENTS:
        raise FieldError(name, f"whole cents, from 0 to {_MOST_CENTS}")
    return value


def _parameter(name: str, value: Any, zone: str) -> Any:
    if name.endswith("_cents"):
        return _cents(name, value)
    if name == "weeks":
        if value not in ("lost", "moved"):
            raise FieldError(name, "lost, or moved where the whole life comes later")
        return value
    if name == "deadline":
        return _deadline(str(value), zone)
    least, most, words = _NUMBERS[name]
    odd = isinstance(value, bool) or not isinstance(value, int | float)
    if odd or not math.isfinite(value) or not least < value <= most:
        raise FieldError(name, f"{words}, up to {most}")
    return float(value)


def _deadline(text: str, zone: str) -> tuple[str, int]:
    """A date is kept until its end."""
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            at = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
        else:
            at = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise FieldError("deadline", "a date as 2026-12-24, or a time with its zone") from error
    if at.tzinfo is None or not 1971 < at.year < 9998:
        raise FieldError("deadline", "a date as 2026-12-24, or a time with its zone")
    return text, int(at.timestamp())
