"""Frames of accounts and of what they are known by, pseudonyms all of it."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import ColumnElement, Join, Table, or_, select
from sqlalchemy.orm import Session

from core.person_marks import Mark
from store.models import identity, merge_request, person, person_alias, review, source
from store.read import read_frame


def accounts(session: Session) -> pd.DataFrame:
    """Everyone known at a source: person_id, source (its name), tool (its kind), pseudonym, bot (as
    told), address: known by an e-mail address alone, as the authors of commits are.
    """
    own = (
        select(person_alias.c.person_id)
        .where(
            person_alias.c.person_id == person.c.id,
            person_alias.c.kind == Mark.EMAIL.value,
            person_alias.c.pseudonym == person.c.pseudonym,
        )
        .exists()
    )
    statement = select(
        person.c.id.label("person_id"),
        source.c.name.label("source"),
        source.c.kind.label("tool"),
        person.c.pseudonym,
        person.c.bot,
        own.label("address"),
    ).join(source, source.c.id == person.c.source_id)
    return read_frame(session, statement.order_by(person.c.id))


def marks(session: Session) -> pd.DataFrame:
    """What accounts are known by: person_id, kind (see `Mark`), pseudonym."""
    statement = select(person_alias.c.person_id, person_alias.c.kind, person_alias.c.pseudonym)
    return read_frame(session, statement.order_by(*person_alias.primary_key.columns))


def is_bot() -> ColumnElement[bool]:
    """Whether an account is a bot, by itself or by being joined with one; NULL, taken as no, for
    nobody.
    """
    return or_(person.c.bot, identity.c.bot)


def with_author(table: Table) -> Join:
    """The table with the account of each author, and with whom that is joined."""
    return table.outerjoin(person, person.c.id == table.c.author_id).outerjoin(
        identity, identity.c.person_id == table.c.author_id
    )


def reviews(session: Session) -> pd.DataFrame:
    """The steps of reviews by people, in order: merge_request_id, kind, ts. What bots did is no
    review, whenever they were found to be bots; nor is what the author did, at whichever account,
    but asking for a review.
    """
    author, writer = identity.alias("author"), merge_request.c.author_id
    own = or_(
        review.c.person_id == writer,
        identity.c.identity_id == author.c.identity_id,
    )
    statement = (
        select(review.c.merge_request_id, review.c.kind, review.c.ts)
        .join(merge_request, merge_request.c.id == review.c.merge_request_id)
        .outerjoin(person, person.c.id == review.c.person_id)
        .outerjoin(identity, identity.c.person_id == review.c.person_id)
        .outerjoin(author, author.c.person_id == writer)
        .where(is_bot().is_not(True))
        .where(or_(own.is_not(True), review.c.kind == "requested"))
    )
    order = (review.c.merge_request_id, review.c.ts, review.c.id)
    return read_frame(session, statement.order_by(*order))
