"""Values from a file: entered, corrected, refused by line and column, and kept over a rebuild."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.errors import ConfigError
from pipeline.database import Database
from pipeline.estimate_files import ValuesReport, import_values
from pipeline.estimates import newest
from pipeline.snapshots import Snapshots
from pipeline.sync import bring_up_to_date
from store.models import value_estimate
from tests.pipeline.shop import STATUSES, item, save, settings_of

_SETTINGS = settings_of()
_HEAD = "key,profile,low,likely,high,deadline,per_week,life_weeks,why\n"
_GOOD = (
    "SHOP-1,P4,150.50,200,350,2027-01-14,50,,the fine\n"
    "SHOP-2,P2,8,19.99,29,,,26,one season\n"
    "SHOP-3,P6,,,,,,,nobody can say\n"
)


@pytest.fixture
def shop(database: Database) -> Database:
    save(database, *STATUSES, *(record for number in (1, 2, 3) for record in item(number)))
    bring_up_to_date(_SETTINGS, database)
    return database


def _enter(database: Database, folder: Path, text: str, **more: bool) -> ValuesReport:
    file = folder / "values.csv"
    file.write_text(_HEAD + text, encoding="utf-8")
    return import_values(_SETTINGS, database, file, who="anna", **more)


def _rows(database: Database) -> int:
    with database.read() as session:
        return int(session.execute(select(func.count()).select_from(value_estimate)).scalar_one())


def test_what_a_file_says_counts_and_outlives_a_rebuild(shop: Database, tmp_path: Path) -> None:
    report = _enter(shop, tmp_path, _GOOD)
    assert (report.changed, report.same, report.refused) == (3, 0, [])
    bring_up_to_date(_SETTINGS, shop, everything=True)
    with shop.read() as session:
        stream = Snapshots(_SETTINGS).present(session).streams["checkout"]
        told = {one.item_key: one for one in newest(session).values()}
        assert len(stream.worth.estimates) == 3
    fine = told["SHOP-1"]
    assert (fine.low_cents, fine.likely_cents, fine.high_cents) == (15_050, 20_000, 35_000)
    assert (fine.profile, fine.who, fine.why, fine.how) == ("P4", "anna", "the fine", "csv")
    assert fine.more["per_week_cents"] == 5_000
    assert fine.more["deadline"] == "2027-01-14"
    assert told["SHOP-3"].likely_cents is None


def test_the_same_file_again_changes_nothing_and_a_correction_keeps_the_old_one(
    shop: Database, tmp_path: Path
) -> None:
    _enter(shop, tmp_path, _GOOD)
    again = _enter(shop, tmp_path, _GOOD)
    assert (again.changed, again.same) == (0, 3)
    more = _enter(shop, tmp_path, "SHOP-2,P1,,25,,,,,sold all year\n")
    assert (more.changed, more.same) == (1, 0)
    assert _rows(shop) == 4


def test_a_dry_run_stores_nothing(shop: Database, tmp_path: Path) -> None:
    report = _enter(shop, tmp_path, _GOOD, dry_run=True)
    assert (report.read, report.changed) == (3, 0)
    assert _rows(shop) == 0


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("SHOP-99,P1,,5,,,,,x\n", "key"),
        ("SHOP-1,P1,,5,,,,,x\n", "key"),
        ("SHOP-3,P9,,5,,,,,x\n", "profile"),
        ("SHOP-3,P1,,5.123,,,,,x\n", "likely"),
        ("SHOP-3,P1,,much,,,,,x\n", "likely"),
        ("SHOP-3,P1,,-5,,,,,x\n", "likely"),
        ("SHOP-3,P1,,Infinity,,,,,x\n", "likely"),
        ("SHOP-3,P1,1,5,,,,,x\n", "high"),
        ("SHOP-3,P1,6,5,9,,,,x\n", "likely"),
        ("SHOP-3,P2,,5,,,,,x\n", "life_weeks"),
        ("SHOP-3,P2,,5,,,,many,x\n", "life_weeks"),
        ("SHOP-3,P2,,5,,,,nan,x\n", "life_weeks"),
        ("SHOP-3,P4,,5,,tomorrow,,,x\n", "deadline"),
        ("SHOP-3,P1,,5,,,3,,x\n", "per_week"),
        ("SHOP-3,P1,,5,,,,,\n", "why"),
    ],
)
def test_a_wrong_row_is_told_by_line_and_column_and_nothing_is_stored(
    shop: Database, tmp_path: Path, row: str, column: str
) -> None:
    report = _enter(shop, tmp_path, "SHOP-1,P1,,5,,,,,x\n" + row)
    assert [(line, name) for line, name, _ in report.refused] == [(3, column)]
    assert report.refused[0][2]
    assert _rows(shop) == 0


@pytest.mark.parametrize(
    "text", ["key,likely\nSHOP-1,5\n", "key,likely,why,mood\nSHOP-1,5,x,good\n"]
)
def test_a_file_with_other_columns_is_refused(shop: Database, tmp_path: Path, text: str) -> None:
    file = tmp_path / "values.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"no column why|reads column 'mood'"):
        import_values(_SETTINGS, shop, file, who="anna")
