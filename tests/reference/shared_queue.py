"""A shared queue the slow way: every future of a few items, one by one, in fractions.

Independent of the product: it follows whole sets of items, not counts, and draws no conclusions
from sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache


def done_within(
    pool: Sequence[int], groups: Sequence[frozenset[int]], *, begun: int, days: int
) -> list[Fraction]:
    """How likely each group is done within so many days; the last entry all of them together.

    groups: by place of the queue the groups of the item there; the first `begun` are in flight.
    """
    many = max((max(one, default=-1) for one in groups), default=-1) + 1
    wanted = [frozenset(at for at, one in enumerate(groups) if g in one) for g in range(many)]
    everything = frozenset(range(len(groups)))
    width = max(begun, 1)

    @cache
    def after(left: frozenset[int], waiting: int, day: int) -> dict[frozenset[int], Fraction]:
        """What may still be open at the end, and how likely."""
        if day == days:
            return {left: Fraction(1)}
        found: dict[frozenset[int], Fraction] = {}
        for brought in pool:
            for (then, still), share in completed(left, waiting, brought).items():
                for open_, chance in after(then, still, day + 1).items():
                    more = share * chance / len(pool)
                    found[open_] = found.get(open_, Fraction(0)) + more
        return found

    @cache
    def completed(
        left: frozenset[int], waiting: int, brought: int
    ) -> dict[tuple[frozenset[int], int], Fraction]:
        if brought == 0 or not left:
            return {(left, waiting): Fraction(1)}
        in_flight = [at for at in left if at < waiting]
        found: dict[tuple[frozenset[int], int], Fraction] = {}
        for one in in_flight:
            begin = min(waiting + 1, len(groups))
            for state, share in completed(left - {one}, begin, brought - 1).items():
                found[state] = found.get(state, Fraction(0)) + share / len(in_flight)
        return found

    ends = after(everything, min(width, len(groups)), 0)
    told = [sum((p for left, p in ends.items() if not left & one), Fraction(0)) for one in wanted]
    return [*told, sum((p for left, p in ends.items() if not left), Fraction(0))]
