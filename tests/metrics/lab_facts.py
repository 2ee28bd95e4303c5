"""Facts of a stream that a known model played: what a calibration has to find again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.lab.calibrate import Facts
from metrics.lab.draws import Draws
from metrics.lab.engine import play
from metrics.lab.network import Network
from metrics.periods import DAY, Window


def stages_of(network: Network) -> pd.DataFrame:
    """Of each step a queue and its work, and done."""
    rows = []
    for place, step in enumerate(network.steps):
        rows.append((2 * place + 1, f"{step.name} queue", "waiting", step.team))
        rows.append((2 * place + 2, step.name, "active", step.team))
    rows.append((2 * len(network.steps) + 1, "Done", "done", ""))
    told = [(stage, stage, name, state, team) for stage, name, state, team in rows]
    return pd.DataFrame(told, columns=["stage_id", "ordinal", "name", "state", "team"])


def facts_of(
    network: Network,
    items: int,
    *,
    until_d: float,
    window_d: float,
    seed: int = 5,
    people: Mapping[str, int] | None = None,
    value_cents: int = NONE,
) -> Facts:
    """What a tracker would have of one run up to a day, in the frames of facts."""
    run = play(network, Draws(network, items, seed, 0))
    as_of = int(until_d * DAY)
    rows = []
    for place in np.lexsort((run.entered, run.item)):
        item, step = int(run.item[place]), int(run.step[place])
        entered, begun, worked = (
            int(one[place] * DAY) for one in (run.entered, run.begun, run.worked)
        )
        if begun > entered:
            rows.append((item, 2 * step + 1, "waiting", entered, begun))
        rows.append((item, 2 * step + 2, "active", begun, worked))
    visits = pd.DataFrame(rows, columns=["item_id", "stage_id", "state", "start_ts", "end_ts"])
    visits = visits[visits["start_ts"] < as_of].assign(reason="", episode=1)
    visits["ordinal"] = visits.groupby("item_id").cumcount() + 1
    visits["end_ts"] = visits["end_ts"].where(visits["end_ts"] <= as_of, NONE)
    begun_ts, done_ts = ((one * DAY).astype(np.int64) for one in (run.admitted, run.ended))
    told = pd.DataFrame(
        {
            "item_id": np.arange(items),
            "episode": 1,
            "kind": "feature",
            "committed_ts": begun_ts,
            "done_ts": np.where(done_ts > as_of, NONE, done_ts),
            "cancelled_ts": NONE,
            "value_cents": value_cents,
            "start_reason": "",
        }
    )
    window = Window(as_of - int(window_d * DAY), as_of)
    there = told[told["committed_ts"] < as_of]
    return Facts(there, visits, stages_of(network), people or {}, window, as_of)
