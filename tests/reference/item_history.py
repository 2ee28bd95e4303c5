"""The conventions of item history in plain loops: one item at a time, no arrays, no cleverness.

Written from the text of the metrics specification (2.0) alone; the product's vectorised facts must
give the same answer. Times are epoch seconds; None means "none".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

TERMINAL = ("done", "cancelled")
COMMITS = ("waiting", "active", "unknown")


@dataclass
class Row:
    """A stretch of one status; `state` is what it counts as."""

    status: int | None
    stage: int | None
    category: str
    start: int
    end: int | None
    state: str = ""
    reason: str = ""
    episode: int = 0


@dataclass
class Episode:
    rows: list[Row]
    committed: int | None = None
    done: int | None = None
    cancelled: int | None = None
    start_reason: str = ""
    reopened: int = 0
    parts: dict[str, int] = field(default_factory=dict)


@dataclass
class History:
    created: int
    updated: int
    status: int
    moves: list[tuple[int, int, int | None, int]]
    """(ts, seq, from, to) in any order."""
    blocks: list[tuple[int, int | None]]
    complete: bool = True
    resolved: int | None = None


@dataclass
class Rules:
    place: Callable[[int | None, int], tuple[int | None, str]]
    """(status, ts) -> (stage, category) by the mapping valid at ts."""
    changes: Callable[[int | None], list[int]]
    """The moments at which the mapping of a status changes."""
    window: int
    count_ignored: bool = True
    blocked_statuses: frozenset[int] = frozenset()


def episodes_of(item: History, rules: Rules) -> tuple[list[Episode], int, list[Row]]:
    """The episodes of an item, the number of clock violations, and all rows in order."""
    rows, violations, censored = status_rows(item, rules)
    episodes = cut_into_episodes(rows, rules.window)
    result: list[Row] = []
    for number, episode in enumerate(episodes, start=1):
        measure(episode, number=number, rules=rules, blocks=item.blocks)
        if number == 1 and censored:
            episode.start_reason = "censored_start"
        elif episode.done is not None and episode.committed is None:
            episode.start_reason = "no_start"
        result += episode.rows
    return episodes, violations, result


def status_rows(item: History, rules: Rules) -> tuple[list[Row], int, bool]:
    moves = sorted(item.moves, key=lambda move: (move[0], move[1]))
    violations = sum(1 for move in moves if move[0] < item.created)
    points = [(item.created, moves[0][2] if moves else item.status)]
    points += [(max(ts, item.created), to) for ts, _, _, to in moves]
    first_category = rules.place(points[0][1], item.created)[1]
    censored = not item.complete and first_category != "new"
    if censored:
        known = points[1][0] if moves else max(item.updated, item.created)
        if first_category in TERMINAL and item.resolved is not None:
            known = min(known, max(item.resolved, item.created))
        points[0] = (known, points[0][1])
    rows = []
    for index, (start, status) in enumerate(points):
        end = points[index + 1][0] if index + 1 < len(points) else None
        inside = [t for t in rules.changes(status) if t > start and (end is None or t < end)]
        edges = [start, *sorted(inside), end]
        for left, right in pairwise(edges):
            assert left is not None
            stage, category = rules.place(status, left)
            rows.append(Row(status, stage, category, left, right))
    return rows, violations, censored


def cut_into_episodes(rows: list[Row], window: int) -> list[Episode]:
    episodes = [Episode(rows=[])]
    entered = 0
    for index, row in enumerate(rows):
        previous = rows[index - 1] if index else None
        if previous is None or previous.category != row.category:
            left_terminal = previous is not None and previous.category in TERMINAL
            if left_terminal and row.start - entered > window:
                episodes.append(Episode(rows=[]))
            elif left_terminal and previous is not None and previous.category == "done":
                episodes[-1].reopened += 1
            entered = row.start
        episodes[-1].rows.append(row)
    return episodes


def measure(
    episode: Episode, *, number: int, rules: Rules, blocks: list[tuple[int, int | None]]
) -> None:
    rows = episode.rows
    final = len(rows)
    if rows[-1].category in TERMINAL:
        while final > 0 and rows[final - 1].category == rows[-1].category:
            final -= 1
        if rows[-1].category == "done":
            episode.done = rows[final].start
        else:
            episode.cancelled = rows[final].start
    first = None
    for index, row in enumerate(rows):
        if number == 1 and row.category in COMMITS:
            first = index
            break
        if number > 1 and row.category not in TERMINAL:
            first = index
            break
    if first is not None:
        episode.committed = rows[first].start
    result: list[Row] = []
    for index, row in enumerate(rows):
        row.episode = number
        row.state = row.category
        if first is None or index < first or index >= final:
            result.append(row)
            continue
        count_as(row, rules)
        result += cut_by_blocks(row, blocks)
    episode.rows = result
    keep = result if first is None else [row for row in result if in_process(row, episode)]
    episode.parts = add_up([] if first is None else keep)


def in_process(row: Row, episode: Episode) -> bool:
    """Inside [committed, end of the clock): zero-length rows add nothing."""
    assert episode.committed is not None
    finish = episode.done if episode.done is not None else episode.cancelled
    if row.start < episode.committed or row.end is None:
        return False
    return finish is None or row.end <= finish


def count_as(row: Row, rules: Rules) -> None:
    if row.category == "new":
        row.state, row.reason = "waiting", "returned"
    elif row.category == "ignored" and rules.count_ignored:
        row.state, row.reason = "waiting", "ignored"
    if row.status in rules.blocked_statuses and row.state in ("active", "waiting"):
        row.state, row.reason = "waiting", "blocked"


def cut_by_blocks(row: Row, blocks: list[tuple[int, int | None]]) -> list[Row]:
    if row.state not in ("active", "waiting") or row.reason == "blocked":
        return [row]
    edges = {row.start}
    for start, end in union(blocks):
        for moment in (start, end):
            if moment is not None and moment > row.start and (row.end is None or moment < row.end):
                edges.add(moment)
    ordered: list[int | None] = [*sorted(edges), row.end]
    pieces = []
    for left, right in pairwise(ordered):
        assert left is not None
        piece = Row(row.status, row.stage, row.category, left, right, row.state, row.reason)
        piece.episode = row.episode
        if any(start <= left and (end is None or left < end) for start, end in blocks):
            piece.state, piece.reason = "waiting", "blocked"
        pieces.append(piece)
    return pieces


def union(blocks: list[tuple[int, int | None]]) -> list[tuple[int, int | None]]:
    """Overlapping and touching blocks joined; empty and reversed ones left out."""
    result: list[tuple[int, int | None]] = []
    for start, end in sorted(blocks, key=lambda block: block[0]):
        if end is not None and end <= start:
            continue
        if result and (result[-1][1] is None or start <= result[-1][1]):
            last = result[-1][1]
            joined = None if last is None or end is None else max(last, end)
            result[-1] = (result[-1][0], joined)
        else:
            result.append((start, end))
    return result


def add_up(rows: list[Row]) -> dict[str, int]:
    parts = dict.fromkeys(("active", "waiting", "blocked", "unknown", "ignored", "gap"), 0)
    for row in rows:
        if row.end in (None, row.start):
            continue
        assert row.end is not None
        seconds = row.end - row.start
        parts["gap" if row.state in TERMINAL else row.state] += seconds
        if row.reason == "blocked":
            parts["blocked"] += seconds
    return parts
