"""The questions about a stream, as they are answered: all of them, and quiet where nobody plays."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.examples_questions import QUESTIONS
from api.schemas_questions import Questions
from metrics.questions.catalogue import DETECTORS
from tests.api.client import Client, Clock

STREAMS = ("checkout", "search", "fulfilment")


def test_the_example_has_the_documented_shape() -> None:
    Questions.model_validate(QUESTIONS, strict=True)


@pytest.mark.parametrize("stream", STREAMS)
def test_a_healthy_stream_is_asked_nothing_and_told_what_was_looked_at(
    client: Client, stream: str
) -> None:
    for window in ("", "?from=2026-05-01&to=2026-08-01"):
        body = client.json(f"/v1/streams/{stream}/questions{window}")
        Questions.model_validate(body, strict=True)
        assert {row["id"] for row in body["items"]} == set(DETECTORS)
        assert [row["id"] for row in body["items"] if row["state"] == "asked"] == []
        for row in body["items"]:
            assert (row["state"] == "not_looked_at") == (row["reason"] is not None), row["id"]
            assert (row["seen"] is None) == (row["state"] == "not_looked_at"), row["id"]
        looked = [row["id"] for row in body["items"] if row["state"] == "quiet"]
        assert {"parked_work", "late_start", "batch_closing", "empty_deployments"} <= set(looked)


def test_values_are_held_against_what_was_measured_of_them(client: Client) -> None:
    """The company tells of no feature, and of too little in flight to say anything."""
    body = client.json("/v1/streams/checkout/questions")
    row = next(one for one in body["items"] if one["id"] == "inflated_cost")
    assert client.json("/v1/streams/checkout/metrics/load")["value"]["now"] < 10
    assert (row["state"], row["figures"]) == ("not_looked_at", {})
    assert "fewer than 10 in flight have a value" in row["reason"]


def test_an_unknown_stream_is_not_found(client: Client) -> None:
    client.problem("/v1/streams/shop/questions", 404)


def test_a_game_is_seen_from_its_records_with_what_is_behind_it(
    copied: tuple[Client, Path],
) -> None:
    client, path = copied
    with sqlite3.connect(path) as base:
        base.execute(
            "UPDATE deployment_fact SET commits = 0"
            " WHERE deployment_id % 2 = 0 AND kind = 'planned'"
        )
        base.execute("UPDATE value_stream SET facts_version = facts_version + 1")
    body = client.json("/v1/streams/checkout/questions")
    Questions.model_validate(body, strict=True)
    first = body["items"][0]
    assert (first["id"], first["state"]) == ("empty_deployments", "asked")
    assert body["asked"] == 1
    assert first["total"] == len(first["evidence"]) == first["figures"]["deployments"] >= 3
    assert first["since"] == first["evidence"][0]["at"]
    assert {proof["kind"] for proof in first["evidence"]} == {"deployment"}
    assert all(proof["url"] and proof["title"] for proof in first["evidence"])


def test_evidence_names_items_by_their_keys(client: Client) -> None:
    body = client.json("/v1/streams/checkout/questions?from=2026-01-01")
    proofs = [
        proof for row in body["items"] for proof in row["evidence"] if proof["kind"] == "item"
    ]
    assert proofs
    keys = {row["key"] for row in client.json("/v1/items?limit=500")["items"]}
    assert {proof["key"] for proof in proofs} <= keys


def test_what_came_later_is_not_asked_about_as_known_before(
    copied: tuple[Client, Path], clock: Clock
) -> None:
    client, path = copied
    with sqlite3.connect(path) as base:
        (since,) = base.execute("SELECT max(known_since_ts) FROM service").fetchone()
        service, first, last = base.execute(
            "SELECT service_id, min(deployment_id), max(deployment_id) FROM deployment_fact"
            " JOIN service ON service.id = service_id WHERE service.name = 'web'"
            " AND kind = 'planned' AND finished_ts > ?",
            [since - 60 * 86_400],
        ).fetchone()
        rows = base.execute(
            "SELECT deployment_id, commits FROM deployment_fact WHERE service_id = ? AND"
            " deployment_id BETWEEN ? AND ? AND kind = 'planned' AND commits > 0",
            [service, first, last],
        ).fetchall()
        for number, commits in rows:  # an hour later it turned out that they had brought nothing
            base.execute(
                "INSERT INTO fact_change (fact, owner_id, entity_id, part, what, changes, restates,"
                " recorded_ts, cause) VALUES ('deployment_fact', ?, ?, 0, 'changed', ?, 1, ?,"
                " 'records')",
                [service, number, f'{{"commits":[{commits},0]}}', since + 3600],
            )
            base.execute("UPDATE deployment_fact SET commits = 0 WHERE deployment_id = ?", [number])
        base.execute("UPDATE value_stream SET facts_version = facts_version + 1")
    clock.ts = since + 7200

    def empty(more: str = "") -> tuple[str, int]:
        body = client.json(f"/v1/streams/checkout/questions{more}")
        row = next(one for one in body["items"] if one["id"] == "empty_deployments")
        return row["state"], row["total"]

    assert empty() == ("asked", len(rows))
    assert empty(f"?known_at={_iso(since + 3700)}")[0] == "asked"
    assert empty(f"?known_at={_iso(since + 60)}")[0] == "quiet"


def test_what_was_restated_later_is_not_asked_about_as_known_before(
    copied: tuple[Client, Path], clock: Clock
) -> None:
    client, path = copied
    with sqlite3.connect(path) as base:
        stream, since = base.execute(
            "SELECT id, known_since_ts FROM value_stream WHERE name = 'checkout'"
        ).fetchone()
        rows = base.execute(
            "SELECT item_id, done_ts FROM item_fact WHERE stream_id = ? AND done_ts IS NOT NULL"
            " ORDER BY done_ts DESC LIMIT 9",
            [stream],
        ).fetchall()
        for item, done in rows:
            base.execute(
                "INSERT INTO fact_change (fact, owner_id, entity_id, part, what, changes, restates,"
                " recorded_ts, cause) VALUES ('item_fact', ?, ?, 1, 'changed', ?, 1, ?, 'records')",
                [stream, item, f'{{"done_ts":[{done - 90_000},{done}]}}', since + 3600],
            )
        base.execute("UPDATE value_stream SET facts_version = facts_version + 1")
    clock.ts = since + 7200
    for more, total in (("", 9), (f"?known_at={_iso(since + 60)}", 0)):
        body = client.json(f"/v1/streams/checkout/questions{more}")
        row = next(one for one in body["items"] if one["id"] == "redated")
        assert row["total"] == total
        assert (body["known_at"] is None) == (not more)
        assert ("as they were known then" in body["caveats"][-1]) == bool(more)
        Questions.model_validate(body, strict=True)


def _iso(ts: int) -> str:
    return datetime.fromtimestamp(ts, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
