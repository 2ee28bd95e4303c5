"""How several rules that name one pair combine, and from when on a pair counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

PAIR: Final = ["a_kind", "a_id", "b_kind", "b_id"]
COUNTS: Final = 0.5
"""A ticket and what is linked with it belong together from this combined confidence on."""


def combine(links: pd.DataFrame) -> pd.DataFrame:
    """One row per pair: a_kind, a_id, b_kind, b_id, confidence, rules (surest first, by ", ").

    The confidence is 1 - prod(1 - c): the chance that not all of the rules are wrong, were they
    independent.
    """
    ordered = links.sort_values([*PAIR, "confidence", "rule"], ascending=[True] * 4 + [False, True])
    table = pair_confidence(ordered)
    # The first rule of each pair; joining text is slow, so only where there are several.
    rules = ordered.drop_duplicates(PAIR)["rule"].to_numpy(dtype=object, copy=True)
    several = ordered[ordered.duplicated(PAIR, keep=False)]
    joined = several.groupby(PAIR, sort=True)["rule"].agg(", ".join)
    rules[(table["n"] > 1).to_numpy()] = joined.to_numpy(dtype=object)
    return table[[*PAIR, "confidence"]].assign(rules=pd.Series(rules, dtype="object"))


def surely_linked(pairs: pd.DataFrame, least: float = COUNTS) -> pd.DataFrame:
    """a_id, b_id of those that all rules together make at least so sure.

    pairs: a_id, b_id, confidence, a row for each rule; ends of two kinds.
    """
    found = pair_confidence(pairs.assign(a_kind=0, b_kind=0))
    return found.loc[found["confidence"] >= least, ["a_id", "b_id"]].reset_index(drop=True)


def pair_confidence(links: pd.DataFrame) -> pd.DataFrame:
    """One row per pair, in order: the pair, confidence, n (rules)."""
    ends = {name: links[name].to_numpy(np.int64) for name in PAIR}
    return confidence_of(ends, links["confidence"].to_numpy(np.float64))


def confidence_of(
    ends: Mapping[str, NDArray[np.int64]], confidence: NDArray[np.float64]
) -> pd.DataFrame:
    """The same of columns: `ends` by name and how sure each rule is."""
    columns = list(ends.values())
    order = np.lexsort(columns[::-1])
    new = np.ones(len(order), np.bool_)
    new[1:] = np.any([np.diff(end[order]) != 0 for end in columns], axis=0)
    begins = np.flatnonzero(new)
    doubts = 1.0 - confidence[order]
    doubt = np.multiply.reduceat(doubts, begins) if len(begins) else doubts
    pairs = {name: end[order][new] for name, end in ends.items()}
    return pd.DataFrame(
        {**pairs, "confidence": 1.0 - doubt, "n": np.diff(np.append(begins, len(order)))}
    )
