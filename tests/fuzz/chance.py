"""Bytes as a source of choices, so that whoever changes the bytes changes what is tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Chance:
    """Reads choices off bytes; where they are used up, the first of what there is to choose."""

    data: bytes
    at: int = 0

    def number(self, below: int) -> int:
        """From 0 up to, and without, `below`."""
        width = 1 if below <= 256 else 2 if below <= 65_536 else 4
        taken = self.data[self.at : self.at + width]
        self.at += width
        return int.from_bytes(taken, "big") % below

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.number(len(choices))]

    @property
    def left(self) -> bool:
        return self.at < len(self.data)

    def rest(self) -> bytes:
        found, self.at = self.data[self.at :], len(self.data)
        return found
