"""What change requests and incidents are linked with, both ways, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.records import Entity
from pipeline.incident_verdicts import incidents_judged
from pipeline.journey_board import grouped_by_b
from pipeline.times import iso
from store import journey as reads
from store.journey import Link, Row

Answer = dict[str, Any]

MOST: Final = 500
"""Rows of each kind that an answer lists; a first deployment may bring a whole history."""

_LONGEST: Final = 64


def change_document(session: Session, number: str) -> Answer:
    """A change request with its deployments, builds, commits, tickets and incidents; each with the
    reason why it is believed to belong there. `NotFoundError` for a number that is not known.
    """
    row = _found(session, Entity.CHANGE, number)
    if row is None:
        raise NotFoundError(
            f"{_shown(number)}: no such change request is stored; check the number, and that"
            " ServiceNow was read (headwater sync)"
        )
    made = reads.links_between(session, Entity.DEPLOYMENT, Entity.CHANGE, b=[row["id"]])
    deployments = {link.a_id for link in made}
    tickets = reads.links_between(session, Entity.ITEM, Entity.CHANGE, b=[row["id"]])
    return {
        "kind": "change_request",
        "number": row["number"],
        "title": row["title"],
        "type": row["type"],
        "state": row["state"],
        "url": row["url"],
        "created_at": iso(row["created_ts"]),
        "requested_at": iso(row["requested_ts"]),
        "approved_at": iso(row["approved_ts"]),
        "started_at": iso(row["started_ts"]),
        "finished_at": iso(row["finished_ts"]),
        "deployments": _listed(session, Entity.DEPLOYMENT, _by_a(made)),
        **_brought(session, deployments),
        "tickets": _listed(session, Entity.ITEM, _by_a(tickets)),
        "incidents": _listed(session, Entity.INCIDENT, _hit(session, row["id"], deployments)),
    }


def incident_document(session: Session, number: str) -> Answer:
    """An incident with what it is put down to, every candidate, and what the likeliest brought.
    `NotFoundError` for a number that is not known.
    """
    row = _found(session, Entity.INCIDENT, number)
    if row is None:
        raise NotFoundError(f"{_shown(number)}: no such incident is stored")
    fact = reads.incident_fact_of(session, row["id"]) or {}
    copies = reads.duplicates_of(session, [row["id"]])
    ids = [row["id"], *copies]
    blamed = reads.links_between(session, Entity.DEPLOYMENT, Entity.INCIDENT, b=ids)
    causes = reads.links_between(session, Entity.CHANGE, Entity.INCIDENT, b=ids)
    deployments = {link.a_id for link in blamed}
    under = reads.links_between(session, Entity.DEPLOYMENT, Entity.CHANGE, a=deployments)
    likeliest = {fact["deployment_id"]} if fact.get("deployment_id") else set()
    brought = _brought(session, likeliest)
    commits = reads.links_between(session, Entity.COMMIT, Entity.DEPLOYMENT, b=likeliest)
    written = reads.links_between(
        session, Entity.ITEM, Entity.COMMIT, b={link.a_id for link in commits}
    )
    return {
        "kind": "incident",
        "number": row["number"],
        "title": row["title"],
        "state": row["state"],
        "url": row["url"],
        "opened_at": iso(row["opened_ts"]),
        "resolved_at": iso(row["resolved_ts"]),
        **verdict_of(fact),
        "duplicates": [one["number"] for one in _rows(session, copies)],
        **suspects_of(session, [row["id"]])[row["id"]],
        "changes": _listed(session, Entity.CHANGE, _merged(grouped_by_b(under), _by_a(causes))),
        **brought,
        "tickets": _listed(session, Entity.ITEM, _by_a(written)),
    }


def verdict_of(fact: Mapping[str, Any]) -> Answer:
    """Verdict, method, confidence and reason of an incident's fact, null where there is none."""
    surely = fact.get("confidence")
    return {
        "verdict": fact.get("verdict") or None,
        "method": fact.get("method") or None,
        "confidence": round(surely, 3) if surely else None,
        "reason": fact.get("reason") or None,
    }


def suspects_of(session: Session, ids: Collection[int]) -> dict[int, Answer]:
    """By incident its `candidates`, every deployment that any evidence ties to it or to one of its
    duplicates, the surest first; and what people said of these links (`ends`, `verdicts`, and
    `pairs` of each candidate).
    """
    copies = reads.duplicates_of(session, ids)
    links = reads.links_between(session, Entity.DEPLOYMENT, Entity.INCIDENT, b={*ids, *copies})
    groups: dict[int, list[Link]] = {one: [] for one in ids}
    for link in links:
        groups[copies.get(link.b_id, link.b_id)].append(link)
    rows = reads.things(session, Entity.DEPLOYMENT, {link.a_id for link in links})
    said = incidents_judged(session, groups, copies)
    return {
        incident: {
            "candidates": _rows_of(
                Entity.DEPLOYMENT, rows, _by_a(mine), more=said[incident].pairs_of
            ),
            "ends": said[incident].ends,
            "verdicts": said[incident].told,
        }
        for incident, mine in groups.items()
    }


