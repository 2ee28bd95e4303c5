"""The findings beneath the map in a browser: in words, with the items behind them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from playwright.sync_api import expect

from api.examples_findings import FINDINGS
from tests.web.conftest import Open, text
from tests.web.fake_api import FakeApi

pytestmark = pytest.mark.browser

ADDRESS = "/v1/streams/checkout/findings"


def _told() -> dict[str, Any]:
    return deepcopy(FINDINGS)


def test_a_finding_has_its_words_and_opens_its_items(visit: Open) -> None:
    page = visit("/map?stream=checkout")
    column = page.locator(".find")
    expect(column).to_have_count(1)
    assert text(page, ".find").startswith(
        "Biggest delay Queue before Test 64 of 68 deliveries waited before Test, 5.2 d each"
    )
    opens = column.get_by_role("link", name="Open the 64 deliveries")
    assert "kind=biggest_delay&about=Queue%20before%20Test" in (opens.get_attribute("href") or "")


def test_a_kind_without_a_finding_says_why_when_it_is_opened(visit: Open) -> None:
    page = visit("/map?stream=checkout")
    why = page.get_by_text("2 of 23 were rejected or withdrawn")
    expect(why).not_to_be_visible()
    page.get_by_text("Nothing found of 1 kind").click()
    expect(why).to_be_visible()


def test_few_are_said_to_be_few_and_runners_up_open_too(visit: Open, fake: FakeApi) -> None:
    told = _told()
    first = told["kinds"][0]["findings"][0]
    other = deepcopy(first) | {"title": "Queue before Build"}
    first["confidence"] |= {"observed": True, "note": "observed, few"}
    first["confidence"] |= {"numerator": 2, "n": 3, "interval": [0.2, 0.9]}
    told["kinds"][0]["findings"].append(other)
    fake.answers[ADDRESS] = told
    page = visit("/map?stream=checkout")
    assert "2 of 3" in text(page, ".find")
    assert "; observed, few" in text(page, ".find")
    expect(page.locator(".then").get_by_role("link", name="Queue before Build")).to_be_visible()


def test_names_that_look_like_markup_stay_text(visit: Open, fake: FakeApi) -> None:
    told = _told()
    first = told["kinds"][0]["findings"][0]
    first["title"] = first["text"][0] = "<img src=x onerror=alert(1)>"
    first["explain"] = "javascript:alert(1)"
    fake.answers[ADDRESS] = told
    page = visit("/map?stream=checkout")
    assert "<img src=x" in text(page, ".find .big")
    assert page.locator(".find img").count() == 0
    assert page.locator(".find a").count() == 0


def test_a_phone_has_one_column(visit: Open, fake: FakeApi) -> None:
    told = _told()
    told["kinds"][1] = told["kinds"][0] | {"label": "Another"}
    fake.answers[ADDRESS] = told
    page = visit("/map?stream=checkout", width=390)
    first, second = (page.locator(".find").nth(n).bounding_box() for n in (0, 1))
    assert first is not None
    assert second is not None
    assert first["x"] == second["x"]
    assert second["y"] > first["y"] + first["height"] - 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
