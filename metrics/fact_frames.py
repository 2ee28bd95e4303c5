"""The frame `item_fact`, made of the arrays that `facts` computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.frames import NONE
from metrics.mapping import Codes, Flags, Ints, StatusTable
from metrics.raw_facts import RawFacts, words
from metrics.states import (
    ACTIVE,
    BLOCKED,
    CANCELLED,
    DONE,
    IGNORED,
    PARKED,
    RETURNED,
    STATE_OF_CODE,
    STATES,
    UNKNOWN,
    WAITING,
)

Scalar = TypeVar("Scalar", bound=np.generic)

_PARTS: Final = {
    "active": (ACTIVE,),
    "waiting": (WAITING, BLOCKED, RETURNED, PARKED),
    "blocked": (BLOCKED,),
    "unknown": (UNKNOWN,),
    "ignored": (IGNORED,),
    "gap": (DONE, CANCELLED),
}
"""The codes whose seconds make each part of a delivery."""

_NARROW: Final[Mapping[str, npt.DTypeLike]] = {
    "last_code": np.int8,
    "last_slot": np.int32,
    "censored": np.bool_,
}


class Naming(Protocol):
    """The part of the rules that names kinds and says which types expect code."""

    @property
    def kinds(self) -> Mapping[str, str]: ...
    @property
    def expects_code(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class Deliveries:
    """The arrays of all deliveries, one after the other; `item` numbers the items of the stream,
    `censored` and `violations` are by item.
    """

    item: Ints
    number: Ints
    committed: Ints
    done: Ints
    cancelled: Ints
    reopened: Ints
    last_code: Codes
    last_slot: npt.NDArray[np.int32]
    violations: Ints
    censored: Flags
    active_s: Ints
    waiting_s: Ints
    blocked_s: Ints
    unknown_s: Ints
    ignored_s: Ints
    gap_s: Ints


def deliveries(raw: RawFacts, *, before: int) -> Deliveries:
    """Those of one run; before: how many items came in the runs before it."""
    found, rows = raw.found, raw.rows
    last = np.cumsum(raw.episode_rows) - 1
    return Deliveries(
        item=found.item + before,
        number=found.number,
        committed=found.committed,
        done=found.done,
        cancelled=found.cancelled,
        reopened=found.reopened,
        last_code=raw.counted[last],
        last_slot=rows.slot[last],
        violations=rows.violations,
        censored=rows.censored,
        **{f"{name}_s": raw.seconds[list(codes)].sum(axis=0) for name, codes in _PARTS.items()},
    )


def joined(runs: Sequence[Deliveries]) -> Deliveries:
    """One set of arrays out of all runs; all empty where there are none."""
    names = Deliveries.__dataclass_fields__
    if not runs:
        return Deliveries(**{name: np.empty(0, _NARROW.get(name, np.int64)) for name in names})
    return Deliveries(
        **{name: np.concatenate([getattr(run, name) for run in runs]) for name in names}
    )


def item_frame(
    raw: Deliveries,
    items: pd.DataFrame,
    *,
    table: StatusTable,
    ideas: pd.DataFrame,
    releases: pd.DataFrame,
    rules: Naming,
) -> pd.DataFrame:
    """The frame of `item_fact`; a release belongs to the last delivery of its item."""
    item_ids = items["item_id"].to_numpy(np.int64)
    created, value = (
        items[name].to_numpy(np.int64)[raw.item] for name in ("created_ts", "value_cents")
    )
    released, known = (_places(item_ids, raw.item, frame) for frame in (releases, ideas))
    has_code = releases["has_code"].to_numpy(np.bool_)
    kinds, expects = _typed(items["type"], raw.item, rules)
    return pd.DataFrame(
        {
            "item_id": item_ids[raw.item],
            "episode": raw.number,
            "kind": kinds,
            "stage_id": table.stage[raw.last_slot],
            "state": words(np.array(STATE_OF_CODE, np.int8)[raw.last_code], STATES),
            "created_ts": created,
            "idea_ts": _idea_times(known, created, ideas),
            "committed_ts": raw.committed,
            "done_ts": raw.done,
            "cancelled_ts": raw.cancelled,
            **_release_columns(raw, released, releases),
            "start_reason": _start_reasons(raw),
            **{f"{name}_s": getattr(raw, f"{name}_s") for name in _PARTS},
            "reopened": raw.reopened,
            "violations": np.where(raw.number == 1, raw.violations[raw.item], 0),
            "complete": items["changelog_complete"].to_numpy(np.bool_)[raw.item],
            "has_code": _looked_up(released, has_code, missing=False),
            "expects_code": expects,
            "value_cents": value,
        },
        copy=False,
    )


def _typed(types: pd.Series, item: Ints, rules: Naming) -> tuple[pd.Categorical[str], Flags]:
    """Kind and expectation of code of each delivery, by the type of its item."""
    code, types_told = pd.factorize(types)
    told = [rules.kinds.get(str(word), "") for word in types_told] or [""]
    kinds = sorted(set(told))
    kind = np.array([*map(kinds.index, told)], np.int8)
    expects = np.array([word in rules.expects_code for word in types_told] or [False])
    own = code[item]
    return words(kind[own], kinds), expects[own]


def _idea_times(places: Ints, created: Ints, ideas: pd.DataFrame) -> Ints:
    idea = _looked_up(places, ideas["idea_ts"].to_numpy(np.int64), missing=NONE)
    return np.where(idea == NONE, created, np.minimum(idea, created))


def _start_reasons(raw: Deliveries) -> pd.Categorical[str]:
    censored = raw.censored[raw.item].astype(np.bool_) & (raw.number == 1)
    unseen = (raw.committed == NONE) & (raw.done != NONE)
    codes = np.where(censored, 2, np.where(unseen, 1, 0)).astype(np.int8)
    return words(codes, ("", "no_start", "censored_start"))


def _places(item_ids: Ints, item: Ints, frame: pd.DataFrame) -> Ints:
    """The row of the item of each delivery in a frame that has one for an `item_id`; -1 where there
    is none. Most often the frame has the items as they are.
    """
    ids = frame["item_id"].to_numpy(np.int64)
    if np.array_equal(ids, item_ids):
        return item
    return np.asarray(pd.Index(ids).get_indexer(pd.Index(item_ids)), np.int64)[item]


def _looked_up(places: Ints, values: npt.NDArray[Scalar], *, missing: int) -> npt.NDArray[Scalar]:
    """The value of each place, which for -1 is what stands at the end: what is missing."""
    found: npt.NDArray[Scalar] = np.append(values, values.dtype.type(missing))[places]
    return found


def _release_columns(
    raw: Deliveries, places: Ints, releases: pd.DataFrame
) -> dict[str, Ints | pd.Categorical[str]]:
    last = np.append(raw.item[1:] != raw.item[:-1], True)[: len(raw.item)]
    times = {
        name: np.where(
            last, _looked_up(places, releases[name].to_numpy(np.int64), missing=NONE), NONE
        )
        for name in ("first_released_ts", "released_ts")
    }
    return {**times, "release_reason": _release_reasons(places, last, releases)}


def _release_reasons(places: Ints, last: Flags, releases: pd.DataFrame) -> pd.Categorical[str]:
    code, told = pd.factorize(releases["release_reason"])
    categories = list(dict.fromkeys(["no_commits", "later_episode", *told]))
    position = np.array([*map(categories.index, told), 0], np.int8)
    found = _looked_up(places, position[code], missing=0)
    return words(np.where(last, found, np.int8(1)), categories)
