"""What a number is made of: the ids that are in it, and those that are not, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import Entity
from core.settings import Settings
from metrics import cost
from metrics.cohort import cohort, durations
from metrics.deployment_verdicts import deployment_verdicts, is_failed
from metrics.flow import in_load
from metrics.incident_facts import is_loose
from metrics.periods import Window
from metrics.time_by_tool import tool_cohort
from pipeline.question import Question
from pipeline.service_answers import NEEDS_INCIDENTS, has_incidents, require_dora_metric
from pipeline.snapshot import ServiceFacts, StreamFacts
from pipeline.stream_measures import CLOCKS, asked_items, close_of, require_flow_metric
from pipeline.times import iso
from pipeline.tool_rows import tools_of
from store import journey as reads

Answer = dict[str, Any]
Split = tuple[pd.DataFrame, pd.DataFrame]


def explain_stream(stream: StreamFacts, slug: str, asked: Question) -> Answer:
    """Items in and out of a flow metric: key, title, seconds where it times, reason where left
    out.

    `n` is the metric's own, and the reasons add up to its exclusions.
    """
    require_flow_metric(slug)
    inside, outside = _stream_rows(stream, slug, asked)
    return _answer(slug, asked, item_rows(inside), item_rows(outside))


def _stream_rows(stream: StreamFacts, slug: str, asked: Question) -> Split:
    """The deliveries that are in the number, and with `excluded_reason` those that are not."""
    items, window = asked_items(stream, asked), asked.window
    if slug in CLOCKS or slug == "efficiency":
        clock = CLOCKS.get(slug, "flow_time")
        found = cohort(items, window=window, clock=clock)
        included = found.included.assign(seconds=durations(found, clock))
        if slug == "efficiency" and len(stream.stages):
            return _worked(included, found.left_out)
        return included, found.left_out
    if slug == "time_by_tool":
        by_tool = tool_cohort(items, stream.tools, window=window)
        rows = by_tool.included
        return rows.assign(seconds=rows["released_ts"] - rows["idea_ts"]), by_tool.left_out
    if slug == "load":
        return items[in_load(items, close_of(asked))], items[:0]
    if slug == "delay_cost":
        return _priced(stream, items, asked)
    done = window.holds(items["done_ts"].to_numpy("int64"))
    if slug == "discard_rate":
        gone = window.holds(items["cancelled_ts"].to_numpy("int64"))
        return items[done | (gone & (items["committed_ts"] != NONE).to_numpy())], items[:0]
    if slug == "reopen_rate":
        reach = int(stream.config.reopen_window.total_seconds())
        final = items["done_ts"].to_numpy("int64") + reach <= asked.as_of
        return items[done & final], items[done & ~final].assign(excluded_reason="pending")
    return items[done], items[:0]


def _worked(included: pd.DataFrame, left_out: pd.DataFrame) -> Split:
    """Efficiency counts only deliveries that spent time: the others have no ratio."""
    timed = included["active_s"] + included["waiting_s"] > 0
    empty = included[~timed].assign(excluded_reason="no_time")
    return included[timed], pd.concat([left_out, empty])


def _priced(stream: StreamFacts, items: pd.DataFrame, asked: Question) -> Split:
    """What waited in the window, with what that cost; without a value it has none."""
    priced = items.assign(value_cents=items["value_cents"].where(items["value_cents"] != NONE, 0))
    found = cost.delay_cost(priced, stream.visits, window=asked.window, as_of=asked.as_of)
    costs = found.by("item_id", "episode").assign(
        cents=lambda frame: frame["cost_cents"] + frame["sunk_cents"]
    )
    rows = items.merge(costs[["item_id", "episode", "cents"]], on=["item_id", "episode"])
    valued = rows["value_cents"] != NONE
    return rows[valued], rows[~valued].drop(columns="cents").assign(excluded_reason="unvalued")


def item_rows(frame: pd.DataFrame) -> list[Answer]:
    """Deliveries as explanations list them; `seconds`, `cents` and `excluded_reason` where they are
    columns.
    """
    rows = []
    for row in frame.to_dict("records"):
        one: Answer = {
            "key": row["key"],
            "title": row["title"],
            "kind": row["kind"],
            "episode": int(row["episode"]),
            "committed_at": iso(int(row["committed_ts"])),
            "done_at": iso(int(row["done_ts"])),
            "released_at": iso(int(row["released_ts"])),
            "active_s": int(row["active_s"]),
            "waiting_s": int(row["waiting_s"]),
        }
        if not pd.isna(row.get("seconds", np.nan)):
            one["seconds"] = int(row["seconds"])
        if "cents" in row:
            one["cost_cents"] = int(row["cents"])
        if "tracker_s" in row:
            one["tools"] = tools_of(row)
        if "excluded_reason" in row:
            one["reason"] = row["excluded_reason"]
        rows.append(one)
    return rows


def explain_service(
    session: Session, settings: Settings, service: ServiceFacts, slug: str, asked: Question
) -> Answer:
    """Commits, merge requests or deployments in and out of a DORA metric, with what decided."""
    require_dora_metric(slug)
    rows, window = service.changes, asked.window
    if slug == "change_lead_time":
        inside = rows[window.holds(rows["deployed_ts"].to_numpy("int64"))]
        counted = inside["excluded"] == ""
        commits = _commits(session, inside[counted]), _commits(session, inside[~counted])
        return _answer(slug, asked, *commits)
    if slug == "change_lead_time_by_change":
        return _answer(slug, asked, *_requests(session, rows[rows["excluded"] == ""], window))
    if not has_incidents(settings, service) and slug in NEEDS_INCIDENTS:
        return _answer(slug, asked, [], [])
    rows = service.deployments
    if slug == "change_fail_rate":
        rows = rows.join(_verdicts(settings, service, asked))
    inside, outside = _deployment_rows(settings, rows, slug, asked)
    body = _answer(slug, asked, _deployments(session, inside), _deployments(session, outside))
    if slug in NEEDS_INCIDENTS:
        body["unattributed_incidents"] = _unattributed(session, service.incidents, window)
    return body


def _verdicts(settings: Settings, service: ServiceFacts, asked: Question) -> pd.DataFrame:
    return deployment_verdicts(
        service.deployments,
        service.incidents,
        as_of=asked.as_of,
        observation_window_s=int(settings.dora.observation_window.total_seconds()),
        incident_window_s=int(settings.dora.incident_window.total_seconds()),
    )


def _unattributed(session: Session, rows: pd.DataFrame, window: Window) -> list[Answer]:
    """Incidents of the window that nothing sure ties to a deployment: they may be failures too."""
    inside = window.holds(rows["opened_ts"].to_numpy("int64"))
    loose = rows[inside & is_loose(rows)]
    known = reads.things(session, Entity.INCIDENT, [int(one) for one in loose["incident_id"]])
    return [
        {
            "number": known[row["incident_id"]]["number"],
            "title": known[row["incident_id"]]["title"],
            "url": known[row["incident_id"]]["url"],
            "opened_at": iso(int(row["opened_ts"])),
            "resolved_at": iso(int(row["resolved_ts"])),
        }
        for row in loose.sort_values("opened_ts").to_dict("records")
    ]


def _deployment_rows(settings: Settings, rows: pd.DataFrame, slug: str, asked: Question) -> Split:
    good = asked.window.holds(rows["finished_ts"].to_numpy("int64"))
    good &= (rows["result"] == "success").to_numpy("bool")
    if slug == "recovery_time":
        failed = rows[good & is_failed(rows)]
        restored = failed["restored_ts"]
        over = (restored != NONE) & (restored <= asked.as_of)
        return failed[over], failed[~over].assign(excluded_reason="open")
    if slug == "change_fail_rate":
        reach = int(settings.dora.observation_window.total_seconds())
        rollback = (rows["kind"] == "rollback").to_numpy("bool")
        pending = (rows["finished_ts"] + reach > asked.as_of).to_numpy("bool")
        out = rows[good & (rollback | pending)]
        reason = out["kind"].eq("rollback").map({True: "rollback", False: "pending"})
        return rows[good & ~rollback & ~pending], out.assign(excluded_reason=reason)
    return rows[good], rows[:0]


def _requests(
    session: Session, counted: pd.DataFrame, window: Window
) -> tuple[list[Answer], list[Answer]]:
    """Merge requests whose last commit went live in the window; commits that belong to none."""
    loose = counted["merge_request_id"] == NONE
    spans = counted[~loose].groupby("merge_request_id", as_index=False)
    times = spans.agg({"committed_ts": "min", "deployed_ts": "max"})
    times = times[window.holds(times["deployed_ts"].to_numpy("int64"))]
    ids = [int(one) for one in times["merge_request_id"]]
    known = reads.things(session, Entity.MERGE_REQUEST, ids)
    inside = [
        {
            "merge_request": known[row["merge_request_id"]]["number"],
            "repository": known[row["merge_request_id"]]["repository"],
            "title": known[row["merge_request_id"]]["title"],
            "url": known[row["merge_request_id"]]["url"],
            "committed_at": iso(int(row["committed_ts"])),
            "deployed_at": iso(int(row["deployed_ts"])),
            "seconds": int(row["deployed_ts"]) - int(row["committed_ts"]),
        }
        for row in times.to_dict("records")
    ]
    direct = counted[loose & window.holds(counted["deployed_ts"].to_numpy("int64"))]
    return inside, _commits(session, direct.assign(excluded="no_merge_request"))


def _commits(session: Session, frame: pd.DataFrame) -> list[Answer]:
    known = reads.things(session, Entity.COMMIT, [int(one) for one in frame["commit_id"]])
    return [
        {
            "sha": known[row["commit_id"]]["sha"],
            "repository": known[row["commit_id"]]["repository"],
            "committed_at": iso(int(row["committed_ts"])),
            "deployed_at": iso(int(row["deployed_ts"])),
            "seconds": int(row["deployed_ts"]) - int(row["committed_ts"]),
            "clock": row["clock"],
            "deployment": int(row["deployment_id"]),
            **({"reason": row["excluded"]} if row["excluded"] else {}),
        }
        for row in frame.to_dict("records")
    ]


def _deployments(session: Session, frame: pd.DataFrame) -> list[Answer]:
    ids = [int(one) for one in frame["deployment_id"]]
    known = reads.things(session, Entity.DEPLOYMENT, ids)
    return [
        {
            "deployment": int(row["deployment_id"]),
            "url": known[row["deployment_id"]]["url"],
            "version": known[row["deployment_id"]]["version"],
            "sha": known[row["deployment_id"]]["sha"],
            "finished_at": iso(int(row["finished_ts"])),
            "kind": row["kind"],
            "result": row["result"],
            "failed": row["failed"] == 1,
            "incident": None if row["incident_id"] == NONE else int(row["incident_id"]),
            "restored_at": iso(int(row["restored_ts"])),
            "restored_by": row["restored_by"] or None,
            "commits": None if row["commits"] == NONE else int(row["commits"]),
            **({"verdict": row["strict"], "lenient": row["lenient"]} if "strict" in row else {}),
            **({"reason": row["excluded_reason"]} if "excluded_reason" in row else {}),
        }
        for row in frame.to_dict("records")
    ]


def _answer(
    slug: str, asked: Question, included: Sequence[Answer], excluded: Sequence[Answer]
) -> Answer:
    return {
        "metric": slug,
        "window": [iso(asked.window.from_ts), iso(asked.window.to_ts)],
        "n": len(included),
        "included": included,
        "excluded": excluded,
    }
