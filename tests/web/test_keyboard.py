"""Every page with the Tab key alone: all controls are reached, seen, and left again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web import fake_improvements
from tests.web.conftest import Open
from tests.web.fake_api import FakeApi
from tests.web.whole_pages import ADDRESSES

pytestmark = pytest.mark.browser

_WATCH = """() => {
  const reachable = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const stop = (one) => one.matches(reachable) && one.getAttribute("tabindex") !== "-1";
  const within = (root) => [...root.querySelectorAll("*")].flatMap((one) => [
    ...(stop(one) && !one.disabled && one.checkVisibility() ? [one] : []),
    ...(one.shadowRoot ? within(one.shadowRoot) : []),
  ]);
  const ringed = (one) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return outlineStyle === "auto" || (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2);
  };
  window.expected = new Set(within(document));
  window.order = [...window.expected];
  window.unseen = [];
  window.steps = [];
  // A step within a shadow is told there only.
  const roots = new Set(window.order.map((one) => one.getRootNode()));
  for (const root of roots) root.addEventListener("focusin", (event) => {
    const one = event.composedPath()[0];
    if (one.getRootNode() !== root) return;
    window.steps.push(window.order.indexOf(one));
    window.expected.delete(one);
    if (!ringed(one) && !one.matches("main")) window.unseen.push(one.outerHTML.slice(0, 120));
  });
  return window.order.length;
}"""
_LEFT = "() => [...window.expected].map((one) => one.outerHTML.slice(0, 120))"


@pytest.fixture(autouse=True)
def _improvements(fake: FakeApi) -> None:
    fake.answers |= fake_improvements.answers()


def tabbed(page: Page) -> list[int]:
    """Presses Tab until the first stop comes again; the places of the stops among all controls."""
    many = page.evaluate(_WATCH)
    for pressed in range(1, many + 41):  # a date has several stops of its own
        page.keyboard.press("Tab")
        if pressed < many:
            continue
        steps: list[int] = page.evaluate("window.steps")
        if steps.count(0) > 1:
            break
    return steps


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_control_is_reached_and_seen(visit: Open, address: str) -> None:
    page = visit(address, width=1280)

    steps = tabbed(page)

    assert page.evaluate(_LEFT) == []
    assert page.evaluate("window.unseen") == []
    assert steps.count(0) == 2, "the keyboard is trapped"
    once = [one for one in steps[:-1] if one >= 0]
    assert once == sorted(once), "the order of the stops is not that of the page"


def test_what_traps_or_is_not_seen_is_found(visit: Open) -> None:
    page = visit("/connectors", width=1280)
    page.evaluate(_TRAP)

    steps = tabbed(page)

    assert steps.count(0) == 1
    assert page.evaluate(_LEFT) != []


_TRAP = """() => {
  const links = document.querySelectorAll("#side nav a");
  links[3].addEventListener("keydown", (event) => event.preventDefault());
}"""


def test_the_skip_link_leads_to_the_content(visit: Open) -> None:
    page = visit("/map?stream=checkout")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
