"""Did the wait go away, or did it only move?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from metrics.lab.network import Network
from metrics.lab.paired import Difference, difference
from metrics.lab.runs import Outcome

Verdict = Literal["hidden", "no_effect", "worse", "shifted", "relieved"]

RETURNED: Final = 0.25
"""From this share of the removed wait on, what comes back elsewhere makes it a shift."""
OUTSIDE: Final = -1
"""The place before the first step."""
_ALIKE: Final = 0.005
_EXACT: Final = 1e-6


@dataclass(frozen=True)
class Change:
    """What a variant does to the work itself, beside its network.

    touched: places of the steps that it is about, empty: the stream as a whole. eliminated,
    automated: days of work of a visit that people declared gone, by step. given_away: steps that
    now lie outside the boundary, or with another owner.
    """

    touched: tuple[int, ...] = ()
    eliminated: Mapping[int, float] = field(default_factory=dict)
    automated: Mapping[int, float] = field(default_factory=dict)
    given_away: tuple[int, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """removed: days an item less at the steps that were changed; returned: days more elsewhere.

    moved: (place, days) of what is more elsewhere, the most first, `OUTSIDE` for before the first
    step. constraint: place of the step that is busiest now, `constraint_before` of that of before.
    inherits: place where most of the wait went. hidden: days of work of each step that nobody
    accounts for.
    """

    verdict: Verdict
    p85: Difference
    removed: float
    returned: float
    moved: tuple[tuple[int, float], ...]
    constraint: int | None
    constraint_before: int | None
    inherits: int | None
    hidden: Mapping[int, float]


def judged(
    networks: tuple[Network, Network], outcomes: tuple[Outcome, Outcome], change: Change
) -> Judgement:
    """The first that holds of hidden, no effect, worse, shifted, relieved."""
    before, after = outcomes
    p85 = difference(before.p85, after.p85)
    removed, moved = _moves(before, after, change)
    returned = sum(days for _, days in moved)
    hidden = unaccounted(*networks, change)
    verdict: Verdict = "relieved"
    if hidden or change.given_away:
        verdict = "hidden"
    elif not (p85.is_less or p85.is_more):
        verdict = "no_effect"
    elif p85.is_more:
        verdict = "worse"
    elif returned > 0 and returned >= RETURNED * removed:
        verdict = "shifted"
    return Judgement(
        verdict,
        p85,
        removed,
        returned,
        moved,
        constraint(networks[1], after),
        constraint(networks[0], before),
        moved[0][0] if moved else None,
        hidden,
    )


def _moves(
    before: Outcome, after: Outcome, change: Change
) -> tuple[float, tuple[tuple[int, float], ...]]:
    """The wait that went at the steps that were changed (where none did there: anywhere), and what
    came elsewhere; only beyond what the runs differ by chance.
    """
    found = {
        place: difference(before.wait[:, place], after.wait[:, place])
        for place in range(before.wait.shape[1])
    }
    found[OUTSIDE] = difference(before.outside, after.outside)
    less = {place: -one.mean for place, one in found.items() if one.is_less}
    at = [place for place in less if place in change.touched] or list(less)
    more = {
        place: one.mean
        for place, one in found.items()
        if one.is_more and place not in change.touched
    }
    moved = sorted(more.items(), key=lambda pair: (-pair[1], pair[0]))
    return sum(less[place] for place in at), tuple(moved)


def unaccounted(before: Network, after: Network, change: Change) -> dict[int, float]:
    """Days of work of a visit that are there before and not after, and that no one declared
    eliminated or automated.
    """
    found = {}
    for place, (old, new) in enumerate(zip(before.steps, after.steps, strict=True)):
        told = change.eliminated.get(place, 0.0) + change.automated.get(place, 0.0)
        left = old.work - new.work - told
        if abs(left) > _EXACT * max(1.0, old.work):
            found[place] = left
    return found


def constraint(network: Network, outcome: Outcome) -> int | None:
    """The step whose people are busiest; of those alike the one whose waiting costs most, or is
    longest. None where no step needs people.
    """
    busy, cost = outcome.busy.mean(axis=0), outcome.cost.mean(axis=0)
    wait = outcome.wait.mean(axis=0)
    pools = [step.pool for step in network.steps]
    known = [pool for pool in pools if pool is not None]
    if not known:
        return None
    most = max(float(busy[pool]) for pool in known)
    tied = [n for n, pool in enumerate(pools) if pool is not None and busy[pool] >= most - _ALIKE]
    return max(tied, key=lambda n: (float(cost[n]), float(wait[n]), -n))


def histogram(flows: Sequence[np.ndarray[tuple[int], np.dtype[np.float64]]], bins: int) -> tuple[
    list[float], list[list[float]]
]:  # fmt: skip
    """Edges in days, up to where 99 % of all lie, and for each set of times the shares between."""
    pooled = np.concatenate(list(flows))
    high = float(np.quantile(pooled, 0.99)) if len(pooled) else 1.0
    edges = np.linspace(0.0, max(high, 1e-6), bins + 1)
    shares = [(np.histogram(times, edges)[0] / max(1, len(times))).tolist() for times in flows]
    return edges.tolist(), shares
