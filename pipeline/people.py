"""Who is who and who is a bot, for counting handoffs and leaving bots out; never for a number on a
person.
"""

from __future__ import annotations

import structlog
from sqlalchemy.orm import Session

from core.records import Entity
from correlator.identities import Identities, identities
from pipeline.database import Database
from pipeline.stages import CORRELATE
from store import dirty, frames_people
from store.identities import replace_identities
from store.settings import get_setting, set_setting
from store.write_people import forget_bots

log = structlog.get_logger()


def who_is_who(session: Session) -> Identities:
    """The accounts of all sources, joined where the rules are sure enough."""
    return identities(frames_people.accounts(session), frames_people.marks(session))


def store_people(session: Session, who: Identities) -> dict[Entity, set[int]]:
    """Keep it; what is to be measured again, as its author turned out to be a bot or none."""
    return replace_identities(session, who.rows)


def tell_people(who: Identities) -> None:
    """Numbers alone: how many accounts were joined by which rule, and what was too doubtful."""
    held = {name: count for name, count in who.joined.items() if count}
    refused = {name: count for name, count in who.refused.items() if count}
    log.info("people_joined", **who.counts, by_rule=held, refused=refused)


def judge_anew(database: Database, source_id: int, asked: str, *, begins: bool) -> None:
    """Before everything of a source is read again: who is a bot was told by the patterns of then,
    and what is read now tells it by those of now.

    asked: the configuration of now. Once for it is enough where a round that began before goes on
    (`begins` False): what that has read already is told by it.
    """
    name = f"bots_of_{source_id}"
    with database.writing() as session:
        if not begins and get_setting(session, name) == asked:
            return
        for entity, ids in forget_bots(session, source_id).items():
            dirty.mark(session, CORRELATE, entity, ids)
        set_setting(session, name, asked)
