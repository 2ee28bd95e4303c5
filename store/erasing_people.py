"""Finds the accounts of somebody by any of their words, and gives them others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from core.person_marks import Mark
from store.lookup import found_in
from store.models import identity, person, person_alias, source, team, team_member

_FOUND_BY = (
    Mark.EMAIL,
    Mark.LOGIN,
    Mark.USERNAME,
    Mark.NAME,
    Mark.GITHUB_LOGIN,
    Mark.GITLAB_LOGIN,
)
_HOLD_PSEUDONYMS = (person, person_alias, team_member)


@dataclass(frozen=True, slots=True)
class Somebody:
    """Accounts that are one person: their ids, and (source, pseudonym) of each."""

    ids: frozenset[int]
    accounts: tuple[tuple[str, str], ...]


def found_by(session: Session, hashes: Collection[str]) -> list[Somebody]:
    """Everybody who has an account with one of these hashes as pseudonym or as a mark; accounts
    that were joined are one. The one with the most accounts first.
    """
    ids = {row[0] for row in found_in(session, person, ("id",), "pseudonym", hashes)}
    marked = found_in(session, person_alias, ("person_id", "kind"), "pseudonym", hashes)
    ids |= {row[0] for row in marked if row[1] in _FOUND_BY}
    groups: dict[int, set[int]] = {}
    joined_as = found_in(session, identity, ("person_id", "identity_id"), "person_id", ids)
    of: dict[int, int] = {row[0]: row[1] for row in joined_as}
    for one in ids:
        groups.setdefault(of.get(one, one), set()).add(one)
    for number, members in groups.items():
        joined = found_in(session, identity, ("person_id",), "identity_id", [number])
        members |= {row[0] for row in joined}
    found = [_somebody(session, members) for members in groups.values()]
    return sorted(found, key=lambda one: (-len(one.ids), one.accounts))


def _somebody(session: Session, ids: Collection[int]) -> Somebody:
    told = select(source.c.name, person.c.pseudonym).join(source, source.c.id == person.c.source_id)
    rows = session.execute(told.where(person.c.id.in_(ids)).order_by(source.c.name, person.c.id))
    return Somebody(frozenset(ids), tuple((row[0], row[1]) for row in rows))


def hashes_of(session: Session, ids: Collection[int]) -> tuple[set[str], set[str]]:
    """Hashes by which these accounts alone are known, and those that others have, too; of domains
    only what nobody else has.
    """
    own = {row[0] for row in found_in(session, person, ("pseudonym",), "id", ids)}
    marks = list(found_in(session, person_alias, ("pseudonym", "kind"), "person_id", ids))
    domains = {row[0] for row in marks if row[1] == Mark.DOMAIN}
    own |= {row[0] for row in marks}
    holders = found_in(session, person_alias, ("pseudonym", "person_id"), "pseudonym", own)
    others = {row[0] for row in holders if row[1] not in ids}
    same = found_in(session, person, ("pseudonym", "id"), "pseudonym", own)
    others |= {row[0] for row in same if row[1] not in ids}
    return own - others, others - domains


def held_by_others(session: Session, hashes: Collection[str], ids: Collection[int]) -> set[str]:
    """Which of these hashes are marks or pseudonyms of anybody else."""
    rows = list(found_in(session, person_alias, ("pseudonym", "person_id"), "pseudonym", hashes))
    rows += list(found_in(session, person, ("pseudonym", "id"), "pseudonym", hashes))
    return {row[0] for row in rows if row[1] not in ids}


def rename(session: Session, new: Mapping[str, str]) -> None:
    """Give each of these hashes the other one, wherever it stands for somebody."""
    for table in _HOLD_PSEUDONYMS:
        for old, made in new.items():
            own = table.c.pseudonym == old
            session.execute(update(table).where(own).values(pseudonym=made))


def count_renamed(session: Session, hashes: Collection[str]) -> dict[str, int]:
    """How many rows of each table have one of these."""
    return {table.name: _count(session, table, hashes) for table in _HOLD_PSEUDONYMS}


def _count(session: Session, table: Table, hashes: Collection[str]) -> int:
    rows = found_in(session, table, ("pseudonym",), "pseudonym", hashes)
    return sum(1 for _ in rows)


def teams_of(session: Session, hashes: Iterable[str]) -> list[str]:
    """The teams that the configuration counts them to."""
    rows = list(found_in(session, team_member, ("team_id",), "pseudonym", hashes))
    names = found_in(session, team, ("name",), "id", {row[0] for row in rows})
    return sorted(row[0] for row in names)
