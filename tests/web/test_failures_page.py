"""Failures in a browser: incidents with their suspects, why, and what a person says of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from api.schemas_desk import IncidentRow
from tests.web.conftest import Open, plain, text
from tests.web.fake_api import OPEN, FakeApi
from tests.web.fake_deliveries import end, incident, incidents
from tests.web.fake_dora import INCIDENTS, LINE, WEB
from tests.web.fake_envelopes import HOSTILE

pytestmark = pytest.mark.browser
PAGE = "/failures?service=web"


def block(page: Page, number: str) -> Locator:
    return page.locator(f"article[id='{number}']")


def told(page: Page, number: str) -> str:
    return plain(block(page, number).inner_text())


def test_the_answers_that_the_page_is_tried_with_are_those_of_the_api() -> None:
    for row in incidents():
        IncidentRow.model_validate(row)


def test_the_sentence_counts_what_is_explained_and_both_rates(visit: Open) -> None:
    page = visit(PAGE)

    assert text(page, ".answer") == (
        "1 of 4 incidents is surely put down to a deployment; 1 by time alone, 1 to"
        " nothing, 1 not caused by a change. Of deployments, 13 % to 17 % fail: by sure evidence,"
        " and with all that is only close in time."
    )
    figures = text(page, ".figs")
    assert "Change fail rate, strict 13 % by sure evidence 7 of 52" in figures
    assert "Change fail rate, lenient 17 % all that is near 9 of 52 · 9-30 %" in figures
    assert "Incidents not explained 2 of 4" in figures
    assert "Still watched 2 deployments in no rate yet; 1 of them failed already" in figures


def test_both_ends_are_drawn_with_their_ranges_and_a_table(visit: Open) -> None:
    page = visit(PAGE)

    name = page.locator("figure.fband").get_attribute("aria-label") or ""
    assert plain(name).startswith("Strict 13 %, range 7-25 %; Lenient 17 %")
    expect(page.locator("figure.fband circle")).to_have_count(2)
    page.keyboard.press("t")
    table = page.get_by_role("table", name="Change fail rate", exact=True)
    assert plain(table.locator("tbody tr").first.inner_text()) == "Strict 13 % 7 of 52 7-25 %"


def test_the_cascade_counts_each_kind_of_evidence(visit: Open) -> None:
    rows = visit(PAGE).locator("table.cascade tbody tr").all_inner_texts()

    counts = [
        re.sub(r"^(\S+(?: \S+){0,2}?) .*? (\d+)(?: \d+ %)?$", r"\2", plain(one)) for one in rows
    ]
    assert counts == ["1", "0", "0", "1", "1", "1"]
    assert plain(rows[0]).startswith(
        "Named the incident names the change, or a person says so 1.00"
    )


def test_what_nothing_explains_comes_first_with_the_reason_and_what_to_do(visit: Open) -> None:
    page = visit(PAGE)

    numbers = page.locator("article .what .key").all_inner_texts()
    assert numbers == ["INC0010013", "INC0010014", "INC0010015", "INC0010012"]
    nothing = told(page, "INC0010013")
    assert (
        "Put down to nothing: several deployments may be meant, and nothing tells which. Say below"
        " which one it was."
    ) in nothing
    assert "18 h before it was opened" in nothing
    assert "not over yet" in told(page, "INC0010014")
    other = told(page, "INC0010012")
    assert "Not caused by a change: its service was not deployed in the window before it." in other
    assert "Nothing speaks against any deployment." in other


def test_each_suspect_has_its_evidence_and_how_sure_it_is(visit: Open) -> None:
    page = visit(PAGE)

    sure = told(page, "INC0010015")
    assert "Put down to production 2026.46.1, named" in sure
    assert "over after 3.0 h" in sure
    assert (
        "27 min before it was opened caused by change, 1.00 The incident names CHG0041207" in sure
    )
    assert "proximity, 0.40 It began 27 min after this deployment 1.00 Right?" in sure
    assert told(page, "INC0010014").count("Right?") == 2
    assert "Probably production 2026.45.3, close in time" in told(page, "INC0010014")


def test_a_suspect_is_rejected_by_a_person(visit: Open, fake: FakeApi) -> None:
    page = visit(PAGE)

    block(page, "INC0010015").get_by_role("button", name="Is this right?").click()
    page.get_by_label("Why", exact=True).fill("it was the provider")
    page.get_by_label("Your name").fill("bo")
    page.get_by_role("button", name="It is wrong").click()
    expect(page.get_by_role("dialog")).to_have_count(0)

    ((method, address, body),) = fake.sent
    assert (method, address, body["answer"]) == ("POST", "/v1/verdicts", "rejected")
    assert body["a"] == {"kind": "deployment", "source": "jenkins", "id": "deploy/46"}
    assert body["b"] == {"kind": "incident", "source": "snow", "id": "sysINC0010015"}


def test_another_deployment_is_named_by_keyboard(visit: Open, fake: FakeApi) -> None:
    page = visit(PAGE)
    button = block(page, "INC0010012").get_by_role("button", name="Name the deployment")
    expect(button).to_have_count(0)

    block(page, "INC0010015").get_by_role("button", name="Name the deployment").focus()
    page.keyboard.press("Enter")
    options = page.get_by_label("Deployment", exact=True).locator("option").all_inner_texts()
    assert [plain(one) for one in options] == [
        "2026.46.1, 14 Nov 09:03 UTC",
        "2026.45.3, 11 Nov 15:31 UTC",
        "3f2a91c0, 10 Nov 09:20 UTC",
    ]
    page.get_by_label("Deployment", exact=True).select_option("1")
    page.get_by_label("Why", exact=True).fill("seen in the log")
    page.get_by_label("Your name").fill("bo")
    page.get_by_role("button", name="It was this one").click()
    expect(page.get_by_role("dialog")).to_have_count(0)

    ((_, _, body),) = fake.sent
    assert body == {
        "a": {"kind": "deployment", "source": "jenkins", "id": "deploy/45"},
        "b": {"kind": "incident", "key": "INC0010015"},
        "answer": "confirmed",
        "who": "bo",
        "why": "seen in the log",
    }


def test_what_was_said_stands_there_with_who_and_why(visit: Open, fake: FakeApi) -> None:
    rows = incidents()
    verdict = {
        "id": 7, "a": end("deployment", "deploy/46", "production 2026.46.1"),
        "b": end("incident", "sysINC0010015", "INC0010015"), "answer": "confirmed", "who": "anna",
        "why": "saw it", "at": "2026-11-20T10:12:00Z", "state": "in_effect", "overruled": [],
    }  # fmt: skip
    gone = {
        **verdict, "id": 8, "answer": "rejected", "why": "<b>the provider</b>",
        "a": end("deployment", "deploy/45", "production 2026.45.3"),
        "overruled": [{"rule": "proximity", "confidence": 0.4, "evidence": "It began soon after"}],
    }  # fmt: skip
    rows[0]["candidates"][0]["pairs"][0]["verdict"] = 7
    rows[0]["verdicts"] = [gone, verdict]
    IncidentRow.model_validate(rows[0])
    fake.answers[INCIDENTS] = {"items": rows, "next": None}

    page = visit(PAGE)

    assert "confirmed Right? withdraw" in told(page, "INC0010015")
    struck = plain(block(page, "INC0010015").locator(".saidlist s").inner_text())
    assert struck == "deployment production 2026.45.3: It began soon after (proximity)"
    assert "Rejected by anna on 20 Nov 2026: <b>the provider</b>" in told(page, "INC0010015")


def test_who_may_only_look_is_asked_nothing(visit: Open, fake: FakeApi) -> None:
    fake.answers["/v1/account"] = OPEN | {"may_write": False}

    page = visit(PAGE)

    assert page.locator("main button.ask").count() == 0


def test_a_group_is_chosen_and_stands_in_the_address(visit: Open) -> None:
    page = visit(PAGE)

    page.get_by_label("Which incidents").select_option("none")
    expect(page).to_have_url(re.compile("put=none"))
    expect(page.locator("article")).to_have_count(1)
    page.get_by_label("Which incidents").select_option("")
    expect(page.locator("article")).to_have_count(4)


def test_a_named_incident_is_on_the_page_that_is_shown(visit: Open, fake: FakeApi) -> None:
    many = [incident(f"INC00200{number:02d}", "Slow") for number in range(45)]
    fake.answers[INCIDENTS] = {"items": many, "next": None}

    page = visit(f"{PAGE}&incident=INC0020044#INC0020044")

    expect(page.locator("article.chosen")).to_be_in_viewport()
    assert "41 to 45 of 45" in text(page)


def test_deployments_that_failed_or_may_have_are_listed_and_all_on_demand(visit: Open) -> None:
    page = visit(PAGE)
    rows = page.locator("table.deps tbody tr")

    expect(rows).to_have_count(3)
    assert "1 failed, 2 sound, 1 not yet known, 1 rollback" in text(page)
    page.get_by_label("Which deployments").select_option("all")
    expect(rows).to_have_count(5)


def test_without_a_service_desk_the_line_that_supplies_it_stands_there(visit: Open) -> None:
    page = visit("/failures?service=docs")

    assert text(page, ".answer") == "What fails is not known: no incident source for this service."
    assert text(page, ".empty pre") == LINE
    assert "0 %" not in text(page)


def test_no_incident_is_said_in_words(visit: Open, fake: FakeApi) -> None:
    fake.answers[INCIDENTS] = {"items": [], "next": None}

    page = visit(PAGE)

    assert text(page, ".answer").startswith("No incident was opened in this period. Of deployments")
    assert "No incident was opened in this period." in text(page, "main > .note")


def test_a_stream_in_the_address_chooses_its_first_service(visit: Open) -> None:
    page = visit("/failures?stream=checkout")

    expect(page.locator("h1")).to_have_text("Failures, service web")


def test_a_withheld_rate_is_no_number(visit: Open, fake: FakeApi) -> None:
    rate = fake.answers[f"{WEB}/dora"]["change_fail_rate"]
    rate["value"] |= {"ratio": None, "strict": None, "lenient": None}
    rate |= {"grade": "D", "reasons": ["withheld: n<5"], "n": 3, "interval": {}}

    page = visit(PAGE)

    assert "What share of deployments fails is not known: too few, needs 5." in text(
        page, ".answer"
    )
    assert "strict withheld too few, needs 5" in text(page, ".figs")
    assert page.locator("figure.fband").count() == 0


def test_what_sources_say_is_text(visit: Open, fake: FakeApi) -> None:
    rows = incidents()
    rows[0] |= {"title": HOSTILE, "url": "javascript:alert(1)"}
    rows[0]["candidates"][0]["why"][0]["evidence"] = HOSTILE
    fake.answers[INCIDENTS] = {"items": rows, "next": None}

    page = visit(PAGE)

    assert page.evaluate("window.pwned") is None
    assert page.locator("article img, a[href^='javascript']").count() == 0
    assert "<img src=x" in told(page, "INC0010015")