def _shown(number: str) -> str:
    return number[:_LONGEST] if number.isprintable() else f"{number[:_LONGEST]!a}"


def _found(session: Session, kind: Entity, number: str) -> Row | None:
    plain = number.isprintable() and len(number) <= _LONGEST
    return reads.find_numbered(session, kind, number) if plain else None


def _rows(session: Session, ids: Iterable[int]) -> list[Row]:
    rows = reads.things(session, Entity.INCIDENT, ids).values()
    return sorted(rows, key=lambda row: str(row["number"]))


def _hit(session: Session, change_id: int, deployments: Collection[int]) -> dict[int, list[Link]]:
    by_change = reads.links_between(session, Entity.CHANGE, Entity.INCIDENT, a=[change_id])
    by_deployment = reads.links_between(session, Entity.DEPLOYMENT, Entity.INCIDENT, a=deployments)
    return grouped_by_b([*by_change, *by_deployment])


def _brought(session: Session, deployments: Collection[int]) -> Answer:
    """The builds that made these deployments, and the commits that they were the first to bring."""
    builds = reads.links_between(session, Entity.BUILD, Entity.DEPLOYMENT, b=deployments)
    commits = reads.links_between(session, Entity.COMMIT, Entity.DEPLOYMENT, b=deployments)
    return {
        "builds": _listed(session, Entity.BUILD, _by_a(builds)),
        "commits": _listed(session, Entity.COMMIT, _by_a(commits)),
    }


def _by_a(links: Iterable[Link]) -> dict[int, list[Link]]:
    groups: dict[int, list[Link]] = {}
    for link in links:
        groups.setdefault(link.a_id, []).append(link)
    return groups


def _merged(*groups: Mapping[int, list[Link]]) -> dict[int, list[Link]]:
    every = [one for group in groups for one in group]
    return {one: [link for group in groups for link in group.get(one, ())] for one in every}


def _listed(session: Session, kind: Entity, why: Mapping[int, Sequence[Link]]) -> list[Answer]:
    rows = (
        reads.items_by_id(session, why) if kind is Entity.ITEM else reads.things(session, kind, why)
    )
    return _rows_of(kind, rows, why)


def _rows_of(
    kind: Entity,
    rows: Mapping[int, Row],
    why: Mapping[int, Sequence[Link]],
    *,
    more: Callable[[Sequence[Link]], Answer] = lambda _: {},
) -> list[Answer]:
    """The surest first, then by time and name; with what `more` says of the links of each."""
    told = [
        {**_row(kind, rows[one], links), **more(links)} for one, links in why.items() if one in rows
    ]
    told.sort(key=lambda row: (-row["confidence"], str(row["at"]), row["name"]))
    return told[:MOST]


def _row(kind: Entity, row: Row, links: Sequence[Link]) -> Answer:
    ordered = sorted(links, key=lambda link: (-link.confidence, link.rule, link.evidence))
    # What an incident and its duplicate say alike is one reason.
    ordered = list({link.rule: link for link in reversed(ordered)}.values())[::-1]
    doubt = 1.0
    for link in ordered:
        doubt *= 1.0 - link.confidence
    return {
        "name": _name(kind, row),
        "title": _title(kind, row),
        "at": iso(_at(kind, row)),
        "url": row.get("url") or "",
        "confidence": round(1.0 - doubt, 3),
        "why": [
            {"rule": one.rule, "confidence": round(one.confidence, 3), "evidence": one.evidence}
            for one in ordered
        ],
    }


def _name(kind: Entity, row: Row) -> str:
    if kind is Entity.ITEM:
        return str(row["key"])
    if kind is Entity.COMMIT:
        return str(row["sha"])
    if kind is Entity.BUILD:
        return f"{row['job']}#{row['number']}"
    if kind is Entity.DEPLOYMENT:
        return f"{row['environment']} {row['version'] or row['sha'][:8]}".strip()
    return str(row["number"])


def _title(kind: Entity, row: Row) -> str:
    if kind is Entity.COMMIT:
        return str(row["message"]).partition("\n")[0]
    if kind is Entity.BUILD:
        return str(row["result"])
    return str(row["service"] if kind is Entity.DEPLOYMENT else row["title"])


_TIMES: Final[dict[Entity, tuple[str, ...]]] = {
    Entity.ITEM: ("created_ts",),
    Entity.COMMIT: ("committed_ts",),
    Entity.BUILD: ("started_ts", "queued_ts"),
    Entity.DEPLOYMENT: ("finished_ts", "started_ts", "created_ts"),
    Entity.CHANGE: ("started_ts", "created_ts"),
    Entity.INCIDENT: ("opened_ts",),
}


def _at(kind: Entity, row: Row) -> int | None:
    return next((row[name] for name in _TIMES[kind] if row[name] is not None), None)
