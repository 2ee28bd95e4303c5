"""`backup`, `restore` and `doctor` as commands: what they print, and their exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

import zstandard

from pipeline.backup_file import Contents
from simulator.config import company_secrets
from tests.cli.conftest import Run
from tests.e2e.company import Company

_ZSTD = b"\x28\xb5\x2f\xfd"


def test_a_company_is_backed_up_looked_at_and_restored_elsewhere(
    headwater: Run, tmp_path: Path
) -> None:
    file = tmp_path / "shop.backup"
    made = headwater("backup", str(file))
    assert made.status == 0
    told = made.lines[-1]
    assert (told["event"], told["verified"]) == ("backed_up", True)
    assert told["tables"]["work_item"]["rows"] > 0

    config = tmp_path / "headwater.toml"
    config.write_text('[database]\nurl = "sqlite:///new.db"\n', encoding="utf-8")
    looked = headwater("restore", str(file), "--dry-run", "--config", str(config))
    assert (looked.status, looked.lines[-1]["event"]) == (0, "readable")
    assert not (tmp_path / "new.db").exists()
    done = headwater("restore", str(file), "--config", str(config))
    assert (done.status, done.lines[-1]["event"]) == (0, "restored")
    again = headwater("restore", str(file), "--config", str(config))
    assert again.status == 1
    assert "--replace" in again.err


def test_no_secret_of_the_configuration_is_in_a_backup(headwater: Run, tmp_path: Path) -> None:
    file = tmp_path / "shop.backup"
    assert headwater("backup", str(file)).status == 0
    given = company_secrets().items()
    secrets = {value.encode() for name, value in given if not name.endswith("_USER")}
    assert len(secrets) >= 4
    with Contents(file) as contents:
        cells = [
            cell
            for name in contents.manifest.tables
            for batch in contents.batches(name)
            for row in batch
            for cell in row.values()
        ]
    told = [cell.encode() for cell in cells if isinstance(cell, str)]
    payloads = [cell for cell in cells if isinstance(cell, bytes) and cell[:4] == _ZSTD]
    told += [zstandard.decompress(cell) for cell in payloads]
    assert len(payloads) > 100
    everything = b"\n".join([*told, file.read_bytes()])
    assert [one for one in secrets if one in everything] == []


def test_doctor_tells_json_and_fails_only_for_faults(headwater: Run, company: Company) -> None:
    outcome = headwater("doctor", "--json")
    told = json.loads(outcome.out)
    assert outcome.status == (1 if told["faults"] else 0)
    assert {one["severity"] for one in told["findings"]} <= {"fault", "warning", "note"}
    assert all(one["do"] for one in told["findings"])
    assert "integrity" in told["checks"]
    assert not [one for one in told["findings"] if one["check"] in ("integrity", "orphans")]
    smelly = company.config.with_name("smelly.toml")
    smelly.write_text(company.config.read_text("utf-8") + "# AKIA" + "Q" * 16, encoding="utf-8")
    found = headwater("doctor", "--config", str(smelly))
    smelly.unlink()
    assert found.status == 1
    assert "fault secrets" in found.out
