"""What came out beside what should have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_NOTHING: Any = object()


@dataclass(frozen=True, slots=True)
class Compared:
    """One value of a vector. `at` is its path (`flow_time.p50`); `told` False: it was not answered
    at all, which is not the same as null.
    """

    at: str
    expected: Any
    got: Any
    told: bool
    ok: bool


def compare(
    expected: Mapping[str, Any], got: Mapping[str, Any], *, tolerance: float
) -> list[Compared]:
    """Every value that is expected, with what is there in its place; what else is there is free.

    Numbers may differ by `tolerance`, times are equal when they are the same instant, lists have
    the same length, null is equal to null alone.
    """
    found = []
    for at, wanted, there in _leaves("", expected, got):
        told = there is not _NOTHING
        same = told and _same(wanted, there, tolerance)
        found.append(Compared(at, wanted, there if told else None, told, same))
    return found


def _leaves(at: str, expected: Any, got: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(expected, Mapping) and (expected or got is _NOTHING):
        for name, value in expected.items():
            there = got.get(name, _NOTHING) if isinstance(got, Mapping) else _NOTHING
            yield from _leaves(f"{at}.{name}" if at else str(name), value, there)
    elif isinstance(expected, list):
        known = got if _is_list(got) else []
        length = len(known) if _is_list(got) else _NOTHING
        yield f"{at}.length", len(expected), length
        for place, value in enumerate(expected):
            there = known[place] if place < len(known) else _NOTHING
            yield from _leaves(f"{at}.{place}", value, there)
    else:
        yield at, expected, got


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _same(expected: Any, got: Any, tolerance: float) -> bool:
    if expected is None or got is None:
        return expected is got
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, int | float):
        return isinstance(got, int | float) and abs(expected - got) <= tolerance
    if isinstance(expected, str) and isinstance(got, str):
        instant = _instant(expected)
        return expected == got or (instant is not None and instant == _instant(got))
    return bool(expected == got)


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
