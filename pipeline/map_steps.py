"""The steps of a map as answers tell them: time, wait by reason, what is inside, how it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np

from core.settings import Settings
from metrics.map_flow import not_released
from metrics.map_logs import Booked
from metrics.map_steps import Step
from metrics.map_times import LEVELS, StepTimes, tool_times_of
from metrics.map_visits import first_time_right
from metrics.periods import WEEK
from metrics.stats import Percentiles, percentiles
from pipeline.map_facts import MapFacts
from pipeline.map_manual import with_manual
from pipeline.map_numbers import NOTHING, days, share_of, summed_days, told_percentiles
from pipeline.map_systems import systems_of
from pipeline.question import Question
from pipeline.snapshot import StreamFacts
from pipeline.stream_answers import explain_address
from pipeline.stream_measures import asked_items, close_of

Answer = dict[str, Any]

UPPER = "time in an active status is at most work"
NO_LOGS = "nobody booked time while work was here"
NOT_KEPT = "work logs are not kept as they were known on a day"
_NONE = percentiles(np.empty(0), LEVELS)


def step_rows(
    settings: Settings, stream: StreamFacts, asked: Question, made: MapFacts
) -> list[Answer]:
    """The steps in the order of the map: those of the stages, what is measured in the tools after
    them, and those that people told of.
    """
    tools = tool_times_of(made.spans, made.n)
    entered, right = first_time_right(made.visits, len(made.steps.steps))
    found: list[Answer] = []
    for step in made.steps.steps:
        times = made.times[step.number]
        if not _is_shown(step, times, tools):
            continue
        row = _step(stream, asked, made, step, tools.get(step.tool))
        row["systems"] = systems_of(settings, stream.config, made, step)
        came = int(entered[step.number])
        repeats = step.kind != "tool"
        row["first_pass_yield"] = share_of(
            int(right[step.number]) if repeats else 0,
            came if repeats else 0,
            nothing=NOTHING if repeats else "a tool tells of no returns",
        )
        found.append(row)
    return with_manual(stream.config, found)


def _is_shown(step: Step, times: StepTimes, tools: Mapping[str, Percentiles]) -> bool:
    if step.kind in ("unmapped", "done"):
        return times.stays > 0
    if step.kind == "tool":
        return step.tool in tools or times.lead_s > 0 or _runs(step, tools)
    return bool(step.stage_ids) or times.lead_s > 0


def _runs(step: Step, tools: Mapping[str, Percentiles]) -> bool:
    return step.tool == "release" and "deploy" in tools


def _step(
    stream: StreamFacts,
    asked: Question,
    made: MapFacts,
    step: Step,
    tool: Percentiles | None,
) -> Answer:
    times = made.times[step.number]
    lead = tool if step.kind == "tool" and tool is not None else times.lead
    return {
        "name": step.name,
        "kind": step.kind,
        "phase": step.phase,
        "team": step.team or None,
        "value": step.value or None,
        "stages": list(step.stages),
        "queues": list(step.queues),
        "tool": step.tool or None,
        "estimated": False,
        "after": None,
        "process": _process(made, step, times),
        "lead": {**told_percentiles(lead), **summed_days({"mean": times.lead_s}, made.n)},
        "ladder": summed_days(times.seconds, made.n),
        "ladder_s": dict(times.seconds),
        "wait_by_reason_d": _by_reason(times, made.n),
        "wip": _wip(stream, asked, made, step),
        "throughput": _throughput(asked, made, step),
        "visits": share_of(min(times.deliveries, made.n), made.n)
        if step.kind != "tool"
        else share_of(min(lead.n, made.n), made.n),
        "skipped": made.n - times.deliveries if step.kind == "stage" else None,
        "rework_share": times.repeat_s / times.lead_s if times.lead_s else None,
        "informed": _informed(step),
        "explain": explain_of(stream, asked, made, step=step.name),
    }


def _by_reason(times: StepTimes, count: int) -> dict[str, float]:
    return {word: own / count / 86_400 for word, own in times.waits.items()} if count else {}


def explain_of(stream: StreamFacts, asked: Question, made: MapFacts, **more: str) -> str:
    """The address that lists the deliveries behind a number of the map."""
    address = explain_address(f"/v1/streams/{stream.config.name}/map/explain", asked)
    return f"{address}&{urlencode({'clock': made.clock, **more}, quote_via=quote)}"


def _process(made: MapFacts, step: Step, times: StepTimes) -> Answer:
    """V1: how the process time is known. A queue has none; a build is timed by its tool."""
    if step.tool in ("ci", "release"):
        own = made.spans[made.spans["tool"] == ("ci" if step.tool == "ci" else "deploy")]
        seconds = (own["end_ts"] - own["start_ts"]).groupby(own["item_id"]).sum()
        found = percentiles(seconds.to_numpy(np.float64), LEVELS)
        kind, why = "measured", "no build or deployment of these items tells its times"
    elif step.tool:
        found, kind = _NONE, "unknown"
        why = "its tool tells how long it took, not how long somebody worked on it"
    else:
        found, kind = times.active, "upper_bound"
        why = "no stage of this step is active"
    seconds_all = times.seconds["active"]
    booked = made.booked[step.number] if made.booked is not None else None
    if booked is not None and booked.tells and not step.tool:
        found, kind, seconds_all = booked.seconds, "measured", booked.total_s
    known = found.n > 0
    told = told_percentiles(found)
    mean = days(seconds_all / made.n) if made.n and known else None
    told["reasons"] = ([UPPER] if known and kind == "upper_bound" else []) + (
        told["reasons"] if known else [why if made.n else NOTHING]
    )
    return {
        "kind": kind if known else "unknown",
        "mean_d": mean,
        "estimate": None,
        "logged": _logged(booked),
        **told,
    }


def _logged(booked: Booked | None) -> Answer:
    """What people booked in the stays of a step, whether or not it tells the process time."""
    if booked is None:
        return {"stays": None, "over": None, **told_percentiles(_NONE), "reasons": [NOT_KEPT]}
    told = told_percentiles(booked.seconds)
    if not booked.seconds.n:
        told["reasons"] = [NO_LOGS]
    return {"stays": booked.stays, "over": booked.over, **told}


def _wip(stream: StreamFacts, asked: Question, made: MapFacts, step: Step) -> Answer:
    nothing: Answer = {"now": None, "waiting_now": None, "average": None}
    if step.kind == "tool":
        if step.tool != "release":
            return {**nothing, "reason": "counted in the stages in which this happens"}
        waiting = not_released(asked_items(stream, asked), close_of(asked))
        return {
            "now": waiting,
            "waiting_now": waiting,
            "average": None,
            "reason": "how many waited on average is not kept",
        }
    if step.kind == "done":
        return {**nothing, "reason": "what is done is no work in progress"}
    flow, number = made.flow, step.number
    return {
        "now": int(flow.now[number]),
        "waiting_now": int(flow.waiting_now[number]),
        "average": float(flow.average[number]),
        "reason": None,
    }


def _throughput(asked: Question, made: MapFacts, step: Step) -> Answer:
    if step.kind in ("tool", "done"):
        return {
            "entered_per_week": None,
            "left_per_week": None,
            "entered": None,
            "left": None,
            "reason": "counted in the stages alone",
        }
    weeks = asked.window.seconds / WEEK
    entered, left = int(made.flow.entered[step.number]), int(made.flow.left[step.number])
    return {
        "entered_per_week": entered / weeks,
        "left_per_week": left / weeks,
        "entered": entered,
        "left": left,
        "reason": None,
    }


def _informed(step: Step) -> Answer:
    """How the step is told that there is work."""
    words = {
        "commit": "first commit",
        "review": "merge request opened",
        "ci": "build queued",
        "change_approval": "change requested",
        "release": "merged",
    }
    if step.tool:
        return {"told": "system", "by": words[step.tool]}
    if step.kind == "stage" and step.stages:
        return {"told": "system", "by": f"moved to {step.stages[0]}"}
    return {"told": "system", "by": "item made"}
