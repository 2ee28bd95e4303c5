"""What people said about the links of incidents with deployments, by the names a verdict needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.records import Entity
from pipeline.journey_verdicts import Thing, end_rows, known_things, pair_rows
from pipeline.verdict_rows import verdict_rows
from store import verdicts
from store.journey import Link
from store.verdict_ends import Known
from store.verdicts import WITHDRAWN, Verdict

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class JudgedIncident:
    """known: the incident, its duplicates and its suspects. numbers: of the verdict that counts, by
    the two ends. told: those verdicts and the rejections, the newest first.
    """

    known: Mapping[Thing, Known]
    numbers: Mapping[tuple[Thing | None, Thing | None], int]
    told: Sequence[Answer]

    @property
    def ends(self) -> dict[str, Answer]:
        """What the pairs join, by the names that they give."""
        return end_rows(self.known)

    def pairs_of(self, links: Sequence[Link]) -> Answer:
        """`pairs` of a suspect, by the links that make it one."""
        pairs = list(dict.fromkeys(_ends(link) for link in links))
        return {"pairs": pair_rows(pairs, self.known, self.numbers)}


def incidents_judged(
    session: Session, links: Mapping[int, Sequence[Link]], copies: Mapping[int, int]
) -> dict[int, JudgedIncident]:
    """What was said of each incident. links: to its suspects, by incident; copies: the incident of
    each duplicate. A rejected link is none any more; its verdict tells of it.
    """
    things = {one: _things(one, mine, copies) for one, mine in links.items()}
    known = known_things(session, {thing for mine in things.values() for thing in mine})
    by_end = {one.end: thing for thing, one in known.items()}
    ends = [one.end for thing, one in known.items() if thing[0] is Entity.INCIDENT]
    told: dict[int, list[Verdict]] = defaultdict(list)
    for one in verdicts.about(session, ends):
        number = next(
            thing[1]
            for thing in map(by_end.get, one.pair)
            if thing is not None and thing[0] is Entity.INCIDENT
        )
        if one.answer != WITHDRAWN:
            told[copies.get(number, number)].append(one)
    rows = {row["id"]: row for row in verdict_rows(session, [v for t in told.values() for v in t])}
    return {
        incident: JudgedIncident(
            {thing: known[thing] for thing in mine if thing in known},
            {(by_end.get(one.a), by_end.get(one.b)): one.id for one in told.get(incident, ())},
            [rows[one.id] for one in told.get(incident, ())],
        )
        for incident, mine in things.items()
    }


def _things(incident: int, links: Sequence[Link], copies: Mapping[int, int]) -> Collection[Thing]:
    """The incident itself, its duplicates, and both ends of its links, each once."""
    own = [incident, *(copy for copy, original in copies.items() if original == incident)]
    ends = [thing for link in links for thing in _ends(link)]
    return dict.fromkeys([*((Entity.INCIDENT, one) for one in own), *ends])


def _ends(link: Link) -> tuple[Thing, Thing]:
    return (Entity.DEPLOYMENT, link.a_id), (Entity.INCIDENT, link.b_id)
