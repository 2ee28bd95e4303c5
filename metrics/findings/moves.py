"""The rework loop by which most comes back, and the handoff that is least usable as received."""

from __future__ import annotations

from typing import Final

import pandas as pd

from core.written import duration, share
from metrics.findings.model import (
    KEYS,
    LEAST_SHARE,
    NOTHING_DONE,
    TOO_LITTLE,
    Finding,
    Found,
    Ground,
    Part,
    chosen,
)
from metrics.findings.words import advice, deliveries, each, of_all
from metrics.map_quality import Accuracy, accuracies
from metrics.map_waits import loop_waits, waits_in

COMMON: Final = 20
LEAST_RECEIVED: Final = 5
"""%C&A of fewer first passes ranks no handoff."""


def rework_loops(ground: Ground) -> Found:
    """By how many deliveries came back; of as many, the one that lost most time. A loop tells that
    one in `COMMON` deliveries takes, or that lost enough.
    """
    whole = ground.whole_s
    found = [
        _loop(ground, int(str(u)), int(str(v)), own.reset_index(drop=True), whole)
        for (u, v), own in ground.loops.groupby(["from_step", "to_step"])
    ]
    found.sort(key=lambda one: (-one.items, -one.seconds))
    telling = [
        one
        for one in found
        if one.items * COMMON >= ground.n or one.seconds * LEAST_SHARE >= ground.begun_s
    ]
    nothing = "no delivery came back to an earlier step" if ground.n else NOTHING_DONE
    return chosen("rework", telling, whole, against_s=0, reason=TOO_LITTLE if found else nothing)


def _loop(ground: Ground, u: int, v: int, own: pd.DataFrame, whole: int) -> Finding:
    before, after = ground.steps.steps[u], ground.steps.steps[v]
    evidence = own[[*KEYS, "waited_s"]].assign(seconds=own["lost_s"])
    items = len(own[KEYS].drop_duplicates())
    lost, waited = int(own["lost_s"].sum()), int(own["waited_s"].sum())
    times = "" if len(own) == items else f", {len(own)} times in all"
    return Finding(
        title=f"{before.name} back to {after.name}",
        step=before,
        evidence=evidence,
        waits=loop_waits(ground.rows, own),
        part=Part(items, ground.n, "deliveries that came back"),
        words=(
            f"{items} of {deliveries(ground.n)} came back{times}, and each return lost"
            f" {each(lost, len(own))}.",
            _waited(waited, whole),
        ),
        advice=advice(
            before, f"agree in {after.name} on what {before.name} checks, before it is handed on"
        ),
        figures={"returns": len(own), "lost_s": lost},
    )


def _waited(waited: int, whole: int) -> str:
    if not waited:
        return "None of it was waiting."
    return f"{duration(waited)} of it were waiting: {of_all(waited, whole)}."


def handoffs_to_simplify(ground: Ground) -> Found:
    """Between steps of two teams: the least usable as received first, where so many were received
    that it tells; else by the queue after the move.
    """
    whole = ground.whole_s
    shares = accuracies(ground.edges)
    steps = ground.steps.steps
    pairs = [
        one
        for (u, v), one in shares.items()
        if steps[u].team and steps[v].team and steps[u].team != steps[v].team
    ]
    arrived = ground.moves.merge(
        ground.visits[[*KEYS, "place", "waiting_s", "start_ts", "end_ts"]],
        on=[*KEYS, "place"],
        how="left",
    )
    found = [_handoff(ground, one, arrived, whole) for one in pairs]
    ranked = sorted(zip(pairs, found, strict=True), key=lambda both: _rank(*both))
    teams = len({step.team for step in steps if step.team})
    nothing = "no delivery went from a step of one team to a step of another"
    if not ground.n:
        nothing = NOTHING_DONE
    elif teams < 2:
        nothing = "fewer than two teams are named by the stages of this stream"
    return chosen(
        "handoff", [one for _, one in ranked], whole, against_s=ground.begun_s, reason=nothing
    )


def _rank(one: Accuracy, found: Finding) -> tuple[float, int]:
    tells = one.received >= LEAST_RECEIVED and one.bounced > 0 and one.share is not None
    return (float(one.share or 0.0) if tells else 1.0, -found.waited_s)


def _handoff(ground: Ground, one: Accuracy, arrived: pd.DataFrame, whole: int) -> Finding:
    before, after = ground.steps.steps[one.from_step], ground.steps.steps[one.to_step]
    own = arrived[(arrived["from_step"] == one.from_step) & (arrived["to_step"] == one.to_step)]
    queued = own.groupby(KEYS, as_index=False).agg(seconds=("waiting_s", "sum"))
    queue, right = int(queued["seconds"].sum()), one.received - one.bounced
    told = f"At most {share(one.share)} usable as received, {right} of {one.received}."
    if not one.bounced:
        told = f"None of the {one.received} was sent back at first."
    words = [
        f"{before.team} hands to {after.team}: {deliveries(len(queued))}, and then"
        f" {each(queue, len(queued))} of waiting each, {of_all(queue, whole)}."
    ]
    return Finding(
        title=f"{before.name} to {after.name}",
        step=after,
        evidence=queued.assign(waited_s=queued["seconds"]),
        waits=waits_in(ground.rows, own),
        part=Part(right, one.received, "first passes that were not sent back, at most"),
        words=(told, *words) if one.received else tuple(words),
        advice=advice(
            after, f"let {before.team} and {after.team} write down together what is handed over"
        ),
        figures={"received": one.received, "sent_back": one.bounced, "queue_s": queue},
    )
