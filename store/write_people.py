"""Stores people, as pseudonyms only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.person_marks import marks
from core.records import Commit, Entity, Field, MergeRequest, Person, Review, Transition, Worklog
from store.batch import Batch
from store.erased import renamed
from store.lookup import found_in
from store.models import git_commit, merge_request, person, person_alias, source
from store.rows import ensure_entities, write_children, write_entities
from store.settings import people_key, pseudonym
from store.upsert import upsert

_KEY = ("source_id", "pseudonym")


def write_people(batch: Batch) -> None:
    """Store everyone whom the batch names, and fill `batch.people`.

    Who was told to be a bot once stays one, so that the order of records does not matter, until a
    file that is imported says otherwise; what an account was called once stays a mark of it.
    """
    told = list(_told(batch))
    named = {one.identity for one in told} | set(_mentioned(batch))
    if not named:
        return
    key = people_key(batch.session)
    stand_ins = renamed(batch.session)
    hashed = {identity: pseudonym(key, identity) for identity in named}
    names = {identity: stand_ins.get(one, one) for identity, one in hashed.items()}
    bots = {one.identity: True for one in told if one.bot} | _imported(batch)
    rows = [_row(batch, names[identity], bot) for identity, bot in bots.items()]
    written = write_entities(batch.session, person, rows, key=_KEY)
    heard = [_row(batch, name, False) for name in names.values()]
    ids = ensure_entities(batch.session, person, heard, key=_KEY).ids
    batch.people = {found: ids[batch.source_id, names[found]] for found in named}
    _write_marks(batch, key, told, stand_ins)
    for entity, touched in authored(batch.session, written.changed).items():
        batch.touched[entity].update(touched)


def authored(session: Session, people: Iterable[int]) -> dict[Entity, set[int]]:
    """Ids of what these accounts wrote and whose meaning depends on whether they are bots."""
    wanted = set(people)
    if not wanted:
        return {}
    return {
        entity: {row[0] for row in found_in(session, table, ("id",), "author_id", wanted)}
        for entity, table in ((Entity.COMMIT, git_commit), (Entity.MERGE_REQUEST, merge_request))
    }


def forget_bots(session: Session, source_id: int) -> dict[Entity, set[int]]:
    """Take nobody of the source for a bot any more, before it is read again with other patterns;
    answers with what its bots wrote.
    """
    bots = list(found_in(session, person, ("id", "pseudonym"), "source_id", [source_id], bot=True))
    rows = [{"source_id": source_id, "pseudonym": name, "bot": False} for _, name in bots]
    upsert(session, person, rows, key=_KEY)
    return authored(session, [found for found, _ in bots])


def _imported(batch: Batch) -> dict[str, bool]:
    """Who is a bot by rows of a file: the last of them holds, as of every kind."""
    if not batch.of(Person):
        return {}
    statement = select(source.c.kind).where(source.c.id == batch.source_id)
    if batch.session.execute(statement).scalar_one() != "events":
        return {}
    return {one.identity: one.bot for one in batch.of(Person)}


def _write_marks(
    batch: Batch, key: bytes, told: Iterable[Person], stand_ins: Mapping[str, str]
) -> None:
    found = {
        (batch.people[one.identity], kind.value, text)
        for one in told
        for kind, text in marks(one).items()
    }
    hashed = {text: pseudonym(key, text) for _, _, text in found}
    rows = [
        {"person_id": someone, "kind": kind, "pseudonym": stand_ins.get(hashed[text], hashed[text])}
        for someone, kind, text in sorted(found)
    ]
    write_children(batch.session, person_alias, rows, parent="person_id")


def _row(batch: Batch, name: str, bot: bool) -> dict[str, object]:
    return {"source_id": batch.source_id, "pseudonym": name, "bot": bot}


def _told(batch: Batch) -> Iterator[Person]:
    """Everyone whom a record names, each as often as they are told differently."""
    named = [
        *batch.of(Person),
        *(record.author for record in batch.of(Commit)),
        *(record.author for record in batch.of(MergeRequest)),
        *(record.actor for record in batch.of(Transition)),
        *(record.person for record in batch.of(Review)),
        *(record.person for record in batch.of(Worklog)),
    ]
    seen = set()
    for one in named:
        if one is None:
            continue
        whole = (one.identity, one.bot, one.email, one.username, one.name)
        if whole not in seen:
            seen.add(whole)
            yield one


def _mentioned(batch: Batch) -> Iterator[str]:
    """Identities of assignees: a changelog does not tell who is a bot."""
    for record in batch.of(Transition):
        if record.field is Field.ASSIGNEE:
            yield from (found for found in (record.from_id, record.to_id) if found)
