"""The frames `item_fact` and `stage_visit`, made of the arrays that `facts` computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

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


class Naming(Protocol):
    """The part of the rules that names kinds and says which types expect code."""

    @property
    def kinds(self) -> Mapping[str, str]: ...
    @property
    def expects_code(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class RawFacts:
    """What one run of items gives: deliveries, rows, and seconds by (delivery, code)."""

    found: Episodes
    rows: Rows
    counted: Codes
    item_id: Ints
    episode: Ints
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
    row_item_id: Ints
    row_ordinal: Ints
    row_episode: Ints
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
    sizes = np.diff(np.append(rows.offset, len(rows.start)))
    last = np.cumsum(np.bincount(raw.episode, minlength=len(found.item))) - 1
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
        "row_item_id": np.repeat(raw.item_id, sizes),
        "row_ordinal": np.arange(1, len(rows.start) + 1) - np.repeat(rows.offset, sizes),
        "row_episode": found.number[raw.episode],
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
    return pd.DataFrame(
        {
            "item_id": raw.row_item_id,
            "ordinal": raw.row_ordinal,
            "episode": raw.row_episode,
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
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(words)), validate=False)


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
    owner = items.take(raw.item)
    ids = owner["item_id"].to_numpy(np.int64)
    kinds, expects = _typed(items["type"], raw.item, rules)
    return pd.DataFrame(
        {
            "item_id": ids,
            "episode": raw.number,
            "kind": kinds,
            "stage_id": table.stage[raw.last_slot],
            "state": _words(np.array(STATE_OF_CODE, np.int8)[raw.last_code], STATES),
            **_time_columns(raw, owner, ideas),
            **_release_columns(raw, ids, releases),
            "start_reason": _start_reasons(raw),
            **_part_columns(raw.seconds),
            "reopened": raw.reopened,
            "violations": np.where(raw.number == 1, raw.violations[raw.item], 0),
            "complete": owner["changelog_complete"].to_numpy(np.bool_),
            "has_code": _looked_up(ids, releases, "has_code", missing=0).astype(np.bool_),
            "expects_code": expects,
            "value_cents": owner["value_cents"].to_numpy(np.int64),
        },
        copy=False,
    )


def _typed(types: pd.Series, item: Ints, rules: Naming) -> tuple[pd.Categorical[str], Flags]:
    """Kind and expectation of code of each delivery, by the type of its item."""
    code, words = pd.factorize(types)
    kinds = pd.Categorical([rules.kinds.get(str(word), "") for word in words] or [""])
    expects = np.array([word in rules.expects_code for word in words] or [False])
    return kinds.take(code[item]), expects[code[item]]


def _time_columns(raw: Joined, owner: pd.DataFrame, ideas: pd.DataFrame) -> dict[str, Ints]:
    created = owner["created_ts"].to_numpy(np.int64)
    ids = owner["item_id"].to_numpy(np.int64)
    idea = _looked_up(ids, ideas, "idea_ts", missing=NONE)
    return {
        "created_ts": created,
        "idea_ts": np.where(idea == NONE, created, np.minimum(idea, created)),
        "committed_ts": raw.committed,
        "done_ts": raw.done,
        "cancelled_ts": raw.cancelled,
    }


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


def _looked_up(ids: Ints, frame: pd.DataFrame, column: str, *, missing: int) -> Ints:
    """The value of `column` for each id; the frame is keyed by `item_id`, one row each."""
    if frame.empty:
        return np.full(len(ids), missing, np.int64)
    place = pd.Index(frame["item_id"]).get_indexer(pd.Index(ids))
    values = frame[column].to_numpy(np.int64)[place]
    return np.where(place >= 0, values, missing)


def _release_columns(
    raw: Joined, ids: Ints, releases: pd.DataFrame
) -> dict[str, Ints | pd.Categorical[str]]:
    last = np.append(raw.item[1:] != raw.item[:-1], True) if len(ids) else np.empty(0, np.bool_)
    times = {
        name: np.where(last, _looked_up(ids, releases, name, missing=NONE), NONE)
        for name in ("first_released_ts", "released_ts")
    }
    return {**times, "release_reason": _release_reasons(ids, last, releases)}


def _release_reasons(ids: Ints, last: Flags, releases: pd.DataFrame) -> pd.Categorical[str]:
    code, words = pd.factorize(releases["release_reason"].astype(object))
    categories = list(dict.fromkeys(["no_commits", "later_episode", *words]))
    position = np.array([categories.index(word) for word in words], np.int8)
    own = releases.assign(code=position[code]) if len(words) else releases.assign(code=0)
    codes = np.where(last, _looked_up(ids, own, "code", missing=0), 1).astype(np.int8)
    return _words(codes, categories)
