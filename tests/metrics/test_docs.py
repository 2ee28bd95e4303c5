"""Every metric has a page whose worked example is a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from metrics.registry import METRICS

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "docs/metrics").glob("*.md") if path.stem != "index")


def test_every_metric_has_a_page_that_the_index_lists() -> None:
    index = (ROOT / "docs/metrics/index.md").read_text()
    slugs = {page.stem for page in PAGES}
    assert slugs == {*METRICS, "stage_time"}
    assert all(f"({slug}.md)" in index for slug in slugs)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_worked_example_of_a_page_is_a_test(page: Path) -> None:
    found = re.search(r"`(tests/metrics/\w+\.py)::(test_\w+)`", page.read_text())
    assert found
    assert f"def {found[2]}(" in (ROOT / found[1]).read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_states_the_version_and_the_coverages_of_the_registry(page: Path) -> None:
    metric = METRICS.get(page.stem)
    if metric is not None:
        text = page.read_text()
        assert f"`{metric.slug}@{metric.version}`" in text
        assert (", ".join(metric.required) or "none") in text
