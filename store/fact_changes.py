"""Which rows of a table of facts were written, by their keys."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from store.lookup import Key

Keys = npt.NDArray[np.int64]


@dataclass(slots=True)
class FactChange:
    """Keys, in the order of the primary key, of the rows that are new, differ or are gone: an array
    of two or three columns for each part of the table that was replaced, without the owner where
    all rows are of one (`owner`).
    """

    owner: tuple[int, ...] = ()
    parts: list[tuple[Keys, Keys, Keys]] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything was written."""
        return self.count > 0

    @property
    def count(self) -> int:
        """How many rows that are."""
        return sum(len(keys) for part in self.parts for keys in part)

    @property
    def inserted(self) -> set[Key]:
        """Of the new rows."""
        return self._of(0)

    @property
    def updated(self) -> set[Key]:
        """Of those that differ."""
        return self._of(1)

    @property
    def deleted(self) -> set[Key]:
        """Of those that are gone."""
        return self._of(2)

    @property
    def keys(self) -> set[Key]:
        """All of them."""
        return self.inserted | self.updated | self.deleted

    def counts(self) -> Counter[int]:
        """How many rows that are, by the id of their owner."""
        if self.owner:
            return Counter({self.owner[0]: self.count})
        return Counter(int(key[0]) for part in self.parts for keys in part for key in keys)

    def _of(self, place: int) -> set[Key]:
        return {(*self.owner, *map(int, key)) for part in self.parts for key in part[place]}
