"""Admin in a browser: who may see what, who did what, how sources sign in, and who may not look."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api.schemas_account import AuditRow
from api.schemas_credentials import CredentialsBody
from api.schemas_lists import Listed
from tests.web import fake_admin as told
from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi

pytestmark = pytest.mark.browser


@pytest.fixture
def signed_in(fake: FakeApi) -> FakeApi:
    fake.answers["/v1/account"] = told.ADMIN
    return fake


def test_the_answers_of_these_tests_are_of_the_documented_shape() -> None:
    Listed[AuditRow].model_validate(told.listed(*told.LINES))
    CredentialsBody.model_validate(told.credentials("gitlab"))


@pytest.mark.usefixtures("signed_in")
def test_the_answer_counts_the_tokens_that_count(visit: Open) -> None:
    page = visit("/admin")

    assert text(page, ".answer") == (
        "1 token counts, none with the role admin. The last line of the log is of 20 Nov 2026."
    )
    assert "Tokens that count 1 1 revoked or expired" in text(page, ".figs")
    assert "Refused 1 last on 19 Nov 2026" in text(page, ".figs")
    assert "you are anna@acme.example, admin" in text(page, ".env")


@pytest.mark.usefixtures("signed_in")
def test_people_and_tokens_stand_with_what_they_may_see(visit: Open) -> None:
    page = visit("/admin")
    rows = [plain(one) for one in page.locator(".accounts tbody tr").all_inner_texts()]

    assert rows[0].startswith(
        "anna@acme.example person, admin that, and sees this page all streams"
    )
    assert rows[1].startswith("wall token, viewer looks at everything of checkout only 16 Nov 2026")
    assert "counts until 16 Nov 2126" in rows[1]
    assert "revoked 18 Nov 2026" in rows[2]
    assert "headwater token create" in text(page, ".again")
    with page.expect_request(lambda one: "/v1/audit-log?who=token%3Awall" in one.url):
        page.get_by_role("link", name="What token:wall did").click()
    assert "Audit log of token:wall" in text(page, "#log")


@pytest.mark.usefixtures("signed_in")
def test_the_log_is_filtered_and_paged_in_the_address(visit: Open) -> None:
    page = visit("/admin")
    rows = [plain(one) for one in page.locator(".audit tbody tr").all_inner_texts()]
    assert rows[0] == (
        "20 Nov 06:12 anna@acme.example came in"
        " as admin · from 10.0.0.7 · until 20 Nov 2026 18:12 UTC"
    )
    assert "token:wall was refused GET /v1/audit-log token:wall is a viewer" in rows[1]
    assert "changed something POST /v1/verdicts as admin · answered 202" in rows[3]

    with page.expect_request(lambda one: "/v1/audit-log?action=wrote" in one.url):
        page.get_by_label("What was done").select_option("wrote")
    assert page.url.endswith("/admin?action=wrote")
    more = page.get_by_role("link", name="Earlier than these 6").get_attribute("href")
    assert str(more).endswith("/admin?action=wrote&cursor=4#log")


@pytest.mark.usefixtures("signed_in")
def test_each_source_says_how_it_signs_in_and_never_a_secret(visit: Open) -> None:
    page = visit("/admin")
    gitlab = page.locator(".creds > section").nth(1)

    expect(gitlab).to_contain_text("auth.token is 446 days old: renew it at the tool")
    shown = plain(gitlab.inner_text())
    assert "Signs in as gitlab-reader with a private token." in shown
    assert "auth.token file:gitlab-token 63.7 wk 1 Sep 2025 its owner alone" in shown
    expect(page.locator(".creds > section").first).to_contain_text("Nothing to do.")


def test_who_is_no_admin_is_told_so_and_nothing_is_asked(visit: Open, fake: FakeApi) -> None:
    fake.answers["/v1/account"] = told.VIEWER

    page = visit("/admin")

    assert text(page, ".answer") == (
        "This page is for admins. You are signed in as vic@acme.example, viewer."
    )
    assert "[auth.oidc] roles = { viewer" in text(page, ".copy")
    assert fake.asked == []


def test_a_role_that_was_taken_away_meanwhile_is_told_the_same_way(
    visit: Open, signed_in: FakeApi
) -> None:
    signed_in.status["/v1/audit-log"] = 403

    assert text(visit("/admin"), ".answer").startswith("This page is for admins.")


def test_where_nobody_signs_in_the_lines_that_change_it_are_there(
    visit: Open, fake: FakeApi
) -> None:
    for address in [one for one in fake.answers if one.startswith(told.LOG)]:
        fake.answers[address] = told.listed()

    page = visit("/admin")

    assert text(page, ".answer").startswith("Nobody signs in here: whoever reaches the port")
    assert 'mode = "oidc"' in text(page, ".empty .copy")
    assert "No token was made and nobody signed in yet." in text(page)


def test_connectors_open_how_a_source_signs_in_for_admins_alone(visit: Open, fake: FakeApi) -> None:
    page = visit("/connectors")
    assert "/v1/sources/gitlab/credentials" not in fake.asked
    page.get_by_text("How gitlab signs in").click()
    expect(page.locator(".sources")).to_contain_text("446 days old")
    fake.answers["/v1/account"] = told.VIEWER

    page = visit("/connectors")

    expect(page.get_by_text("How gitlab signs in")).to_have_count(0)
    assert "headwater sync --source gitlab --again" in text(page, ".again")
