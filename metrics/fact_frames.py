"""The frames `item_fact` and `stage_visit`, made of the arrays that `facts` computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.frames import NONE
from metrics.episodes import Episodes
from metrics.intervals import Rows
from metrics.mapping import Codes, Flags, Ints, StatusTable
from metrics.states import (
    ACTIVE,
    BLOCKED,
    CANCELLED,
    CODES,
    DONE,
    IGNORED,
    PARKED,
    REASON_OF_CODE,
    REASONS,
    RETURNED,
    STATE_OF_CODE,
    STATES,
    UNKNOWN,
    WAITING,
)

Scalar = TypeVar("Scalar", bound=np.generic)


class Naming(Protocol):
    """The part of the rules that names kinds and says which types expect code."""

    @property
    def kinds(self) -> Mapping[str, str]: ...
    @property
    def expects_code(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class RawFacts:
    """What one run of items gives: deliveries, rows, and seconds by (delivery, code).

    episode_rows: how many rows each delivery has.
    """

    found: Episodes
    rows: Rows
    counted: Codes
    item_id: Ints
    episode_rows: Ints
    seconds: Ints


@dataclass(frozen=True)
class Joined:
    """The arrays of all runs, one after the other; `item` numbers the items of the whole stream."""

    item: Ints
    number: Ints
    committed: Ints
    done: Ints
    cancelled: Ints
    reopened: Ints
    seconds: Ints
    last_code: Codes
    last_slot: npt.NDArray[np.int32]
    violations: Ints
    censored: Flags
    item_id: Ints
    item_rows: Ints
    episode_rows: Ints
    slot: npt.NDArray[np.int32]
    status: Ints
    counted: Codes
    start: Ints
    end: Ints


def joined(chunks: Sequence[RawFacts]) -> Joined:
    """One set of arrays out of all runs; all empty where there are none."""
    parts = [_columns(chunk) for chunk in chunks] or [_nothing()]
    shift = 0
    for part, chunk in zip(parts, chunks, strict=False):
        part["item"] = part["item"] + shift
        shift += len(chunk.item_id)
    return Joined(**{name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def _columns(raw: RawFacts) -> dict[str, npt.NDArray[np.generic]]:
    found, rows = raw.found, raw.rows
    last = np.cumsum(raw.episode_rows) - 1
    return {
        "item": found.item,
        "number": found.number,
        "committed": found.committed,
        "done": found.done,
        "cancelled": found.cancelled,
        "reopened": found.reopened,
        "seconds": raw.seconds,
        "last_code": raw.counted[last],
        "last_slot": rows.slot[last],
        "violations": rows.violations,
        "censored": rows.censored,
        "item_id": raw.item_id,
        "item_rows": np.diff(np.append(rows.offset, len(rows.start))),
        "episode_rows": raw.episode_rows,
        "slot": rows.slot,
        "status": rows.status,
        "counted": raw.counted,
        "start": rows.start,
        "end": rows.end,
    }


def _nothing() -> dict[str, npt.NDArray[np.generic]]:
    none = {name: np.empty(0, np.int64) for name in Joined.__dataclass_fields__}
    codes = {name: np.empty(0, np.int8) for name in ("last_code", "counted")}
    slots = {name: np.empty(0, np.int32) for name in ("last_slot", "slot")}
    other = {"seconds": np.empty((0, CODES), np.int64), "censored": np.empty(0, np.bool_)}
    return {**none, **codes, **slots, **other}


def visit_frame(raw: Joined, table: StatusTable) -> pd.DataFrame:
    """The frame of `stage_visit`."""
    before = np.cumsum(raw.item_rows) - raw.item_rows
    return pd.DataFrame(
        {
            "item_id": np.repeat(raw.item_id, raw.item_rows),
            "ordinal": np.arange(1, len(raw.start) + 1) - np.repeat(before, raw.item_rows),
            "episode": np.repeat(raw.number, raw.episode_rows),
            "stage_id": table.stage[raw.slot],
            "status_id": raw.status,
            "state": _words(np.array(STATE_OF_CODE, np.int8)[raw.counted], STATES),
            "reason": _words(np.array(REASON_OF_CODE, np.int8)[raw.counted], REASONS),
            "start_ts": raw.start,
            "end_ts": raw.end,
        },
        copy=False,
    )


def _words(codes: Codes, words: Sequence[str]) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(codes, dtype=_categories(tuple(words)), validate=False)


@lru_cache(maxsize=64)
def _categories(words: tuple[str, ...]) -> pd.CategoricalDtype[str]:
    """Made once for the same words: that takes as long as the codes of thousands of rows."""
    return pd.CategoricalDtype(pd.Index(list(words)))


def item_frame(
    raw: Joined,
    items: pd.DataFrame,
    *,
    table: StatusTable,
    ideas: pd.DataFrame,
    releases: pd.DataFrame,
    rules: Naming,
) -> pd.DataFrame:
    """The frame of `item_fact`; a release belongs to the last delivery of its item."""
    ids, created, value = (
        items[name].to_numpy(np.int64)[raw.item]
        for name in ("item_id", "created_ts", "value_cents")
    )
    released = _places(ids, releases)
    has_code = releases["has_code"].to_numpy(np.bool_)
    kinds, expects = _typed(items["type"], raw.item, rules)
    return pd.DataFrame(
        {
            "item_id": ids,
            "episode": raw.number,
            "kind": kinds,
            "stage_id": table.stage[raw.last_slot],
            "state": _words(np.array(STATE_OF_CODE, np.int8)[raw.last_code], STATES),
            "created_ts": created,
            "idea_ts": _idea_times(ids, created, ideas),
            "committed_ts": raw.committed,
            "done_ts": raw.done,
            "cancelled_ts": raw.cancelled,
            **_release_columns(raw, released, releases),
            "start_reason": _start_reasons(raw),
            **_part_columns(raw.seconds),
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
    code, words = pd.factorize(types)
    told = [rules.kinds.get(str(word), "") for word in words] or [""]
    kinds = sorted(set(told))
    kind = np.array([*map(kinds.index, told)], np.int8)
    expects = np.array([word in rules.expects_code for word in words] or [False])
    own = code[item]
    return _words(kind[own], kinds), expects[own]


def _idea_times(ids: Ints, created: Ints, ideas: pd.DataFrame) -> Ints:
    known = ideas["idea_ts"].to_numpy(np.int64)
    idea = _looked_up(_places(ids, ideas), known, missing=NONE)
    return np.where(idea == NONE, created, np.minimum(idea, created))


def _part_columns(seconds: Ints) -> dict[str, Ints]:
    waits = [WAITING, BLOCKED, RETURNED, PARKED]
    return {
        "active_s": seconds[:, ACTIVE],
        "waiting_s": seconds[:, waits].sum(axis=1),
        "blocked_s": seconds[:, BLOCKED],
        "unknown_s": seconds[:, UNKNOWN],
        "ignored_s": seconds[:, IGNORED],
        "gap_s": seconds[:, [DONE, CANCELLED]].sum(axis=1),
    }


def _start_reasons(raw: Joined) -> pd.Categorical[str]:
    censored = raw.censored[raw.item].astype(np.bool_) & (raw.number == 1)
    unseen = (raw.committed == NONE) & (raw.done != NONE)
    codes = np.where(censored, 2, np.where(unseen, 1, 0)).astype(np.int8)
    return _words(codes, ("", "no_start", "censored_start"))


def _places(ids: Ints, frame: pd.DataFrame) -> Ints:
    """The row of each id in a frame that has one for an `item_id`; -1 where there is none."""
    return np.asarray(pd.Index(frame["item_id"]).get_indexer(pd.Index(ids)), np.int64)


def _looked_up(places: Ints, values: npt.NDArray[Scalar], *, missing: int) -> npt.NDArray[Scalar]:
    """The value of each place, which for -1 is what stands at the end: what is missing."""
    found: npt.NDArray[Scalar] = np.append(values, values.dtype.type(missing))[places]
    return found


def _release_columns(
    raw: Joined, places: Ints, releases: pd.DataFrame
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
    code, words = pd.factorize(releases["release_reason"])
    categories = list(dict.fromkeys(["no_commits", "later_episode", *words]))
    position = np.array([*map(categories.index, words), 0], np.int8)
    found = _looked_up(places, position[code], missing=0)
    return _words(np.where(last, found, np.int8(1)), categories)
