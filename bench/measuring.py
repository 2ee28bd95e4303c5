"""How a ratio is measured: baseline and product in turn, in one run, the median of each."""

from __future__ import annotations

import json
import math
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """One comparison. ratio: how fast the product is beside the baseline, 1 is as fast; target: the
    least that is wanted of it, None where nothing is promised. peak_mb: of the process so far.
    most: where the time is bounded instead, as a multiple of the baseline's; it replaces `target`.
    """

    id: str
    what: str
    size: str
    baseline: str
    baseline_s: float
    product_s: float
    target: float | None
    peak_mb: int
    most: float | None = None

    @property
    def ratio(self) -> float:
        return self.baseline_s / self.product_s

    @property
    def multiple(self) -> float:
        """How many times as long as the baseline the product takes."""
        return self.product_s / self.baseline_s if self.baseline_s else math.inf

    @property
    def met(self) -> bool | None:
        if self.most is not None:
            return self.multiple <= self.most
        return None if self.target is None else self.ratio >= self.target

    def line(self) -> str:
        """As one line of JSON."""
        told = {**asdict(self), "ratio": round(self.ratio, 3), "met": self.met}
        return json.dumps(
            {**told, "baseline_s": round(self.baseline_s, 5), "product_s": round(self.product_s, 5)}
        )


def in_turn(
    baseline: Callable[[], object],
    product: Callable[[], object],
    *,
    rounds: int = ROUNDS,
    before: Callable[[], object] = lambda: None,
) -> tuple[float, float]:
    """Median seconds of each, taken A B A B; one run of both before is not counted.

    before: what is done ahead of each run and not measured.
    """
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for place, work in enumerate((baseline, product)):
            before()
            took = seconds_of(work)
            if turn:
                taken[place].append(took)
    return median(taken[0]), median(taken[1])


def seconds_of(work: Callable[[], object]) -> float:
    """How long it takes, once."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peak_mb() -> int:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
