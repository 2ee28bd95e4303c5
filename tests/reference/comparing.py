"""Tests of two groups by the book, in plain Python: every pair and every cell is looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence


def rank_sum(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """The share of pairs in which the first is greater (ties half), and p of Mann and Whitney."""
    wins = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a in first for b in second)
    n, m = len(first), len(second)
    both = [*first, *second]
    size = n + m
    ties = sum(both.count(one) ** 3 - both.count(one) for one in set(both))
    spread = math.sqrt(n * m / 12 * (size + 1 - ties / (size * (size - 1))))
    z = max(0.0, abs(wins - n * m / 2) - 0.5) / spread
    return wins / (n * m), 2 * (1 - _normal(z))


def _normal(z: float) -> float:
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def binomial(successes: int, n: int, share: float) -> float:
    """The chance of so many successes or more."""
    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(successes, n + 1))
