"""How durations, shares and money are written for people; the same table as the dashboard's."""

from __future__ import annotations

import math
from datetime import date
from typing import Final

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOUR, _DAY, _WEEK = 3_600, 86_400, 7 * 86_400
_SIGNS: Final = {"EUR": "€", "USD": "$", "GBP": "£"}
_SIZES: Final = ((999_500, 1e6, "M"), (1_000, 1e3, "k"), (0, 1, ""))
"""From how much on money is told in which unit: 999 500 with three digits is a million."""


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


def money(cents: float | None, currency: str, interval: tuple[float, float] | None = None) -> str:
    """`€2.6M`: rounded to the width of its range (cents), without one to two significant digits."""
    if cents is None:
        return "not known"
    amount = cents / 100
    keep = 10.0 ** max(0, math.floor(math.log10(max(abs(amount), 1))) - 1)
    return _money_at(amount, currency, keep if interval is None else _step(interval))


def money_range(interval: tuple[float, float], currency: str) -> str:
    """`€20k–€46k`, both ends rounded to the width (cents)."""
    step = _step(interval)
    return "–".join(_money_at(one / 100, currency, step) for one in interval)


def _step(interval: tuple[float, float]) -> float:
    """A tenth of the size of the width."""
    width = max((interval[1] - interval[0]) / 100, 1)
    return 10.0 ** max(0, math.floor(math.log10(width)) - 1)


def _money_at(amount: float, currency: str, step: float) -> str:
    near = math.floor(amount / step + 0.5) * step
    size, letter = next((size, letter) for least, size, letter in _SIZES if abs(near) >= least)
    sign = _SIGNS.get(currency, f"{currency} ")
    number = f"{abs(near) / size:.{0 if size == 1 else 2}f}"
    plain = number.rstrip("0").rstrip(".") if "." in number else number
    return f"{'−' if near < 0 else ''}{sign}{plain}{letter}"


def share(value: float | None) -> str:
    """A ratio in per cent, at most two digits."""
    if value is None:
        return "–"
    return f"{value * 100:.1f} %".replace(".0 %", " %") if value < 0.1 else f"{value * 100:.0f} %"


def day(text: str) -> str:
    """`14 Nov 2026` of an ISO date or time."""
    found = date.fromisoformat(text[:10])
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"
