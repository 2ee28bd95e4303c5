"""Scenarios: changes of a stream under a name, entered by people and looked at again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from core.errors import FieldError, NotFoundError
from metrics.lab.gate import Calibrated
from metrics.lab.levers import changed
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.times import iso
from store.scenarios import Scenario, add_scenario, find_scenario, scenarios

Answer = dict[str, Any]
_LONGEST: Final = {"name": 100, "who": 100, "why": 500}


@dataclass(frozen=True, slots=True)
class Entered:
    """A scenario as it is answered; `new` False: the same was there before."""

    row: Answer
    new: bool


@dataclass(frozen=True, slots=True)
class Words:
    """What a scenario is called, who enters it and why."""

    name: str
    who: str
    why: str


def words_of(*, name: str, who: str, why: str) -> Words:
    """`FieldError` for what is missing or too long."""
    reason = _words("why", why) if why.strip() else ""
    return Words(_words("name", name), _words("who", who), reason)


def enter_scenario(
    database: Database,
    today: Calibrated,
    *,
    stream: str,
    levers: Mapping[str, str],
    words: Words,
) -> Entered:
    """Keep a scenario; `FieldError` for a lever that can't be moved."""
    changed(today.model.network, levers)
    with database.writing() as session:
        for known in scenarios(session, stream=stream):
            same = Words(known.name, known.who, known.why) == words
            if same and dict(known.levers) == dict(levers):
                return Entered(scenario_row(known), new=False)
        told = {"name": words.name, "who": words.who, "why": words.why}
        made = add_scenario(session, stream=stream, levers=levers, ts=now_ts(), **told)
        return Entered(scenario_row(made), new=True)


def scenario_rows(session: Session, *, stream: str | None) -> list[Answer]:
    """The newest first."""
    return [scenario_row(one) for one in scenarios(session, stream=stream)]


def scenario_of(session: Session, number: int) -> Scenario:
    """`NotFoundError` for a number that there is not."""
    found = find_scenario(session, number)
    if found is None:
        raise NotFoundError(f"there is no scenario {number}; GET /v1/scenarios lists them")
    return found


def scenario_row(one: Scenario) -> Answer:
    """As it is answered."""
    return {
        "id": one.id,
        "stream": one.stream,
        "name": one.name,
        "levers": dict(one.levers),
        "who": one.who,
        "why": one.why,
        "at": iso(one.ts),
        "verdict": f"/v1/scenarios/{one.id}/verdict",
    }


def _words(field: str, text: str) -> str:
    told = " ".join(text.split())
    if not told:
        raise FieldError(field, "is missing; others will ask")
    if len(told) > _LONGEST[field]:
        raise FieldError(field, f"at most {_LONGEST[field]} characters")
    if "\0" in told:
        raise FieldError(field, "a text holds a character that none may hold")
    return told
