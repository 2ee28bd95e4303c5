"""The merge requests behind a metric of their way to production, with each part of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import Entity
from metrics.lead_time import loose_commits
from metrics.periods import Window
from metrics.request_spans import PARTS, request_spans
from pipeline.snapshot import ServiceFacts
from pipeline.times import iso
from store import journey as reads

Answer = dict[str, Any]


def explain_requests(
    session: Session, service: ServiceFacts, slug: str, window: Window
) -> tuple[list[Answer], list[Answer]]:
    """Merge requests whose last commit went live in the window, `seconds` as the metric has them;
    and what it leaves out with the reason: requests without the part that it is of, and commits
    that belong to none.
    """
    spans = request_spans(service.changes, service.requests, window=window)
    inside, outside = spans, spans[:0]
    if slug == "merge_to_deploy":
        known = spans["deploy_reason"] == ""
        inside = spans[known].assign(seconds=spans["deploy_s"][known])
        outside = spans[~known]
        outside = outside.drop(columns="seconds").assign(excluded_reason=outside["deploy_reason"])
    direct = loose_commits(service.changes, window=window).assign(excluded="no_merge_request")
    whole = slug == "delivery_cycle"
    return (
        _request_rows(session, inside, whole=whole),
        [*_request_rows(session, outside, whole=whole), *commit_rows(session, direct)],
    )


def _request_rows(session: Session, frame: pd.DataFrame, *, whole: bool) -> list[Answer]:
    """whole: with all moments, the parts between them, and why a part is not known."""
    known = reads.things(session, Entity.MERGE_REQUEST, [int(n) for n in frame["merge_request_id"]])
    rows = []
    for row in frame.to_dict("records"):
        request = known[row["merge_request_id"]]
        one: Answer = {
            "merge_request": request["number"],
            "repository": request["repository"],
            "title": request["title"],
            "url": request["url"],
            "committed_at": iso(int(row["committed_ts"])),
            "merged_at": iso(int(row["merged_ts"])),
            "deployed_at": iso(int(row["deployed_ts"])),
        }
        if "seconds" in row:
            one["seconds"] = int(row["seconds"])
        if "excluded_reason" in row:
            one["reason"] = row["excluded_reason"]
        rows.append({**one, **(_way(row) if whole else {})})
    return rows


def _way(row: Mapping[Any, Any]) -> Answer:
    """`coding_s` and so on, null where not known, and `unknown`: those with their reasons."""
    seconds = {name: int(row[f"{name}_s"]) for name in PARTS}
    return {
        "opened_at": iso(int(row["opened_ts"])),
        "reviewed_at": iso(int(row["reviewed_ts"])),
        **{f"{name}_s": None if own == NONE else own for name, own in seconds.items()},
        "unknown": {name: row[f"{name}_reason"] for name in PARTS if row[f"{name}_reason"]},
    }


def commit_rows(session: Session, frame: pd.DataFrame) -> list[Answer]:
    """Commits as explanations list them; `reason` where one is left out."""
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
