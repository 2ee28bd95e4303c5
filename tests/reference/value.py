"""What became of features, told second by second: slow, and plainly right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SwitchRow = tuple[int, str, str, bool, float | None]
"""ts, feature, environment, production, share (None: only that it is there)."""


@dataclass(frozen=True)
class Told:
    shown: int | None
    live: int | None
    off: int | None
    share: float
    reason: str


def share_at(second: int, switches: Sequence[SwitchRow], released: int | None) -> float:
    """The share of users who have everything of the item at a second."""
    if released is not None and second < released:
        return 0.0
    before = [one for one in switches if one[0] <= second]
    features = {one[1] for one in before}
    if not features:
        return 0.0
    shares = []
    for feature in features:
        places = {one[2] for one in before if one[1] == feature and one[3]}
        best = 0.0
        for place in places:
            told = [
                one[4]
                for one in sorted(before, key=lambda one: one[0])
                if one[1] == feature and one[2] == place and one[3] and one[4] is not None
            ]
            if told:
                best = max(best, told[-1])
        shares.append(best)
    return min(shares)


def life(
    switches: Sequence[SwitchRow],
    released: int | None,
    *,
    live_share: float,
    settle: int,
    as_of: int,
) -> Told:
    """Looks at every second up to `as_of`."""
    shares = [share_at(second, switches, released) for second in range(as_of + 1)]
    shown = next((second for second, share in enumerate(shares) if share > 0), None)
    stretches: list[tuple[int, int | None]] = []
    second = 0
    while second <= as_of:
        if shares[second] >= live_share:
            end = second
            while end <= as_of and shares[end] >= live_share:
                end += 1
            stretches.append((second, end if end <= as_of else None))
            second = end
        second += 1
    lasting = [one for one in stretches if one[1] is None or one[1] - one[0] > settle]
    live = lasting[0][0] if lasting else None
    off = stretches[-1][1] if stretches else None
    reason = ""
    if live is None:
        reason = "switched_off" if stretches else "not_exposed"
    return Told(shown, live, off, shares[-1], reason)
