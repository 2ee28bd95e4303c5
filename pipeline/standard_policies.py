"""The policies of a stream, as far as configuration, map and scenario tell them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.duration import duration_text
from core.settings import ValueStream

Answer = dict[str, Any]

_LEVERS: Final[Mapping[str, tuple[str, str]]] = {
    "people": ("people", "people who work there: {}"),
    "limit": ("limit", "at most {} items in the step"),
    "batch": ("cadence", "work may begin: {}"),
    "wait": ("cadence", "waiting that nobody there ends: {}"),
    "usable": ("quality", "can be used as received: {}"),
    "approve": ("approval", "passes by record, without waiting for somebody: {}"),
    "automate": ("other", "done by a machine: {} of the work"),
    "remove": ("other", "the step is gone, its work is {}"),
    "merge": ("other", "done at once, by the same people, with {}"),
    "order": ("order", "who is next: {}"),
    "owner": ("people", "owned by {}"),
    "cap": ("limit", "at most {} items come in"),
}


def stream_policies(config: ValueStream, drawn: Answer) -> list[Answer]:
    """What configuration and map tell. drawn: the document of the map. `step` "" is of all."""
    edges = drawn["boundaries"]
    told = [
        _policy("", "entry", f"it begins when: {edges['trigger']['text']}", "map"),
        _policy("", "exit", f"it is finished when: {edges['done']['text']}", "map"),
    ]
    if edges["recipient"]["text"]:
        told.append(_policy("", "exit", f"it is for: {edges['recipient']['text']}", "map"))
    for row in drawn["steps"]:
        if row["kind"] in ("stage", "manual") and row["informed"]["by"]:
            told.append(_policy(row["name"], "entry", row["informed"]["by"], "map"))
        if row["tool"] == "change_approval":
            told.append(_policy(row["name"], "approval", "a change request is approved", "map"))
    for stage in config.stages:
        if stage.state not in ("done", "cancelled", "ignored"):
            text = f"{stage.name}: {stage.state}, in status {', '.join(stage.statuses)}"
            told.append(_policy(_step_of(drawn, stage.name), "state", text, "configuration"))
    return [*told, *_rules(config)]


def lever_policies(levers: Mapping[str, str]) -> list[Answer]:
    """The levers of the scenario that was tried, as rules to work by."""
    found = []
    for lever, value in levers.items():
        step, _, what = lever.rpartition(".")
        kind, text = _LEVERS.get(what, ("other", f"{what}: {{}}"))
        place = "" if step in ("arrivals", "mix") else step
        found.append(_policy(place, kind, text.replace("{}", value), "scenario"))
    return found


def _rules(config: ValueStream) -> list[Answer]:
    told, rule = [], config.blocked
    signs = [
        f"field {rule.field}" if rule.field else "",
        f"status {', '.join(rule.statuses)}" if rule.statuses else "",
        f"label {', '.join(rule.labels)}" if rule.labels else "",
        f"link {', '.join(rule.links)}" if rule.links else "",
    ]
    if any(signs):
        text = f"what is blocked is marked by {' or '.join(one for one in signs if one)}"
        told.append(_policy("", "blocked", text, "configuration"))
    window = duration_text(config.reopen_window)
    back = f"what comes back within {window} is the same delivery"
    return [*told, _policy("", "exit", back, "configuration")]


def _step_of(drawn: Answer, stage: str) -> str:
    return next((row["name"] for row in drawn["steps"] if stage in row["stages"]), "")


def _policy(step: str, kind: str, text: str, source: str) -> Answer:
    return {"step": step, "kind": kind, "text": text, "source": source}
