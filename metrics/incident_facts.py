"""Facts of incidents: what each is put down to, how surely, and why nothing where nothing is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Flags

STRICT: Final = 0.8
"""A link of at least this confidence is sure: a single one, for weak ones together stay weak."""
LENIENT: Final = 0.4
"""Of this combined confidence a candidate is told as the likeliest cause."""

ATTRIBUTED: Final = "attributed"
UNATTRIBUTED: Final = "unattributed"
NOT_RELATED: Final = "not_change_related"

PROXIMITY: Final = "proximity"
LOOSE: Final = (PROXIMITY, UNATTRIBUTED)
"""Methods that are no evidence of a failure: what is so attributed may be the cause, or not."""
LONG_AFTER: Final = "long_after"

_METHODS = ((1.0, "explicit"), (0.9, "remediation"), (STRICT, "reference"), (0.0, PROXIMITY))
_SPAN: Final = 1 << 40


def no_deployments() -> pd.DataFrame:
    """service_id, finished_ts, result, of none."""
    kinds = {"service_id": "int64", "finished_ts": "int64", "result": "object"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


@dataclass(frozen=True, slots=True)
class VerdictRules:
    """deployments: service_id, finished_ts, result of those to production. window_s: how long after
    a deployment an incident may be due to it. usual_s: how long after one those begin that surely
    are (None: not known). patterns: titles and categories of incidents that no change causes (`*`
    stands for anything, in any case).
    """

    deployments: pd.DataFrame = field(default_factory=no_deployments)
    window_s: int = 24 * 3600
    usual_s: int | None = None
    patterns: Sequence[str] = ()


def incident_facts(
    incidents: pd.DataFrame, links: pd.DataFrame, rules: VerdictRules | None = None
) -> pd.DataFrame:
    """The frame of `incident_fact`: each incident once, with its most likely cause.

    Rows of `incident_verdicts` under the service that the incident is of, else that of its
    deployment. An incident of no service that no link places is left out: it can't be shown beside
    any deployment.
    """
    verdicts = incident_verdicts(incidents, links, rules)
    own = verdicts["service_id"]
    place = own.where(own != NONE, verdicts["deployment_service_id"])
    frame = verdicts.assign(service_id=place).drop(columns=["deployment_service_id"])
    return frame[frame["service_id"] != NONE].reset_index(drop=True)


def incident_verdicts(
    incidents: pd.DataFrame, links: pd.DataFrame, rules: VerdictRules | None = None
) -> pd.DataFrame:
    """What each incident is put down to; duplicates give their links to their original and are left
    out.

    incidents: incident_id, service_id (NONE unknown), duplicate_of (NONE none; the end of a chain),
    opened_ts, resolved_ts; and, where told, start_ts, title, category, caused_by ("" none).
    links: incident_id, deployment_id, confidence (of the surest rule), service_id (of the
    deployment); and, where told, combined (of all rules together).
    Columns: service_id, incident_id, deployment_id, deployment_service_id (both NONE), method,
    confidence, verdict, reason, opened_ts, resolved_ts.

    The method follows from the confidence: 1.0 explicit, 0.9 remediation, 0.8 reference, less
    proximity. Verdicts: `attributed` to the surest candidate of a combined confidence of 0.4;
    `not_change_related`, for a pattern (`configured`) or because its service had no deployment in
    the window before it (`no_deployment`), or none in the usual time (`long_after`); else
    `unattributed`: `several_candidates`, `service_unknown`, `change_unknown` (named, but nothing is
    known to have been deployed under it), `failed_deployment` (only one that failed lies in the
    usual time), `history_missing` (the first known deployment is too young to say).
    """
    known = rules or VerdictRules()
    original = incidents.set_index("incident_id")["duplicate_of"]
    original = original[original.isin(incidents["incident_id"])]
    rows = incidents[~incidents["incident_id"].isin(original.index)]
    best = _surest(links, original)
    ids = rows["incident_id"]
    found = {
        name: ids.map(best[name]).fillna(empty)
        for name, empty in (
            ("deployment_id", NONE),
            ("service_id", NONE),
            ("confidence", 0.0),
            ("combined", 0.0),
        )
    }
    told = (found["combined"] >= LENIENT) | (found["confidence"] >= STRICT)
    candidate = found["deployment_id"].astype("int64") != NONE
    reason = _reasons(rows, known, candidate=candidate.to_numpy(np.bool_))
    sure = (found["confidence"] >= STRICT).to_numpy(np.bool_)
    excused = _matching(rows, known.patterns) & ~sure
    reason = np.where(excused, "configured", np.where(told, "", reason))
    verdict = np.select(
        [np.isin(reason, ("configured", "no_deployment", LONG_AFTER)), told.to_numpy(np.bool_)],
        [NOT_RELATED, ATTRIBUTED],
        default=UNATTRIBUTED,
    )
    attributed = verdict == ATTRIBUTED
    confidence = found["confidence"].to_numpy(np.float64)
    return pd.DataFrame(
        {
            "service_id": rows["service_id"].to_numpy("int64"),
            "incident_id": ids.to_numpy("int64"),
            "deployment_id": np.where(attributed, found["deployment_id"].astype("int64"), NONE),
            "deployment_service_id": np.where(
                attributed, found["service_id"].astype("int64"), NONE
            ),
            "method": np.where(attributed, _methods(confidence), verdict).astype(object),
            "confidence": np.where(attributed, found["combined"].to_numpy("float64"), 0.0),
            "verdict": verdict.astype(object),
            "reason": reason.astype(object),
            "opened_ts": rows["opened_ts"].to_numpy("int64"),
            "resolved_ts": rows["resolved_ts"].to_numpy("int64"),
        }
    )


def is_loose(facts: pd.DataFrame) -> Flags:
    """Which incidents may be due to a deployment of their window though nothing sure says so; what
    came unusually late among them: that is likely, and no evidence.
    """
    late: Flags = (facts["reason"] == LONG_AFTER).to_numpy(np.bool_)
    return late | facts["method"].isin(LOOSE).to_numpy(np.bool_)


def _surest(links: pd.DataFrame, original: pd.Series[int]) -> pd.DataFrame:
    """By incident_id: the surest deployment, with confidence, combined and service_id. One that
    several duplicates name counts once, as surely as the surest of them does.
    """
    combined = links["combined"] if "combined" in links else links["confidence"]
    moved = links.assign(
        incident_id=links["incident_id"].replace(original.to_dict()), combined=combined
    )
    order = ["confidence", "combined", "deployment_id"]
    sure = moved.assign(sure=moved["confidence"] >= STRICT)
    ordered = sure.sort_values(["sure", "combined", *order])
    return ordered.drop_duplicates("incident_id", keep="last").set_index("incident_id")


def _methods(confidence: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
    tests = [confidence >= least for least, _ in _METHODS]
    names = [name for _, name in _METHODS]
    return [str(word) for word in np.select(tests, names, default=UNATTRIBUTED)]


def _matching(rows: pd.DataFrame, patterns: Sequence[str]) -> Flags:
    """Which incidents have a title or category of one of these patterns."""
    found = np.zeros(len(rows), np.bool_)
    lowered = [pattern.lower() for pattern in patterns]
    for name in ("title", "category"):
        if name in rows and lowered:
            texts = [re.sub(r"\s+", " ", str(text)).lower() for text in rows[name]]
            found |= np.array(
                [any(fnmatchcase(text, one) for one in lowered) for text in texts], np.bool_
            )
    return found


def _reasons(rows: pd.DataFrame, rules: VerdictRules, *, candidate: Flags) -> Flags:
    """Why each would not be attributed."""
    service = rows["service_id"].to_numpy(np.int64)
    start = (rows["start_ts"] if "start_ts" in rows else rows["opened_ts"]).to_numpy(np.int64)
    caused = rows["caused_by"].to_numpy(object) if "caused_by" in rows else np.full(len(rows), "")
    table = rules.deployments[rules.deployments["finished_ts"] != NONE]
    good = (table["result"] == "success").to_numpy(np.bool_)
    usual_s = rules.window_s if rules.usual_s is None else rules.usual_s
    recent = {
        result: _any_within(table[mask], service, start, usual_s)
        for result, mask in (("good", good), ("failed", ~good))
    }
    first = table[good].groupby("service_id")["finished_ts"].min()
    known_since = pd.Series(service).map(first).to_numpy(np.float64)
    whole = known_since <= start - usual_s
    return np.select(
        [
            candidate | recent["good"],
            caused != "",
            service == NONE,
            recent["failed"],
            ~whole,
            _any_within(table[good], service, start, rules.window_s),
        ],
        [
            "several_candidates",
            "change_unknown",
            "service_unknown",
            "failed_deployment",
            "history_missing",
            LONG_AFTER,
        ],
        default="no_deployment",
    )


def _any_within(
    deployments: pd.DataFrame,
    service: np.ndarray[tuple[int], np.dtype[np.int64]],
    start: np.ndarray[tuple[int], np.dtype[np.int64]],
    window_s: int,
) -> Flags:
    """Whether any of these finished in the window before each start."""
    keys = np.sort(
        deployments["service_id"].to_numpy(np.int64) * _SPAN
        + deployments["finished_ts"].to_numpy(np.int64)
    )
    base = np.where(service == NONE, -1, service) * _SPAN + start
    low = np.searchsorted(keys, base - window_s, side="left")
    found: Flags = np.searchsorted(keys, base, side="right") > low
    return found
