"""`headwater mapping`: as it is, what it lacks, and what a changed file would do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.e2e.company import Company


@pytest.fixture
def changed(company: Company) -> Path:
    """A copy of the configuration beside it, in which reviews wait."""
    text = company.config.read_text(encoding="utf-8")
    file = company.config.with_name("changed.toml")
    stage = next(
        line for line in text.splitlines() if 'state = "active"' in line and "statuses" in line
    )
    waits = stage.replace('state = "active"', 'state = "waiting"')
    file.write_text(text.replace(stage, waits, 1), encoding="utf-8")
    return file


def test_the_mapping_is_shown_with_ids_and_since(headwater: Run) -> None:
    outcome = headwater("mapping")
    assert outcome.status == 0
    (body,) = headwater("mapping", "--json").lines
    for row in body["items"]:
        assert row["title"] in outcome.out
        for stage in row["stages"]:
            assert stage["name"] in outcome.out
            assert all(one["id"] in outcome.out for one in stage["statuses"])
    assert "always" in outcome.out
    (one,) = headwater("mapping", "--stream", "search", "--json").lines
    assert [row["stream"] for row in one["items"]] == ["search"]
    assert headwater("mapping", "--stream", "shop").status == 1


def test_unmapped_says_which_line_is_missing(headwater: Run) -> None:
    outcome = headwater("mapping", "unmapped")
    (body,) = headwater("mapping", "unmapped", "--json").lines
    assert outcome.status == 0
    for row in body["items"]:
        assert row["name"] in outcome.out
    if not body["items"]:
        assert outcome.out.startswith("Every status")
    assert headwater("mapping", "unmapped", "--since", "soon").status == 1


def test_a_preview_shows_the_status_and_both_numbers(headwater: Run, changed: Path) -> None:
    outcome = headwater("mapping", "preview", str(changed))
    (body,) = headwater("mapping", "preview", str(changed), "--json").lines
    assert (outcome.status, body["same"]) == (0, False)
    (row,) = [one for one in body["streams"] if not one["same"]]
    (status,) = row["statuses"]
    out = " ".join(outcome.out.split())
    assert status["status"] in out
    assert "(active)" in status["before"]
    assert "(waiting)" in status["after"]
    assert f"{row['items']['touched']} items touched" in out
    assert "flow efficiency" in out
    assert "restate what was told" in out
    window = ("--from", "2026-06-01", "--to", "2026-09-01")
    (other,) = headwater("mapping", "preview", str(changed), *window, "--json").lines
    assert other["window"][0].startswith(("2026-05-31", "2026-06-01"))


def test_the_same_file_changes_nothing(headwater: Run, company: Company) -> None:
    outcome = headwater("mapping", "preview", str(company.config))
    assert outcome.out.startswith("This file changes nothing")
    assert outcome.status == 0


def test_what_is_wrong_with_the_file_is_told_with_its_line(headwater: Run, changed: Path) -> None:
    text = changed.read_text(encoding="utf-8")
    changed.write_text(text.replace('state = "waiting"', 'state = "wating"', 1), encoding="utf-8")
    outcome = headwater("mapping", "preview", str(changed))
    line = 1 + text[: text.index('state = "waiting"')].count("\n")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith(f"{changed}:{line}: ")
    assert 'did you mean "waiting"?' in outcome.err
    assert headwater("mapping", "preview", "nowhere.toml").status == 2
    bad = headwater("mapping", "preview", str(changed.with_name("headwater.toml")), "--from", "x")
    assert (bad.status, bad.err.startswith("from: ")) == (1, True)
