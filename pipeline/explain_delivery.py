"""What a DORA metric is made of: the commits, merge requests or deployments in it, and those that
are not, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import Entity
from core.settings import Settings
from metrics.deployment_verdicts import deployment_verdicts, is_failed
from metrics.incident_facts import is_loose
from metrics.periods import Window
from pipeline.explain import explained
from pipeline.explain_requests import commit_rows, explain_requests
from pipeline.question import Question
from pipeline.service_measures import NEEDS_INCIDENTS, has_incidents, metric_named, reach_of
from pipeline.snapshot import ServiceFacts
from pipeline.times import iso
from store import frames_facts
from store import journey as reads

Answer = dict[str, Any]
Split = tuple[pd.DataFrame, pd.DataFrame]
Named = dict[int, Answer]

_COUNT_FAILED_JOBS = ("deployment_frequency", "change_fail_rate")
_OF_REQUESTS = ("change_lead_time_by_change", "merge_to_deploy", "delivery_cycle")


def explain_service(
    session: Session, settings: Settings, service: ServiceFacts, slug: str, asked: Question
) -> Answer:
    """Commits, merge requests or deployments in and out of a DORA metric, with what decided."""
    slug = metric_named(slug)
    rows, window = service.changes, asked.window
    if slug == "change_lead_time":
        inside = rows[window.holds(rows["deployed_ts"].to_numpy("int64"))]
        counted = inside["excluded"] == ""
        commits = commit_rows(session, inside[counted]), commit_rows(session, inside[~counted])
        return explained(slug, asked, *commits)
    if slug in _OF_REQUESTS:
        return explained(slug, asked, *explain_requests(session, service, slug, window))
    if not has_incidents(settings, service) and slug in NEEDS_INCIDENTS:
        return explained(slug, asked, [], [])
    rows = service.deployments
    if slug == "change_fail_rate":
        rows = rows.join(_verdicts(service, asked))
    inside, outside = _deployment_rows(service, rows, slug, asked)
    told = (_deployments(session, part, slug) for part in (inside, outside))
    body = explained(slug, asked, *told)
    if slug in NEEDS_INCIDENTS:
        body["unattributed_incidents"] = _unattributed(session, service.incidents, window)
    if slug in _COUNT_FAILED_JOBS:
        failed = window.holds(rows["finished_ts"].to_numpy("int64")) & (rows["result"] == "failed")
        body["failed_before_production"] = _deployments(session, service.deployments[failed], slug)
    return body


def _verdicts(service: ServiceFacts, asked: Question) -> pd.DataFrame:
    return deployment_verdicts(
        service.deployments,
        service.incidents,
        as_of=asked.as_of,
        **reach_of(service),
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


def _deployment_rows(
    service: ServiceFacts, rows: pd.DataFrame, slug: str, asked: Question
) -> Split:
    incidents = service.incidents
    good = asked.window.holds(rows["finished_ts"].to_numpy("int64"))
    good &= (rows["result"] == "success").to_numpy("bool")
    if slug in ("recovery_time", "detect_to_restore"):
        return _failures(rows[good & is_failed(rows)], incidents, slug, asked)
    if slug == "change_fail_rate":
        reach = reach_of(service)["observation_window_s"]
        rollback = (rows["kind"] == "rollback").to_numpy("bool")
        pending = (rows["finished_ts"] + reach > asked.as_of).to_numpy("bool")
        out = rows[good & (rollback | pending)]
        reason = out["kind"].eq("rollback").map({True: "rollback", False: "pending"})
        return rows[good & ~rollback & ~pending], out.assign(excluded_reason=reason)
    return rows[good], rows[:0]


def _deployments(session: Session, frame: pd.DataFrame, slug: str) -> list[Answer]:
    ids = [int(one) for one in frame["deployment_id"]]
    known = reads.things(session, Entity.DEPLOYMENT, ids)
    names = _names(session, frame, known)
    return [
        {
            "deployment": int(row["deployment_id"]),
            **names[row["deployment_id"]],
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
            **({"rework": bool(row["rework"])} if slug == "deployment_rework_rate" else {}),
            **({"verdict": row["strict"], "lenient": row["lenient"]} if "strict" in row else {}),
            **({"reason": row["excluded_reason"]} if "excluded_reason" in row else {}),
        }
        for row in frame.to_dict("records")
    ]


def _names(session: Session, frame: pd.DataFrame, known: Mapping[int, reads.Row]) -> Named:
    """By deployment: its service, its name at its source as verdicts need it, and the number of the
    incident that tells of its failure.
    """
    told = [int(one) for one in frame["incident_id"] if one != NONE]
    incidents = reads.things(session, Entity.INCIDENT, told)
    services = frames_facts.services(session).set_index("service_id")["name"]
    sources = reads.source_names(session)
    return {
        row["deployment_id"]: {
            "service": services.get(row["service_id"]),
            "source": sources[known[row["deployment_id"]]["source_id"]]["name"],
            "id": known[row["deployment_id"]]["external_id"],
            "incident_number": incidents.get(row["incident_id"], {}).get("number"),
        }
        for row in frame.to_dict("records")
    }


def _failures(failed: pd.DataFrame, incidents: pd.DataFrame, slug: str, asked: Question) -> Split:
    """Failed deployments that are over, and those that are open or, from detection on, unnamed."""
    restored = failed["restored_ts"]
    over = ((restored != NONE) & (restored <= asked.as_of)).to_numpy(np.bool_)
    named = failed["incident_id"].isin(incidents["incident_id"]).to_numpy(np.bool_)
    if slug == "recovery_time":
        named = np.ones(len(failed), np.bool_)
    left_out = failed[~(over & named)]
    reason = np.where(over, "no_incident", "open")[~(over & named)]
    return failed[over & named], left_out.assign(excluded_reason=reason)
