"""`headwater export`: files, a manifest that is true of them, and what is refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow.parquet
import pytest

from store.export_tables import TABLES
from tests.cli.conftest import Run


def test_all_tables_are_written_with_a_manifest_that_is_true(
    headwater: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "not" / "there"
    outcome = headwater("export", str(folder))
    assert (outcome.status, outcome.err) == (0, "")
    told = outcome.lines[-1]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert told["tables"] == manifest["tables"]
    assert manifest["schema_version"] == 1
    assert [one["table"] for one in manifest["tables"]] == [one.name for one in TABLES]
    assert manifest["next_since"] == max(one["facts_at"] for one in manifest["streams"])
    assert {one.name for one in folder.iterdir()} == {
        "manifest.json",
        *(one["file"] for one in manifest["tables"]),
    }
    for one in manifest["tables"]:
        data = (folder / one["file"]).read_bytes()
        assert one["file"] == f"{one['table']}.v1.parquet"
        assert one["bytes"] == len(data)
        assert one["sha256"] == hashlib.sha256(data).hexdigest()
        assert one["rows"] == pyarrow.parquet.read_metadata(folder / one["file"]).num_rows
        assert one["mode"] == "whole"
    assert [line["event"] for line in outcome.lines[:-1]] == ["step"] * (len(TABLES) + 1)


def test_named_tables_and_filters_are_all_that_is_written(headwater: Run, tmp_path: Path) -> None:
    words = ("--format", "csv", "--table", "items", "--table", "links", "--stream", "checkout")
    told = headwater("export", *words, str(tmp_path)).lines[-1]
    assert {one.name for one in tmp_path.iterdir()} == {
        "manifest.json",
        "items.v1.csv",
        "links.v1.csv",
    }
    lines = (tmp_path / "items.v1.csv").read_text().splitlines()[1:]
    assert lines
    assert all('"checkout"' in line for line in lines)
    applied = {one["table"]: one["filters"]["stream"] for one in told["tables"]}
    assert applied == {"items": "checkout", "links": None}


def test_since_the_last_export_only_changes_are_written(headwater: Run, tmp_path: Path) -> None:
    first = headwater("export", "--format", "ndjson", str(tmp_path)).lines[-1]
    later = "2026-11-20T15:00:00Z" if first["next_since"] < "2026-11-20T15" else first["next_since"]
    again = headwater("export", "--format", "ndjson", "--since", later, str(tmp_path)).lines[-1]
    modes = {one["table"]: one["mode"] for one in again["tables"]}
    assert modes["items"] == modes["restatements"] == "changes"
    assert modes["links"] == modes["delay_costs"] == "whole"
    assert again["filters"]["since"] == later


@pytest.mark.parametrize("form", ["ocel", "ocel-sqlite"])
def test_an_event_log_is_one_file(headwater: Run, tmp_path: Path, form: str) -> None:
    told = headwater("export", "--format", form, str(tmp_path)).lines[-1]
    assert told["objects"] > 100
    assert told["events"] > 500
    assert [str(one) for one in tmp_path.iterdir()] == [told["file"]]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--format", "xlsx"), "--format: one of parquet, csv, ndjson, ocel, ocel-sqlite"),
        (("--table", "people"), 'there is no table "people"; there are: streams'),
        (("--stream", "none"), "stream: one of checkout"),
        (("--from", "soon"), "from: write a date"),
        (("--format", "ocel", "--stream", "checkout"), "an event log is always whole"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    headwater: Run, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    outcome = headwater("export", *words, str(tmp_path / "out"))
    assert outcome.status == 1
    assert told in outcome.err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_a_file_is_told_in_a_line(headwater: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    outcome = headwater("export", "--table", "streams", str(tmp_path / "taken"))
    assert outcome.status == 2
    assert "can't be written" in outcome.err
    assert "Traceback" not in outcome.err


def test_the_event_log_is_begun_and_then_appended_to(headwater: Run, tmp_path: Path) -> None:
    words = ("export", "--format", "events", str(tmp_path))
    first = headwater(*words).lines[-1]
    assert (first["event"], first["number"], first["compared"]) == ("exported", 1, "whole")
    files = sorted(tmp_path.glob("events.v1/stream=checkout/month=*/*.parquet"))
    assert files
    again = headwater(*words).lines[-1]
    assert (again["number"], again["appended"], again["compared"]) == (1, 0, "changes")
    assert headwater(*words, "--full", "--compact").lines[-1]["compared"] == "whole"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "events", "--stream", "checkout"), "leave the filters out"),
        (("--compact",), "--compact and --full are of --format events"),
    ],
)
def test_what_an_event_log_has_not_is_refused(
    headwater: Run, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    outcome = headwater("export", *words, str(tmp_path))
    assert outcome.status == 1
    assert said in outcome.err
