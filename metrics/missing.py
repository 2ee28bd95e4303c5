"""Whether what is linked is like what is not: if it differs, what is missing biases the number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.comparing import Comparison, ranks_differ, shares_differ
from metrics.periods import DAY, Window
from metrics.stats import percentile


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
    done = window.holds(items["done_ts"].to_numpy(np.int64))
    rows = items[done & items["expects_code"].to_numpy(np.bool_)]
    linked = rows["has_code"].to_numpy(np.bool_)
    one, other = rows[linked], rows[~linked]
    return [
        _of_words("type", one["type"], other["type"]),
        _of_ages(one, other),
        _of_words("project", _projects(one), _projects(other)),
    ]


def _projects(rows: pd.DataFrame) -> pd.Series:
    return rows["key"].astype(object).str.rpartition("-")[0].astype(object)


def _of_words(by: str, one: pd.Series, other: pd.Series) -> Likeness:
    first, second = [str(word) for word in one], [str(word) for word in other]
    result = shares_differ(first, second)
    told = f"linked {_commonest(first)}, unlinked {_commonest(second)}"
    return Likeness(by, result, told)


def _commonest(words: list[str]) -> str:
    if not words:
        return "none"
    word, count = max(
        ((one, words.count(one)) for one in sorted(set(words))), key=lambda pair: pair[1]
    )
    return f"{count / len(words):.0%} {word}"


def _of_ages(one: pd.DataFrame, other: pd.DataFrame) -> Likeness:
    ages = [
        ((rows["done_ts"] - rows["created_ts"]) / DAY).to_numpy(np.float64) for rows in (one, other)
    ]
    middle = [percentile(values, 0.5) for values in ages]
    words = ["none" if days is None else f"{days:.1f} d" for days in middle]
    return Likeness("age", ranks_differ(*ages), f"linked p50 {words[0]}, unlinked {words[1]}")
