"""In which order items pass the statuses of a workflow, by what a sample of them did."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Order:
    """statuses: all that are known, in order. pairs: how many pairs of statuses items passed in
    one order or the other; agreeing: how many of them in this one.
    """

    statuses: tuple[str, ...]
    pairs: int
    agreeing: int


def order_of(paths: Iterable[Sequence[str]], place: Mapping[str, tuple[float, ...]]) -> Order:
    """The order that most items agree with, pair by pair.

    paths: of each item the statuses in the order in which it first came to each, so that what is
    sent back counts once. Of two statuses the one comes first to which more items came first, of
    those that passed both. Where such findings contradict each other in a circle, those of fewer
    items give way (ranked pairs, Tideman 1987). What no item tells apart stands by `place`: of each
    status that there is a key to sort by, such as its category and its column on the board.
    """
    firsts: Counter[Pair] = Counter(pair for path in paths for pair in combinations(path, 2))
    after = _agreed(firsts)
    statuses = _sorted(after, place, known=[*place, *(one for pair in firsts for one in pair)])
    rank = {status: number for number, status in enumerate(statuses)}
    agreeing = sum(count for (a, b), count in firsts.items() if rank[a] < rank[b])
    return Order(statuses, firsts.total(), agreeing)


def _agreed(firsts: Mapping[Pair, int]) -> dict[str, set[str]]:
    """By status all that come after it, the findings of most items first and no circle."""
    found = [
        (count - firsts.get((b, a), 0), count, a, b)
        for (a, b), count in firsts.items()
        if count > firsts.get((b, a), 0)
    ]
    found.sort(key=lambda row: (-row[0], -row[1], row[2], row[3]))
    after: dict[str, set[str]] = defaultdict(set)
    for _, _, a, b in found:
        if a not in after[b]:
            reached = {b, *after[b]}
            for one in [a, *(s for s, below in after.items() if a in below)]:
                after[one] |= reached
    return after


def _sorted(
    after: Mapping[str, Collection[str]],
    place: Mapping[str, tuple[float, ...]],
    *,
    known: Iterable[str],
) -> tuple[str, ...]:
    """What comes after nothing that is left, by its place, until none is left."""
    left = list(dict.fromkeys(known))
    done: list[str] = []
    while left:
        free = [s for s in left if not any(s in after.get(other, ()) for other in left)]
        chosen = min(free, key=lambda status: (place.get(status, (float("inf"),)), status))
        done.append(chosen)
        left.remove(chosen)
    return tuple(done)
