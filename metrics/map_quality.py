"""How well work is handed on: %C&A of edges, first-pass yield of steps, what they multiply to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from metrics.mapping import Ints
from metrics.stats import Bounds, ratio, wilson


@dataclass(frozen=True, slots=True)
class Accuracy:
    """V4 of an edge by its proxy: `share` of the `received` first passes that were not sent back.

    An upper bound: what the receiver repairs in silence is not seen. None without a first pass.
    """

    from_step: int
    to_step: int
    received: int
    bounced: int

    @property
    def share(self) -> float | None:
        return ratio(self.received - self.bounced, self.received)

    @property
    def interval(self) -> Bounds:
        return wilson(self.received - self.bounced, self.received)


def accuracies(edges: pd.DataFrame) -> dict[tuple[int, int], Accuracy]:
    """Of each edge on which work went forward. edges: see `metrics.map_visits.edges`."""
    names = ("from_step", "to_step", "received", "bounced")
    rows = zip(*(edges[name].tolist() for name in names), strict=True)
    return {(u, v): Accuracy(u, v, n, back) for u, v, n, back in rows if u < v}


def rolled(shares: Sequence[float | None]) -> float | None:
    """The product along a path (V5, V10): None where one is missing, and of a path without any."""
    told = 1.0
    for share in shares:
        if share is None:
            return None
        told *= share
    return told if shares else None


def first_passes(path: Sequence[int]) -> list[tuple[int, int]]:
    """The edges of a path on its first pass: each forward move to a step that is new."""
    seen: set[int] = set(path[:1])
    found = []
    for before, after in pairwise(path):
        if after not in seen and after > before:
            found.append((before, after))
        seen.add(after)
    return found


def yields(entered: Ints, right: Ints) -> list[float | None]:
    """First-pass yield by step: what came once, of what came; None where nothing did."""
    pairs = zip(right.tolist(), entered.tolist(), strict=True)
    return [ratio(float(once), float(came)) for once, came in pairs]
