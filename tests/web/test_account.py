"""Who is signed in, on the pages: their name, what they may, and a sign-in that ends."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Open, text
from tests.web.fake_api import OPEN, FakeApi
from tests.web.fake_verdicts import judged

pytestmark = pytest.mark.browser
LOOK = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture(autouse=True)
def _with_links(fake: FakeApi) -> None:
    fake.answers["/v1/items/SHOP-412/journey"] = judged()


def _signed_in(fake: FakeApi, role: str, **told: Any) -> None:
    fake.answers["/v1/account"] = OPEN | {
        "mode": "oidc", "account": "anna@acme.example", "role": role, "by_cookie": True,
        "may_write": role != "viewer", **told,
    }  # fmt: skip


def test_where_nobody_signs_in_the_frame_says_nothing_of_it(visit: Open) -> None:
    assert visit("/").locator(".account").count() == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_the_navigation_names_who_is_signed_in_and_signs_out(
    visit: Open, fake: FakeApi, width: int
) -> None:
    _signed_in(fake, "analyst")
    page = visit("/", width=width)
    if width < 1100:
        page.locator(".menu summary").click()
    line = page.locator(".account:visible")
    expect(line).to_contain_text("anna@acme.example")
    expect(line).to_contain_text("analyst")
    with page.expect_request("**/signout") as asked, page.expect_navigation():
        line.get_by_role("button", name="Sign out").click()
    assert asked.value.method == "POST"


def test_a_token_has_a_name_and_nothing_to_sign_out_of(visit: Open, fake: FakeApi) -> None:
    _signed_in(fake, "viewer", account="token:wall", by_cookie=False, streams=["checkout"])
    page = visit("/")
    assert text(page, ".account").endswith("token:wall viewer, checkout only")
    assert page.get_by_role("button", name="Sign out").count() == 0


JOURNEY = "/journey?key=SHOP-412"


def _offers(page: Page) -> list[str]:
    """The names of the buttons that send something."""
    names = [one.inner_text() for one in page.locator("main button:visible").all()]
    sending = ("Right?", "Add it", "withdraw", "Keep this", "Propose", "Start", "Note", "Stop it")
    return [name for name in names if any(word in name for word in sending)]


def test_who_may_only_look_is_offered_nothing_that_would_be_refused(
    visit: Open, fake: FakeApi
) -> None:
    offered = _offers(visit(JOURNEY))
    assert "Right?" in offered
    assert any("Add it" in name for name in offered)
    _signed_in(fake, "viewer")
    page = visit(JOURNEY)
    expect(page.locator("h1")).to_be_visible()
    assert _offers(page) == []


def test_what_is_said_stands_under_the_name_of_who_is_signed_in(visit: Open, fake: FakeApi) -> None:
    _signed_in(fake, "analyst")
    page = visit(JOURNEY)
    page.get_by_role("button", name="Is this right? ").first.click()
    name = page.get_by_label("Your name")
    expect(name).to_have_value("anna@acme.example")
    expect(name).to_have_attribute("readonly", "")
    page.get_by_label("Why", exact=True).fill("seen it")
    page.get_by_role("button", name="It is right").click()
    expect(page.locator("dialog")).to_have_count(0)
    assert fake.sent[-1][2]["who"] == "anna@acme.example"


def test_a_sign_in_that_ends_while_the_page_is_open_is_a_line_and_a_way_back(
    visit: Open, fake: FakeApi
) -> None:
    _signed_in(fake, "viewer")
    page = visit("/")
    before = text(page, "h1")
    fake.status["/v1/overview"] = 401
    page.evaluate(LOOK)
    note = page.locator("#problem")
    expect(note).to_contain_text("You are signed out")
    expect(note.get_by_role("link", name="Sign in again")).to_have_attribute(
        "href", f"{fake.address}/signin?next=%2F"
    )
    assert before in text(page)
    del fake.status["/v1/overview"]
    page.evaluate(LOOK)
    expect(page.locator("#problem")).to_have_count(0)


def test_who_is_signed_out_on_arrival_is_told_and_led_back_to_the_same_view(
    visit: Open, fake: FakeApi
) -> None:
    fake.status["/v1/account"] = 401
    fake.status["/v1/items/SHOP-412/journey"] = 401
    page = visit(JOURNEY)
    expect(page.locator("#problem")).to_contain_text("You are signed out")
    href = page.get_by_role("link", name="Sign in again").get_attribute("href")
    assert href == f"{fake.address}/signin?next=%2Fjourney%3Fkey%3DSHOP-412"


def test_what_is_sent_after_the_sign_in_ended_stays_in_the_form(visit: Open, fake: FakeApi) -> None:
    _signed_in(fake, "analyst")
    page = visit(JOURNEY)
    page.get_by_role("button", name="Is this right? ").first.click()
    page.get_by_label("Why", exact=True).fill("seen it")
    fake.status["/v1/verdicts"] = 401
    page.get_by_role("button", name="It is right").click()
    expect(page.locator("dialog .refused")).to_contain_text("you are signed out")
    expect(page.get_by_label("Why", exact=True)).to_have_value("seen it")
