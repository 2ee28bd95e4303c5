"""How durations, shares and money are written for people; the same table as the dashboard's."""

from __future__ import annotations

from datetime import date

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOUR, _DAY, _WEEK = 3_600, 86_400, 7 * 86_400


def duration(seconds: float | None) -> str:
    """Under 1 h minutes, under 48 h hours, then days; from 120 days on weeks."""
    if seconds is None:
        return "–"
    if seconds < _HOUR:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * _HOUR:
        return f"{_digits(seconds / _HOUR)} h"
    if seconds < 120 * _DAY:
        return f"{_digits(seconds / _DAY)} d"
    return f"{seconds / _WEEK:.0f} wk"


def _digits(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"


def money(cents: float | None, currency: str) -> str:
    """`€18k`: two significant digits, no false precision."""
    if cents is None:
        return "not known"
    sign = {"EUR": "€", "USD": "$", "GBP": "£"}.get(currency, f"{currency} ")
    whole = cents / 100
    if whole >= 10_000:
        return f"{sign}{whole / 1000:.0f}k"
    if whole >= 1_000:
        return f"{sign}{_digits(whole / 1000)}k"
    return f"{sign}{whole:.0f}"


def share(value: float | None) -> str:
    """A ratio in per cent, at most two digits."""
    if value is None:
        return "–"
    return f"{value * 100:.1f} %".replace(".0 %", " %") if value < 0.1 else f"{value * 100:.0f} %"


def day(text: str) -> str:
    """`14 Nov 2026` of an ISO date or time."""
    found = date.fromisoformat(text[:10])
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"
