"""Two API processes on one PostgreSQL: as one to who asks, and each able to go on alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from tests.e2e.beside import PER_MINUTE, Beside, Server, beside, until
from tests.e2e.killing import PostgresDatabases

SEED = 20261124
VIEWS = (
    "/v1/overview",
    "/v1/streams/checkout/metrics/flow_time",
    "/v1/streams/checkout/sle",
    "/v1/services/web/metrics/deployment_frequency",
    "/v1/items?stream=checkout&limit=20",
    "/v1/sources",
)
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def pair(postgres_server: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    databases = PostgresDatabases(postgres_server)
    with beside(tmp_path_factory.mktemp("beside"), databases, seed=SEED) as made:
        yield made


def _others(pair: Beside) -> list[tuple[Server, Server]]:
    return [(pair.first, pair.second), (pair.second, pair.first)]


def test_both_tell_the_same_bytes_under_one_etag_which_counts_at_either(pair: Beside) -> None:
    secret = pair.token()
    for view in VIEWS:
        assert pair.same(secret, view).json(), view
    for asked, other in _others(pair):
        # the first time, or once more where the minute ended in between
        until(partial(_is_unchanged_at, other, asked, secret))


def test_both_tell_of_a_pass_to_who_listens_and_serve_what_it_found(pair: Beside) -> None:
    secret = pair.token()
    before = pair.same(secret, VIEWS[0])
    for one in (pair.first, pair.second):
        one.listen(secret)
    known = [one.news[-1]["facts"] for one in (pair.first, pair.second)]
    assert known[0] == known[1]
    pair.made.read(operations=12)

    def told() -> bool:
        here, there = (one.news[-1] for one in (pair.first, pair.second))
        return bool(here["facts"] == there["facts"] != known[0])

    until(told)
    assert pair.same(secret, VIEWS[0]).content != before.content
    assert pair.same(secret, "/v1/changes").json()["cursor"]


def test_what_people_say_at_one_is_told_by_the_other(pair: Beside) -> None:
    secret, world = pair.token("analyst"), pair.made.live.world
    commit = next(one for one in world.commits if not one.tickets)
    keys = [row["key"] for row in pair.first.ask(secret, "/v1/items?limit=2").json()["items"]]
    for (here, there), key in zip(_others(pair), keys, strict=True):
        said = {
            "a": {"kind": "item", "key": key},
            "b": {"kind": "commit", "key": f"{commit.repository}@{commit.sha}"},
            "answer": "confirmed",
            "why": "it was written for it",
        }
        number = _taken(here.ask(secret, "/v1/verdicts", "POST", **_json(said)))["id"]
        address = "/v1/verdicts"
        assert number in _ids(here, secret, address)
        until(partial(_tells, there, secret, address, number))
        worth = {"key": key, "likely_cents": 700_000, "why": "the contract says so"}
        number = _taken(here.ask(secret, "/v1/values", "POST", **_json(worth)))["id"]
        address = f"/v1/values?key={key}"
        assert number in _ids(here, secret, address)
        until(partial(_tells, there, secret, address, number))


def test_a_token_that_is_revoked_at_one_lets_nobody_in_at_the_other(pair: Beside) -> None:
    admin = pair.token("admin")
    for here, there in _others(pair):
        given = {"name": f"made-at-{here.url[-5:]}"}
        made = here.ask(admin, "/v1/tokens", "POST", **_json(given)).json()
        for one in (here, there):
            assert one.ask(made["secret"], "/v1/account").status_code == 200
        assert here.ask(admin, f"/v1/tokens/{made['id']}", "DELETE").status_code == 200
        for one in (here, there):
            until(partial(_is_refused, one, made["secret"]))


def test_who_signs_in_at_one_is_so_at_the_other_until_they_sign_out_at_either(
    pair: Beside,
) -> None:
    secret = pair.token()
    for here, there in _others(pair):
        own = {"origin": here.url.rstrip("/"), "sec-fetch-site": "same-origin"}
        form = f"token={secret}".encode()
        let_in = here.client.post("/signin", content=form, headers=FORM | own)
        shown = let_in.headers["set-cookie"].partition(";")[0]
        here.client.cookies.clear()
        assert _account(there, shown) == 200
        left = here.client.post("/signout", headers=own | {"cookie": shown})
        assert left.json() == {"next": "/signin?ended=true"}
        assert _account(here, shown) == 401
        until(partial(_is_signed_out, there, shown))


def test_each_process_counts_for_itself_how_much_an_account_asks(pair: Beside) -> None:
    secret = pair.token()
    with ThreadPoolExecutor(10) as pool:  # one after the other may be slower than it is allowed
        ask, told = partial(pair.first.ask, secret), []
        while 429 not in {one.status_code for one in told}:
            told += pool.map(ask, ["/v1/account"] * PER_MINUTE)
    assert sum(1 for one in told if one.status_code == 200) >= PER_MINUTE
    assert {one.headers["ratelimit-limit"] for one in told} == {str(PER_MINUTE)}
    left = pair.second.ask(secret, "/v1/account")
    assert (left.status_code, left.headers["ratelimit-remaining"]) == (200, str(PER_MINUTE - 1))


def test_one_goes_on_when_the_other_is_killed(pair: Beside) -> None:
    secret = pair.token("analyst")
    before = pair.same(secret, VIEWS[0]).json()
    pair.first.process.kill()
    pair.first.process.wait()
    with pytest.raises(httpx.TransportError):
        pair.first.ask(secret, VIEWS[0])
    answer = pair.second.ask(secret, VIEWS[0])
    told = [[one["name"] for one in each["streams"]] for each in (answer.json(), before)]
    assert told[0] == told[1] != []
    row = pair.second.ask(secret, "/v1/items?limit=1").json()["items"][0]
    worth = {"key": row["key"], "likely_cents": 123_400, "why": "it is worth that now"}
    number = _taken(pair.second.ask(secret, "/v1/values", "POST", **_json(worth)))["id"]
    assert _tells(pair.second, secret, f"/v1/values?key={row['key']}", number)
    assert pair.second.ask(secret, "/readyz").status_code == 200
    assert pair.second.process.poll() is None


def _json(body: dict[str, Any]) -> dict[str, Any]:
    return {"content": json.dumps(body), "headers": {"content-type": "application/json"}}


def _taken(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _ids(server: Server, secret: str, address: str) -> list[int]:
    answer = server.ask(secret, address)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["items"]]


def _tells(server: Server, secret: str, address: str, number: int) -> bool:
    return number in _ids(server, secret, address)


def _is_unchanged_at(server: Server, other: Server, secret: str) -> bool:
    """Whether what the other one tells is known here by its ETag."""
    known = {"if-none-match": other.ask(secret, VIEWS[0]).headers["etag"]}
    answer = server.ask(secret, VIEWS[0], headers=known)
    assert (answer.status_code == 304) is (answer.content == b"")
    return answer.status_code == 304


def _is_refused(server: Server, secret: str) -> bool:
    return server.ask(secret, "/v1/account").status_code == 401


def _is_signed_out(server: Server, cookie: str) -> bool:
    return _account(server, cookie) == 401


def _account(server: Server, cookie: str) -> int:
    return server.client.get("/v1/account", headers={"cookie": cookie}).status_code
