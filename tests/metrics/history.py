"""Builders of the frames that the facts are made of, with short arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

import pandas as pd

from core.frames import NONE
from metrics.facts import FactInputs, Facts, Rules, item_facts

DAY = 86_400
STATES = {1: "new", 2: "waiting", 3: "active", 4: "done", 5: "cancelled", 6: "ignored"}
"""Status n is mapped to stage 10 n of this state; status 9 is mapped to nothing."""


def at(text: str) -> int:
    """Epoch seconds of `2026-01-05T09:00` in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def frame(columns: str, rows: Sequence[Sequence[object]] = ()) -> pd.DataFrame:
    """A frame of named columns; all int64 where it is empty."""
    names = columns.split()
    made = pd.DataFrame(list(rows), columns=names)
    return made if rows else made.astype("int64")


def item(item_id: int, created: int, status: int, **more: object) -> dict[str, object]:
    """One row of the items frame, complete and unvalued unless said otherwise."""
    row: dict[str, object] = {
        "item_id": item_id,
        "type": "Story",
        "status_id": status,
        "created_ts": created,
        "updated_ts": created,
        "resolved_ts": NONE,
        "value_cents": NONE,
        "changelog_complete": True,
        "gone": "",
    }
    return {**row, **more}


def inputs(
    items: Sequence[Mapping[str, object]],
    moves: Sequence[Sequence[int]] = (),
    *,
    blocks: Sequence[Sequence[int]] = (),
    mapping: Sequence[Sequence[int]] | None = None,
    **more: pd.DataFrame,
) -> FactInputs:
    """moves: (item, ts, seq, from, to); blocks: (item, start, end)."""
    usual = [(status, status * 10, 0) for status in STATES]
    given = {
        "items": pd.DataFrame(items) if items else pd.DataFrame([item(0, 0, 1)]).iloc[:0],
        "transitions": frame("item_id ts seq from_id to_id", moves),
        "blocks": frame("item_id start_ts end_ts", blocks),
        "mapping": frame("status_id stage_id since_ts", usual if mapping is None else mapping),
        "stages": pd.DataFrame(
            [(n * 10, n, word) for n, word in STATES.items()],
            columns=["stage_id", "ordinal", "state"],
        ),
        "statuses": frame("status_id category"),
        "ideas": frame("item_id idea_ts"),
        "releases": frame("item_id first_released_ts released_ts release_reason has_code"),
    }
    return FactInputs(**{**given, **more})


def path(item_id: int, *steps: tuple[int, int]) -> list[tuple[int, int, int, int, int]]:
    """Transitions of an item from (ts, status) steps, the first being its creation."""
    pairs = pairwise(steps)
    return [(item_id, ts, seq, was, to) for seq, ((_, was), (ts, to)) in enumerate(pairs)]


def facts_of(*steps: tuple[int, int], rules: Rules | None = None, **more: object) -> Facts:
    """Facts of one item that took these (ts, status) steps; `blocks` as (start, end)."""
    blocks = more.pop("blocks", ())
    assert isinstance(blocks, list | tuple)
    given = inputs(
        [item(1, steps[0][0], steps[-1][1], **more)],
        path(1, *steps),
        blocks=[(1, *block) for block in blocks],
    )
    return item_facts(given, rules or Rules())
