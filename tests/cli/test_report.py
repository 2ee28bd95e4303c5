"""`headwater report`: a page to print, send or hang up, and the same as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_markdown_is_printed_and_html_is_written(headwater: Run, tmp_path: Path) -> None:
    outcome = headwater("report", "checkout", "--weeks", "4")
    assert outcome.status == 0
    assert outcome.out.startswith("# Checkout, 19 Oct – 15 Nov 2026\n\n**")
    for heading in ("Numbers", "Signals", "Where it waits", "Ageing", "Released"):
        assert f"\n## {heading}\n" in outcome.out
    path = tmp_path / "checkout.html"
    words = ("report", "checkout", "--format", "html", "--output", str(path))
    written = headwater(*words)
    assert written.status == 0
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    nowhere = headwater(*words[:-1], str(tmp_path / "no" / "x.html"))
    assert (nowhere.status, nowhere.out) == (2, "")
    assert "can't be written" in nowhere.err


def test_json_is_the_document(headwater: Run) -> None:
    (body,) = headwater("report", "checkout", "--json", "--running").lines
    assert (body["stream"], body["complete"], body["weeks"]) == ("checkout", False, 1)


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("shop",), 1, "checkout"),
        (("checkout", "--weeks", "0"), 2, "--weeks"),
        (("checkout", "--format", "pdf"), 2, "--format"),
    ],
)
def test_what_makes_no_sense_is_refused(
    headwater: Run, words: tuple[str, ...], status: int, told: str
) -> None:
    outcome = headwater("report", *words)
    assert outcome.status == status
    assert told in outcome.err
