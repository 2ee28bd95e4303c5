"""ETags: the same question has the same one as long as nothing changed, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.app import create_app
from pipeline.database import Database
from store import frames
from store.facts import bump_version
from tests.api.client import Client, Clock
from tests.e2e.company import Company

ADDRESS = "/v1/streams/checkout/metrics/flow_time?from=2026-08-01&interval=week"


def _etag(client: Client, address: str = ADDRESS) -> str:
    found: str = client.get(address).headers["etag"]
    return found


def test_the_same_question_has_the_same_etag_and_bytes(client: Client) -> None:
    first, again = client.get(ADDRESS), client.get(ADDRESS)
    assert first.headers["etag"] == again.headers["etag"]
    assert first.content == again.content
    assert first.headers["cache-control"] == again.headers["cache-control"] == "no-cache"
    assert first.headers["content-type"] == again.headers["content-type"] == "application/json"


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_kept_answer_is_encoded_for_the_one_who_asks(client: Client, encoding: str) -> None:
    headers = {"accept-encoding": encoding}
    answers = [client.get("/v1/overview", headers) for _ in range(3)]
    other = client.get("/v1/overview", {"accept-encoding": "gzip, identity"})
    for answer in answers:
        assert answer.json() == other.json()
        assert answer.headers.get_list("content-encoding") == (
            ["gzip"] if encoding == "gzip" else []
        )


def test_a_known_etag_is_answered_with_304_and_nothing(client: Client) -> None:
    etag = _etag(client)
    for told in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        answer = client.get(ADDRESS, {"if-none-match": told})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
        assert "content-security-policy" in answer.headers


def test_an_old_etag_is_answered_in_full(client: Client) -> None:
    answer = client.get(ADDRESS, {"if-none-match": 'W/"0000"'})
    assert answer.status_code == 200
    assert answer.json()["metric"] == "flow_time"


def test_another_question_has_another_etag(client: Client) -> None:
    tags = [
        _etag(client, address)
        for address in (
            ADDRESS,
            f"{ADDRESS}&type=defect",
            ADDRESS.replace("2026-08-01", "2026-08-02"),
            ADDRESS.replace("checkout", "search"),
            "/v1/streams",
        )
    ]
    assert len(set(tags)) == len(tags)


def test_after_an_upgrade_the_same_facts_have_other_etags(
    client: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def same() -> Client:
        return Client(create_app(company.settings, company.database))

    addresses = (ADDRESS, "/v1/exports/items")
    before = [_etag(client, one) for one in addresses]
    assert [_etag(same(), one) for one in addresses] == before
    monkeypatch.setattr("api.app._version", lambda: "99.0")
    assert not {_etag(same(), one) for one in addresses} & set(before)


def test_the_order_of_the_parameters_does_not_matter(client: Client) -> None:
    swapped = "/v1/streams/checkout/metrics/flow_time?interval=week&from=2026-08-01"
    assert _etag(client, swapped) == _etag(client)


def test_a_path_that_is_quoted_is_not_the_question_it_looks_like(client: Client) -> None:
    assert client.get("/v1/streams/checkout").status_code == 200
    assert client.get("/v1/streams/checkout%3Fa=b").status_code == 404


def test_a_minute_later_the_answer_is_made_anew(client: Client, clock: Clock) -> None:
    before = _etag(client)
    clock.ts += 59
    assert _etag(client) == before
    clock.ts += 1
    assert _etag(client) != before


def test_new_facts_have_another_etag(
    copied: tuple[Client, Path], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.deps._VERSION_S", 0.0)
    client, _ = copied
    before = client.get(ADDRESS)
    database: Database = client.app.state.served.database
    with database.writing() as session:
        streams = frames.value_streams(session)
        checkout = int(streams.set_index("name").loc["checkout", "stream_id"])
        bump_version(session, checkout, clock.ts)
    after = client.get(ADDRESS, {"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    assert after.json()["value"] == before.json()["value"]


def test_an_error_is_not_kept(client: Client) -> None:
    for _ in range(2):
        answer = client.get("/v1/streams/none")
        assert answer.status_code == 404
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"


def test_a_database_that_fails_is_503_and_not_kept(
    copied: tuple[Client, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.deps._VERSION_S", 0.0)
    client, path = copied
    client.json("/v1/streams")
    client.app.state.served.database.engine.dispose()
    for file in path.parent.glob("headwater.db*"):
        file.unlink()
    for address in ("/v1/streams", "/v1/overview", "/readyz"):
        body = client.problem(address, 503)
        assert body["title"] == "The database can't be used"
        assert "headwater migrate" in body["detail"] or "the database failed" in body["detail"]
    assert client.json("/healthz") == {"status": "ok"}
