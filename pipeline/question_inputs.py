"""What the questions about a stream are asked of: its facts, and what is read beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.settings import Settings
from metrics.flow import in_load
from metrics.questions.working_days import Week
from metrics.value_return import return_rows
from pipeline.delay_ledger import book_in
from pipeline.question import Question
from pipeline.snapshot import ServiceFacts, StreamFacts
from pipeline.value_measures import valued_items
from store import signs

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DATES = ("committed_ts", "done_ts")


def week_of(settings: Settings, tz: str) -> Week:
    """The working days of the configuration, in the zone of the question."""
    worked = settings.calendar.working_days
    return Week(tz, frozenset(n for n, day in enumerate(_WEEKDAYS) if day in worked))


def by_then(frame: pd.DataFrame, name: str, asked: Question) -> pd.DataFrame:
    """The rows whose moment of this name had come when it was known; all where now is asked for."""
    return frame if asked.known_at is None else frame[frame[name] <= asked.known_at]


def still_there(session: Session, stream: StreamFacts, asked: Question) -> pd.DataFrame:
    """The items of the stream whose commits and work can be told: of one that was known then and is
    in the stream no more nothing is linked now.
    """
    if asked.known_at is None:
        return stream.items
    return stream.items[stream.items["item_id"].isin(signs.counted_items(session, stream.id))]


def pooled(services: Sequence[ServiceFacts], name: str) -> pd.DataFrame:
    """The facts of this name of all of these services; at least one is given."""
    frames: list[pd.DataFrame] = [getattr(one, name) for one in services]
    return pd.concat(frames, ignore_index=True)


def brought(stream: StreamFacts, asked: Question) -> pd.DataFrame:
    """What was realised of the items of the stream whose mark lies in the window; see
    `metrics.value_return.return_rows`.
    """
    rows = valued_items(stream, stream.items, asked.as_of)
    return return_rows(rows, stream.value.told, window=asked.window, as_of=asked.as_of).included


def valued_in_load(stream: StreamFacts, asked: Question) -> pd.DataFrame:
    """item_id, committed_ts and the profile of the value, of what is in load at the end of the
    window and has a value, its own or that of a parent.
    """
    book, at = book_in(stream), min(asked.window.to_ts, asked.as_of)
    rows = np.flatnonzero(in_load(book.items, at) & (book.holders.of >= 0))
    place = book.holders.place[book.holders.of[rows]]
    found: pd.DataFrame = book.items.iloc[rows][["item_id", "committed_ts"]]
    return found.assign(profile=book.worth.terms.profile[place])


def versioned(session: Session, deployments: pd.DataFrame) -> pd.DataFrame:
    """With `version`, "" where none was told."""
    told = signs.deployed_versions(session).drop_duplicates("deployment_id")
    version = deployments["deployment_id"].map(told.set_index("deployment_id")["version"])
    return deployments.assign(version=version.astype(object).fillna(""))


def prioritised(session: Session, incidents: pd.DataFrame) -> pd.DataFrame:
    """With `priority`, NONE where none was told."""
    told = signs.priorities(session).set_index("incident_id")["priority"]
    number = incidents["incident_id"].map(told).fillna(NONE).astype("int64")
    return incidents.assign(priority=number)


def first_commits(commits: pd.DataFrame) -> pd.DataFrame:
    """item_id, first_ts: when the first commit of each item was written."""
    told = commits[commits["ts"] != NONE]
    return told.groupby("item_id", as_index=False).agg(first_ts=("ts", "min"))


def commit_counts(commits: pd.DataFrame) -> pd.DataFrame:
    """item_id, commits: how many are linked."""
    return commits.groupby("item_id", as_index=False).agg(commits=("commit_id", "nunique"))


def moved_dates(session: Session, stream_id: int, since_ts: int) -> pd.DataFrame:
    """item_id, recorded_ts, cause, shift_s (the greatest move of a date, NONE none) as restated."""
    log = signs.restated(session, "item_fact", [stream_id], since_ts)
    shifts = [_shift(orjson.loads(text)) for text in log["changes"]]
    return pd.DataFrame(
        {
            "item_id": log["entity_id"],
            "recorded_ts": log["recorded_ts"],
            "cause": log["cause"],
            "shift_s": np.array(shifts, np.int64),
        }
    )


def _shift(changes: Mapping[str, Sequence[Any]]) -> int:
    pairs = [changes[name] for name in _DATES if name in changes]
    moved = [new - old for old, new in pairs if old is not None and new is not None]
    return max(moved, key=abs, default=NONE)


def judged_anew(session: Session, service_ids: list[int], since_ts: int) -> pd.DataFrame:
    """incident_id, recorded_ts, before, after: verdicts that were restated ("" gone)."""
    log = signs.restated(session, "incident_fact", service_ids, since_ts)
    pairs = [orjson.loads(text).get("verdict", ["", ""]) for text in log["changes"]]
    return pd.DataFrame(
        {
            "incident_id": log["entity_id"],
            "recorded_ts": log["recorded_ts"],
            "before": pd.Series([one[0] or "" for one in pairs], dtype="object"),
            "after": pd.Series([one[1] or "" for one in pairs], dtype="object"),
        }
    )
