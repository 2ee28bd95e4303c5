"""The measures of what became of items once their code was live, and the items behind each."""

from __future__ import annotations

import pandas as pd

from core.frames import NONE
from metrics.measure import Measure
from metrics.value_live import idea_to_live, live_cohort, live_times
from metrics.value_return import outcome_cohort, outcome_coverage, realised_value, return_rows
from metrics.value_stock import unexposed, unexposed_items
from metrics.value_use import Use, time_to, use_cohort, use_times
from pipeline.question import Question
from pipeline.snapshot import StreamFacts

VALUE_SLUGS = (
    "idea_to_live",
    "time_to_first_use",
    "time_to_adoption",
    "unexposed",
    "realised_value",
    "outcome_coverage",
)
_USES: dict[str, Use] = {"time_to_first_use": "first_use", "time_to_adoption": "adoption"}


def valued_items(stream: StreamFacts, items: pd.DataFrame, at: int) -> pd.DataFrame:
    """The last delivery of each of these items, with the columns of `live_times` and `use_times` as
    of an instant.
    """
    found = stream.memo.of(("live", at), lambda: _live(stream, at))
    last = items.sort_values(["item_id", "episode"]).drop_duplicates("item_id", keep="last")
    return last.merge(found, on="item_id", how="left")


def _live(stream: StreamFacts, at: int) -> pd.DataFrame:
    value = stream.value
    every = stream.items.sort_values(["item_id", "episode"])
    last = every.drop_duplicates("item_id", keep="last")
    live = live_times(value.shown, last, value.rules, as_of=at)
    used = use_times(live, value.told, value.rules, as_of=at)
    return live.merge(used, on="item_id")


def value_measure(stream: StreamFacts, items: pd.DataFrame, slug: str, asked: Question) -> Measure:
    """One of `VALUE_SLUGS`, before it is graded. items: the deliveries that are asked for."""
    value, window = stream.value, asked.window
    if slug == "unexposed":
        at = min(window.to_ts, asked.as_of)
        rows = valued_items(stream, items, at)
        return unexposed(rows, value.rules, at=at, told=value.exposure)
    rows = valued_items(stream, items, asked.as_of)
    if slug == "idea_to_live":
        return idea_to_live(rows, window=window, told=value.exposure)
    if slug in _USES:
        return time_to(rows, _USES[slug], window=window, told=value.use)
    made = realised_value if slug == "realised_value" else outcome_coverage
    return made(rows, value.told, window=window, as_of=asked.as_of, reported=value.outcome)


def value_rows(
    stream: StreamFacts, items: pd.DataFrame, slug: str, asked: Question
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The items in such a number, and with `excluded_reason` those that are not."""
    value, window = stream.value, asked.window
    if slug == "unexposed":
        at = min(window.to_ts, asked.as_of)
        rows = valued_items(stream, items, at)
        return unexposed_items(rows, value.rules, at=at), _silent(rows, at)
    rows = valued_items(stream, items, asked.as_of)
    if slug == "idea_to_live":
        live = live_cohort(rows, window=window)
        return live.included, live.left_out
    if slug in _USES:
        used = use_cohort(rows, _USES[slug], window=window)
        return used.included, used.left_out
    if slug == "outcome_coverage":
        known = outcome_cohort(rows, value.told, window=window, as_of=asked.as_of)
        return known, rows[:0].assign(excluded_reason="")
    brought = return_rows(rows, value.told, window=window, as_of=asked.as_of)
    return brought.included, brought.left_out


def _silent(rows: pd.DataFrame, at: int) -> pd.DataFrame:
    """Items in production of which no tool says whether they are switched on."""
    released = rows["first_released_ts"]
    silent = (released != NONE) & (released <= at) & rows["share"].isna()
    return rows[silent].assign(excluded_reason="not_told")
