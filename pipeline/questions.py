"""The questions about a stream: every detector in turn, those that can't be asked with the why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from core.records import Entity
from core.settings import Settings
from metrics.questions.catalogue import DETECTORS, Detector
from metrics.questions.deployments import empty_deployments, silent_repairs
from metrics.questions.finding import Finding, Proof, not_looked_at
from metrics.questions.incidents import reclassified, severity_drift
from metrics.questions.inflated import inflated_cost
from metrics.questions.late_start import late_start
from metrics.questions.month_end import batch_closing, cancelled_old
from metrics.questions.parked import ignored_time, parked_work
from metrics.questions.splitting import splitting
from metrics.questions.tracker import avoided_reopen, bulk_moves, redated, remapped
from pipeline import question_inputs as inputs
from pipeline.question import Question
from pipeline.service_measures import has_incidents
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import read_from, services_of
from pipeline.times import iso
from store import frames, signs
from store import journey as reads

Answer = dict[str, Any]
MOST_PROOFS: Final = 200
_NO_SERVICES: Final = "no service delivers this stream"
_NO_INCIDENTS: Final = "no service of this stream has a source of incidents"
_NO_BEFORE: Final = "the window before is not read yet"
_AS_KNOWN: Final = (
    "facts and what was restated are as they were known then; commits, reviews, builds and work"
    " logs are those that had happened by then, as they are read now; links, priorities and"
    " versions are those of now"
)
_ORDER: Final = {"asked": 0, "quiet": 1, "not_looked_at": 2}


def stream_questions(
    session: Session, snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question
) -> Answer:
    """Every question: those that are asked first, then the quiet ones, then those that could not be
    looked at.
    """
    found = findings(session, snapshot, settings, stream, asked)
    rows = [_row(session, stream, DETECTORS[name], found[name]) for name in DETECTORS]
    rows.sort(key=lambda row: _ORDER[row["state"]])
    return {
        "stream": stream.config.name,
        "window": [iso(asked.window.from_ts), iso(asked.window.to_ts)],
        "known_at": iso(asked.known_at),
        "asked": sum(row["state"] == "asked" for row in rows),
        "items": rows,
        "next": None,
        "caveats": [
            "a pattern is no proof: each of these has a harmless answer, which the team knows",
            "nothing here is about a person, and none is counted",
            *([] if asked.known_at is None else [_AS_KNOWN]),
        ],
    }


def findings(
    session: Session, snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question
) -> Mapping[str, Finding]:
    """What each detector found, by its id; all of the catalogue."""
    return {
        **_of_work(session, snapshot, settings, stream, asked),
        **_of_tracker(session, settings, stream, asked),
        **_of_deliveries(session, snapshot, settings, stream, asked),
        "inflated_cost": inflated_cost(
            inputs.brought(stream, asked), inputs.valued_in_load(stream, asked)
        ),
    }


def _of_work(
    session: Session, snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question
) -> dict[str, Finding]:
    items, visits, window = stream.items, stream.visits, asked.window
    week = inputs.week_of(settings, asked.tz)
    commits = inputs.by_then(signs.item_commits(session, stream.id), "ts", asked)
    traced = inputs.still_there(session, stream, asked)
    whole = read_from(snapshot, stream, "flow_time")
    before_read = whole is None or whole <= window.from_ts - window.seconds

    def compared(find: Callable[[], Finding]) -> Finding:
        return find() if before_read else not_looked_at(_NO_BEFORE)

    parents = frames.item_parents(session)[["item_id", "parent_id"]]
    return {
        "parked_work": parked_work(
            traced, visits, signs.item_signs(session, stream.id), window=window, week=week
        ),
        "ignored_time": compared(lambda: ignored_time(items, visits, window=window)),
        "late_start": late_start(traced, inputs.first_commits(commits), window=window),
        "splitting": compared(
            lambda: splitting(traced, inputs.commit_counts(commits), parents, window=window)
        ),
        "batch_closing": batch_closing(items, window=window, week=week),
        "cancelled_old": cancelled_old(items, window=window, week=week),
        "bulk_moves": bulk_moves(items, window=window),
    }


def _of_tracker(
    session: Session, settings: Settings, stream: StreamFacts, asked: Question
) -> dict[str, Finding]:
    items, window = stream.items, asked.window
    links = frames.item_links(session, stream.id)
    moved = inputs.moved_dates(session, stream.id, window.from_ts)
    moved = inputs.by_then(moved, "recorded_ts", asked)
    defects = signs.defects(session, settings.types.defect)
    return {
        "avoided_reopen": avoided_reopen(
            items,
            inputs.by_then(defects, "created_ts", asked),
            links[links["kind"] != "parent"],
            window=window,
        ),
        "redated": redated(moved, items, window=window),
        "remapped": remapped(moved, window=window, week=inputs.week_of(settings, asked.tz)),
    }


def _of_deliveries(
    session: Session, snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question
) -> dict[str, Finding]:
    services = services_of(snapshot, stream)
    watched = [one for one in services if has_incidents(settings, one)]
    if not services:
        names = ("empty_deployments", "silent_repairs", "severity_drift", "reclassified")
        return dict.fromkeys(names, not_looked_at(_NO_SERVICES))
    shipped = inputs.versioned(session, inputs.pooled(services, "deployments"))
    found = {"empty_deployments": empty_deployments(shipped, window=asked.window)}
    if not watched:
        unwatched = ("silent_repairs", "severity_drift", "reclassified")
        return {**found, **dict.fromkeys(unwatched, not_looked_at(_NO_INCIDENTS))}
    incidents = inputs.pooled(watched, "incidents")
    again = inputs.judged_anew(session, [one.id for one in watched], asked.window.from_ts)
    again = inputs.by_then(again, "recorded_ts", asked)
    return {
        **found,
        "silent_repairs": silent_repairs(
            inputs.pooled(watched, "deployments"), incidents, window=asked.window
        ),
        "severity_drift": severity_drift(
            inputs.prioritised(session, incidents), window=asked.window
        ),
        "reclassified": reclassified(again, incidents, window=asked.window),
    }


def _row(session: Session, stream: StreamFacts, one: Detector, found: Finding) -> Answer:
    state = "asked" if found.asked else "not_looked_at" if found.not_looked_at else "quiet"
    return {
        "id": one.id,
        "game": one.game,
        "question": one.question,
        "state": state,
        "reason": found.not_looked_at or None,
        "seen": found.seen or None,
        "figures": {name: _plain(value) for name, value in found.figures.items()},
        "since": iso(found.since_ts) if found.asked else None,
        "rule": one.rule,
        "harmless": one.harmless or None,
        "look_at": one.look_at or None,
        "total": len(found.proofs),
        "evidence": _evidence(session, stream, found.proofs[-MOST_PROOFS:]),
    }


def _plain(value: float | None) -> float | int | None:
    return None if value is None else int(value) if float(value).is_integer() else float(value)


def _evidence(session: Session, stream: StreamFacts, proofs: tuple[Proof, ...]) -> list[Answer]:
    """The things behind a question, as their sources call them."""
    kinds = {proof.kind for proof in proofs}
    items, desk = {}, {}
    if "item" in kinds:
        named = stream.items.drop_duplicates("item_id").set_index("item_id")
        wanted = named[named.index.isin([proof.id for proof in proofs])]
        items = wanted[["key", "title", "url"]].to_dict("index")
    for kind, entity in (("deployment", Entity.DEPLOYMENT), ("incident", Entity.INCIDENT)):
        if kind in kinds:
            desk = reads.things(session, entity, [proof.id for proof in proofs])
    return [
        {
            "kind": proof.kind,
            **_named(proof, items.get(proof.id) or desk.get(proof.id) or {}),
            "at": iso(proof.ts),
            "note": proof.note,
        }
        for proof in proofs
    ]


def _named(proof: Proof, row: Mapping[Any, Any]) -> Answer:
    if proof.kind == "deployment":
        key = row.get("version") or row.get("sha") or str(proof.id)
        title = " to ".join(one for one in (row.get("job"), row.get("environment")) if one)
        return {"key": key, "title": title, "url": row.get("url") or ""}
    key = row.get("number") if proof.kind == "incident" else row.get("key")
    return {"key": key or "", "title": row.get("title") or "", "url": row.get("url") or ""}
