"""Whether work leaves a queue in batches: on the same moments of each week."""

from __future__ import annotations

from typing import Final

import numpy as np

from metrics.lab.network import WEEK_D
from metrics.stats import Floats

_LEAST: Final = 20
_NEAR_D: Final = 0.25
_COVERED: Final = 0.85
_MOST: Final = 3


def weekly(moments_d: Floats) -> tuple[float, ...]:
    """The moments of the week, in days from the begin of the window, at which most leave; empty
    where they are more than three, or leave at any time. moments_d: when each left.

    People who work five days a week leave on five: that is no batch.
    """
    if len(moments_d) < _LEAST:
        return ()
    rest = np.sort(moments_d % WEEK_D)
    gaps = np.diff(np.append(rest, rest[0] + WEEK_D))
    widest = int(np.argmax(gaps))
    turned = np.roll(rest, -(widest + 1))
    turned = np.where(turned < turned[0], turned + WEEK_D, turned)
    breaks = np.flatnonzero(np.diff(turned) > _NEAR_D) + 1
    together = [group for group in np.split(turned, breaks) if len(group) / len(rest) > 0.1]
    narrow = [group for group in together if group[-1] - group[0] <= 2 * _NEAR_D]
    covered = sum(len(group) for group in narrow) / len(rest)
    if not 0 < len(narrow) <= _MOST or covered < _COVERED:
        return ()
    return tuple(sorted(float(np.median(group)) % WEEK_D for group in narrow))
