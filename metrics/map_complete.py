"""How complete a map is (V12): which of what it must hold is filled, and what would fill it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.stats import ratio


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that a map must hold: how many of its fields are filled, and what is missing."""

    name: str
    filled: int
    fields: int
    missing: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        return ratio(self.filled, self.fields)


def field_share(held: Sequence[Held]) -> float | None:
    """The share of the fields of all things that are filled."""
    return ratio(sum(one.filled for one in held), sum(one.fields for one in held))


def filled(name: str, fields: Sequence[tuple[bool, str]]) -> Held:
    """fields: whether each is filled, and what would fill it."""
    missing = tuple(dict.fromkeys(line for there, line in fields if not there))
    return Held(name, sum(there for there, _ in fields), len(fields), missing)
