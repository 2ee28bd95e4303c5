"""The standard of a stream: what a change that held made the way of working."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy.orm import Session

from core.errors import BadRequestError
from core.settings import Settings
from metrics.xmr import LEAST_VALUES, limits
from pipeline.database import Database
from pipeline.improvement_answers import status_of, verdict_answer
from pipeline.improvement_judged import Judged
from pipeline.improvement_series import Ground, Series, Subject, guards_of
from pipeline.improvements import ADOPTED, Kept, Said, has, improvement_of, require_open
from pipeline.map_answers import map_answer
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.standard_policies import lever_policies, stream_policies
from pipeline.times import iso
from store.improvements import add_entry, logs
from store.scenarios import find_scenario
from store.standards import Standard, add_standard, standards

Answer = dict[str, Any]
_DRAWN: Final = ("stage", "manual", "tool")
_LAST: Final = 200
"""Of so many points at most the limits of a standard are made, the latest."""


def require_held(kept: Kept, found: Judged | None) -> Judged:
    """`BadRequestError` unless it held: what did not is no standard."""
    require_open(kept)
    if found is None or found.verdict is None or found.verdict.outcome != "held":
        raise BadRequestError(
            f"improvement {kept.one.id} is {status_of(kept, found).replace('_', ' ')}: only one"
            " that held becomes the standard"
        )
    return found


def standard_document(
    session: Session,
    snapshot: Snapshot,
    settings: Settings,
    asked: Question,
    kept: Kept,
    found: Judged,
    policies: Sequence[Mapping[str, str]],
) -> Answer:
    """What is kept as the standard: steps, owners, policies, and targets with limits.

    asked: the window of which the steps are taken. policies: `step`, `kind` and `text` that people
    add to what is known.
    """
    stream = snapshot.streams[kept.one.stream]
    drawn = map_answer(session, snapshot, settings, stream, asked, clock=_clock(found))
    number: int | None = kept.one.plan["scenario"]
    scenario = None if number is None else find_scenario(session, number)
    return {
        "title": stream.title,
        "boundaries": {name: one["text"] for name, one in drawn["boundaries"].items()},
        "clock": drawn["clock"],
        "improvement": _made_by(kept, found),
        "steps": step_rows(drawn),
        "policies": [
            *stream_policies(stream.config, drawn),
            *([] if scenario is None else lever_policies(scenario.levers)),
            *({**one, "source": "people"} for one in policies),
        ],
        "variant": found.frozen.variant,
        "per": found.frozen.subject.per,
        "targets": _targets(kept, found),
    }


def adopt(database: Database, number: int, document: Answer, told: Said, *, now: int) -> Kept:
    """Make it the standard; what was one before stays the version that it was."""
    with database.writing() as session:
        kept = improvement_of(session, number, locked=True)
        if has(kept.log, ADOPTED):
            return kept
        require_open(kept)
        made = add_standard(
            session,
            stream=kept.one.stream,
            improvement_id=number,
            document=document,
            who=told.who,
            ts=now,
        )
        line = {"version": made.version, "verdict": {"words": document["improvement"]["verdict"]}}
        add_entry(session, number, ADOPTED, document=line, note=told.note, who=told.who, ts=now)
        return Kept(kept.one, logs(session, [number])[number])


def standard_answer(session: Session, stream: StreamFacts) -> Answer:
    """The standard in force with the versions before it; null, with the reason, for none."""
    known = standards(session, stream.config.name)
    body: Answer = {"stream": stream.config.name, "title": stream.title}
    return {
        **body,
        "standard": standard_row(known[0]) if known else None,
        "versions": [
            {
                "version": one.version,
                "at": iso(one.ts),
                "who": one.who,
                "improvement": one.document["improvement"]["id"],
                "title": one.document["improvement"]["title"],
            }
            for one in known
        ],
        "reason": None if known else "no change of this stream that held was adopted yet",
    }


def standard_row(one: Standard) -> Answer:
    """A version as answers tell it: limits without the values that they were made of."""
    document = one.document
    targets = [
        {name: value for name, value in target.items() if name != "values"}
        for target in document["targets"]
    ]
    told = {"version": one.version, "at": iso(one.ts), "who": one.who}
    return {**told, **document, "targets": targets}


def step_rows(drawn: Answer) -> list[Answer]:
    """The steps of a map as a standard names them. used: null where nothing tells it."""
    return [
        {
            "name": row["name"],
            "kind": row["kind"],
            "phase": row["phase"],
            "team": row["team"],
            "value": row["value"],
            "stages": row["stages"],
            "queues": row["queues"],
            "systems": _systems(row),
            "informed": row["informed"]["by"],
            "estimated": row["estimated"],
            "used": None
            if row["estimated"] or not drawn["n"]
            else bool(row["visits"]["numerator"]),
            "explain": row["explain"],
        }
        for row in drawn["steps"]
        if row["kind"] in _DRAWN
    ]


def _systems(row: Answer) -> list[str]:
    """Each once; a tool of the way to production may be one of several."""
    names = [name for one in row["systems"] for name in one["system"].split(", ")]
    return list(dict.fromkeys(names))


def _made_by(kept: Kept, found: Judged) -> Answer:
    return {
        "id": kept.one.id,
        "title": kept.one.title,
        "hypothesis": kept.one.plan["hypothesis"],
        "owner": kept.one.plan["owner"],
        "verdict": verdict_answer(found)["words"],
    }


def _clock(found: Judged) -> str:
    told: str = found.frozen.document["clock"]
    return told


def _targets(kept: Kept, found: Judged) -> list[Answer]:
    """Of the metric that was improved, and of all that was watched beside it."""
    ground, series = found.ground, found.series
    if ground is None or series is None:  # `require_held` lets none of these pass
        raise BadRequestError("there are no points since the change")
    own = found.frozen.subject
    teams = {one["step"]: one["team"] for one in found.frozen.document["guards"]}
    target = found.frozen.document["target"]
    first = _target(found, series, target["team"], kept.one.plan["target"])
    others = _watched(ground, own)
    return [first, *(_target(found, one, teams.get(one.subject.step, "")) for one in others)]


def _watched(ground: Ground, own: Subject) -> list[Series]:
    found = guards_of(ground, own).values()
    return [one for one in found if not one.subject.step or one.values.any()]


def _target(found: Judged, series: Series, team: str, aim: Answer | None = None) -> Answer:
    values = series.values[-_LAST:]
    enough = len(values) >= LEAST_VALUES
    told = limits(values, variant=found.frozen.variant) if enough else None
    return {
        "metric": series.subject.metric,
        "step": series.subject.step or None,
        "team": team or None,
        "unit": series.subject.unit,
        "target": aim,
        "n": len(values),
        "limits": None if told is None else asdict(told),
        "values": values.tolist(),
        "reason": None if told is not None else f"{len(values)} of {LEAST_VALUES} points",
    }
