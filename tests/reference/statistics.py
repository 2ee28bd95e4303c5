"""Percentiles and intervals from their definitions, in exact fractions where that is possible."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb

Bounds = tuple[float | None, float | None]


def percentile(values: Sequence[float], p: Fraction) -> float | None:
    """The smallest observed value that at least the share `p` of all values does not exceed."""
    for value in sorted(values):
        if Fraction(sum(1 for one in values if one <= value), len(values)) >= p:
            return value
    return None


def order_ranks(n: int, p: Fraction) -> tuple[int | None, int | None]:
    """Greatest rank that lies above the percentile, and smallest that lies below it, with a
    probability of 2.5 % each at most.
    """
    tail = Fraction(25, 1000)
    at_most = [_below(k, n, p) for k in range(n + 1)]
    lower = [rank for rank in range(1, n + 1) if at_most[rank - 1] <= tail]
    upper = [rank for rank in range(1, n + 1) if 1 - at_most[rank - 1] <= tail]
    return (max(lower) if lower else None), (min(upper) if upper else None)


def _below(k: int, n: int, p: Fraction) -> Fraction:
    """Probability of at most `k` of `n`."""
    return sum((comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1)), Fraction(0))


def wilson(successes: int, n: int) -> Bounds:
    """The shares whose own spread just reaches what was seen, found by halving: all shares q with
    |seen - q| <= z * sqrt(q (1 - q) / n).
    """
    if n == 0:
        return None, None
    seen = successes / n

    def fits(q: float) -> bool:
        return (seen - q) ** 2 <= 1.959964**2 * q * (1 - q) / n

    return (
        0.0 if successes == 0 else _edge(0.0, seen, fits),
        1.0 if successes == n else _edge(1.0, seen, fits),
    )


def _edge(outside: float, inside: float, fits: object) -> float:
    assert callable(fits)
    for _ in range(80):
        middle = (outside + inside) / 2
        if fits(middle):
            inside = middle
        else:
            outside = middle
    return inside
