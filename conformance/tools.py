"""Vectors of time by tool: what is linked to items, and the partition of their lives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from pydantic import Field, model_validator

from conformance.given import At, Closed, Given, Span, seconds, told
from core.frames import NONE
from metrics.time_by_tool import time_by_tool
from metrics.tool_time import TOOLS, Spans, is_unlinked, tool_times

_HOUR = 3_600


class Request(Given):
    """A merge request; neither merged nor closed: it is open."""

    opened: At
    merged: At | None = None
    closed: At | None = None


class Approval(Given):
    """Of a change request; not approved: it is waited for."""

    requested: At | None = None
    approved: At | None = None


class Item(Given):
    """One item and what is linked to it. builds: with their time in the queue. released missing: it
    is in flight.
    """

    id: str
    type: str = ""
    idea: At
    released: At | None = None
    builds: tuple[Span, ...] = ()
    merge_requests: tuple[Request, ...] = ()
    changes: tuple[Approval, ...] = ()


class _Asked(Given):
    items: tuple[Item, ...] = Field(min_length=1)
    as_of: At
    window: Closed

    @model_validator(mode="after")
    def _each_once(self) -> _Asked:
        if len({item.id for item in self.items}) < len(self.items):
            raise ValueError("two items have the same id")
        return self

    def end(self, item: Item) -> int:
        return seconds(item.released or self.as_of)


def time_by_tool_of_items(given: Mapping[str, Any]) -> dict[str, Any]:
    """items, as_of, window -> items by id: hours of each part, all hours of each tool, why there
    are none; time_by_tool of the window.
    """
    asked = _Asked.model_validate(given)
    owned = list(enumerate(asked.items, start=1))
    lives = _frame(
        "item_id start_ts end_ts", ((n, seconds(one.idea), asked.end(one)) for n, one in owned)
    )
    times = tool_times(lives, _spans(owned))
    rows = zip(asked.items, times.to_dict("records"), is_unlinked(times), strict=True)
    released = _frame(
        "item_id episode idea_ts released_ts done_ts cancelled_ts",
        (
            (n, 1, seconds(one.idea), seconds(one.released), seconds(one.released), NONE)
            for n, one in owned
        ),
    ).assign(kind=[one.type for one in asked.items], release_reason="not_deployed")
    measure = time_by_tool(released, times, window=asked.window.window)
    return {
        "items": {item.id: _single(row, bare=bool(bare)) for item, row, bare in rows},
        "time_by_tool": told(measure),
    }


def _single(row: Mapping[Any, Any], *, bare: bool) -> dict[str, Any]:
    parts = {tool: _hours(row[f"{tool}_s"]) for tool in TOOLS}
    tracker = int(row["tracker_s"]) / _HOUR
    return {
        **{f"{tool}_h": one for tool, one in parts.items()},
        **{f"{tool}_union_h": _hours(row[f"{tool}_union_s"]) for tool in TOOLS},
        **{f"{tool}_reason": row[f"{tool}_reason"] for tool in TOOLS},
        "tracker_h": None if bare else tracker,
        "tracker_unlinked_h": tracker if bare else None,
        "sum_h": tracker + sum(one or 0.0 for one in parts.values()),
    }


def _hours(found: int) -> float | None:
    return None if found == NONE else int(found) / _HOUR


def _spans(owned: Sequence[tuple[int, Item]]) -> Spans:
    return Spans(
        _frame(
            "item_id start_ts end_ts",
            ((n, seconds(b.since), seconds(b.until)) for n, one in owned for b in one.builds),
        ),
        _frame(
            "item_id start_ts end_ts",
            (
                (n, seconds(c.requested), seconds(c.approved))
                for n, one in owned
                for c in one.changes
            ),
        ),
        _frame(
            "item_id start_ts end_ts merged_ts",
            (
                (n, seconds(r.opened), seconds(r.merged or r.closed), seconds(r.merged))
                for n, one in owned
                for r in one.merge_requests
            ),
        ),
    )


def _frame(columns: str, rows: Iterable[Sequence[int]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split()).astype("int64")
