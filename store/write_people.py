"""Stores people, as pseudonyms only."""

from __future__ import annotations

from collections.abc import Iterator

from core.records import Commit, Field, MergeRequest, Person, Review, Transition, Worklog
from store.batch import Batch
from store.models import person
from store.rows import ensure_entities, write_entities
from store.settings import people_key, pseudonym

_KEY = ("source_id", "pseudonym")


def write_people(batch: Batch) -> None:
    """Store everyone whom the batch names, and fill `batch.people`."""
    bots: dict[str, bool] = {}
    for someone in _told(batch):
        bots[someone.identity] = bots.get(someone.identity, False) or someone.bot
    mentioned = set(_mentioned(batch)) - set(bots)
    if not bots and not mentioned:
        return
    key = people_key(batch.session)
    names = {identity: pseudonym(key, identity) for identity in (*bots, *mentioned)}
    told = [_row(batch, names[identity], bot) for identity, bot in bots.items()]
    ids = write_entities(batch.session, person, told, key=_KEY).ids
    heard = [_row(batch, names[identity], False) for identity in mentioned]
    ids |= ensure_entities(batch.session, person, heard, key=_KEY).ids
    batch.people = {found: ids[batch.source_id, names[found]] for found in names}


def _row(batch: Batch, name: str, bot: bool) -> dict[str, object]:
    return {"source_id": batch.source_id, "pseudonym": name, "bot": bot}


def _told(batch: Batch) -> Iterator[Person]:
    yield from batch.of(Person)
    named = [
        *(record.author for record in batch.of(Commit)),
        *(record.author for record in batch.of(MergeRequest)),
        *(record.actor for record in batch.of(Transition)),
        *(record.person for record in batch.of(Review)),
        *(record.person for record in batch.of(Worklog)),
    ]
    yield from (someone for someone in named if someone is not None)


def _mentioned(batch: Batch) -> Iterator[str]:
    """Identities of assignees: a changelog does not tell who is a bot."""
    for record in batch.of(Transition):
        if record.field is Field.ASSIGNEE:
            yield from (found for found in (record.from_id, record.to_id) if found)
