"""The client: what it repeats, how long it waits, and what its errors say."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx

from connectors.http import SourceClient, body_of, for_each, open_client, request_count
from core.errors import (
    SourceAnswerError,
    SourceAuthError,
    SourceError,
    SourcePausedError,
    SourceUnavailableError,
)
from tests.connectors.readers import quick_client

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def client(slept: list[float]) -> Iterator[SourceClient]:
    opened = open_client("https://api.example/base", concurrency=3, sleep=slept.append)
    yield opened
    opened.http.close()


@pytest.fixture
def mock() -> Iterator[respx.Router]:
    with respx.mock(base_url="https://api.example/base") as router:
        yield router


def test_a_read_waits_as_long_as_asked_and_then_succeeds(
    client: SourceClient, mock: respx.Router, slept: list[float]
) -> None:
    busy = httpx.Response(429, headers={"retry-after": "7"}, text="Retry later")
    mock.get("/things").side_effect = [busy, httpx.Response(200, json=[1])]
    assert body_of(client.get("things")) == [1]
    assert request_count(client) == 2
    assert 6.5 < sum(slept) < 7 * 1.3 + 0.1


def test_a_429_without_a_hint_waits_a_minute(
    client: SourceClient, mock: respx.Router, slept: list[float]
) -> None:
    mock.get("/things").side_effect = [httpx.Response(429), httpx.Response(200, json=[])]
    client.get("things")
    assert 59 < sum(slept) < 79


def test_a_longer_wait_than_a_run_may_take_ends_the_run(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get("/things").respond(429, headers={"retry-after": "4000"})
    with pytest.raises(SourcePausedError, match=r"4,000 s; goes on at \d\d:\d\d UTC"):
        client.get("things")
    assert route.call_count == 1


def test_lost_connections_and_server_errors_are_tried_again(
    client: SourceClient, mock: respx.Router
) -> None:
    answers: list[httpx.Response | Exception] = [
        httpx.ReadError("reset"),
        httpx.Response(502),
        httpx.Response(200, json={"a": 1}),
    ]
    mock.get("/things").side_effect = answers
    assert body_of(client.get("things")) == {"a": 1}


def test_a_server_that_stays_down_is_unavailable(client: SourceClient, mock: respx.Router) -> None:
    route = mock.get("/things").respond(503)
    with pytest.raises(SourceUnavailableError, match="still 503") as caught:
        client.get("things")
    assert route.call_count == 5
    assert caught.value.status == 503


def test_an_unreachable_host_is_named(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/things").side_effect = httpx.ConnectError("refused")
    with pytest.raises(SourceUnavailableError, match=r"cannot reach api\.example: refused"):
        client.get("things")


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (401, SourceAuthError, "`auth`"),
        (403, SourceAuthError, "grant read access"),
        (404, SourceAnswerError, "not visible"),
        (410, SourceAnswerError, "removed"),
        (400, SourceAnswerError, "refuses"),
        (302, SourceAuthError, "login page"),
    ],
)
def test_a_refusal_is_not_repeated_and_says_what_to_do(
    client: SourceClient, mock: respx.Router, status: int, kind: type[SourceError], told: str
) -> None:
    headers = {"location": "https://elsewhere.example/login"}
    route = mock.get("/things").respond(status, headers=headers)
    with pytest.raises(kind, match=told) as caught:
        client.get("things", {"private": "s3cret"})
    assert route.call_count == 1
    assert caught.value.status == status
    assert "s3cret" not in str(caught.value)


def test_a_refusal_that_is_expected_is_handed_back(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/things").respond(404)
    assert client.get("things", none_on=(403, 404)).status_code == 404


@pytest.mark.parametrize(
    ("page", "kind", "told"),
    [
        ("<h1>Log in</h1>", SourceAuthError, "a login page came instead of JSON"),
        ('<input TYPE="password">', SourceAuthError, "check `auth` and `url`"),
        ("<h1>Welcome to nginx!</h1>", SourceAnswerError, "not JSON but a page; check that `url`"),
        ("", SourceAnswerError, "not JSON but a page"),
    ],
)
def test_a_page_instead_of_json_is_an_error_and_a_login_page_is_named(
    client: SourceClient, mock: respx.Router, page: str, kind: type[SourceError], told: str
) -> None:
    mock.get("/things").respond(200, html=page)
    with pytest.raises(kind, match=told):
        client.get("things")


def test_after_wrong_credentials_nothing_more_is_asked(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get("/things").respond(401)
    for path in ("things", "others", "things"):
        with pytest.raises(SourceAuthError, match="things: 401, the credentials are not accepted"):
            client.get(path)
    assert route.call_count == 1


def test_a_401_that_is_expected_does_not_end_the_reading(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/boards").respond(401)
    mock.get("/things").respond(json=[1])
    assert client.get("boards", none_on=(401,)).status_code == 401
    assert body_of(client.get("things")) == [1]


def test_an_expired_token_is_told_apart_from_a_wrong_one(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/things").respond(401, json={"error_description": "Token is expired. Re-authorize"})
    with pytest.raises(SourceAuthError, match="401, the token has expired; make a new one"):
        client.get("things")


def test_a_token_that_can_not_be_sent_is_not_quoted(
    client: SourceClient, mock: respx.Router
) -> None:
    refused = httpx.LocalProtocolError("Illegal header value b'Bearer ghp_SECRET\\n'")
    mock.get("/things").side_effect = refused
    with pytest.raises(SourceAuthError, match="`auth` holds the token") as caught:
        client.get("things")
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://evil.example/base/things", "another server, evil.example, and not followed"),
        ("/login", "redirected, as to a login page; check `url` and `auth`"),
        ("https://api.example/login?back=/things", "redirected, as to a login page"),
        ("", "redirected, as to a login page"),
    ],
)
def test_a_redirect_is_never_followed(
    client: SourceClient, mock: respx.Router, location: str, told: str
) -> None:
    elsewhere = respx.get(host="evil.example").respond(json=[])
    mock.get("/things").respond(302, headers={"location": location})
    with pytest.raises(SourceAuthError, match=told):
        client.get("things")
    assert elsewhere.call_count == 0


def test_credentials_that_were_dropped_on_the_way_do_not_pass_for_an_empty_list(
    mock: respx.Router,
) -> None:
    mock.get("/things").respond(json=[], headers={"x-ausername": "anonymous"})
    signed_in = open_client("https://api.example/base", concurrency=1, auth=("me", "secret"))
    with pytest.raises(SourceAuthError, match="answered as to an anonymous visitor"):
        signed_in.get("things")
    signed_in.http.close()
    unsigned = open_client("https://api.example/base", concurrency=1)
    assert body_of(unsigned.get("things")) == []
    unsigned.http.close()


def test_an_answer_that_is_cut_off_is_asked_for_again(
    client: SourceClient, mock: respx.Router
) -> None:
    cut = httpx.Response(200, content=b'[{"id": 1', headers={"content-type": "text/json"})
    mock.get("/things").side_effect = [cut, httpx.Response(200, json=[{"id": 1}])]
    assert body_of(client.get("things")) == [{"id": 1}]


def test_json_that_is_broken_is_an_error(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/things").respond(200, content=b"[{1]", headers={"content-type": "text/json"})
    with pytest.raises(SourceAnswerError, match="broken or cut off"):
        body_of(client.get("things"))


def test_absent_parameters_are_left_out(client: SourceClient, mock: respx.Router) -> None:
    route = mock.get("/things").respond(json=[])
    client.get("things", {"since": None, "page": 2})
    assert str(route.calls.last.request.url) == "https://api.example/base/things?page=2"


def test_the_clock_of_the_source_is_noted(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/things").respond(json=[], headers={"date": "Mon, 02 Mar 2026 12:00:00 GMT"})
    before = datetime.now(UTC)
    client.get("things")
    after = datetime.now(UTC)
    assert client.clock_offset_s is not None
    assert (NOW - after).total_seconds() - 1 <= client.clock_offset_s
    assert client.clock_offset_s <= (NOW - before).total_seconds() + 1


def test_work_for_many_things_runs_side_by_side(client: SourceClient) -> None:
    meeting = threading.Barrier(3, timeout=60)
    things: list[dict[str, Any]] = [{}, {}, {}]
    for_each(client, lambda thing: thing.update(met=meeting.wait() is not None), things)
    assert [thing["met"] for thing in things] == [True, True, True]


def test_work_for_many_things_raises_the_first_error(client: SourceClient) -> None:
    def fail(thing: dict[str, Any]) -> None:
        raise SourceAnswerError(f"bad {thing['n']}")

    with pytest.raises(SourceAnswerError, match="bad 1"):
        for_each(client, fail, [{"n": 1}, {"n": 2}])


def test_after_an_error_no_more_work_is_begun() -> None:
    tried: list[int] = []
    client = quick_client("https://api.example", concurrency=1)

    def work(thing: dict[str, Any]) -> None:
        tried.append(thing["n"])
        if thing["n"] == 3:
            raise SourceAnswerError("bad 3")

    with pytest.raises(SourceAnswerError, match="bad 3"):
        for_each(client, work, [{"n": n} for n in range(100)])
    client.http.close()
    assert tried == [0, 1, 2, 3]
