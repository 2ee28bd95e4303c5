"""Frames of assignees, of one item or of a stream, and of their teams; pseudonyms' ids only."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import (
    Boolean,
    CompoundSelect,
    FromClause,
    Join,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session

from core.person_marks import Mark
from core.records import Field
from store.frames_items import in_stream
from store.frames_people import is_bot
from store.models import (
    identity,
    person,
    person_alias,
    team,
    team_member,
    transition,
    work_item,
)
from store.read import read_frame


def moves_of(session: Session, item_id: int, *, until_ts: int) -> pd.DataFrame:
    """Changes of the item's assignee: item_id, ts, seq, from_id, to_id (persons, NONE nobody)."""
    names = ("item_id", "ts", "seq", "from_id", "to_id")
    statement = select(*(transition.c[name] for name in names)).where(
        transition.c.item_id == item_id,
        transition.c.field == int(Field.ASSIGNEE),
        transition.c.ts <= until_ts,
    )
    return read_frame(session, statement.order_by(transition.c.ts, transition.c.seq))


def people_of(session: Session, item_id: int) -> pd.DataFrame:
    """Its assignees: person_id, identity_id (itself where not joined yet), bot."""
    who = func.coalesce(identity.c.identity_id, person.c.id, type_=person.c.id.type)
    bot = func.coalesce(is_bot(), literal_column("false"), type_=Boolean).label("bot")
    statement = (
        select(person.c.id.label("person_id"), who.label("identity_id"), bot)
        .outerjoin(identity, identity.c.person_id == person.c.id)
        .where(person.c.id.in_(_assigned(item_id)))
    )
    return read_frame(session, statement.order_by(person.c.id))


def memberships_of(session: Session, item_id: int) -> pd.DataFrame:
    """Teams of its assignees, by the e-mail of any of their accounts: identity_id, team_id,
    from_ts, to_ts (NONE: still).
    """
    mine = select(identity.c.identity_id).where(identity.c.person_id.in_(_assigned(item_id)))
    account = identity.alias("account")
    columns = (team_member.c.team_id, team_member.c.from_ts, team_member.c.to_ts)
    statement = (
        select(account.c.identity_id, *columns)
        .select_from(_memberships(account))
        .where(account.c.identity_id.in_(mine))
        .distinct()
    )
    return read_frame(session, statement)


def stream_moves(session: Session, stream_id: int) -> pd.DataFrame:
    """Changes of the assignees of a stream's items, as `moves_of` tells those of one."""
    names = ("item_id", "ts", "seq", "from_id", "to_id")
    statement = select(*(transition.c[name] for name in names)).where(
        transition.c.item_id.in_(select(work_item.c.id).where(in_stream(stream_id))),
        transition.c.field == int(Field.ASSIGNEE),
    )
    order = (transition.c.item_id, transition.c.ts, transition.c.seq)
    return read_frame(session, statement.order_by(*order))


def team_members(session: Session) -> pd.DataFrame:
    """Everyone whom a team names: team (its name), member (a pseudonym), from_ts, to_ts (NONE:
    still).
    """
    statement = select(
        team.c.name.label("team"),
        team_member.c.pseudonym.label("member"),
        team_member.c.from_ts,
        team_member.c.to_ts,
    ).join(team, team.c.id == team_member.c.team_id)
    return read_frame(session, statement.order_by(*team_member.primary_key.columns))


def team_accounts(session: Session) -> pd.DataFrame:
    """The accounts of members of teams, of which none is a bot: person_id, identity_id, team,
    from_ts, to_ts (NONE: still); a row for each of their memberships.
    """
    member, own = identity.alias("member"), identity.alias("own")
    told = (team.c.name.label("team"), team_member.c.from_ts, team_member.c.to_ts)
    joined = (
        _memberships(member)
        .join(own, own.c.identity_id == member.c.identity_id)
        .join(team, team.c.id == team_member.c.team_id)
    )
    statement = (
        select(own.c.person_id, own.c.identity_id, *told)
        .select_from(joined)
        .where(or_(person.c.bot, own.c.bot).is_not(True))
        .distinct()
    )
    return read_frame(session, statement)


def _memberships(accounts: FromClause) -> Join:
    """Accounts (`identity`) with the memberships of their people, by pseudonym or by e-mail."""
    known_as = person_alias.alias("known_as")
    by_mail = (known_as.c.person_id == person.c.id) & (known_as.c.kind == Mark.EMAIL.value)
    named = or_(
        team_member.c.pseudonym == person.c.pseudonym,
        team_member.c.pseudonym == known_as.c.pseudonym,
    )
    return (
        accounts.join(person, person.c.id == accounts.c.person_id)
        .outerjoin(known_as, by_mail)
        .join(team_member, named)
    )


def _assigned(item_id: int) -> CompoundSelect[tuple[int]]:
    own = (transition.c.item_id == item_id) & (transition.c.field == int(Field.ASSIGNEE))
    given, taken = transition.c.to_id, transition.c.from_id
    return (
        select(given)
        .where(own, given.is_not(None))
        .union(select(taken).where(own, taken.is_not(None)))
    )
