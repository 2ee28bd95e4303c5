"""A pass over one changed ticket reads large tables by an index, but for what is listed here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from pipeline import reading
from simulator.live import Live
from store.session import open_engine
from tests.e2e.little import little_company
from tests.e2e.small import synced

LARGE = {
    "block",
    "build",
    "change_fact",
    "change_request",
    "commit_parent",
    "delay_cost_day",
    "deployment",
    "deployment_fact",
    "fact_change",
    "git_commit",
    "incident",
    "incident_fact",
    "item_fact",
    "item_key",
    "item_link",
    "link",
    "merge_request",
    "raw_record",
    "request_fact",
    "stage_visit",
    "tool_time",
    "transition",
    "unlinked",
    "work_item",
    "worklog",
}
WHOLE = {
    "SELECT DISTINCT deployment": "which builds deploy: there are few deployments",
    "SELECT incident.number": "numbers that texts may mention: there are few incidents",
    "SELECT deployment_fact": "hotfixes, which are rework of what was deployed before",
    "SELECT link.rule FROM link LIMIT": "whether there is any",
    "SELECT count(*) AS count_1 FROM link": "how many there are, which the pass tells at its end",
    "SELECT item_key.key FROM item_key WHERE NOT": "keys of before a move, which are few",
    "SELECT item_key.key FROM item_key WHERE item_key.current = 0": "the same on SQLite",
    "SELECT item_key.key FROM item_key WHERE (item_key.key LIKE": "whether there is any, LIMIT 1",
    "SELECT item_key.key, item_key.item_id": "every key, for a commit may name any",
    "SELECT DISTINCT merge_request.repository_id": "which repositories ask for merges, by an index",
    "SELECT work_item.id AS item_id, work_item.title": "titles that commits without a key may mean",
    "SELECT block.item_id, block.detail": "blocks by a link, which are few",
}
"""Statements that go through a whole table, with the reason."""
_PLAIN = re.compile(r"\s+")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'plans.db'}"
    return str(request.getfixturevalue("postgres_url"))


def _statements(url: str, folder: Path, patch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What a pass asks for that finds one ticket moved."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *rest: Any) -> None:
        many = rest[-1]
        asked.append((_PLAIN.sub(" ", statement).strip(), values[0] if many else values))

    with little_company(items=8) as company:
        _, settings = company.home(folder, url=url)
        live = Live(company.world, company.server, 4)
        patch.setattr(reading, "now_ts", lambda: int(live.world.now.timestamp()))
        assert not synced(settings).failed
        live.world.now += timedelta(hours=1)
        assert live.act("move_ticket")
        event.listen(Engine, "before_cursor_execute", note)
        try:
            assert not synced(settings).failed
        finally:
            event.remove(Engine, "before_cursor_execute", note)
    assert len(asked) > 100
    return asked


def _of_postgres(connection: Connection, statement: str, values: Any) -> Iterator[str]:
    """Large tables that are gone through without a condition on an index, where each other way is
    forbidden: small as they are here, PostgreSQL would rather read them whole.
    """
    connection.exec_driver_sql("SET enable_seqscan = off")
    told = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
    nodes = [told[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", ())
        reads = node["Node Type"] in ("Seq Scan", "Index Scan", "Index Only Scan")
        if reads and "Index Cond" not in node:
            yield node["Relation Name"]


def _of_sqlite(connection: Connection, statement: str, values: Any) -> Iterator[str]:
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values):
        found = re.match(r"SCAN (\w+)", row[-1])
        if found:
            yield found[1]


def test_large_tables_are_read_by_an_index(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _statements(url, tmp_path, monkeypatch)
    engine = open_engine(url)
    plans = _of_postgres if engine.dialect.name == "postgresql" else _of_sqlite
    found: dict[str, set[str]] = {}
    with engine.connect() as connection:
        for statement, values in asked:
            if re.match(r"(SELECT|WITH|UPDATE|DELETE)\b", statement):
                for table in LARGE.intersection(plans(connection, statement, values)):
                    found.setdefault(statement, set()).add(table)
    engine.dispose()
    plain = {one.replace('"', ""): tables for one, tables in found.items()}
    unexpected = {one: tables for one, tables in plain.items() if not one.startswith((*WHOLE,))}
    assert unexpected == {}
