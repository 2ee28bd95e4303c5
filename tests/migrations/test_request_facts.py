"""After the upgrade that keeps facts of merge requests, the next pass makes them of old records."""

from __future__ import annotations

from sqlalchemy import inspect, select, text

from core.records import Entity
from pipeline.stages import CORRELATE
from store.migrate import downgrade, upgrade
from store.models import dirty, store_setting
from store.session import open_engine

STORED = (
    "INSERT INTO source (id, name) VALUES (1, 'gitlab')",
    "INSERT INTO repository (id, source_id, external_id) VALUES (3, 1, '77'), (4, 1, '78')",
    "INSERT INTO store_setting (name, value) VALUES ('correlated_on', 'x'), ('people_key', 'y')",
    "INSERT INTO dirty (stage, entity, entity_id) VALUES ('correlate', 8, 4)",
)


def test_what_is_stored_waits_to_be_measured_again(database_url: str) -> None:
    downgrade(database_url, to="0019")
    engine = open_engine(database_url)
    assert not inspect(engine).has_table("request_fact")
    with engine.begin() as connection:
        for statement in STORED:
            connection.execute(text(statement))
    upgrade(database_url, to="0020")
    with engine.connect() as connection:
        rows = connection.execute(select(dirty.c.stage, dirty.c.entity, dirty.c.entity_id))
        waiting = {tuple(row) for row in rows}
        kept = connection.execute(select(store_setting.c.name)).scalars().all()
    assert inspect(engine).has_table("request_fact")
    engine.dispose()
    assert waiting == {(CORRELATE, Entity.REPOSITORY, 3), (CORRELATE, Entity.REPOSITORY, 4)}
    assert kept == ["people_key"]
