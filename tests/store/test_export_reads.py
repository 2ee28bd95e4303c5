"""Rows of exported tables: batch by batch, and those alone that are new or changed."""

from __future__ import annotations

import tracemalloc

import pandas as pd
import pytest
from sqlalchemy import Engine, text

from core.frames import NONE
from correlator.evidence import HUMAN as RULE_OF_PEOPLE
from store.export_delivery import HUMAN
from store.export_flow import STAGE_VISITS, STAGES
from store.export_reads import Wanted, batches
from store.export_tables import TABLES, table_named
from store.export_views import view_name
from store.fact_log import Recording
from store.facts import replace_stage_visits
from store.session import read_sessions, sessions

_GROUND = (
    "INSERT INTO source (id, name) VALUES (1, 'jira')",
    "INSERT INTO value_stream (id, name, ordinal, active) VALUES (5, 'checkout', 0, true)",
)


def _items(engine: Engine, count: int) -> None:
    with engine.begin() as connection:
        for statement in _GROUND:
            connection.execute(text(statement))
        connection.execute(
            text(
                "INSERT INTO work_item (id, source_id, external_id, key, created_ts, updated_ts,"
                " subtask, changelog_complete) VALUES (:id, 1, :name, :name, 5, 6, false, true)"
            ),
            [{"id": number, "name": f"S-{number}"} for number in range(1, count + 1)],
        )


def _visits(*starts: tuple[int, int]) -> pd.DataFrame:
    """item, start of its only visit."""
    frame = pd.DataFrame(starts, columns=["item_id", "start_ts"])
    return frame.assign(
        ordinal=1, episode=1, stage_id=NONE, status_id=NONE, state="active", reason="", end_ts=NONE
    )


def _keep(engine: Engine, visits: pd.DataFrame, at: int) -> None:
    with sessions(engine).begin() as session:
        replace_stage_visits(session, 5, visits, recording=Recording(at, "records", at - 50))


def _read(engine: Engine, name: str, since: int) -> list[dict[str, object]]:
    with read_sessions(engine)() as session:
        found = batches(session, table_named(name), Wanted(since_ts=since))
        return [row for batch in found for row in batch.to_pylist()]


def test_since_tells_rows_that_are_new_or_changed_and_those_that_went(engine: Engine) -> None:
    _items(engine, 4)
    _keep(engine, _visits((1, 10), (2, 20), (3, 30)), 1_000)
    _keep(engine, _visits((1, 10), (2, 21), (4, 40)), 2_000)
    everything = _read(engine, "stage_visits", 0)
    assert [row["key"] for row in everything] == ["S-1", "S-2", "S-4"]
    assert [row["key"] for row in _read(engine, "stage_visits", 1_000)] == ["S-1", "S-2", "S-4"]
    changed = _read(engine, "stage_visits", 1_001)
    assert [row["key"] for row in changed] == ["S-2", "S-4"]
    assert _read(engine, "stage_visits", 2_001) == []
    logged = _read(engine, "restatements", 1_001)
    gone = [row for row in logged if row["what"] == "gone"]
    assert [(row["table"], row["owner"], row["entity_id"], row["part"]) for row in gone] == [
        ("stage_visits", "checkout", 3, 1)
    ]


def test_loading_changes_by_the_page_gives_what_a_whole_export_has(engine: Engine) -> None:
    """First the rows that went, then the others by their key."""
    _items(engine, 4)
    _keep(engine, _visits((1, 10), (2, 20), (3, 30)), 1_000)
    key = table_named("stage_visits").key
    loaded = {tuple(row[one] for one in key): row for row in _read(engine, "stage_visits", 0)}
    _keep(engine, _visits((1, 10), (3, 30), (4, 40)), 2_000)
    _keep(engine, _visits((1, 11), (2, 22), (4, 40)), 3_000)  # one comes back, another goes
    for row in _read(engine, "restatements", 1_000):
        if row["what"] == "gone":
            loaded.pop((row["owner_id"], row["entity_id"], row["part"]), None)
    for row in _read(engine, "stage_visits", 1_000):
        loaded[tuple(row[one] for one in key)] = row
    now = _read(engine, "stage_visits", 0)
    assert sorted(loaded.values(), key=str) == sorted(now, key=str)


def test_a_table_that_does_not_keep_that_is_read_whole(engine: Engine) -> None:
    _items(engine, 1)
    with engine.begin() as connection:
        statement = "INSERT INTO stage (id, stream_id, ordinal, name, state)"
        connection.execute(text(f"{statement} VALUES (1, 5, 0, 'A', 'active')"))
    assert len(_read(engine, STAGES.name, 9_999)) == 1


def test_memory_holds_a_batch_however_long_the_table_is(sqlite_engine: Engine) -> None:
    _items(sqlite_engine, 20_000)
    _keep(sqlite_engine, _visits(*((number, number) for number in range(1, 20_001))), 1_000)

    def peak(size: int) -> int:
        tracemalloc.start()
        with read_sessions(sqlite_engine)() as session:
            rows = sum(one.num_rows for one in batches(session, STAGE_VISITS, Wanted(), size=size))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert rows == 20_000
        return found

    peak(500)
    assert peak(500) < peak(20_000) / 5


@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.name)
def test_every_table_can_be_read_by_all_of_its_filters(engine: Engine, table: object) -> None:
    name = getattr(table, "name", "")
    with read_sessions(engine)() as session:
        wanted = Wanted("checkout", "web", 1, 2, 3)
        assert list(batches(session, table_named(name), wanted)) == []


def test_a_link_that_a_person_confirmed_does_not_name_them(engine: Engine) -> None:
    rows = [("human", "Confirmed by anna on 2026-11-02: I was there"), ("listed", "!1 lists it")]
    with engine.begin() as connection:
        for rule, evidence in rows:
            connection.execute(
                text(
                    "INSERT INTO link (a_kind, a_id, b_kind, b_id, rule, confidence, evidence,"
                    " since_ts) VALUES (1, 2, 2, 3, :rule, 1.0, :evidence, 5)"
                ),
                {"rule": rule, "evidence": evidence},
            )
    assert HUMAN == RULE_OF_PEOPLE
    told = {row["rule"]: row["evidence"] for row in _read(engine, "links", 0)}
    assert told == {"human": None, "listed": "!1 lists it"}
    name = view_name(engine.dialect.name, "links")
    with engine.connect() as connection:
        shown = connection.execute(text(f"SELECT evidence FROM {name} WHERE rule = 'human'"))
        assert shown.scalar_one() is None
