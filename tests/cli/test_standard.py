"""`headwater standard`: a stream that has none says so, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.improvements import add_improvement
from store.standards import add_standard
from tests.cli.conftest import Run
from tests.e2e.company import NOW, Company
from tests.web.fake_improvements import standard


@pytest.fixture(scope="module")
def adopted(company: Company) -> None:
    """A standard of the stream search, as of a month ago, with two steps."""
    found = standard()["standard"]
    kept = {name: one for name, one in found.items() if name not in ("version", "at", "who")}
    kept["targets"] = [{**one, "values": [10.0, 12.0, 8.0]} for one in kept["targets"]]
    then = int(NOW.timestamp()) - 30 * 86_400
    with company.database.writing() as session:
        own = {"stream": "search", "who": "anna", "ts": then}
        made = add_improvement(session, title="Testers", plan={}, **own)
        add_standard(session, improvement_id=made.id, document=kept, **own)


@pytest.mark.usefixtures("adopted")
def test_the_standard_is_printed_or_written_as_markdown(headwater: Run, tmp_path: Path) -> None:
    outcome = headwater("standard", "search")
    assert outcome.status == 0
    assert outcome.out.startswith("# Checkout: how we work\n\nStandard 1, adopted on 21 Oct 2026")
    assert "- [ ] limit: at most 6 items (from scenario)" in outcome.out
    page = tmp_path / "how.md"
    written = headwater("standard", "search", "--output", str(page))
    assert (written.status, page.read_text(encoding="utf-8")) == (0, outcome.out)
    nowhere = headwater("standard", "search", "--output", str(tmp_path / "no" / "how.md"))
    assert (nowhere.status, nowhere.out) == (2, "")
    (body,) = headwater("standard", "search", "--json").lines
    assert body["standard"]["version"] == 1


@pytest.mark.usefixtures("adopted")
def test_drift_is_told_line_by_line_and_status_1(headwater: Run) -> None:
    outcome = headwater("standard", "search", "--check")
    assert outcome.status == 1
    assert "has left standard 1 of 21 Oct 2026:" in outcome.out
    (body,) = headwater("standard", "search", "--check", "--json").lines
    assert body["drifted"] is True
    assert {one["kind"] for one in body["items"]} >= {"step_new"}
    for one in body["items"]:
        assert one["words"] in outcome.out


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
