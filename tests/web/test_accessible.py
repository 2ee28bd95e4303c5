"""Every page judged by axe-core: light and dark, wide and as on a phone, all of it unfolded."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
import pytest
from playwright.sync_api import Page

from tests.web import fake_improvements
from tests.web.conftest import Open
from tests.web.fake_api import FakeApi
from tests.web.whole_pages import ADDRESSES, unfold

pytestmark = pytest.mark.browser

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
CONTRAST = {"runOnly": ["color-contrast"]}
LOOKS: tuple[tuple[int, Literal["light", "dark"], dict[str, Any]], ...] = (
    (1440, "light", {}),
    (1440, "dark", CONTRAST),
    (390, "dark", CONTRAST),
    (390, "light", {}),
)
"""In the dark only colours are others."""

TABLES = """() => [...document.querySelectorAll("main table")]
  .filter((one) => !one.caption?.textContent || one.querySelector("th:not([scope])"))
  .map((one) => `neither named nor scoped: ${one.outerHTML.slice(0, 200)}`)"""


@pytest.fixture(autouse=True)
def _improvements(fake: FakeApi) -> None:
    fake.answers |= fake_improvements.answers()


def grave(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe-core calls serious or critical: rule, place and what to do."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE)
    found = page.evaluate(
        "(options) => axe.run(document, { resultTypes: ['violations'], ...options })", options
    )
    return [
        f"{one['id']}: {node['target']}: {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_serious_is_found(visit: Open, address: str) -> None:
    page = visit(address, width=LOOKS[0][0])
    unfold(page)
    found = page.evaluate(TABLES)
    for width, scheme, options in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{width} {scheme} {one}" for one in grave(page, options)]
    assert found == []


def test_what_is_not_to_be_read_is_found(visit: Open) -> None:
    page = visit("/connectors")
    page.locator("h1").evaluate("(one) => (one.style.color = 'var(--line)')")
    page.locator("#bar").evaluate("(one) => one.append(document.createElement('select'))")
    found = " ".join(grave(page, {}))
    assert "color-contrast: ['h1']" in found
    assert "select-name" in found
