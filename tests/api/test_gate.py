"""What a door must hold: tokens that ended, cookies of other sites, names, limits and the log."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from sqlalchemy import Engine, text

from pipeline.access_tokens import SECRET, is_secret, new_secret, revoke
from pipeline.audit_log import list_events
from pipeline.clock import now_ts
from pipeline.database import Database, over
from pipeline.sign_ins import end_all
from tests.api.client import Client
from tests.api.locked import HOME, JSON, Browser, bearer, locked, token

ACCOUNT = "/v1/account"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def database(sqlite_engine: Engine) -> Database:
    return over(sqlite_engine)


def _log(door: Client, database: Database) -> list[dict[str, Any]]:
    door.app.state.access.settle()
    with database.read() as session:
        rows: list[dict[str, Any]] = list_events(session, cursor=None, limit=100)["items"]
    return rows


def _signed_in(door: Client, secret: str) -> Browser:
    browser = Browser.of(door)
    answer = browser.post("/signin?next=/map", f"token={secret}".encode(), FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/map")
    return browser


def test_a_secret_is_long_random_and_checks_itself() -> None:
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    for secret in made:
        assert SECRET.fullmatch(secret)
        assert is_secret(secret)
        place = 10
        other = "a" if secret[place] != "a" else "b"
        assert not is_secret(secret[:place] + other + secret[place + 1 :])
    assert re.fullmatch(r"hw_[0-9A-Za-z]{49}", new_secret())


def test_only_the_hash_of_a_secret_is_stored(database: Database) -> None:
    secret = token(database, "bi")
    with database.read() as session:
        (row,) = session.execute(text("SELECT * FROM api_token")).mappings()
    assert secret not in str(dict(row))
    assert len(row["hash"]) == 64


def test_a_token_lets_in_under_its_name_and_tells_its_last_use_to_the_hour(
    door: Client, database: Database
) -> None:
    secret = token(database, "bi", "viewer", "checkout")
    before = now_ts()
    told = door.get(ACCOUNT, bearer(secret)).json()
    assert (told["account"], told["role"], told["streams"]) == ("token:bi", "viewer", ["checkout"])
    assert not told["by_cookie"]
    door.app.state.access.settle()
    with database.read() as session:
        used = session.execute(text("SELECT used_ts FROM api_token")).scalar_one()
    assert used in (before // 3600 * 3600, now_ts() // 3600 * 3600)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("", "nobody is signed in"),
        ("Bearer hw_short", "no token of Headwater"),
        ("Bearer " + "x" * 5000, "no token of Headwater"),
        ("Basic YW5uYTpzZWNyZXQ=", "no token of Headwater"),
        ("Bearer", "no token of Headwater"),
        pytest.param(f"Bearer {new_secret()}", "is not known here", id="unknown"),
    ],
)
def test_who_shows_nothing_that_counts_is_told_what_to_do(
    door: Client, sent: str, words: str
) -> None:
    answer = door.get("/v1/overview", {"authorization": sent} if sent else None)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert words in answer.json()["detail"]
    assert "headwater token create" in answer.json()["detail"]


def test_a_revoked_token_and_one_that_expired_say_so(
    door: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    revoked, expired = token(database, "old"), token(database, "short")
    revoke(database, "old", who="the test", now=now_ts())
    assert "was revoked at" in door.get(ACCOUNT, bearer(revoked)).json()["detail"]
    assert door.get(ACCOUNT, bearer(expired)).status_code == 200
    tomorrow = now_ts() + 86_400
    monkeypatch.setattr("api.access.now_ts", lambda: tomorrow)
    answer = door.get(ACCOUNT, bearer(expired))
    assert answer.status_code == 401
    assert "expired at" in answer.json()["detail"]


def test_what_is_revoked_elsewhere_ends_within_a_second_also_for_who_polls(
    database: Database,
) -> None:
    door = locked(database)
    secret = token(database, "bi")
    first = door.get("/v1/streams", bearer(secret))
    known = bearer(secret) | {"if-none-match": first.headers["etag"]}
    assert door.get("/v1/streams", known).status_code == 304
    revoke(database, "bi", who="the test", now=now_ts())
    door.app.state.access._recognised.clock = lambda: time.monotonic() + 1.0
    assert door.get("/v1/streams", known).status_code == 401
    assert "was revoked at" in door.get(ACCOUNT, bearer(secret)).json()["detail"]
    door.app.state.access.settle()


def test_a_304_is_for_who_may_have_the_200(door: Client, database: Database) -> None:
    secret = token(database, "bi")
    first = door.get("/v1/streams", bearer(secret))
    known = {"if-none-match": first.headers["etag"]}
    assert first.headers["cache-control"] == "private, no-cache"
    assert door.get("/v1/streams", bearer(secret) | known).status_code == 304
    assert door.get("/v1/streams", known).status_code == 401
    other = bearer(token(database, "one", "viewer", "checkout"))
    assert door.get("/v1/streams", other | known).status_code == 403


def test_what_differs_by_who_asks_is_never_kept(door: Client, database: Database) -> None:
    for name in ("one", "two"):
        answer = door.get(ACCOUNT, bearer(token(database, name)))
        assert answer.json()["account"] == f"token:{name}"
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"


def test_a_person_is_led_to_the_sign_in_and_back_to_what_they_wanted(
    door: Client, database: Database
) -> None:
    browser = Browser.of(door)
    led = browser.get("/map?stream=checkout&from=2026-10-01", {"accept": "text/html"})
    assert led.status_code == 303
    there = led.headers["location"]
    assert there == "/signin?next=/map%3Fstream%3Dcheckout%26from%3D2026-10-01"
    page = browser.get(there)
    assert page.status_code == 200
    assert 'name="token"' in page.text
    secret = token(database, "anna", "analyst")
    answer = browser.post(there, f"token={secret}".encode(), FORM)
    assert answer.headers["location"] == "/map?stream=checkout&from=2026-10-01"
    assert browser.get("/map", {"accept": "text/html"}).status_code == 200
    assert browser.get(ACCOUNT).json()["account"] == "token:anna"


def test_a_wrong_token_on_the_page_says_so_there(door: Client, database: Database) -> None:
    browser = Browser.of(door)
    answer = browser.post("/signin", b"token=%3Cb%3Ehw_", FORM)
    assert answer.status_code == 401
    assert "no token of Headwater" in answer.text
    assert browser.jar == {}
    assert browser.post("/signin", b"x" * 5000, FORM).status_code == 413
    assert _log(door, database)[0]["action"] == "refused"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.headwater.example", "sec-fetch-site": "same-site"},
        {"origin": HOME, "sec-fetch-site": "cross-site"},
        {"origin": "null", "sec-fetch-site": "same-origin"},
        {"origin": "http://headwater.example"},
        {},
    ],
)
def test_a_cookie_changes_nothing_unless_a_page_of_ours_sent_it(
    door: Client, database: Database, headers: dict[str, str]
) -> None:
    browser = _signed_in(door, token(database, "anna", "analyst"))
    cookie = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
    sent = JSON | {"cookie": cookie} | headers
    for method, path in (
        ("POST", "/v1/scenarios"),
        ("DELETE", "/v1/verdicts/1"),
        ("POST", "/v1/sequences"),
        ("POST", "/signout"),
    ):
        answer = door.request(method, path, content=b"{}", headers=sent, base=HOME)
        assert answer.status_code == 403, path
        assert HOME in answer.json()["detail"]
    form = door.request("POST", "/signin", content=b"token=x", headers=headers, base=HOME)
    assert form.status_code == 403


def test_a_page_of_ours_may_and_so_may_a_program_with_a_token(
    door: Client, database: Database
) -> None:
    secret = token(database, "anna", "analyst")
    browser = _signed_in(door, secret)
    assert browser.post("/v1/scenarios", b"{}", JSON).status_code == 422
    plain = door.request(
        "POST", "/v1/scenarios", content=b"{}", headers=JSON | bearer(secret), base=HOME
    )
    assert plain.status_code == 422


def test_a_sign_in_ends_with_its_token_by_sign_out_and_by_an_admin(
    door: Client, database: Database
) -> None:
    first = _signed_in(door, token(database, "anna"))
    assert first.get(ACCOUNT).status_code == 200
    revoke(database, "anna", who="the test", now=now_ts())
    assert first.get(ACCOUNT).status_code == 401
    second = _signed_in(door, token(database, "bo"))
    kept = dict(second.jar)
    assert second.post("/signout").json() == {"next": "/signin?ended=true"}
    second.jar.update(kept)
    assert second.get(ACCOUNT).status_code == 401
    third = _signed_in(door, token(database, "cy"))
    assert end_all(database, "token:cy", who="the test", now=now_ts()) == 1
    assert third.get(ACCOUNT).status_code == 401


def test_a_sign_in_lasts_as_long_as_it_is_meant_to(
    door: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = _signed_in(door, token(database, "anna"))
    start = now_ts()
    for hours, status in ((11, 200), (13, 401)):
        monkeypatch.setattr("api.access.now_ts", lambda later=hours: start + later * 3600)
        assert browser.get(ACCOUNT).status_code == status


def test_every_answer_has_the_headers_also_where_nobody_caught_the_fault(
    door: Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("api.routes.account.list_events", broken)
    admin = bearer(token(database, "admin", "admin"))
    asked = [
        ("/v1/audit-log", admin, 500),
        ("/v1/streams", admin, 200),
        ("/v1/streams", {}, 401),
        ("/v1/nothing", admin, 404),
        ("/signin", {}, 200),
        ("/static/mark.svg", {}, 200),
        ("/", {"accept": "text/html"}, 303),
        ("/healthz", {}, 200),
    ]
    for path, headers, status in asked:
        answer = door.get(path, headers)
        assert answer.status_code == status, path
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_without_auth_all_is_as_it_was(database: Database) -> None:
    open_to_all = locked(database, mode="none")
    told = open_to_all.get(ACCOUNT).json()
    assert (told["mode"], told["account"], told["may_write"]) == ("none", None, True)
    answer = open_to_all.get("/v1/streams")
    assert answer.headers["cache-control"] == "no-cache"
    assert "ratelimit-limit" not in answer.headers
    assert "strict-transport-security" not in answer.headers
    assert open_to_all.get("/signin").status_code == 404
    claimed = open_to_all.post("/v1/scenarios", b'{"who": "anna"}', JSON)
    assert claimed.status_code == 422
    assert claimed.json()["field"] != "who"
