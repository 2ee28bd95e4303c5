"""Stores who is who, as the correlator found, and tells whose standing as a bot changed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records import Entity
from store.models import identity
from store.upsert import delete_rows, upsert
from store.write_people import authored


def replace_identities(session: Session, rows: pd.DataFrame) -> dict[Entity, set[int]]:
    """Make these the only identities: person_id, identity_id, bot. Answers with what those wrote
    who are bots now and were not, or the other way round; the same again writes nothing.
    """
    statement = select(identity.c.person_id, identity.c.identity_id, identity.c.bot)
    stored = {row[0]: (row[1], bool(row[2])) for row in session.execute(statement)}
    columns = (rows[name].tolist() for name in ("person_id", "identity_id", "bot"))
    wanted = {row[0]: (row[1], bool(row[2])) for row in zip(*columns, strict=True)}
    gone = [{"person_id": one} for one in stored if one not in wanted]
    delete_rows(session, identity, gone)
    different = {one: told for one, told in wanted.items() if stored.get(one) != told}
    new = [
        {"person_id": one, "identity_id": found, "bot": bot}
        for one, (found, bot) in different.items()
    ]
    upsert(session, identity, new, key=("person_id",))
    return authored(session, _turned(stored, different))


def _turned(
    stored: Mapping[int, tuple[int, bool]], now: Mapping[int, tuple[int, bool]]
) -> list[int]:
    """Whose being a bot is not what it was; one who is new and no bot changes nothing."""
    return [one for one, (_, bot) in now.items() if bot != stored.get(one, (0, False))[1]]
