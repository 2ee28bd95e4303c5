"""Whether what is linked is like what is not: if it differs, what is missing biases the number."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.comparing import Comparison, ranks_differ, shares_differ
from metrics.mapping import Ints
from metrics.periods import DAY, Window
from metrics.stats import Floats, percentile


@dataclass(frozen=True, slots=True)
class Likeness:
    """Linked and unlinked items compared by one property; `told` says both groups in words."""

    by: str
    result: Comparison
    told: str

    @property
    def warning(self) -> str:
        """For the reasons of a number that rests on the linked ones; "" where they are alike."""
        if not self.result.differs or self.result.p is None:
            return ""
        p = "p<0.001" if self.result.p < 0.001 else f"p={self.result.p:.3f}"
        test = f"({self.result.test}, {p})"
        return f"linked items are not like unlinked ones by {self.by}: {self.told} {test}"


def linked_alike(items: pd.DataFrame, *, window: Window) -> list[Likeness]:
    """Items done in the window whose type expects code, with a commit and without, by type, by age
    (creation to done) and by project.

    items: item_fact with `key` and `type`. A project stands for a team: nothing says of an item
    whose it was. Empty groups, or under five in one, are not tested.
    """
    ended, created = items["done_ts"].to_numpy(np.int64), items["created_ts"].to_numpy(np.int64)
    rows = window.holds(ended) & items["expects_code"].to_numpy(np.bool_)
    linked = items["has_code"].to_numpy(np.bool_)
    places = np.flatnonzero(rows & linked), np.flatnonzero(rows & ~linked)
    days = [(ended[of] - created[of]) / DAY for of in places]
    types = [_words(items["type"], of) for of in places]
    keys = [_words(items["key"], of) for of in places]
    projects = [[key.rpartition("-")[0] for key in one] for one in keys]
    return [
        _of_words("type", types[0], types[1]),
        _of_ages(days[0], days[1]),
        _of_words("project", projects[0], projects[1]),
    ]


def _words(column: pd.Series, places: Ints) -> list[str]:
    return [str(word) for word in column.iloc[places]]


def _of_words(by: str, first: list[str], second: list[str]) -> Likeness:
    told = f"linked {_commonest(first)}, unlinked {_commonest(second)}"
    return Likeness(by, shares_differ(first, second), told)


def _commonest(words: list[str]) -> str:
    if not words:
        return "none"
    word, count = max(sorted(Counter(words).items()), key=lambda pair: pair[1])
    return f"{count / len(words):.0%} {word}"


def _of_ages(first: Floats, second: Floats) -> Likeness:
    middle = [percentile(values, 0.5) for values in (first, second)]
    words = ["none" if days is None else f"{days:.1f} d" for days in middle]
    told = f"linked p50 {words[0]}, unlinked {words[1]}"
    return Likeness("age", ranks_differ(first, second), told)
