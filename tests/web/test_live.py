"""What a page shows follows the server, without being loaded again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Open, text
from tests.web.fake_api import FakeApi


def _source(name: str, state: str = "green", share: float | None = None) -> dict[str, Any]:
    history = None if share is None else {"share": share}
    return {"name": name, "state": state, "message": None, "late": False, "history": history}


def _tell(fake: FakeApi, version: str, facts: str, *sources: dict[str, Any]) -> None:
    fake.news = {"version": version, "facts": facts, "sources": list(sources)}


def test_facts_that_changed_are_shown_without_a_reload(visit: Open, fake: FakeApi) -> None:
    page = visit("/connectors")
    page.evaluate("globalThis.loadedOnce = true")
    rows = fake.answers["/v1/sources"]["items"]
    fake.answers["/v1/sources"] = {"items": [{**rows[0], "name": "tracker"}], "next": None}
    page.wait_for_timeout(400)
    assert "tracker" not in text(page)
    _tell(fake, "2", "2")
    expect(page.locator("main")).to_contain_text("tracker")
    assert page.evaluate("globalThis.loadedOnce")


def _asked(fake: FakeApi, path: str) -> int:
    return sum(1 for one in fake.asked if one.split("?")[0] == path)


@pytest.mark.parametrize(("path", "read"), [("/connectors", True), ("/map", False)])
def test_only_who_shows_the_sources_is_read_again_when_a_source_was_read(
    visit: Open, fake: FakeApi, path: str, read: bool
) -> None:
    page = visit(path)
    first = "/v1/sources" if read else "/v1/streams/checkout/map"
    before = _asked(fake, first)
    _tell(fake, "2", "1", _source("jira", "red"))
    expect(page.locator(".asof a[href$='/connectors']")).to_have_text("jira can\u2019t be read")
    with page.expect_response(lambda one: first in one.url):
        if not read:
            _tell(fake, "3", "2", _source("jira", "red"))
    assert _asked(fake, first) == before + 1


def test_everybody_is_told_which_source_fails_and_how_far_history_is(
    visit: Open, fake: FakeApi
) -> None:
    page = visit("/map")
    note = page.locator(".asof a[href$='/connectors']")
    expect(note).to_have_count(0)
    _tell(fake, "2", "1", _source("jira", share=0.41), _source("gitlab", share=0.7))
    expect(note).to_have_text("Reading the history of jira, gitlab, 41\u00a0%")
    _tell(fake, "3", "1", _source("jira", "red", share=0.5), _source("gitlab"))
    expect(note).to_have_text("jira can\u2019t be read")
    _tell(fake, "4", "1", _source("jira", "red"), _source("gitlab", "red"))
    expect(note).to_have_text("2 sources can\u2019t be read")
    _tell(fake, "5", "1", _source("jira"), _source("gitlab", "syncing"))
    expect(note).to_have_count(0)


def test_a_tab_that_nobody_sees_does_not_listen(visit: Open, fake: FakeApi) -> None:
    page = visit("/map")
    page.evaluate(
        """Object.defineProperty(document, 'hidden', {value: true, configurable: true});
        document.dispatchEvent(new Event('visibilitychange'))"""
    )
    page.wait_for_timeout(200)
    _tell(fake, "2", "1", _source("jira", "red"))
    page.wait_for_timeout(500)
    assert page.locator(".asof a").count() == 0
    page.evaluate(
        """Object.defineProperty(document, 'hidden', {value: false, configurable: true});
        document.dispatchEvent(new Event('visibilitychange'))"""
    )
    expect(page.locator(".asof a")).to_have_text("jira can\u2019t be read")
