"""Ranges of estimates as draws: what money could be, given how unsure people are of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt

from metrics.holders import Values
from metrics.mapping import Ints
from metrics.stats import Floats

DRAWS: Final = 2_000
SHOWN: Final = {"p10": 0.10, "p50": 0.50, "p90": 0.90}
_Z: Final = 1.6448536269514722
"""How many standard deviations hold 95 % below them: a range of 90 % reaches so far each way."""


def standard(keys: Sequence[str], draws: int = DRAWS) -> Floats:
    """Standard normal draws, a row for each key: the same for a key in every answer, so that two
    answers differ by what they ask and not by chance.
    """
    found = np.empty((len(keys), draws))
    for place, key in enumerate(keys):
        seed = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")
        found[place] = np.random.Generator(np.random.PCG64(seed)).standard_normal(draws)
    return found


def factors(low: Floats, likely: Floats, high: Floats, normal: Floats) -> Floats:
    """What the likely amount is multiplied by in each draw, a row for each amount.

    The median is the likely amount; 5 % of draws lie below `low` and 5 % above `high`, each side
    log-normal by itself, or normal (cut at nothing) where `low` is 0. 1 without a range.
    """
    some = (likely > 0) & ~np.isnan(low) & ~np.isnan(high)
    safe = np.where(some, likely, 1.0)
    up = np.log(np.where(some, np.maximum(high, safe), safe) / safe)[:, None] / _Z
    least = np.where(some, np.clip(low, 0, safe), safe)
    straight = (least <= 0)[:, None]
    down = np.log(np.where(least > 0, least, safe) / safe)[:, None] / -_Z
    falling = np.where(straight, np.maximum(1 + normal / _Z, 0), np.exp(normal * down))
    found: Floats = np.where(normal >= 0, np.exp(normal * up), falling)
    return np.where(some[:, None], found, 1.0)


@dataclass(frozen=True)
class Uncertain:
    """Sums that were drawn: a row for each group, a column for each draw."""

    groups: tuple[str, ...]
    cents: Floats

    def quantiles(self, group: str) -> Mapping[str, int]:
        """p10, p50 and p90 in whole cents; nearest rank, a sum that was drawn."""
        return quantiles(self.cents[self.groups.index(group)])

    @property
    def total(self) -> Mapping[str, int]:
        """The same of all groups together."""
        return quantiles(self.cents.sum(axis=0))

    def first_share(self) -> Mapping[str, float]:
        """In which share of the draws each group is the dearest."""
        if not self.groups:
            return {}
        most = np.bincount(self.cents.argmax(axis=0), minlength=len(self.groups))
        return dict(zip(self.groups, (most / self.cents.shape[1]).tolist(), strict=True))


def quantiles(drawn: Floats) -> dict[str, int]:
    """p10, p50, p90 of draws in whole cents."""
    found = np.quantile(drawn, list(SHOWN.values()), method="inverted_cdf")
    return {name: round(float(one)) for name, one in zip(SHOWN, found, strict=True)}


def value_factors(
    values: Values, places: Ints, keys: Sequence[str], draws: int = DRAWS
) -> npt.NDArray[np.float64]:
    """The factors of these values, of which `keys` are the names."""
    return factors(
        values.low[places],
        values.terms.cents[places],
        values.high[places],
        standard(keys, draws),
    )


def drawn_sums(groups: Sequence[str], owner: Ints, cents: Floats, factor: Floats) -> Uncertain:
    """Sums of `cents` by group under each draw.

    groups, owner, cents: by part the name of its group, the row of `factor` that multiplies it (-1:
    no range) and its amount.
    """
    names, place = np.unique(np.array(groups, object).astype(str), return_inverse=True)
    table = np.zeros((len(names), factor.shape[0]))
    fixed = np.zeros(len(names))
    ranged = owner >= 0
    np.add.at(table, (place[ranged], owner[ranged]), cents[ranged])
    np.add.at(fixed, place[~ranged], cents[~ranged])
    told = table @ factor + fixed[:, None]
    return Uncertain(tuple(names.tolist()), told)
