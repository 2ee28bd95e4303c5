"""`backup`, `restore` and `doctor` as commands: what they print, and their exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.e2e.company import Company


def test_a_company_is_backed_up_looked_at_and_restored_elsewhere(
    headwater: Run, company: Company, tmp_path: Path
) -> None:
    file, secrets = tmp_path / "shop.backup", [p.read_bytes() for p in _secret_files(company)]
    made = headwater("backup", str(file))
    assert made.status == 0
    told = made.lines[-1]
    assert (told["event"], told["verified"]) == ("backed_up", True)
    assert told["tables"]["work_item"]["rows"] > 0
    content = file.read_bytes()
    assert not [one for one in secrets if one.strip() and one.strip() in content]

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


def _secret_files(company: Company) -> list[Path]:
    folder = company.config.parent
    return [one for one in (folder / "secrets").glob("*") if one.is_file()]


def test_doctor_tells_json_and_fails_only_for_faults(
    headwater: Run, company: Company, tmp_path: Path
) -> None:
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
    del tmp_path
