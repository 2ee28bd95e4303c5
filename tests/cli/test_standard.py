"""`headwater standard`: a stream that has none says so, and what to do."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def test_without_a_standard_it_is_one_line_and_status_1(headwater: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    outcome = headwater("standard", "checkout", "--output", str(page))
    assert (outcome.status, outcome.out) == (1, "")
    assert "checkout has no standard" in outcome.err
    assert "adopt an improvement that held" in outcome.err
    assert not page.exists()


def test_drift_from_nothing_is_told_and_status_1(headwater: Run) -> None:
    outcome = headwater("standard", "checkout", "--check")
    assert outcome.status == 1
    assert "Checkout has no standard" in outcome.out
    (body,) = headwater("standard", "checkout", "--check", "--json").lines
    assert (body["drifted"], body["items"]) == (None, [])


def test_a_stream_that_there_is_not_is_named(headwater: Run) -> None:
    outcome = headwater("standard", "shop")
    assert (outcome.status, outcome.out) == (1, "")
    assert "checkout" in outcome.err
