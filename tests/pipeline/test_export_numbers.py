"""Every number of the pages can be made from the exported tables and from the views, by hand.

The company is collected on SQLite and on PostgreSQL. What is computed here from rows, with sorting,
counting and sums, must be what the API answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet
import pytest
from sqlalchemy import text

from api.app import create_app
from pipeline.daily import bring_days_up_to_date
from pipeline.export_wanted import tables_named
from pipeline.exporting import export_folder
from store.export_reads import Wanted
from store.export_tables import TABLES
from store.export_views import view_name
from tests.api.client import Client
from tests.e2e.company import NOW, Company, collected

START, END = date(2026, 8, 3), date(2026, 11, 2)
BERLIN = ZoneInfo("Europe/Berlin")
WINDOW = f"from={START}&to={END}"
DAY = 86_400


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BERLIN)


@dataclass(frozen=True)
class Told:
    """The company, and what it exported; the rows of views on the same database."""

    company: Company
    client: Client
    folder: Path

    def rows(self, table: str, way: str) -> list[dict[str, Any]]:
        if way == "parquet":
            file = self.folder / f"{table}.v1.parquet"
            return list(pyarrow.parquet.read_table(file).to_pylist())
        engine = self.company.database.engine
        query = text(f"SELECT * FROM {view_name(engine.dialect.name, table)}")
        with engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return [{name: _plain(name, value) for name, value in row.items()} for row in rows]


def _plain(name: str, value: Any) -> Any:
    """SQLite has neither times nor dates."""
    if isinstance(value, str) and name == "day":
        return date.fromisoformat(value)
    if isinstance(value, str) and (name.endswith("_at") or name in ("as_of", "known_since")):
        return datetime.fromisoformat(value)
    return value


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Told]:
    home = tmp_path_factory.mktemp(f"told_{request.param}")
    url = "" if request.param == "sqlite" else _new_database(request)
    with pytest.MonkeyPatch.context() as patch, collected(home, seed=3, items=90, url=url) as found:
        patch.setattr("api.deps.now_ts", lambda: int(NOW.timestamp()))
        bring_days_up_to_date(found.settings, found.database, now=int(NOW.timestamp()))
        folder = home / "out"
        export_folder(
            found.settings, found.database, folder, "parquet", tables_named([]), Wanted(), size=97
        )
        yield Told(found, Client(create_app(found.settings, found.database)), folder)


def _new_database(request: pytest.FixtureRequest) -> str:
    server = request.getfixturevalue("postgres_server")
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE told"))
    url: str = server.url.set(database="told").render_as_string(hide_password=False)
    return url.replace("postgres:@", "postgres@")  # a configuration file holds no password


ways = pytest.mark.parametrize("way", ["parquet", "views"])


def _inside(moment: datetime | None) -> bool:
    return moment is not None and _midnight(START) <= moment < _midnight(END)


def _nearest(values: Sequence[float], share: float) -> float:
    return sorted(values)[max(1, ceil(round(share * len(values), 9))) - 1]


def _shown(envelope: dict[str, Any], name: str) -> Any:
    value = envelope["value"][name]
    return envelope["observed"].get(name) if value is None else value


@ways
@pytest.mark.parametrize("stream", ["checkout", "search"])
def test_flow_time_is_that_of_the_api(told: Told, way: str, stream: str) -> None:
    days = [
        row["flow_time_s"] / DAY
        for row in told.rows("items", way)
        if row["stream"] == stream and row["flow_time_s"] is not None and _inside(row["done_at"])
    ]
    answer = told.client.json(f"/v1/streams/{stream}/metrics/flow_time?{WINDOW}")
    assert answer["n"] == len(days) > 3
    for name, share in (("p50", 0.5), ("p85", 0.85), ("p95", 0.95)):
        assert _shown(answer, name) == pytest.approx(_nearest(days, share), rel=1e-12)


@ways
def test_flow_efficiency_is_that_of_the_api(told: Told, way: str) -> None:
    rows = [
        row
        for row in told.rows("items", way)
        if row["stream"] == "checkout" and row["flow_time_s"] and _inside(row["done_at"])
    ]
    active = sum(row["active_s"] for row in rows)
    whole = active + sum(row["waiting_s"] for row in rows)
    answer = told.client.json(f"/v1/streams/checkout/metrics/efficiency?{WINDOW}")
    assert _shown(answer, "ratio") == pytest.approx(active / whole)


@ways
def test_deployment_frequency_is_that_of_the_api(told: Told, way: str) -> None:
    rows = told.rows("deployments", way)
    counted = 0
    for service in {row["service"] for row in rows}:
        count = sum(
            row["service"] == service and row["result"] == "success" and _inside(row["finished_at"])
            for row in rows
        )
        answer = told.client.json(f"/v1/services/{service}/metrics/deployment_frequency?{WINDOW}")
        assert answer["value"]["count"] == answer["n"] == count
        counted += count
    assert counted > 20


@ways
def test_change_lead_time_is_that_of_the_api(told: Told, way: str) -> None:
    rows = [
        row
        for row in told.rows("changes", way)
        if row["excluded"] is None and _inside(row["deployed_at"])
    ]
    assert len(rows) > 20
    for service in {row["service"] for row in rows}:
        hours = [row["lead_time_s"] / 3_600 for row in rows if row["service"] == service]
        answer = told.client.json(f"/v1/services/{service}/metrics/change_lead_time?{WINDOW}")
        assert (answer["unit"], answer["n"]) == ("h", len(hours))
        assert _shown(answer, "p50") == pytest.approx(_nearest(hours, 0.5))


@ways
@pytest.mark.parametrize("part", ["stage", "team", "reason"])
def test_the_delay_cost_of_whole_days_is_that_of_the_api_to_the_cent(
    told: Told, way: str, part: str
) -> None:
    rows = [
        row
        for row in told.rows("delay_costs", way)
        if row["stream"] == "checkout" and START <= row["day"] < END
    ]
    answer = told.client.json(f"/v1/streams/checkout/delay-cost?by={part}&{WINDOW}")
    assert answer["cost_cents"] == sum(row["cost_cents"] for row in rows if not row["sunk"]) > 0
    assert answer["sunk_cents"] == sum(row["cost_cents"] for row in rows if row["sunk"])
    for one in answer["items"]:
        mine = [row for row in rows if row[part] == _named(one[part])]
        assert one["cost_cents"] == sum(row["cost_cents"] for row in mine if not row["sunk"])
        assert one["wait_d"] * DAY == pytest.approx(sum(row["waiting_s"] for row in mine))


def _named(name: str) -> str | None:
    """The API has words for what is not told."""
    return None if name in ("queue", "unmapped", "no team known") else name


@ways
def test_daily_numbers_add_up_to_those_of_the_api(told: Told, way: str) -> None:
    days = [
        row
        for row in told.rows("stream_days", way)
        if row["stream"] == "checkout" and START <= row["day"] < END
    ]
    assert len(days) == (END - START).days
    cost = told.client.json(f"/v1/streams/checkout/delay-cost?{WINDOW}")
    velocity = told.client.json(f"/v1/streams/checkout/metrics/velocity?{WINDOW}")
    load = told.client.json(f"/v1/streams/checkout/metrics/load?{WINDOW}")
    assert sum(row["cost_cents"] or 0 for row in days) == cost["cost_cents"]
    assert sum(row["done"] for row in days) == velocity["value"]["count"] > 0
    assert days[-1]["load"] == load["value"]["now"]
    assert all(
        (row["ends_at"] - row["starts_at"]).total_seconds() in (82_800, 86_400, 90_000)
        for row in days
    )
    web = [row for row in told.rows("service_days", way) if row["service"] == "web"]
    often = told.client.json(f"/v1/services/web/metrics/deployment_frequency?{WINDOW}")["value"]
    chosen = [row for row in web if START <= row["day"] < END]
    assert sum(row["deployments"] for row in chosen) == often["count"]
    assert sum(row["rollbacks"] for row in chosen) == often["rollback"]
    assert sum(row["hotfixes"] for row in chosen) == often["hotfix"]


def test_files_and_views_have_the_same_rows(told: Told) -> None:
    for table in TABLES:
        files, views = told.rows(table.name, "parquet"), told.rows(table.name, "views")
        assert len(files) == len(views), table.name
        key = list(table.key)
        by_key = {tuple(row[name] for name in key): row for row in files}
        assert len(by_key) == len(files), f"{table.name}: the key tells no rows apart"
        for row in views:
            assert by_key[tuple(row[name] for name in key)] == row, table.name


def test_a_column_that_is_never_null_is_never_null(told: Told) -> None:
    for table in TABLES:
        rows = told.rows(table.name, "parquet")
        for column in table.columns:
            values = [row[column.name] for row in rows]
            if not column.null:
                assert None not in values, (table.name, column.name)
            assert "" not in values, (table.name, column.name)


def test_nobody_is_in_any_table(told: Told) -> None:
    """Accounts, names and mail addresses of the simulated people, and our pseudonyms of them."""
    names = {column.name for table in TABLES for column in table.columns}
    assert not names & {"author", "person", "assignee", "actor", "pseudonym", "email", "author_id"}
    engine = told.company.database.engine
    with engine.connect() as connection:
        hidden = set(connection.execute(text("SELECT pseudonym FROM person")).scalars())
    people = {person.email for person in told.company.world.people}
    assert hidden
    assert people
    for table in TABLES:
        words = {
            value
            for row in told.rows(table.name, "parquet")
            for value in row.values()
            if isinstance(value, str)
        }
        assert not words & (hidden | people), table.name
