"""The steps of a map as answers tell them: time, wait by reason, what is inside, how it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np

from core.map_settings import DurationRange, ManualStep
from core.settings import Settings, ValueStream
from metrics.map_flow import not_released
from metrics.map_steps import Step
from metrics.map_times import LEVELS, StepTimes, tool_times_of
from metrics.map_visits import first_time_right
from metrics.periods import WEEK
from metrics.stats import Percentiles, percentiles
from pipeline.map_facts import MapFacts
from pipeline.map_numbers import NOTHING, days, share_of, summed_days, told_percentiles
from pipeline.question import Question
from pipeline.snapshot import StreamFacts
from pipeline.stream_answers import explain_address
from pipeline.stream_measures import asked_items, close_of

Answer = dict[str, Any]

_SYSTEMS = {
    "commit": ("gitlab", "github"),
    "review": ("gitlab", "github"),
    "ci": ("jenkins", "gitlab", "github"),
    "change_approval": ("servicenow",),
    "release": ("jenkins", "gitlab", "github"),
    "deploy": ("jenkins", "gitlab", "github"),
}
UPPER = "time in an active status is at most work"


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
        if not _is_shown(step, times, made, tools):
            continue
        row = _step(stream, asked, made, step, tools.get(step.tool))
        row["systems"] = systems_of(settings, stream.config, made, step)
        came = int(entered[step.number])
        repeats = step.kind != "tool"
        row["first_pass_yield"] = share_of(
            int(right[step.number]) if repeats else 0, came if repeats else 0,
            nothing=NOTHING if repeats else "a tool tells of no returns",
        )
        found.append(row)
    return with_manual(stream.config, found)


def _is_shown(
    step: Step, times: StepTimes, made: MapFacts, tools: Mapping[str, Percentiles]
) -> bool:
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
        "visits": share_of(min(times.deliveries, made.n), made.n) if step.kind != "tool" else
        share_of(min(lead.n, made.n), made.n),
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
        found, kind = percentiles(np.empty(0), LEVELS), "unknown"
        why = "its tool tells how long it took, not how long somebody worked on it"
    else:
        found, kind = times.active, "upper_bound"
        why = "no stage of this step is active"
    known = found.n > 0
    told = told_percentiles(found)
    mean = days(times.seconds["active"] / made.n) if made.n and known else None
    told["reasons"] = ([UPPER] if known and kind == "upper_bound" else []) + (
        told["reasons"] if known else [why if made.n else NOTHING]
    )
    return {"kind": kind if known else "unknown", "mean_d": mean, "estimate": None, **told}


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
        return {"entered_per_week": None, "left_per_week": None, "entered": None, "left": None,
                "reason": "counted in the stages alone"}
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


def systems_of(
    settings: Settings, config: ValueStream, made: MapFacts, step: Step
) -> list[Answer]:
    """Which tools touch the step: its own first, then what was going on in others meanwhile."""
    own = made.inside[made.inside["step"] == step.number]
    found: list[Answer] = []
    if step.kind != "tool":
        found.append(
            {"system": config.items.source, "tool": "tracker", "share": None, "mean_d": None}
        )
    for row in own.to_dict("records"):
        tool = str(row["tool"])
        found.append(
            {
                "system": system_name(settings, config, tool),
                "tool": tool,
                "share": row["deliveries"] / made.n if made.n else None,
                "mean_d": days(row["seconds"] / made.n) if made.n else None,
            }
        )
    if step.kind == "tool" and not any(one["tool"] == step.tool for one in found):
        name = system_name(settings, config, step.tool)
        found.insert(0, {"system": name, "tool": step.tool, "share": None, "mean_d": None})
    return found


def system_name(settings: Settings, config: ValueStream, tool: str) -> str:
    """The configured sources that a tool of the way to production may be, by name."""
    names = [one.name for kind in _SYSTEMS[tool] for one in settings.sources if one.kind == kind]
    return ", ".join(names) or tool


def with_manual(config: ValueStream, rows: list[Answer]) -> list[Answer]:
    """The steps with those that people told of in their places, all of them estimates."""
    for manual in config.steps:
        row = _manual(manual)
        place = next(
            (n + 1 for n, one in enumerate(rows) if _ends_with(one, manual.after)),
            0 if not manual.after else len(rows),
        )
        rows.insert(place, row)
    return rows


def _ends_with(row: Answer, name: str) -> bool:
    return bool(name) and (row["name"] == name or name in row["stages"])


def _manual(step: ManualStep) -> Answer:
    active, wait = _days_of(step.active), _days_of(step.wait)
    reason = "an estimate: no tool records this step"
    nothing = {"share": None, "numerator": 0, "n": 0, "interval": [None, None], "reason": reason}
    known = [one for one in (active, wait) if one is not None]
    return {
        "name": step.name,
        "kind": "manual",
        "phase": "work" if step.after else "upstream",
        "team": step.team or None,
        "value": step.value or None,
        "stages": [],
        "queues": [],
        "tool": None,
        "estimated": True,
        "after": step.after or None,
        "process": {
            "kind": "estimated" if active is not None else "unknown",
            "mean_d": active,
            "estimate": _estimate(step.active),
            "p50_d": None,
            "p85_d": None,
            "observed": {},
            "n": 0,
            "reasons": [reason],
        },
        "lead": {
            "p50_d": None,
            "p85_d": None,
            "observed": {},
            "n": 0,
            "reasons": [reason],
            "mean_d": sum(known) if known else None,
        },
        "ladder": {"active_d": active, "waiting_d": wait, "unknown_d": 0.0, "gap_d": 0.0,
                   "ignored_d": 0.0},
        "ladder_s": None,
        "wait_by_reason_d": {} if wait is None else {"estimated": wait},
        "wip": {"now": None, "waiting_now": None, "average": None, "reason": reason},
        "throughput": {"entered_per_week": None, "left_per_week": None, "entered": None,
                       "left": None, "reason": reason},
        "visits": nothing,
        "skipped": None,
        "rework_share": None,
        "informed": {"told": step.told, "by": step.informed or None},
        "explain": None,
        "systems": [
            {"system": name, "tool": "manual", "share": None, "mean_d": None}
            for name in step.systems
        ],
        "first_pass_yield": nothing,
    }


def _days_of(estimate: DurationRange | None) -> float | None:
    return None if estimate is None else estimate.seconds / 86_400


def _estimate(estimate: DurationRange | None) -> Answer | None:
    if estimate is None:
        return None
    low, high = estimate.low or estimate.likely, estimate.high or estimate.likely
    return {
        "low_d": low.total_seconds() / 86_400,
        "likely_d": estimate.seconds / 86_400,
        "high_d": high.total_seconds() / 86_400,
    }
