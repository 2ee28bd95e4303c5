"""`headwater import` as a person meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.importing import run_import
from core.errors import StoreError
from tests.api.pushing import CONFIG
from tests.migrated import migrated
from tests.pipeline.import_files import BAD, ITEMS


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENTS_SECRET", "secret")
    path = tmp_path / "headwater.toml"
    path.write_text(CONFIG, encoding="utf-8")
    migrated(f"sqlite:///{tmp_path / 'headwater.db'}")
    return path


def test_a_good_file_is_counted_and_measured(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "items.csv"
    file.write_text(ITEMS, encoding="utf-8")
    run_import(config, file, source="tools", kind="work_item", dry_run=False, strict=False)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[-1] == {
        "event": "imported",
        "stored": True,
        "dry_run": False,
        "kinds": {"work_item": {"new": 2, "changed": 0, "same": 0}},
        "refused": 0,
    }
    step = {"event": "step", "name": "correlate", "done": 2, "total": 2}
    assert any(step.items() <= one.items() for one in told)


def test_a_dry_run_makes_no_database(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "work_item.csv"
    file.write_text(ITEMS, encoding="utf-8")
    database = tmp_path / "headwater.db"
    database.unlink()
    with pytest.raises(StoreError, match="run: headwater migrate"):
        run_import(config, file, source="tools", kind="", dry_run=True, strict=False)
    assert not database.exists()


@pytest.mark.parametrize("strict", [False, True])
def test_refused_rows_are_told_on_standard_error_and_the_status_is_1(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], strict: bool
) -> None:
    file = tmp_path / "work_item.csv"
    file.write_text(BAD, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        run_import(config, file, source="tools", kind="", dry_run=False, strict=strict)
    assert ended.value.code == 1
    told = capsys.readouterr()
    assert json.loads(told.out.splitlines()[-1])["stored"] is not strict
    assert f"{file}:4: key: is missing\n" in told.err
    assert ("nothing was stored" in told.err) is strict
