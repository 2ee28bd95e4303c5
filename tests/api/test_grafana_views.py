"""The dashboard over the read-only views: each query runs as the role that reads nothing else, and
tells what the API does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, make_url, text

from store.models import metadata
from store.session import open_engine
from tests.api.client import Client
from tests.api.dashboards import POSTGRES, Asked, Window, board, queries
from tests.e2e.company import Company
from tests.reader import reading

BEGIN, END = datetime(2026, 5, 24, 22, tzinfo=UTC), datetime(2026, 11, 15, 23, tzinfo=UTC)
WINDOW = Window(BEGIN, END - timedelta(seconds=1), {"stream": "checkout"})
"""Whole weeks in Berlin; BETWEEN takes its end in, the API does not."""
ASKED = "from=2026-05-25&to=2026-11-16"
NOT_IN_VIEWS = {"raw_record", "alembic_version", "api_token", "sign_in", "audit_event"}
ALL = queries(POSTGRES)
Row = dict[str, Any]


@pytest.fixture(scope="module")
def views(
    company: Company, postgres_server: Engine, postgres_template: str
) -> Iterator[Connection]:
    """The company in PostgreSQL, as who reads the views sees it."""
    name = "dashboards"
    with postgres_server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {postgres_template}"))
    url = make_url(str(postgres_server.url)).set(database=name)
    engine = open_engine(url.render_as_string(hide_password=False))
    _copy(company.database.engine, engine)
    with reading(engine, postgres_server) as reader, reader.connect() as connection:
        yield connection
    engine.dispose()
    with postgres_server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _copy(old: Engine, new: Engine) -> None:
    with old.connect() as source, new.begin() as target:
        target.execute(text("SET LOCAL session_replication_role = replica"))
        for table in metadata.sorted_tables:
            if table.name not in NOT_IN_VIEWS:
                target.execute(table.delete())
                rows = [dict(row._mapping) for row in source.execute(table.select())]
                if rows:
                    target.execute(table.insert(), rows)


def _rows(views: Connection, sql: str, window: Window = WINDOW) -> list[Row]:
    rows = views.execute(text(window.sql(sql).replace(":", r"\:"))).mappings()
    plain = [
        {name: float(one) if isinstance(one, Decimal) else one for name, one in row.items()}
        for row in rows
    ]
    views.rollback()
    return plain


def _told(views: Connection, title: str) -> list[Row]:
    (asked,) = (one for one in ALL if one.name == f"items.json: {title}")
    return _rows(views, asked.target["rawSql"])


@pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.name)
def test_every_query_runs_as_the_reader_and_every_column_says_something(
    views: Connection, asked: Asked
) -> None:
    assert views.execute(text("SELECT current_user")).scalar_one() == "headwater_reader"
    rows = _rows(views, asked.target["rawSql"])
    assert rows
    for name in rows[0]:
        assert any(row[name] is not None for row in rows), name
    if asked.target["format"] == "time_series":
        times = [row["time"] for row in rows]
        assert times == sorted(times)
        assert isinstance(times[0], datetime)


def test_the_streams_to_choose_from_are_those_of_the_api(views: Connection, calm: Client) -> None:
    (variable,) = (
        one for one in board("items.json")["templating"]["list"] if one["type"] == "query"
    )
    told = {row["__value"]: row["__text"] for row in _rows(views, variable["query"])}
    streams = calm.json("/v1/streams")["items"]
    assert told == {one["name"]: one["title"] for one in streams}


def test_a_name_with_a_quote_is_a_name_and_no_statement(views: Connection) -> None:
    odd = Window(BEGIN, END, {"stream": "x' OR 'a' = 'a"})
    (asked,) = (one for one in ALL if one.name == "items.json: In load now")
    assert _rows(views, asked.target["rawSql"], odd) == [{"items": 0}]


def test_times_and_efficiency_are_those_of_the_api(views: Connection, calm: Client) -> None:
    (times,) = _told(views, "Flow time")
    value = calm.json(f"/v1/streams/checkout/metrics/flow_time?{ASKED}")["value"]
    assert times["half within"] == pytest.approx(value["p50"], rel=1e-9)
    assert times["85 % within"] == pytest.approx(value["p85"], rel=1e-9)
    (worked,) = _told(views, "Flow efficiency")
    ratio = calm.json(f"/v1/streams/checkout/metrics/efficiency?{ASKED}")["value"]["ratio"]
    assert worked["worked on"] == pytest.approx(ratio, rel=1e-9)


def test_load_and_throughput_are_those_of_the_api(views: Connection, calm: Client) -> None:
    (load,) = _told(views, "In load now")
    value = calm.json("/v1/streams/checkout/metrics/load")["value"]
    assert load["items"] == value["now"] == len(_told(views, "In load, the oldest first")) > 0
    weeks = {
        row["time"].date().isoformat(): row["done"]
        for row in _told(views, "Committed and done, by week")
    }
    asked = f"/v1/streams/checkout/metrics/velocity?interval=week&{ASKED}"
    velocity = calm.json(asked)
    series = velocity["series"]
    assert weeks == {week["start"]: week["count"] for week in series if week["complete"]}
    assert len(_told(views, "Done in the window")) == velocity["value"]["count"] > 20


def test_the_cost_of_waiting_is_that_of_the_api_to_the_cent(
    views: Connection, calm: Client
) -> None:
    (cost,) = _told(views, "Cost of waiting")
    whole = calm.json(f"/v1/streams/checkout/delay-cost?by=stage&{ASKED}")
    assert cost["cost"] == whole["cost_cents"] / 100 > 0
    parts = {row["stage"]: row["cost"] for row in _told(views, "Cost of waiting, by stage")}
    told = {one["stage"]: one["cost_cents"] / 100 for one in whole["items"] if one["cost_cents"]}
    assert {stage: one for stage, one in parts.items() if one} == told
    weeks = _told(views, "Cost of waiting, by week")
    assert sum(row["cost"] for row in weeks) == pytest.approx(cost["cost"])


def test_deployments_are_those_of_the_api(views: Connection, calm: Client) -> None:
    rows = _told(views, "Deployments, by week and service")
    services = [one["name"] for one in calm.json("/v1/services")["items"]]
    for name in services:
        count = sum(row["deployments"] for row in rows if row["metric"] == name)
        asked = f"/v1/services/{name}/metrics/deployment_frequency?{ASKED}"
        assert count == calm.json(asked)["value"]["count"]
    assert {row["metric"] for row in rows} <= set(services)


def test_time_by_stage_adds_up_to_the_times_of_the_items(views: Connection) -> None:
    parts = _told(views, "Where the time goes")
    done = [row for row in _told(views, "Done in the window") if row["Flow time"] is not None]
    waiting, active = (sum(row[name] or 0 for row in parts) for name in ("waiting", "active"))
    assert active == pytest.approx(sum(row["Active"] for row in done), rel=1e-9)
    assert waiting == pytest.approx(sum(row["Waiting"] for row in done), rel=1e-9)
