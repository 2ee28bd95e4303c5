"""Vectors of histories: deliveries, the flow metrics of a window, time per stage, delay cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from conformance.given import At, Closed, iso, seconds, told
from conformance.histories import Histories
from core.frames import NONE
from metrics import flow
from metrics.cost import delay_cost
from metrics.facts import FactInputs, Facts, item_facts
from metrics.little import littles_law
from metrics.stages import stage_time


class _Asked(Histories):
    window: Closed
    as_of: At


def flow_of_items(given: Mapping[str, Any]) -> dict[str, Any]:
    """statuses, items, rules, window, as_of -> deliveries (a list by item), every flow metric by
    its name, stage_time by the name of the status, delay_cost.
    """
    asked = _Asked.model_validate(given)
    inputs, rules = asked.inputs(), asked.fact_rules()
    facts = item_facts(inputs, rules)
    window, as_of = asked.window.window, seconds(asked.as_of)
    items = facts.items
    return {
        "deliveries": _deliveries(asked, items),
        "flow_time": told(flow.flow_time(items, window=window)),
        "idea_to_done": told(flow.idea_to_done(items, window=window)),
        "idea_to_release": told(flow.idea_to_release(items, window=window)),
        "velocity": told(flow.velocity(items, window=window)),
        "load": told(flow.load(items, as_of=as_of)),
        "efficiency": told(flow.efficiency(items, window=window, staged=True)),
        "distribution": told(flow.distribution(items, window=window)),
        "reopen_rate": told(
            flow.reopen_rate(
                items, window=window, as_of=as_of, reopen_window_s=rules.reopen_window_s
            )
        ),
        "discard_rate": told(flow.discard_rate(items, window=window)),
        "littles_law": told(littles_law(items, facts.visits, window=window).measure),
        "stage_time": _stages(facts, inputs, asked),
        "delay_cost": _cost(facts, asked),
    }


def _deliveries(asked: Histories, items: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {item.id: [] for item in asked.items}
    names = [item.id for item in asked.items]
    for row in items.to_dict("records"):
        parts = ("active", "waiting", "blocked", "unknown", "ignored", "gap")
        found[names[int(row["item_id"]) - 1]].append(
            {
                **{name: iso(row[f"{name}_ts"]) for name in ("committed", "done", "cancelled")},
                **{f"{part}_d": int(row[f"{part}_s"]) / 86_400 for part in parts},
                "state": str(row["state"]),
                "start_reason": str(row["start_reason"]),
                "reopened": int(row["reopened"]),
                "clock_violations": int(row["violations"]),
            }
        )
    return found


def _stages(facts: Facts, inputs: FactInputs, asked: _Asked) -> dict[str, dict[str, Any]]:
    table = stage_time(
        facts.items,
        facts.visits,
        inputs.stages,
        window=asked.window.window,
        as_of=seconds(asked.as_of),
    )
    columns = ("visits", "p50_d", "p85_d", "waiting_d", "active_d", "visit_share", "items_now")
    return {
        str(row["name"]): {name: _number(row[name]) for name in columns}
        for row in table.to_dict("records")
    }


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _cost(facts: Facts, asked: _Asked) -> dict[str, Any]:
    found = delay_cost(
        facts.items, facts.visits, window=asked.window.window, as_of=seconds(asked.as_of)
    )
    names = {n: item.id for n, item in enumerate(asked.items, start=1)}
    split = found.by("item_id")
    owners = zip(split["item_id"], split["cost_cents"], strict=True)
    return {
        "cost_cents": found.cost_cents,
        "sunk_cents": found.sunk_cents,
        "unvalued": found.unvalued,
        "by_item": {names[int(owner)]: int(cents) for owner, cents in owners if owner != NONE},
    }
