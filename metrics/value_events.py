"""What is told of features, put down to items: who can see them, who uses them, what they bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Ints

SHOWN: Final = ["item_id", "feature", "production", "share", "ts"]
"""Columns of exposures by item: share NaN where only the feature's items are told."""

TOLD: Final = [
    "item_id",
    "feature",
    "measure",
    "share",
    "uses",
    "value_cents",
    "attribution",
    "effect",
    "among",
    "ts",
]
"""Columns of outcomes by item: share NaN, uses and value_cents NONE where not told. A value that is
told of several items at once is split among so many."""


@dataclass(frozen=True)
class ValueRules:
    """live_share: the share of users from which on an item is live. adoption_share: the share whose
    use is adoption. settle_s: a switch-on that is taken back within it was none.
    """

    live_share: float = 0.5
    adoption_share: float = 0.25
    settle_s: int = 14 * 86_400


@dataclass(frozen=True)
class ValueFacts:
    """shown: `SHOWN`, told: `TOLD`, of the items of a stream, each with the columns of its events
    beside. exposure, use, outcome: whether any tool reports such a thing, of whatever item.
    """

    shown: pd.DataFrame
    told: pd.DataFrame
    rules: ValueRules
    exposure: bool = False
    use: bool = False
    outcome: bool = False


def value_facts(
    exposures: pd.DataFrame,
    outcomes: pd.DataFrame,
    keys: pd.DataFrame,
    items: Sequence[int] | Ints,
    rules: ValueRules,
) -> ValueFacts:
    """exposures: feature, production, share, items, ts. outcomes: feature, measure, items, share,
    uses, value_cents, attribution, effect, ts. keys: key, item_id of all items. items: those of the
    stream. Other columns are kept.

    A feature is of the items that an exposure of it names, and of that whose key it has. An outcome
    is of the items that it names, else of those of its feature. Upper or lower case is the same.
    """
    by_key = _by_key(keys)
    linked = _linked(exposures, by_key)
    shown = _of_features(exposures.assign(named=_folded(exposures["feature"])), linked)
    told = _told(outcomes, linked, by_key)
    wanted = np.asarray(items, np.int64)
    return ValueFacts(
        shown[shown["item_id"].isin(wanted)].reset_index(drop=True),
        told[told["item_id"].isin(wanted)].reset_index(drop=True),
        rules,
        exposure=bool(exposures["share"].notna().any()),
        use=bool((outcomes["share"].notna() | (outcomes["uses"] != NONE)).any()),
        outcome=len(outcomes) > 0,
    )


def nothing_told(rules: ValueRules | None = None) -> ValueFacts:
    """Where no tool reports anything."""
    kinds = {"item_id": "int64", "share": "float64", "ts": "int64"}
    shown = pd.DataFrame(columns=SHOWN).astype({**kinds, "production": "bool"})
    whole = {"uses": "int64", "value_cents": "int64", "among": "int64"}
    told = pd.DataFrame(columns=TOLD).astype({**kinds, **whole})
    return ValueFacts(shown, told, rules or ValueRules())


def _folded(names: pd.Series) -> pd.Series:
    return names.astype("object").map(lambda name: str(name).casefold()).astype("object")


def _by_key(keys: pd.DataFrame) -> pd.DataFrame:
    """key (in lower case), item_id; a key that two items have is the first one's."""
    found = pd.DataFrame({"key": _folded(keys["key"]), "item_id": keys["item_id"]})
    return found.drop_duplicates("key")


def _linked(exposures: pd.DataFrame, by_key: pd.DataFrame) -> pd.DataFrame:
    """named (feature in lower case), item_id."""
    listed = _listed(exposures)
    features = pd.DataFrame({"named": _folded(exposures["feature"])}).drop_duplicates()
    own = features.assign(key=features["named"])
    pairs = pd.concat([listed[["named", "key"]], own]).merge(by_key, on="key")
    return pairs[["named", "item_id"]].drop_duplicates()


def _listed(events: pd.DataFrame) -> pd.DataFrame:
    """A row for each key that an event names: its columns, `named` and `key`."""
    rows = events[events["items"].map(len) > 0].assign(named=lambda f: _folded(f["feature"]))
    rows = rows.explode("items")
    return rows.assign(key=_folded(rows["items"]))


def _of_features(events: pd.DataFrame, linked: pd.DataFrame) -> pd.DataFrame:
    found = events.drop(columns="items").merge(linked, on="named").drop(columns="named")
    return found.astype({"item_id": "int64"})


def _told(outcomes: pd.DataFrame, linked: pd.DataFrame, by_key: pd.DataFrame) -> pd.DataFrame:
    rows = outcomes.assign(row=np.arange(len(outcomes)))
    listed = _listed(rows).drop(columns=["items", "named"]).merge(by_key, on="key")
    silent = rows[rows["items"].map(len) == 0]
    named = silent.assign(named=_folded(silent["feature"]))
    own = named[["named"]].drop_duplicates().assign(key=lambda frame: frame["named"])
    keyed = own.merge(by_key, on="key")[["named", "item_id"]]
    every = pd.concat([linked, keyed]).drop_duplicates()
    found = pd.concat([listed.drop(columns="key"), _of_features(named, every)], ignore_index=True)
    found = found.drop_duplicates(["row", "item_id"]).sort_values(["row", "item_id"])
    return _split(found.astype({"item_id": "int64", "row": "int64"})).drop(columns="row")


def _split(found: pd.DataFrame) -> pd.DataFrame:
    """Values in equal parts, the first ones a cent more where they do not fit: they add up."""
    groups = found.groupby("row")["item_id"]
    among = groups.transform("size").to_numpy(np.int64)
    place = groups.cumcount().to_numpy(np.int64)
    cents = found["value_cents"].to_numpy(np.int64)
    there = cents != NONE
    share, rest = np.divmod(np.where(there, cents, 0), np.maximum(among, 1))
    part = np.where(there, share + (place < rest), NONE)
    return found.assign(value_cents=part, among=among)
