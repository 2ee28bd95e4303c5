"""Objectives from a file: entered, corrected, refused, and told as they were known."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.app import create_app
from core.errors import ConfigError
from pipeline.database import Database
from pipeline.objectives import import_objectives
from pipeline.sync import bring_up_to_date
from store.models import objective
from tests.api.client import Client
from tests.pipeline.shop import STATUSES, item, save, settings_of, version_of

_SETTINGS = settings_of()
_HEAD = "stream,increment,ends,objective,committed,planned,actual\n"
_PI = (
    "checkout,PI 12,2026-10-09,Split payment,yes,8,7\n"
    "checkout,PI 12,2026-10-09,One-click refund,yes,5,5\n"
    "checkout,PI 12,2026-10-09,Gift cards,no,3,2\n"
)
_ASKED = "/v1/streams/checkout/predictability"
_WINDOW = "from=2026-10-01&to=2026-11-01"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Now, of the pipeline and of the pages."""
    now = [1_800_000_000]
    monkeypatch.setattr("pipeline.objectives.now_ts", lambda: now[0])
    monkeypatch.setattr("api.deps.now_ts", lambda: now[0])
    return now


@pytest.fixture
def shop(database: Database, clock: list[int]) -> Database:
    assert clock
    save(database, *STATUSES, *item(1))
    bring_up_to_date(_SETTINGS, database)
    return database


def _enter(database: Database, folder: Path, text: str, **more: bool) -> dict[str, int]:
    file = folder / "objectives.csv"
    file.write_text(_HEAD + text, encoding="utf-8")
    report = import_objectives(_SETTINGS, database, file, who="anna", **more)
    assert report.refused == []
    return report.changed


def _client(database: Database) -> Client:
    return Client(create_app(_SETTINGS, database))


def test_what_was_entered_is_told_and_opens_to_its_objectives(
    shop: Database, tmp_path: Path
) -> None:
    assert _enter(shop, tmp_path, _PI) == {"checkout": 3}
    client = _client(shop)
    body = client.json(f"{_ASKED}?{_WINDOW}")
    assert body["value"]["ratio"] == pytest.approx(14 / 13)
    assert (body["value"]["numerator"], body["value"]["denominator"]) == (14, 13)
    assert body["grade"] == "A"
    assert [row["increment"] for row in body["increments"]] == ["PI 12"]
    told = client.json(body["explain"])
    assert [row["objective"] for row in told["included"]] == [
        *("Gift cards", "One-click refund", "Split payment")
    ]
    assert told["n"] == body["n"] == 3


def test_the_same_file_again_writes_nothing(shop: Database, tmp_path: Path) -> None:
    _enter(shop, tmp_path, _PI)
    before = version_of(shop)
    assert _enter(shop, tmp_path, _PI) == {"checkout": 0}
    assert version_of(shop) == before
    with shop.read() as session:
        assert session.execute(select(func.count()).select_from(objective)).scalar_one() == 3


def test_a_correction_is_told_at_once_and_the_past_as_it_was_known(
    shop: Database, tmp_path: Path, clock: list[int]
) -> None:
    _enter(shop, tmp_path, _PI)
    client = _client(shop)
    assert client.json(f"{_ASKED}?{_WINDOW}")["value"]["numerator"] == 14
    known = datetime.fromtimestamp(clock[0] + 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    clock[0] += 3_600
    corrected = _PI.replace("payment,yes,8,7", "payment,yes,8,4").replace(
        "checkout,PI 12,2026-10-09,Gift cards,no,3,2\n", ""
    )
    assert _enter(shop, tmp_path, corrected) == {"checkout": 2}
    clock[0] += 60
    assert client.json(f"{_ASKED}?{_WINDOW}")["value"]["numerator"] == 9
    then = client.json(f"{_ASKED}?{_WINDOW}&known_at={known}")
    assert then["value"]["numerator"] == 14


def test_another_increment_stays_as_it_is(shop: Database, tmp_path: Path) -> None:
    _enter(shop, tmp_path, _PI)
    _enter(shop, tmp_path, "checkout,PI 13,2026-10-30,Invoices,yes,4,4\n")
    body = _client(shop).json(f"{_ASKED}?{_WINDOW}")
    assert [row["increment"] for row in body["increments"]] == ["PI 12", "PI 13"]
    assert body["value"]["increments"] == 2


def test_an_increment_waits_for_its_last_rating(shop: Database, tmp_path: Path) -> None:
    _enter(shop, tmp_path, _PI.replace("refund,yes,5,5", "refund,yes,5,"))
    body = _client(shop).json(f"{_ASKED}?{_WINDOW}")
    assert body["value"]["ratio"] is None
    assert body["excluded"] == {"not_rated": 3}
    assert body["increments"][0]["actual"] is None
    assert body["increments"][0]["not_rated"] == 1


def test_without_objectives_it_says_how_to_enter_them(shop: Database) -> None:
    body = _client(shop).json(f"{_ASKED}?{_WINDOW}")
    assert body["value"]["ratio"] is None
    assert "enter objectives: headwater objectives FILE" in body["reasons"]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("nowhere,PI,2026-10-09,A,yes,1,1", "stream: one of checkout"),
        ("checkout,,2026-10-09,A,yes,1,1", "increment: 1 to 300 letters"),
        ("checkout,PI,9.10.2026,A,yes,1,1", "ends: the last day of the increment, as 2026-10-09"),
        ("checkout,PI,2026-10-09,A,perhaps,1,1", "committed: yes, or no for a stretch objective"),
        ("checkout,PI,2026-10-09,A,yes,-1,1", "planned: business value, a number from 0 on"),
        ("checkout,PI,2026-10-09,A,yes,1,nan", "actual: business value, a number from 0 on"),
        ("checkout,PI,2026-10-09,A,yes,1,inf", "actual: business value, a number from 0 on"),
        ("checkout,PI 12,2026-10-10,A,yes,1,1", "ends: PI 12 ends on 2026-10-09 in another row"),
        ("checkout,PI 12,2026-10-09,Gift cards,yes,1,1", 'objective: "Gift cards" is there twice'),
        ("checkout", "increment: 1 to 300 letters"),
    ],
)
def test_a_row_that_is_wrong_keeps_the_whole_file_out(
    shop: Database, tmp_path: Path, row: str, what: str
) -> None:
    file = tmp_path / "objectives.csv"
    file.write_text(f"{_HEAD}{_PI}{row}\n", encoding="utf-8")
    report = import_objectives(_SETTINGS, shop, file, who="anna")
    [(line, told)] = report.refused
    assert line == 5
    assert told.startswith(what)
    with shop.read() as session:
        assert session.execute(select(objective)).all() == []


def test_a_file_of_another_shape_is_refused_with_the_header_it_needs(
    shop: Database, tmp_path: Path
) -> None:
    file = tmp_path / "objectives.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="the header is: stream,increment,ends"):
        import_objectives(_SETTINGS, shop, file, who="anna")
    with pytest.raises(ConfigError, match="can't be read as CSV"):
        import_objectives(_SETTINGS, shop, tmp_path / "none.csv", who="anna")
