"""Facts of incidents: what each is put down to, how surely, and why nothing where nothing is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

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
UNLIKELY: Final = "unlikely"

REASONS: Final = (
    "several_candidates",
    "one_candidate",
    "change_unknown",
    "service_unknown",
    "failed_deployment",
    "history_missing",
)
"""Why an incident stays unattributed, in the order in which it is asked."""

_METHODS = ((1.0, "explicit"), (0.9, "remediation"), (STRICT, "reference"), (0.0, PROXIMITY))
_SPAN: Final = 1 << 40

Ints = np.dtype[np.integer[Any]]


def no_deployments() -> pd.DataFrame:
    """service_id, finished_ts, result, of none."""
    kinds = {"service_id": "int64", "finished_ts": "int64", "result": "object"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


@dataclass(frozen=True, slots=True)
class VerdictRules:
    """deployments: service_id, finished_ts, result of those to production. window_s: how long after
    a deployment an incident may be due to it. unlikely: incidents that none of their service's
    deployments caused, by the odds of time. patterns: titles and categories of incidents that no
    change causes (`*` stands for anything, in any case).
    """

    deployments: pd.DataFrame = field(default_factory=no_deployments)
    window_s: int = 24 * 3600
    unlikely: frozenset[int] = frozenset()
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
    the window before it (`no_deployment`), or none that is a likely cause (`unlikely`); else
    `unattributed`: `several_candidates`, `one_candidate` (or none, time does not tell),
    `change_unknown` (named, but nothing is known to have been deployed under it),
    `service_unknown`, `failed_deployment` (only one that failed lies in the window),
    `history_missing` (the first known deployment is too young to say).
    """
    known = rules or VerdictRules()
    rows, links = _merged(incidents, links)
    best = _best(rows, links)
    told = ((best["combined"] >= LENIENT) | (best["confidence"] >= STRICT)).to_numpy(np.bool_)
    reason = _reasons(rows, known, candidates=best["candidates"].to_numpy(np.int64))
    excused = _matching(rows, known.patterns) & (best["confidence"] < STRICT).to_numpy(np.bool_)
    reason = np.where(excused, "configured", np.where(told, "", reason))
    verdict = np.select(
        [np.isin(reason, ("configured", "no_deployment", UNLIKELY)), told],
        [NOT_RELATED, ATTRIBUTED],
        default=UNATTRIBUTED,
    )
    return _facts(rows, best, verdict, reason)


def _facts(
    rows: pd.DataFrame,
    best: pd.DataFrame,
    verdict: np.ndarray[tuple[int], np.dtype[np.str_]],
    reason: np.ndarray[tuple[int], np.dtype[np.str_]],
) -> pd.DataFrame:
    """The frame of `incident_verdicts`; what is not attributed bears no deployment."""
    attributed = verdict == ATTRIBUTED
    confidence = best["confidence"].to_numpy(np.float64)
    return pd.DataFrame(
        {
            "service_id": rows["service_id"].to_numpy("int64"),
            "incident_id": rows["incident_id"].to_numpy("int64"),
            "deployment_id": np.where(attributed, best["deployment_id"], NONE),
            "deployment_service_id": np.where(attributed, best["service_id"], NONE),
            "method": np.where(attributed, _methods(confidence), verdict).astype(object),
            "confidence": np.where(attributed, best["combined"].to_numpy("float64"), 0.0),
            "verdict": verdict.astype(object),
            "reason": reason.astype(object),
            "opened_ts": rows["opened_ts"].to_numpy("int64"),
            "resolved_ts": rows["resolved_ts"].to_numpy("int64"),
        }
    )


def is_loose(facts: pd.DataFrame) -> Flags:
    """Which incidents may be due to a deployment of their window though nothing sure says so; among
    them those that it unlikely caused: the odds are no evidence.
    """
    late: Flags = (facts["reason"] == UNLIKELY).to_numpy(np.bool_)
    return late | facts["method"].isin(LOOSE).to_numpy(np.bool_)


def _merged(incidents: pd.DataFrame, links: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The incidents without duplicates, and the links with `combined`, those of duplicates moved to
    their original.
    """
    original = incidents.set_index("incident_id")["duplicate_of"]
    original = original[original.isin(incidents["incident_id"])]
    rows = incidents[~incidents["incident_id"].isin(original.index)]
    combined = links["combined"] if "combined" in links else links["confidence"]
    ends = links["incident_id"].replace(original.to_dict())
    return rows, links.assign(incident_id=ends, combined=combined)


def _best(rows: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """The surest deployment of each row: deployment_id, service_id (`NONE` where there is none),
    confidence, combined; candidates, how many there are. One that several duplicates name counts
    once, as surely as the surest of them does.
    """
    order = ["confidence", "combined", "deployment_id"]
    sure = links.assign(sure=links["confidence"] >= STRICT)
    ordered = sure.sort_values(["sure", "combined", *order])
    best = ordered.drop_duplicates("incident_id", keep="last").set_index("incident_id")
    ids, ends = rows["incident_id"], ("deployment_id", "service_id")
    found = {name: ids.map(best[name]).fillna(NONE).astype("int64") for name in ends}
    sureness = {name: ids.map(best[name]).fillna(0.0) for name in ("confidence", "combined")}
    counted = ids.map(links.groupby("incident_id")["deployment_id"].nunique()).fillna(0)
    return pd.DataFrame({**found, **sureness, "candidates": counted.astype("int64")})


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


def _reasons(
    rows: pd.DataFrame, rules: VerdictRules, *, candidates: np.ndarray[tuple[int], Ints]
) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """Why each would not be attributed. candidates: how many deployments each is linked with."""
    service = rows["service_id"].to_numpy(np.int64)
    start = (rows["start_ts"] if "start_ts" in rows else rows["opened_ts"]).to_numpy(np.int64)
    caused = rows["caused_by"].to_numpy(object) if "caused_by" in rows else np.full(len(rows), "")
    table = rules.deployments[rules.deployments["finished_ts"] != NONE]
    good = (table["result"] == "success").to_numpy(np.bool_)
    recent, failed = (
        _any_within(table[mask], service, start, rules.window_s) for mask in (good, ~good)
    )
    first = table[good].groupby("service_id")["finished_ts"].min()
    known_since = pd.Series(service).map(first).to_numpy(np.float64)
    unlikely = rows["incident_id"].isin(rules.unlikely).to_numpy(np.bool_)
    one = candidates == 1
    tests = (
        ((candidates > 0) | recent) & ~one,
        one,
        caused != "",
        service == NONE,
        failed,
        ~(known_since <= start - rules.window_s),
    )
    return np.select([unlikely, *tests], [UNLIKELY, *REASONS], default="no_deployment")


def _any_within(
    deployments: pd.DataFrame,
    service: np.ndarray[tuple[int], Ints],
    start: np.ndarray[tuple[int], Ints],
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
