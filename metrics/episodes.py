"""Deliveries of an item: where each begins, when it was committed, when it ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.frames import NONE
from metrics.intervals import Rows
from metrics.mapping import Codes, Flags, Ints
from metrics.states import ACTIVE, CANCELLED, DONE, UNKNOWN, WAITING

_COMMITS = np.zeros(16, np.bool_)
_COMMITS[[WAITING, ACTIVE, UNKNOWN]] = True


@dataclass(frozen=True)
class Episodes:
    """One entry per delivery, item after item. Rows `[commit_row, end_row)` are its flow time.

    `commit_row` equals `end_row` where it was never committed; `committed`, `done` and `cancelled`
    are NONE where there is none.
    """

    item: Ints
    number: Ints
    first_row: Ints
    last_row: Ints
    commit_row: Ints
    end_row: Ints
    committed: Ints
    done: Ints
    cancelled: Ints
    reopened: Ints


@dataclass(frozen=True)
class _Runs:
    """Stretches of DONE or of CANCELLED rows; `left`: when it ended, NONE if it lasts."""

    first: Ints
    last: Ints
    code: Codes
    entered: Ints
    left: Ints


def episodes(rows: Rows, code: Codes, *, reopen_window_s: int) -> Episodes:
    """Cut the rows of each item into deliveries.

    Leaving DONE or CANCELLED after the window begins a new delivery, which is committed at once
    (unless it leaves one of the two straight for the other); within the window it is the same
    delivery, and `reopened` counts the times it left DONE.
    """
    runs = _terminal_runs(rows, code)
    leaves = runs.left != NONE
    late = leaves & (runs.left - runs.entered > reopen_window_s)
    begins = np.zeros(len(code), np.int8)
    begins[runs.last[late] + 1] = 1
    begins[rows.offset] = 2
    first_row = np.flatnonzero(begins)
    first_of_item = begins[first_row] == 2
    item = np.cumsum(first_of_item) - 1
    number = np.arange(1, len(first_row) + 1) - np.flatnonzero(first_of_item)[item]
    last_row = np.append(first_row[1:], len(code)) - 1
    soon = runs.last[leaves & ~late & (runs.code == DONE)]
    reopened = np.bincount(
        np.searchsorted(first_row, soon, side="right") - 1, minlength=len(first_row)
    )

    end_row = last_row + 1
    closed = np.flatnonzero((code[last_row] == DONE) | (code[last_row] == CANCELLED))
    run_ending = np.empty(len(code), np.int64)
    run_ending[runs.last] = runs.first
    end_row[closed] = run_ending[last_row[closed]]
    ended = rows.start[np.minimum(end_row, len(code) - 1)]
    commit_row = _commit_rows(code, number, first_row, end_row)
    never = commit_row == end_row
    return Episodes(
        item=item,
        number=number,
        first_row=first_row,
        last_row=last_row,
        commit_row=commit_row,
        end_row=end_row,
        committed=np.where(never, NONE, rows.start[np.minimum(commit_row, len(code) - 1)]),
        done=np.where(code[last_row] == DONE, ended, NONE),
        cancelled=np.where(code[last_row] == CANCELLED, ended, NONE),
        reopened=reopened,
    )


def _terminal_runs(rows: Rows, code: Codes) -> _Runs:
    ended = np.flatnonzero((code == DONE) | (code == CANCELLED))
    begins = np.zeros(len(code) + 1, np.bool_)
    begins[rows.offset] = True
    fresh = np.ones(len(ended), np.bool_)
    fresh[1:] = (
        (ended[1:] != ended[:-1] + 1) | (code[ended[1:]] != code[ended[:-1]]) | begins[ended[1:]]
    )
    first = ended[fresh]
    last = ended[np.append(np.flatnonzero(fresh)[1:], len(ended)) - 1] if len(ended) else first
    return _Runs(first, last, code[first], rows.start[first], rows.end[last])


def _commit_rows(code: Codes, number: Ints, first_row: Ints, end_row: Ints) -> Ints:
    """The first row of each episode that commits it, or its end where none does."""
    found = _next_row(_COMMITS[code], first_row, end_row)
    later = np.flatnonzero(number > 1)
    if len(later):
        working = (code != DONE) & (code != CANCELLED)
        found[later] = _next_row(working, first_row[later], end_row[later])
    return found


def _next_row(wanted: Flags, first_row: Ints, end_row: Ints) -> Ints:
    """The first wanted row from each first row on, or its end where that comes before."""
    candidates = np.append(np.flatnonzero(wanted), len(wanted))
    passed = np.cumsum(wanted, dtype=np.int32)[first_row] - wanted[first_row]
    found: Ints = np.minimum(candidates[passed], end_row)
    return found


def in_process(found: Episodes, count: int) -> Flags:
    """Which of `count` rows lie between commitment and end of their delivery."""
    steps = np.zeros(count + 1, np.int8)
    committed = np.flatnonzero(found.commit_row < found.end_row)
    steps[found.commit_row[committed]] += 1
    steps[found.end_row[committed]] -= 1
    return np.cumsum(steps[:-1], dtype=np.int8).astype(np.bool_)
