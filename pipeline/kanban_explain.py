"""What the Kanban measures rest on: the deliveries, each with the figures that a reader adds up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from metrics.ageing import stage_ages
from metrics.cohort import Cohort, cohort
from metrics.sle import before
from pipeline.ageing_zones import UNMAPPED
from pipeline.explain import item_rows, timed
from pipeline.kanban import Promise, ageing_of, littles_law_of
from pipeline.question import Question
from pipeline.snapshot import StreamFacts
from pipeline.stream_measures import asked_items
from pipeline.times import iso
from pipeline.working import told_calendar

Answer = dict[str, Any]


def explain_littles_law(stream: StreamFacts, asked: Question) -> Answer:
    """Every delivery in load in the window: `seconds` in it, `presence_s` in all, how it left."""
    rows = littles_law_of(stream, asked).rows
    told = item_rows(rows.assign(seconds=rows["inside_s"]))
    beside = zip(told, rows["presence_s"], rows["left"], strict=True)
    return _explained(
        "littles_law",
        asked,
        [{**one, "presence_s": int(whole), "left": left or None} for one, whole, left in beside],
    )


def explain_sle(stream: StreamFacts, asked: Question, promise: Promise) -> Answer:
    """The deliveries of the window with their flow times; `history`: those of the time before, from
    which the expectation comes, none where it is given.
    """
    items = asked_items(stream, asked)
    inside = cohort(items, window=asked.window)
    told = _explained("sle", asked, _timed(inside, asked), item_rows(inside.left_out))
    if promise.within_d is not None:
        return {**told, "history": []}
    return {**told, "history": _timed(cohort(items, window=before(asked.window)), asked)}


def _timed(found: Cohort, asked: Question) -> list[Answer]:
    return item_rows(timed(found, "flow_time", asked))


def explain_ageing(stream: StreamFacts, asked: Question, promise: Promise) -> Answer:
    """What is in load with its age; `history`: what survival, expectation and pace rest on.

    Of each of these: from which age (`entered_s`) to which (`seconds`) the window shows it, how
    that ended (`outcome`), and the age at which it left each stage for the last time.
    """
    found = ageing_of(stream, asked, promise)
    lived = found.history
    stages = _left_after(stream, lived[lived["outcome"] == "done"], asked)
    history = [
        {
            **one,
            "entered_s": int(row["entered_s"]),
            "outcome": row["outcome"],
            "left_after_s": stages.get((row["item_id"], row["episode"]), {}),
        }
        for one, row in zip(
            item_rows(lived.assign(seconds=lived["left_s"])), lived.to_dict("records"), strict=True
        )
    ]
    rows = item_rows(found.rows.assign(seconds=found.rows["age_s"]))
    return {**_explained("ageing", asked, rows), "history": history}


def _left_after(
    stream: StreamFacts, done: pd.DataFrame, asked: Question
) -> dict[tuple[int, int], dict[str, int]]:
    names = stream.stages.set_index("stage_id")["name"]
    found: dict[tuple[int, int], dict[str, int]] = {}
    for row in stage_ages(done, stream.visits, asked.calendar).to_dict("records"):
        name = str(names.get(row["stage_id"], UNMAPPED))
        found.setdefault((row["item_id"], row["episode"]), {})[name] = int(row["left_after_s"])
    return found


def _explained(
    slug: str, asked: Question, included: Sequence[Answer], excluded: Sequence[Answer] = ()
) -> Answer:
    return {
        "metric": slug,
        "window": [iso(asked.window.from_ts), iso(asked.window.to_ts)],
        **told_calendar(asked),
        "n": len(included),
        "included": list(included),
        "excluded": list(excluded),
    }
