"""Whether two groups differ: rank sum, chi-squared and binomial tests, each with its effect.

A small p alone says nothing of many things: `differs` asks for an effect that matters, too.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from metrics.stats import Floats

ALPHA: Final = 0.01
LEAST: Final = 5
"""Under so many in either group nothing is compared."""
RANK_EFFECT: Final = 0.1
"""A random one of one group exceeds one of the other in more than 60 or less than 40 of 100."""
SHARE_EFFECT: Final = 0.1
"""Cramer's V from which on a difference of shares matters."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A test of two groups by its name. p and effect are None where there was too little to test.

    effect: of ranks, the chance that one of the first group exceeds one of the second (0.5: alike);
    of shares, Cramer's V.
    """

    test: str
    p: float | None
    effect: float | None
    differs: bool


def ranks_differ(first: Floats, second: Floats) -> Comparison:
    """Mann and Whitney's rank sum test, two-sided, normal approximation with ties and continuity.

    None is tested where a group has less than five values, or all values are the same.
    """
    name = "Mann-Whitney"
    n, m = len(first), len(second)
    if min(n, m) < LEAST:
        return Comparison(name, None, None, False)
    _, place, counted = np.unique(
        np.concatenate([first, second]), return_inverse=True, return_counts=True
    )
    ties = counted.astype(np.float64)
    rank = (np.cumsum(ties) - (ties - 1) / 2)[place]
    u = float(rank[:n].sum()) - n * (n + 1) / 2
    size = n + m
    spread = n * m / 12 * (size + 1 - float((ties**3 - ties).sum()) / (size * (size - 1)))
    effect = u / (n * m)
    if spread <= 0:
        return Comparison(name, None, effect, False)
    z = max(0.0, abs(u - n * m / 2) - 0.5) / math.sqrt(spread)
    p = math.erfc(z / math.sqrt(2))
    return Comparison(name, p, effect, p < ALPHA and abs(effect - 0.5) > RANK_EFFECT)


def shares_differ(first: Sequence[str], second: Sequence[str]) -> Comparison:
    """Pearson's chi-squared test of the shares of words in two groups.

    Words that are too rare to be expected five times in each group are put together as one; none is
    tested where a group has less than five, or only one word remains.
    """
    name = "chi-squared"
    if min(len(first), len(second)) < LEAST:
        return Comparison(name, None, None, False)
    table = _pooled(Counter(first), Counter(second))
    if table.shape[1] < 2:
        return Comparison(name, None, None, False)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    p = chi_squared_tail(statistic, table.shape[1] - 1)
    effect = math.sqrt(statistic / float(table.sum()))
    return Comparison(name, p, effect, p < ALPHA and effect > SHARE_EFFECT)


def _pooled(first: Counter[str], second: Counter[str]) -> Floats:
    """Counts by group (row) and word; what is rare is one word."""
    words = sorted({*first, *second})
    table = np.array([[one[word] for word in words] for one in (first, second)], np.float64)
    least = table.sum(axis=0) * table.sum(axis=1).min() / table.sum()
    rare = least < LEAST
    pooled = table[:, rare].sum(axis=1, keepdims=True)
    kept: Floats = table[:, ~rare]
    return np.hstack([kept, pooled]) if pooled.sum() else kept


def chi_squared_tail(statistic: float, degrees: int) -> float:
    """P(X >= statistic) of chi-squared with one or more degrees of freedom."""
    half = statistic / 2
    if degrees % 2 == 0:
        term, total = math.exp(-half), 0.0
        for step in range(degrees // 2):
            total += term
            term *= half / (step + 1)
        return min(1.0, total)
    total = math.erfc(math.sqrt(half))
    term = math.exp(-half) * math.sqrt(half) / math.gamma(1.5)
    for step in range((degrees - 1) // 2):
        total += term
        term *= half / (step + 1.5)
    return min(1.0, total)


def binomial_tail(successes: int, n: int, share: float) -> float:
    """P(X >= successes) of n trials that each succeed with `share`, exactly."""
    if successes <= 0:
        return 1.0
    if share <= 0 or share >= 1:
        return 0.0 if share <= 0 else 1.0
    logs = [
        math.lgamma(n + 1)
        - math.lgamma(k + 1)
        - math.lgamma(n - k + 1)
        + k * math.log(share)
        + (n - k) * math.log1p(-share)
        for k in range(successes, n + 1)
    ]
    return min(1.0, math.fsum(math.exp(one) for one in logs))
