"""Raw payloads: kept once, told apart by content, read back as they came."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.models import raw_record
from store.raw import (
    RawPayload,
    count_unparsed,
    hashes,
    known_ids,
    load,
    mark_gone,
    payload_hash,
    save,
)
from store.sources import SourceRow, ensure_sources


@pytest.fixture
def jira(session: Session) -> int:
    return ensure_sources(session, [SourceRow("jira", "jira")])["jira"]


def _payload(name: str, value: object, problem: str = "") -> RawPayload:
    payload = {"id": name, "value": value}
    return RawPayload(name, payload, payload_hash(payload), problem)


def _save(session: Session, source: int, payloads: list[RawPayload], at: int = 100) -> int:
    return save(session, source, "issues", "", payloads, fetched_ts=at)


def test_the_hash_ignores_the_order_of_keys_and_nothing_else() -> None:
    assert payload_hash({"a": 1, "b": {"c": 2, "d": 3}}) == payload_hash(
        {"b": {"d": 3, "c": 2}, "a": 1}
    )
    assert payload_hash({"a": 1}) != payload_hash({"a": "1"})
    assert payload_hash({"a": [1, 2]}) != payload_hash({"a": [2, 1]})
    assert len(payload_hash({})) == 16


def test_payloads_are_read_back_as_they_came(session: Session, jira: int) -> None:
    payloads = [_payload("2", {"text": "Größe €"}), _payload("1", [None, 1.5, True])]
    assert _save(session, jira, payloads) == 2
    read = list(load(session, jira, "issues"))
    assert [(item.external_id, item.payload) for item in read] == [
        ("1", {"id": "1", "value": [None, 1.5, True]}),
        ("2", {"id": "2", "value": {"text": "Größe €"}}),
    ]
    assert list(load(session, jira, "other")) == []


def test_odd_json_survives(session: Session, jira: int) -> None:
    odd = {"half": "\ud83d", "long": 2**70, "nul": "a\x00b"}
    _save(session, jira, [RawPayload("1", odd, payload_hash(odd))])
    assert [item.payload for item in load(session, jira, "issues")] == [odd]


def test_only_new_and_changed_payloads_are_written(session: Session, jira: int) -> None:
    _save(session, jira, [_payload("1", "a"), _payload("2", "b")], at=100)
    assert _save(session, jira, [_payload("1", "a"), _payload("2", "c")], at=200) == 1
    statement = select(raw_record.c.external_id, raw_record.c.fetched_ts)
    fetched = session.execute(statement.order_by(raw_record.c.external_id)).all()
    assert [tuple(row) for row in fetched] == [("1", 100), ("2", 200)]


def test_hashes_tell_what_is_stored(session: Session, jira: int) -> None:
    payload = _payload("1", "a")
    _save(session, jira, [payload])
    assert hashes(session, jira, "issues", ["1", "9"]) == {"1": payload.hash}
    assert hashes(session, jira, "other", ["1"]) == {}
    assert known_ids(session, jira, "issues", ["1", "9"]) == {"1"}


def test_what_was_gone_is_saved_again_when_it_returns(session: Session, jira: int) -> None:
    payload = _payload("1", "a")
    _save(session, jira, [payload])
    mark_gone(session, jira, "issues", {"1": "not visible"})
    assert [item.gone for item in load(session, jira, "issues")] == ["not visible"]
    assert hashes(session, jira, "issues", ["1"]) == {}
    assert known_ids(session, jira, "issues", ["1"]) == {"1"}
    assert _save(session, jira, [payload]) == 1
    assert [item.gone for item in load(session, jira, "issues")] == [""]


def test_payloads_that_do_not_parse_are_kept_and_counted(session: Session, jira: int) -> None:
    _save(session, jira, [_payload("1", "a", "no field created"), _payload("2", "b")])
    assert count_unparsed(session, jira) == {"issues": 1}
    assert _save(session, jira, [_payload("1", "a")]) == 1
    assert count_unparsed(session, jira) == {}


def test_loading_goes_on_past_one_page_and_keeps_to_its_scope(session: Session, jira: int) -> None:
    payloads = [_payload(f"{number:05}", number) for number in range(1_201)]
    _save(session, jira, payloads)
    save(session, jira, "issues", "other", [_payload("x", 1)], fetched_ts=1)
    assert [item.payload["value"] for item in load(session, jira, "issues", scope="")] == list(
        range(1_201)
    )


def test_payloads_are_stored_compressed(session: Session, jira: int) -> None:
    _save(session, jira, [_payload("1", "word " * 1_000)])
    size = session.execute(select(func.length(raw_record.c.payload))).scalar_one()
    assert size < 200
