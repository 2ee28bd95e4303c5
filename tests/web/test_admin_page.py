"""Admin in a browser: who may see what, who did what, how sources sign in, and who may not look."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api.schemas_account import AuditRow
from api.schemas_credentials import CredentialsBody
from api.schemas_lists import Listed
from api.schemas_privacy import ErasureTold
from api.schemas_tokens import TokenMade, TokenRow
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
    Listed[TokenRow].model_validate(told.listed(*told.TOKENS))
    TokenMade.model_validate(told.MADE)
    ErasureTold.model_validate(told.ERASURE)


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
    assert "used 19 Nov 10:00" in rows[1]
    assert "revoked 18 Nov 2026" in rows[2]
    assert page.get_by_role("button", name="Revoke wall").count() == 1
    assert page.get_by_role("button", name="Revoke old").count() == 0
    with page.expect_request(lambda one: "/v1/audit-log?who=token%3Awall" in one.url):
        page.get_by_role("link", name="What token:wall did").click()
    assert "Audit log of token:wall" in text(page, "#log")


def test_a_token_is_made_here_and_its_secret_shown_once(visit: Open, signed_in: FakeApi) -> None:
    signed_in.replies["/v1/tokens"] = lambda _: told.MADE
    page = visit("/admin")

    page.get_by_role("button", name="Make a token").click()
    page.get_by_label("Who or what uses it").fill("grafana")
    page.get_by_label("It may").select_option("analyst")
    page.get_by_label("It reads").select_option("checkout")
    page.get_by_label("It ends after").select_option("never")
    page.get_by_role("button", name="Make it").click()

    shown = page.get_by_role("dialog", name="The token grafana")
    expect(shown).to_contain_text(told.MADE["secret"])
    expect(shown).to_contain_text("It is shown this once")
    expect(shown.get_by_role("button", name="Copy")).to_be_visible()
    body = {"name": "grafana", "role": "analyst", "streams": ["checkout"], "expires": "never"}
    assert signed_in.sent == [("POST", "/v1/tokens", body)]
    with page.expect_response("**/v1/tokens"):
        shown.get_by_role("button", name="Done").click()
    assert told.MADE["secret"] not in page.content()


def test_a_token_that_can_not_be_revoked_says_why_and_the_form_stays(
    visit: Open, signed_in: FakeApi
) -> None:
    signed_in.status["/v1/tokens/5"] = 403
    page = visit("/admin")
    page.get_by_role("button", name="Revoke wall").click()
    page.get_by_role("button", name="Revoke it").click()

    expect(page.get_by_role("alert")).to_contain_text("Not taken: 403")
    assert [one[:2] for one in signed_in.sent] == [("DELETE", "/v1/tokens/5")]


def test_who_is_to_be_erased_is_told_of_first_and_erased_on_a_word(
    visit: Open, signed_in: FakeApi
) -> None:
    signed_in.replies["/v1/privacy/erase"] = lambda body: (
        told.ERASURE | {"erased": not body["dry_run"]}
    )
    page = visit("/admin")
    page.get_by_role("button", name="Erase a person").click()
    page.get_by_label("Account name, e-mail or full name").fill("anna@acme.example")
    page.get_by_label("Further words of theirs").fill("Annie\n\nBerger, Anna ")
    page.get_by_role("button", name="See what would change").click()

    asked = page.get_by_role("dialog", name="Erase this person for good?")
    expect(asked).to_contain_text("2 accounts (gitlab 2), known by 4 words")
    expect(asked).to_contain_text("542 rows of 2 tables would change")
    expect(asked).to_contain_text("1 browser would be signed out")
    expect(asked).to_contain_text("take the person out of [[teams]]")
    asked.get_by_label("Write erase to go on").fill("yes")
    asked.get_by_role("button", name="Erase").click()
    assert len(signed_in.sent) == 1
    asked.get_by_label("Write erase to go on").fill("erase")
    asked.get_by_role("button", name="Erase").click()

    expect(page.get_by_role("dialog", name="Erased")).to_contain_text("rows of 2 tables changed")
    words = {"person": "anna@acme.example", "also": ["Annie", "Berger, Anna"]}
    assert signed_in.sent == [
        ("POST", "/v1/privacy/erase", words | {"dry_run": True}),
        ("POST", "/v1/privacy/erase", words | {"dry_run": False}),
    ]
    assert "anna@acme.example" not in page.url


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


def test_where_nobody_signs_in_the_lines_that_change_it_are_there(visit: Open) -> None:
    page = visit("/admin")

    assert text(page, ".answer").startswith("Nobody signs in here: whoever reaches the port")
    assert 'mode = "oidc"' in text(page, ".empty .copy")
    assert "headwater token create" in text(page)
    assert "headwater privacy erase --dry-run" in text(page)
    for name in ("Make a token", "Revoke wall", "Erase a person"):
        assert page.get_by_role("button", name=name).count() == 0


def test_connectors_open_how_a_source_signs_in_for_admins_alone(visit: Open, fake: FakeApi) -> None:
    page = visit("/connectors")
    assert "/v1/sources/gitlab/credentials" not in fake.asked
    page.get_by_text("How gitlab signs in").click()
    expect(page.locator(".sources")).to_contain_text("446 days old")
    fake.answers["/v1/account"] = told.VIEWER

    page = visit("/connectors")

    expect(page.get_by_text("How gitlab signs in")).to_have_count(0)
    assert "headwater sync --source gitlab --again" in text(page, ".again")
