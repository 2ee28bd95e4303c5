"""The ways that deliveries take through the steps of a map, the most common first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from metrics.map_steps import Steps


@dataclass(frozen=True, slots=True)
class Path:
    """The steps in the order in which they were visited, and how many deliveries went so."""

    steps: tuple[int, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Paths:
    """All ways, the most common first; `shown`: how many of them reach the asked share."""

    paths: tuple[Path, ...]
    n: int
    shown: int

    @property
    def covered(self) -> float | None:
        """The share of deliveries that went one of the shown ways; None where there are none."""
        told = sum(path.count for path in self.paths[: self.shown])
        return told / self.n if self.n else None

    @property
    def drawn(self) -> set[tuple[int, int]]:
        """The moves of the shown ways."""
        chosen = self.paths[: self.shown]
        return {pair for path in chosen for pair in pairwise(path.steps)}


def paths(visits: pd.DataFrame, steps: Steps, *, share: float = 1.0) -> Paths:
    """The ways through the steps of the tracker.

    visits: see `step_visits`. share: 0 shows the most common way alone, 1 all of them; between, the
    fewest that at least so many deliveries took. Of two as common the shorter is first.
    """
    tracker = [one.number for one in steps.tracker]
    own = visits[visits["step"].isin(tracker)]
    item, episode, step = (own[name].to_numpy(np.int64) for name in ("item_id", "episode", "step"))
    starts = np.ones(len(own), np.bool_)
    starts[1:] = (item[1:] != item[:-1]) | (episode[1:] != episode[:-1])
    bounds = [*np.flatnonzero(starts).tolist(), len(own)]
    text = step.astype(np.uint8).tobytes()
    counts = Counter(text[low:high] for low, high in pairwise(bounds))
    ordered = sorted(counts.items(), key=lambda one: (-one[1], len(one[0]), one[0]))
    found = tuple(Path(tuple(way), count) for way, count in ordered)
    n = sum(counts.values())
    return Paths(found, n, _shown(found, n, share))


def _shown(found: tuple[Path, ...], n: int, share: float) -> int:
    told, shown = 0, 0
    for path in found:
        if shown and told >= share * n:
            break
        told += path.count
        shown += 1
    return shown
