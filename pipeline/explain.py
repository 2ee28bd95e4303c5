"""What a number is made of: the ids that are in it, and those that are not, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.cohort import Clock, Cohort, cohort, durations, spans
from metrics.flow import in_load
from metrics.time_by_tool import tool_cohort
from metrics.working_time import inclusive_days
from pipeline.cost_rows import charged_value, priced, with_burn
from pipeline.delay_ledger import accrued_of
from pipeline.outages import coarse_visits
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_measures import (
    CLOCKS,
    asked_items,
    close_of,
    loaded_items,
    require_flow_metric,
)
from pipeline.times import iso
from pipeline.tool_rows import tools_of
from pipeline.value_measures import VALUE_SLUGS, value_rows
from pipeline.value_words import value_row
from pipeline.working import require_calendar, told_calendar

Answer = dict[str, Any]
Split = tuple[pd.DataFrame, pd.DataFrame]


def explain_stream(stream: StreamFacts, slug: str, asked: Question) -> Answer:
    """Items in and out of a flow metric: key, title, seconds where it times, reason where left
    out.

    `n` is the metric's own, and the reasons add up to its exclusions.
    """
    require_flow_metric(slug)
    require_calendar(slug, asked)
    inside, outside = _stream_rows(stream, slug, asked)
    return explained(slug, asked, item_rows(inside), item_rows(outside))


def mark_coarse(body: Answer, snapshot: Snapshot, stream: StreamFacts, asked: Question) -> None:
    """Says of each delivery that is listed whether a visit of it in the window is coarse."""
    found = coarse_visits(snapshot, stream, asked)
    named = stream.items[["item_id", "episode", "key"]].merge(found, on=["item_id", "episode"])
    rough = set(zip(named["key"], named["episode"], strict=True))
    for row in (*body["included"], *body["excluded"]):
        row["coarse"] = (row["key"], row["episode"]) in rough


def _stream_rows(stream: StreamFacts, slug: str, asked: Question) -> Split:
    """The deliveries that are in the number, and with `excluded_reason` those that are not."""
    items, window = asked_items(stream, asked), asked.window
    if slug in CLOCKS or slug == "efficiency":
        clock = CLOCKS.get(slug, "flow_time")
        found = cohort(items, window=window, clock=clock)
        included = timed(found, clock, asked)
        if slug == "efficiency" and len(stream.stages) and asked.team is None:
            return _worked(included, found.left_out)
        return included, found.left_out
    if slug == "time_by_tool":
        by_tool = tool_cohort(items, stream.tools, window=window)
        rows = by_tool.included
        return rows.assign(seconds=rows["released_ts"] - rows["idea_ts"]), by_tool.left_out
    if slug == "load":
        loaded = loaded_items(stream, asked, close_of(asked))
        return loaded[in_load(loaded, close_of(asked))], items[:0]
    if slug in VALUE_SLUGS:
        return value_rows(stream, items, slug, asked)
    if slug == "delay_cost":
        inside, bare = priced(stream, items, accrued_of(stream, asked, items), as_of=asked.as_of)
        return with_burn(stream, inside, close_of(asked)), bare
    done = window.holds(items["done_ts"].to_numpy("int64"))
    if slug == "discard_rate":
        gone = window.holds(items["cancelled_ts"].to_numpy("int64"))
        return items[done | (gone & (items["committed_ts"] != NONE).to_numpy())], items[:0]
    if slug == "reopen_rate":
        reach = int(stream.config.reopen_window.total_seconds())
        final = items["done_ts"].to_numpy("int64") + reach <= asked.as_of
        return items[done & final], items[done & ~final].assign(excluded_reason="pending")
    return items[done], items[:0]


def timed(found: Cohort, clock: Clock, asked: Question) -> pd.DataFrame:
    """The included deliveries with `seconds` and `inclusive_days`."""
    return found.included.assign(
        seconds=durations(found, clock, asked.calendar),
        inclusive_days=inclusive_days(*spans(found, clock), asked.tz, asked.calendar),
    )


def _worked(included: pd.DataFrame, left_out: pd.DataFrame) -> Split:
    """Efficiency counts only deliveries that spent time: the others have no ratio."""
    timed = included["active_s"] + included["waiting_s"] > 0
    empty = included[~timed].assign(excluded_reason="no_time")
    return included[timed], pd.concat([left_out, empty])


def item_rows(frame: pd.DataFrame) -> list[Answer]:
    """Deliveries as explanations list them; `seconds`, `inclusive_days`, what was
    charged and `excluded_reason` where they are columns.
    """
    rows = []
    for row in frame.to_dict("records"):
        one: Answer = {
            "key": row["key"],
            "title": row["title"],
            "kind": row["kind"],
            "episode": int(row["episode"]),
            "idea_at": iso(int(row["idea_ts"])),
            "committed_at": iso(int(row["committed_ts"])),
            "done_at": iso(int(row["done_ts"])),
            "cancelled_at": iso(int(row["cancelled_ts"])),
            "released_at": iso(int(row["released_ts"])),
            "reopened": int(row["reopened"]) > 0,
            "active_s": int(row["active_s"]),
            "waiting_s": int(row["waiting_s"]),
        }
        if not pd.isna(row.get("seconds", np.nan)):
            one["seconds"] = int(row["seconds"])
        if not pd.isna(row.get("inclusive_days", np.nan)):
            one["inclusive_days"] = int(row["inclusive_days"])
        if "charged_s" in row:
            one |= charged_value(row)
        if "tracker_s" in row:
            one["tools"] = tools_of(row)
        if "live_ts" in row:
            one |= value_row(row)
        if "excluded_reason" in row:
            one["reason"] = row["excluded_reason"]
        rows.append(one)
    return rows


def explained(
    slug: str, asked: Question, included: Sequence[Answer], excluded: Sequence[Answer]
) -> Answer:
    """An explanation as the API prints it; `n` is how many are included."""
    return {
        "metric": slug,
        "window": [iso(asked.window.from_ts), iso(asked.window.to_ts)],
        **told_calendar(asked),
        "n": len(included),
        "included": included,
        "excluded": excluded,
    }
