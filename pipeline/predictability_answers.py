"""Answers about objectives: how much of what was planned was delivered, and the objectives."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from metrics.predictability import predictability, rated
from pipeline.chart_frame import dressed
from pipeline.objectives import objectives_frame
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.times import iso

Answer = dict[str, Any]
_HOW = "enter objectives: headwater objectives FILE"


def predictability_answer(
    session: Session, snapshot: Snapshot, stream: StreamFacts, asked: Question
) -> Answer:
    """The envelope, and a row per increment that ended in the window."""
    frame = _frame(session, stream, asked)
    measure = predictability(frame, window=asked.window)
    body = dressed(
        snapshot, stream, "predictability", measure, asked, explain="predictability/explain"
    )
    if frame.empty:
        body["reasons"] = [*body["reasons"], _HOW]
    return {**body, "increments": _increments(frame, asked)}


def explain_predictability(session: Session, stream: StreamFacts, asked: Question) -> Answer:
    """The objectives in the number, and those that are not, with the reason."""
    found = rated(_frame(session, stream, asked), window=asked.window)
    return {
        "metric": "predictability",
        "window": [iso(asked.window.from_ts), iso(asked.window.to_ts)],
        "n": len(found.included),
        "included": _rows(found.included),
        "excluded": _rows(found.left_out),
    }


def _frame(session: Session, stream: StreamFacts, asked: Question) -> pd.DataFrame:
    return objectives_frame(session, stream.config.name, zone=asked.tz, until_ts=asked.known_at)


def _increments(frame: pd.DataFrame, asked: Question) -> list[Answer]:
    ended = frame[asked.window.holds(frame["ended_ts"].to_numpy("int64"))]
    rows = []
    for _, own in ended.groupby(["ended_ts", "increment"], sort=True):
        found = predictability(own, window=asked.window)
        waiting = int(own["actual"].isna().sum())
        rows.append(
            {
                "increment": str(own["increment"].iloc[0]),
                "ended_at": iso(int(own["ended_ts"].iloc[0])),
                "ratio": found.value["ratio"],
                "planned": float(own.loc[own["committed"], "planned"].sum()),
                "actual": None if waiting else float(own["actual"].sum()),
                "objectives": len(own),
                "not_rated": waiting,
            }
        )
    return rows


def _rows(frame: pd.DataFrame) -> list[Answer]:
    rows = []
    for row in frame.to_dict("records"):
        one: Answer = {
            "increment": row["increment"],
            "objective": row["name"],
            "ended_at": iso(int(row["ended_ts"])),
            "committed": bool(row["committed"]),
            "planned": row["planned"],
            "actual": None if pd.isna(row["actual"]) else row["actual"],
        }
        if "excluded_reason" in row:
            one["reason"] = row["excluded_reason"]
        rows.append(one)
    return rows
