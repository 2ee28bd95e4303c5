"""What people believe of a stream beside what is measured: each gap in words, with its factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "wait", "active", "owner", "tools", "complete_accurate", "rework", "handoffs", "lead",
    "not_measured", "not_believed", "value",
]  # fmt: skip

NEAR: Final = 1.25
"""Within this factor a belief is right: a map is no stopwatch."""


@dataclass(frozen=True, slots=True)
class Gap:
    """believed, measured: numbers in days or shares where the gap is one. factor: measured by
    believed; None where one of them is nothing. size: how large the gap is, in days, for the order.
    """

    kind: Kind
    step: str
    text: str
    believed: float | None = None
    measured: float | None = None
    size: float = 0.0

    @property
    def factor(self) -> float | None:
        if self.believed is None or self.measured is None or self.believed == 0:
            return None
        return self.measured / self.believed


def differs(believed: float, measured: float) -> bool:
    """Whether two durations are further apart than a workshop can be blamed for."""
    low, high = sorted((believed, measured))
    return high > low * NEAR and high - low > 1 / 48


def factor_words(believed: float, measured: float) -> str:
    """`3 times as long`, `a third of it`, `nothing was believed`."""
    if believed == 0:
        return "nothing was believed"
    factor = measured / believed
    if factor >= 1.95:
        return f"{factor:.0f} times as long" if factor >= 10 else f"{factor:.2g} times as long"
    if factor > 1:
        return f"{(factor - 1) * 100:.0f} % longer"
    if measured == 0:
        return "nothing was measured"
    return f"{(1 - factor) * 100:.0f} % shorter"
