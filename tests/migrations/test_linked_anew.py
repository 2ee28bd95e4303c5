"""After the upgrades that bring verdicts on incidents and times by tool, the next pass fills them
for old records.
"""

from __future__ import annotations

from sqlalchemy import select, text

from core.records import Entity
from pipeline.stages import CORRELATE, MEASURE
from store.migrate import downgrade, upgrade
from store.models import dirty, store_setting
from store.session import open_engine

STORED = (
    "INSERT INTO source (id, name) VALUES (1, 'gitlab'), (2, 'desk')",
    "INSERT INTO repository (id, source_id, external_id) VALUES (3, 1, '77'), (4, 1, '78')",
    "INSERT INTO incident (id, source_id, external_id, opened_ts, updated_ts)"
    " VALUES (6, 2, 'i6', 1, 1)",
    "INSERT INTO store_setting (name, value) VALUES ('correlated_on', 'x'), ('people_key', 'y')",
    "INSERT INTO dirty (stage, entity, entity_id) VALUES ('correlate', 8, 4)",
)


def test_everything_waits_to_be_linked_and_measured(database_url: str) -> None:
    downgrade(database_url, to="0017")
    engine = open_engine(database_url)
    with engine.begin() as connection:
        for statement in STORED:
            connection.execute(text(statement))
    upgrade(database_url)
    with engine.connect() as connection:
        rows = connection.execute(select(dirty.c.stage, dirty.c.entity, dirty.c.entity_id))
        waiting = {tuple(row) for row in rows}
        kept = connection.execute(select(store_setting.c.name)).scalars().all()
    engine.dispose()
    assert waiting == {
        (CORRELATE, Entity.REPOSITORY, 3),
        (CORRELATE, Entity.REPOSITORY, 4),
        (CORRELATE, Entity.INCIDENT, 6),
        (MEASURE, Entity.REPOSITORY, 3),
        (MEASURE, Entity.REPOSITORY, 4),
    }
    assert kept == ["people_key"]  # what the links were made on is not known: all are made again
