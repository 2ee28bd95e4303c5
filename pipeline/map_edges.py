"""How work moves between the steps of a map: edges with %C&A, rework loops, handoffs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from metrics.map_paths import Paths
from metrics.map_quality import Accuracy, accuracies, first_passes, rolled, yields
from metrics.map_steps import Step
from metrics.map_visits import first_time_right
from metrics.map_waits import loop_waits
from metrics.periods import DAY
from metrics.prices import Prices
from metrics.stats import percentiles
from pipeline.map_facts import MapFacts
from pipeline.map_numbers import share_of
from pipeline.map_receivers import NO_SURVEY, said_by_receivers
from pipeline.map_steps import explain_of
from pipeline.prices import prices_in
from pipeline.question import Question
from pipeline.snapshot import StreamFacts

Answer = dict[str, Any]

PROXY = "an upper bound: what the receiver repairs in silence is not seen"
STAYS_DONE = "what stays done ends there; what comes back is rework"
NO_FIRST_PASS = "no delivery came this way for the first time"


def edge_rows(stream: StreamFacts, asked: Question, made: MapFacts, ways: Paths) -> list[Answer]:
    """Every move forward between two steps, in the order of the map, with %C&A (V4)."""
    shares = accuracies(made.edges)
    drawn = ways.drawn
    rows = []
    surveys, until = stream.config.receivers, asked.last_day
    for row in made.edges.sort_values(["from_step", "to_step"]).to_dict("records"):
        u, v = int(row["from_step"]), int(row["to_step"])
        if u > v:
            continue
        one = shares[u, v]
        before, after = made.steps.steps[u], made.steps.steps[v]
        received = usable_share(one, after)
        survey = said_by_receivers(surveys, before, after, until=until, proxy=received["share"])
        rows.append(
            {
                "from": before.name,
                "to": after.name,
                "from_team": before.team or None,
                "to_team": after.team or None,
                "handoff": bool(before.team and after.team and before.team != after.team),
                "moves": int(row["moves"]),
                "items": int(row["items"]),
                "complete_accurate": {**received, "kind": "proxy", "note": PROXY},
                "survey": survey,
                "survey_reason": None if survey else NO_SURVEY,
                "shown": (u, v) in drawn,
                "explain": explain_of(
                    stream, asked, made, **{"from_step": before.name, "to_step": after.name}
                ),
            }
        )
    return rows


def usable_share(one: Accuracy, after: Step) -> Answer:
    """%C&A of an edge by its proxy. Of done none: only what came back is on the map there."""
    if after.kind == "done":
        return share_of(0, 0, nothing=STAYS_DONE)
    return share_of(one.received - one.bounced, one.received, nothing=NO_FIRST_PASS)


def rework_rows(stream: StreamFacts, asked: Question, made: MapFacts, ways: Paths) -> list[Answer]:
    """Every loop back to an earlier step (V9), the one that lost most time first."""
    drawn, prices = ways.drawn, prices_in(stream, asked)
    rows = []
    for _, own in made.loops.groupby(["from_step", "to_step"]):
        u, v = (int(own[name].iloc[0]) for name in ("from_step", "to_step"))
        before, after = made.steps.steps[u], made.steps.steps[v]
        lost = int(own["lost_s"].sum())
        items = len(own[["item_id", "episode"]].drop_duplicates())
        rows.append(
            {
                "from": before.name,
                "to": after.name,
                "returns": len(own),
                "deliveries": share_of(items, made.n),
                "lost_d": lost / DAY,
                "lost_each_d": lost / DAY / len(own),
                "waited_d": int(own["waited_s"].sum()) / DAY,
                **_cost(own, made, prices),
                "shown": (u, v) in drawn,
                "explain": explain_of(
                    stream, asked, made, **{"from_step": before.name, "to_step": after.name}
                ),
            }
        )
    return sorted(rows, key=lambda row: (-row["lost_d"], row["from"], row["to"]))


def _cost(own: pd.DataFrame, made: MapFacts, prices: Prices) -> Answer:
    """What the ledger charges for the waiting in the loop of the deliveries that have a value."""
    cents = int(prices.of(loop_waits(made.rows, own))["cost_cents"].sum())
    valued = int(prices.priced(own["item_id"]).sum())
    return {
        "cost_cents": cents if valued else None,
        "valued": valued,
        "unvalued": len(own) - valued,
        "cost_reason": None if valued else "nobody valued what came back here",
    }


def handoff_answer(stream: StreamFacts, asked: Question, made: MapFacts) -> Answer:
    """Changes of the owning team per delivery (V8), and between which teams."""
    keys = ["item_id", "episode"]
    counts = made.handoffs.groupby(keys).size()
    each = made.lives[keys].merge(counts.rename("handoffs").reset_index(), on=keys, how="left")
    values = each["handoffs"].fillna(0).to_numpy(np.float64)
    named = any(step.team for step in made.steps.steps) or len(made.handoffs) > 0
    found = percentiles(values if named else np.empty(0), {"p50": 0.50, "p85": 0.85})
    pairs = made.handoffs.groupby(["from_team", "to_team"], observed=True)
    teams = [
        {
            "from_team": str(before),
            "to_team": str(after),
            "handoffs": len(own),
            "items": len(own[keys].drop_duplicates()),
            "explain": explain_of(
                stream, asked, made, **{"from_team": str(before), "to_team": str(after)}
            ),
        }
        for (before, after), own in pairs
    ]
    teams.sort(key=lambda row: (-int(str(row["handoffs"])), row["from_team"], row["to_team"]))
    return {
        "per_delivery": {
            "p50": found.value["p50"],
            "p85": found.value["p85"],
            "mean": float(values.mean()) if named and len(values) else None,
            "n": found.n,
        },
        "total": int(values.sum()) if named else None,
        "between": teams,
        "reason": None if named else "no stage of this stream names a team",
    }


def rolled_answer(made: MapFacts, ways: Paths) -> dict[str, float | None]:
    """%C&A and first-pass yield multiplied along the main path (V5, V10)."""
    if not ways.paths:
        return {"rolled_complete_accurate": None, "rolled_first_pass_yield": None}
    path = ways.paths[0].steps
    shares = accuracies(made.edges)
    along = [shares[pair].share if pair in shares else None for pair in first_passes(path)]
    entered, right = first_time_right(made.visits, len(made.steps.steps))
    each = yields(entered, right)
    steps = [number for number in dict.fromkeys(path) if made.steps.steps[number].kind == "stage"]
    return {
        "rolled_complete_accurate": rolled(along),
        "rolled_first_pass_yield": rolled([each[number] for number in steps]),
    }


def path_answer(made: MapFacts, ways: Paths, *, share: float, most: int = 50) -> Answer:
    """The ways through the steps, the most common first; at most so many are listed."""
    return {
        "asked_share": share,
        "shown": ways.shown,
        "covered": ways.covered,
        "count": len(ways.paths),
        "n": ways.n,
        "reason": None if ways.n else "nothing was delivered in this window",
        "paths": [
            {
                "steps": [made.steps.steps[number].name for number in path.steps],
                "deliveries": path.count,
                "share": path.count / ways.n,
                "shown": place < ways.shown,
            }
            for place, path in enumerate(ways.paths[:most])
        ],
    }
