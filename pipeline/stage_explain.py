"""What the time per stage is made of: every visit of each delivery, and what is inside now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.frames import NONE
from metrics.cohort import cohort
from metrics.stages import visits_of
from pipeline.explain import explained, item_rows, timed
from pipeline.question import Question
from pipeline.snapshot import StreamFacts
from pipeline.stage_answers import present_rows
from pipeline.stream_measures import asked_items, close_of
from pipeline.times import iso

Answer = dict[str, Any]
_KEY = ["item_id", "episode"]
_STATES = ("waiting", "ignored", "active", "unknown")


def explain_stages(stream: StreamFacts, asked: Question) -> Answer:
    """The deliveries that flow time counts, each with its `stages`: the seconds of every visit, and
    of them together the waiting and the active ones. A stage that it skipped is not there and
    counts 0 in the averages. `in_flight`: what is in load at the end of the window, in which stage
    and state it is, and since when.
    """
    found = cohort(asked_items(stream, asked), window=asked.window)
    names = _names(stream)
    visits = visits_of(found.included, stream.visits, calendar=asked.calendar)
    of = {key: _stages(rows, names) for key, rows in visits.groupby(_KEY)}
    included = timed(found, "flow_time", asked)
    keys = zip(included["item_id"], included["episode"], strict=True)
    inside = [
        {**row, "stages": of.get(key, [])}
        for row, key in zip(item_rows(included), keys, strict=True)
    ]
    body = explained("stage_time", asked, inside, item_rows(found.left_out))
    return {**body, "in_flight": _in_flight(stream, asked, names)}


def _names(stream: StreamFacts) -> Mapping[int, str]:
    stages = stream.stages
    return {
        **dict(zip(stages["stage_id"].tolist(), stages["name"].tolist(), strict=True)),
        NONE: "unmapped",
    }


def _stages(visits: pd.DataFrame, names: Mapping[int, str]) -> list[Answer]:
    """By stage, in the order of the first visit."""
    return [
        {
            "name": names.get(int(rows["stage_id"].iloc[0]), "unmapped"),
            "visits_s": rows["seconds"].astype(int).tolist(),
            "waiting_s": int(rows["waiting_s"].sum()),
            "active_s": int(rows["active_s"].sum()),
        }
        for _, rows in visits.groupby("stage_id", sort=False)
    ]


def _in_flight(stream: StreamFacts, asked: Question, names: Mapping[int, str]) -> list[Answer]:
    close = close_of(asked)
    rows = present_rows(stream, asked, close)
    rows = rows[rows["state"].isin(_STATES)][[*_KEY, "stage_id", "state", "start_ts", "age_s"]]
    here = asked_items(stream, asked).merge(rows, on=_KEY, suffixes=("_now", ""))
    here = here[(here["committed_ts"] != NONE) & (here["committed_ts"] <= close)]
    return [
        {
            **row,
            "stage": names.get(int(one["stage_id"]), "unmapped"),
            "state": one["state"],
            "since": iso(int(one["start_ts"])),
            "seconds": int(one["age_s"]),
        }
        for row, one in zip(item_rows(here), here.to_dict("records"), strict=True)
    ]
