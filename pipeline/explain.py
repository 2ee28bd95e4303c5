"""What a number is made of: the ids that are in it, and those that are not, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.frames import NONE
from core.records import Entity
from metrics.cohort import Clock, cohort, durations
from metrics.flow import in_load
from pipeline.question import Question
from pipeline.service_answers import DORA_SLUGS
from pipeline.snapshot import ServiceFacts, StreamFacts
from pipeline.stream_answers import FLOW_SLUGS
from pipeline.times import iso
from store import journey as reads

Answer = dict[str, Any]
_CLOCKS: dict[str, Clock] = {
    "flow_time": "flow_time",
    "idea_to_done": "idea_to_done",
    "idea_to_release": "idea_to_release",
}


def explain_stream(stream: StreamFacts, slug: str, asked: Question) -> Answer:
    """Items in and out of a flow metric: key, title, seconds where it times, reason where left
    out.
    """
    if slug not in FLOW_SLUGS:
        raise NotFoundError(
            f'a value stream has no metric "{slug}"; it has: {", ".join(FLOW_SLUGS)}'
        )
    items = stream.items
    if slug == "load":
        inside = items[in_load(items, min(asked.window.to_ts, asked.as_of))]
        return _answer(slug, asked, _items(inside), [])
    if slug in ("velocity", "distribution", "reopen_rate"):
        done = items[asked.window.holds(items["done_ts"].to_numpy("int64"))]
        return _answer(slug, asked, _items(done), [])
    clock = _CLOCKS.get(slug, "flow_time")
    found = cohort(items, window=asked.window, clock=clock, kinds=asked.kinds)
    included = found.included.assign(seconds=durations(found, clock))
    return _answer(slug, asked, _items(included), _items(found.left_out))


def _items(frame: pd.DataFrame) -> list[Answer]:
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
        if "seconds" in row:
            one["seconds"] = int(row["seconds"])
        if "excluded_reason" in row:
            one["reason"] = row["excluded_reason"]
        rows.append(one)
    return rows


def explain_service(session: Session, service: ServiceFacts, slug: str, asked: Question) -> Answer:
    """Commits or deployments in and out of a DORA metric, with what decided."""
    if slug not in DORA_SLUGS:
        raise NotFoundError(f'a service has no metric "{slug}"; it has: {", ".join(DORA_SLUGS)}')
    if slug.startswith("change_lead_time"):
        rows = service.changes
        inside = rows[asked.window.holds(rows["deployed_ts"].to_numpy("int64"))]
        counted = inside[inside["excluded"] == ""]
        rest = inside[inside["excluded"] != ""]
        return _answer(slug, asked, _commits(session, counted), _commits(session, rest))
    rows = service.deployments
    inside = rows[asked.window.holds(rows["finished_ts"].to_numpy("int64"))]
    good = inside["result"] == "success"
    if slug == "change_fail_rate":
        good &= inside["kind"] != "rollback"
    if slug == "recovery_time":
        good &= inside["failed"].astype(object) == 1
    return _answer(
        slug, asked, _deployments(session, inside[good]), _deployments(session, inside[~good])
    )


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
