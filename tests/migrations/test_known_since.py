"""What was known before it was kept is not made up: an older database knows from its upgrade on."""

from __future__ import annotations

import time

from sqlalchemy import select, text

from store.fact_log import Recording
from store.facts import replace_stage_visits
from store.frames import stage_visits
from store.known_facts import facts_known_at, known_since
from store.migrate import downgrade, upgrade
from store.models import fact_change, stage_visit
from store.readings import readings_at
from store.session import open_engine, sessions

_OLD = (
    "INSERT INTO source (id, name) VALUES (1, 'jira')",
    "INSERT INTO work_item (id, source_id, external_id, created_ts, updated_ts, subtask,"
    " changelog_complete) VALUES (1, 1, '10', 5, 6, false, true)",
    "INSERT INTO value_stream (id, name, ordinal, active, facts_version)"
    " VALUES (5, 'checkout', 0, true, 3)",
    "INSERT INTO service (id, name) VALUES (3, 'web')",
    "INSERT INTO stage_visit (stream_id, item_id, ordinal, episode, state, reason, start_ts)"
    " VALUES (5, 1, 1, 1, 'active', '', 100)",
    "INSERT INTO stream_state (source_id, stream, scope, watermark_ts) VALUES (1, '', '', 900)",
    "INSERT INTO fact_change (fact, stream_id, entity_id, episode, column_name, old, new,"
    " recorded_ts, cause) VALUES ('item_fact', 5, 1, 1, 'done_ts', NULL, 700, 800, 'records')",
)


def test_an_upgraded_database_knows_from_its_upgrade_on(database_url: str) -> None:
    downgrade(database_url, to="0018")
    engine = open_engine(database_url)
    with engine.begin() as connection:
        for statement in _OLD:
            connection.execute(text(statement))
    before = int(time.time())
    upgrade(database_url)
    with sessions(engine).begin() as session:
        streams, services = known_since(session)
        assert before <= streams["checkout"] == services["web"] <= int(time.time())
        log = session.execute(select(fact_change)).one()
        assert (log.owner_id, log.part, log.what) == (5, 1, "changed")
        assert (log.changes, log.restates) == ('{"done_ts":[null,700]}', False)
        now = streams["checkout"]
        assert readings_at(session, now)["jira"].watermark_ts == 900
        was = stage_visits(session, 5)
        replace_stage_visits(session, 5, was[:0], recording=Recording(now + 50, "records"))
        assert session.execute(select(stage_visit)).all() == []
        assert facts_known_at(session, stage_visit, 5, now).equals(was)
    engine.dispose()
