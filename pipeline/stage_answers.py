"""Where time and money go inside a stream, stage by stage."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from core.frames import NONE
from core.settings import Settings
from metrics import cost
from metrics.stages import stage_time
from metrics.working_time import seconds_between
from pipeline.delay_ledger import burning_of
from pipeline.outages import coarse_visits
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_measures import asked_items, close_of, delay_cost_of

Answer = dict[str, Any]


def stage_rows(settings: Settings, stream: StreamFacts, asked: Question) -> list[Answer]:
    """The stages in the order of the map: time per delivery, what is inside now, what it costs.

    Cost is None where something waited and nothing of it has a value.
    """
    return stream.memo.of(("stages", asked), lambda: _stage_rows(settings, stream, asked))


def stages_with_coarse(
    snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question
) -> list[Answer]:
    """The same, each with how many visits in the window are coarse; see `pipeline/outages.py`."""
    found = coarse_visits(snapshot, stream, asked)["stage_id"].value_counts()
    names = dict(zip(stream.stages["stage_id"], stream.stages["name"], strict=True))
    counts = {names.get(stage, "unmapped"): int(count) for stage, count in found.items()}
    rows = stage_rows(settings, stream, asked)
    return [{**row, "coarse_visits": counts.get(row["name"], 0)} for row in rows]


def _stage_rows(settings: Settings, stream: StreamFacts, asked: Question) -> list[Answer]:
    items = asked_items(stream, asked)
    times = stage_time(
        items,
        stream.visits,
        stream.stages,
        window=asked.window,
        as_of=close_of(asked),
        calendar=asked.calendar,
    )
    found = delay_cost_of(stream, asked)
    spent = found.by("stage_id").set_index("stage_id")["cost_cents"]
    burning = cost.by_stage(burning_of(stream, close_of(asked), items)).set_index("stage_id")
    queued = _waits_now(stream, asked)
    rows = []
    for row in times.to_dict("records"):
        stage = int(row["stage_id"])
        charged = int(burning["waiting"].get(stage, 0))
        priced = charged == 0 or charged > int(burning["unvalued"].get(stage, 0))
        waiting, average = queued.get(stage, (0, None))
        cents = spent.get(stage, None if found.unvalued else 0)
        rows.append(
            {
                "name": row["name"],
                "state": row["state"],
                "team": row["team"],
                "visits": int(row["visits"]),
                "p50_d": _number(row["p50_d"]),
                "p85_d": _number(row["p85_d"]),
                "waiting_d": _number(row["waiting_d"]),
                "active_d": _number(row["active_d"]),
                "visit_share": _number(row["visit_share"]),
                "items_now": int(row["items_now"]),
                "waiting_now": waiting,
                "average_wait_now_d": average,
                "delay_cost_cents": None if cents is None else int(cents),
                "burn_rate_cents": int(burning["cents_per_week"].get(stage, 0)) if priced else None,
                "currency": settings.cost_of_delay.currency,
            }
        )
    return rows


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def present_rows(stream: StreamFacts, asked: Question, at: int) -> pd.DataFrame:
    """The rows of history that hold an instant, of the items that are asked for, with `age_s`: how
    long each lasts already.
    """
    items = asked_items(stream, asked)[["item_id", "episode"]]
    visits = stream.visits.merge(items, on=["item_id", "episode"])
    here = (visits["start_ts"] <= at) & ((visits["end_ts"] == NONE) | (visits["end_ts"] > at))
    rows = visits[here]
    begun = rows["start_ts"].to_numpy(np.int64)
    return rows.assign(age_s=seconds_between(begun, np.full(len(rows), at), asked.calendar))


def _waits_now(stream: StreamFacts, asked: Question) -> dict[int, tuple[int, float]]:
    """By stage how many deliveries wait there at the instant of `close_of`, and the mean days for
    which they have been: all of them, also those whose waiting is charged to nobody.
    """
    here = present_rows(stream, asked, close_of(asked))
    waits = here[here["state"] == "waiting"]
    found = (waits["age_s"] / 86_400).groupby(waits["stage_id"]).agg(["size", "mean"])
    return {
        int(stage): (int(count), float(mean)) for stage, count, mean in found.itertuples(name=None)
    }
