"""Approvals that never reject, and the wait that they cost."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.written import share
from metrics.findings.model import (
    LEAST_ITEMS,
    NOTHING_DONE,
    Finding,
    Found,
    Ground,
    Part,
    chosen,
    per_delivery,
    stretches,
)
from metrics.findings.words import advice, deliveries, each, of_all
from metrics.map_rows import APPROVAL
from metrics.periods import Window
from metrics.stats import wilson
from metrics.stretches import joined, overlaps

OUTCOMES: Final = ("approved", "rejected", "cancelled")
_WORDS: Final = {"rejected": "rejected", "cancelled": "cancelled", "canceled": "cancelled"}
NO_CHANGES: Final = "no change that asked for approval in this window is linked to these items"
UNTOLD: Final = "the history of approvals is not read, so that a rejection could not be seen"


def decisions(changes: pd.DataFrame, history: pd.DataFrame, window: Window) -> pd.DataFrame:
    """One row per change that asked for approval and was decided on in the window: change_id, type,
    outcome, `told` (its history says what became of the approval).

    changes: change_id, type, requested_ts, approved_ts (NONE). history: change_id, ts, field
    (`approval` or `state`), new, in no order. A change was rejected, or else cancelled, where its
    history says so before the window ends, for a second request hides nothing.
    """
    history = history[history["ts"] < window.to_ts]
    words = history["new"].astype(object).str.lower().map(_WORDS)
    spoken = history.assign(word=words)[
        words.notna() & ((history["field"] == "approval") | (words != "rejected"))
    ]
    entries = spoken.sort_values("ts")
    told = set(history.loc[history["field"] == "approval", "change_id"].tolist())
    refused = {word: _first(entries, word) for word in ("rejected", "cancelled")}
    rows = []
    asked = changes[changes["requested_ts"] != NONE].drop_duplicates("change_id")
    columns = [asked[name].tolist() for name in ("change_id", "type", "approved_ts")]
    for change, kind, approved in zip(*columns, strict=True):
        outcome, ts = _outcome(change, approved, refused)
        if outcome and window.from_ts <= ts < window.to_ts:
            rows.append((change, kind, outcome, change in told))
    return pd.DataFrame(rows, columns=["change_id", "type", "outcome", "told"])


def _first(entries: pd.DataFrame, word: str) -> dict[int, int]:
    own = entries[entries["word"] == word].drop_duplicates("change_id")
    return dict(zip(own["change_id"].tolist(), own["ts"].tolist(), strict=True))


def _outcome(change: int, approved: int, refused: dict[str, dict[int, int]]) -> tuple[str, int]:
    for word in ("rejected", "cancelled"):
        if change in refused[word]:
            return word, refused[word][change]
    return ("approved", approved) if approved != NONE else ("", NONE)


def idle_approvals(ground: Ground, decided: pd.DataFrame) -> Found:
    """Types of change of which none was rejected or cancelled, by the waiting for their approval.

    decided: see `decisions`.
    """
    whole = ground.whole_s
    found, kept = [], []
    for group, own in decided.groupby("type"):
        kind = str(group)
        name = f"{kind} changes" if kind else "changes"
        seen = own[own["told"].to_numpy(np.bool_)]
        against = int((own["outcome"] != "approved").sum())
        if against:
            kept.append(f"{name}: {against} of {len(own)} were rejected or withdrawn")
        elif seen.empty:
            kept.append(f"{name}: {UNTOLD}")
        elif len(seen) < LEAST_ITEMS:
            kept.append(f"{name}: only one was decided on")
        else:
            found.append(_approval(ground, kind, name, len(seen), whole))
    found.sort(key=lambda one: -one.seconds)
    return chosen("approval", found, whole, against_s=ground.begun_s, reason=_reason(ground, kept))


def _reason(ground: Ground, kept: list[str]) -> str:
    if kept:
        return "; ".join(kept)
    return NO_CHANGES if ground.n else NOTHING_DONE


def _approval(ground: Ground, kind: str, name: str, count: int, whole: int) -> Finding:
    spans = ground.spans
    own_spans = spans[
        (spans["tool"] == "change_approval") & (spans["name"] == f"change: {kind or 'any type'}")
    ]
    waits = ground.waits()
    held = overlaps(waits[waits["reason"] == APPROVAL], joined(own_spans))
    held = held.assign(seconds=held["end_ts"] - held["start_ts"])
    own = per_delivery(held)
    seconds, items = int(own["seconds"].sum()), len(own)
    at_most = wilson(0, count)[1]
    by_step = np.bincount(held["step"], weights=held["seconds"], minlength=1)
    step = ground.steps.steps[int(by_step.argmax())] if items else None
    return Finding(
        title=f"Approval of {name}",
        step=step,
        evidence=own.assign(waited_s=own["seconds"]),
        waits=stretches(held),
        part=Part(0, count, f"{name} that were rejected or withdrawn"),
        words=(
            f"All {count} {name} that were decided on were approved: of such changes at most"
            f" {share(at_most)} are not.",
            f"{deliveries(items)} waited {each(seconds, items)} each for it,"
            f" {of_all(seconds, whole)}.",
        ),
        advice=advice(
            step,
            "approve in advance what is like these changes, and keep the decision for what is new",
        ),
        figures={"decided": count, "rejected": 0, "rejected_at_most": at_most},
    )
