"""ServiceNow rows and the records made of them, worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.servicenow_parse import parse_audit, parse_change, parse_incident, references
from connectors.stream import Scope
from core.errors import PayloadError
from core.records import ChangeRequest, Deployment, Entity, Incident, Record, Result, StateChange

DATA = Path(__file__).parent / "data"
BASE = "https://acme.example/"
ITEM, SERVICE = "c0000000000000000000000000000001", "c0000000000000000000000000000002"
NAMES = {"_details": {"names": {ITEM: "Web Shop", SERVICE: "Shopping"}}}
CHANGE = ChangeRequest(
    id="a1f0c2d3e4b5968778695a4b3c2d1e0f",
    number="CHG0030042",
    type="normal",
    state="closed",
    title="Release 1.4.0 of Web Shop",
    description="Ships SHOP-17 and SHOP-21.",
    created_at=datetime(2026, 1, 5, 6, 0, tzinfo=UTC),
    updated_at=datetime(2026, 1, 5, 10, 30, tzinfo=UTC),
    started_at=datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
    finished_at=datetime(2026, 1, 5, 9, 2, tzinfo=UTC),
    closed_at=datetime(2026, 1, 5, 10, 30, tzinfo=UTC),
    successful=True,
    ci="Web Shop",
    correlation="shop/deploy-web#7",
    url="https://acme.example/change_request.do?sys_id=a1f0c2d3e4b5968778695a4b3c2d1e0f",
)


def saved(table: str, **changes: Any) -> dict[str, Any]:
    row = json.loads((DATA / f"{table}.json").read_text())
    return {**row, **NAMES, **changes}


def change(**changes: Any) -> Record:
    (record,) = parse_change(saved("change_request", **changes), Scope(), base_url=BASE)
    return record


def incident(**changes: Any) -> Incident:
    (record,) = parse_incident(saved("incident", **changes), Scope(), base_url=BASE)
    assert isinstance(record, Incident)
    return record


def audit(**changes: Any) -> Record:
    (record,) = parse_audit(saved("sys_audit", **changes), Scope())
    return record


def test_a_change_is_told_in_words_and_utc() -> None:
    assert change() == CHANGE


def test_without_the_name_of_its_item_a_change_keeps_the_id() -> None:
    assert change(_details={}) == replace(CHANGE, ci=ITEM)


def test_stored_and_shown_values_side_by_side_are_read_as_stored() -> None:
    shown = {"display_value": "Closed", "value": 3.0}
    reference = {"link": "https://acme.example/x", "value": ITEM}
    assert change(state=shown, cmdb_ci=reference) == CHANGE


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("-5", "new"),
        ("-4", "assess"),
        ("-3", "authorize"),
        ("-2", "scheduled"),
        ("-1", "implement"),
        ("0", "review"),
        ("4", "canceled"),
        ("12", "12"),
    ],
)
def test_states_of_changes_are_words_and_unknown_numbers_stay(state: str, word: str) -> None:
    assert change(state=state) == replace(CHANGE, state=word)


@pytest.mark.parametrize(
    ("code", "successful"),
    [("successful_issues", True), ("unsuccessful", False), ("", None), ("withdrawn", None)],
)
def test_success_is_known_only_from_a_known_close_code(code: str, successful: bool | None) -> None:
    assert change(close_code=code) == replace(CHANGE, successful=successful)


def test_a_closed_and_successful_change_is_a_deployment_where_changes_are() -> None:
    row = saved("change_request")
    _, deployment = parse_change(row, Scope(), base_url=BASE, deployments=True)
    assert deployment == Deployment(
        id=CHANGE.id,
        environment="production",
        result=Result.SUCCESS,
        created_at=datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
        tier="production",
        service="Web Shop",
        group=CHANGE.id,
        started_at=CHANGE.started_at,
        finished_at=CHANGE.finished_at,
        url=CHANGE.url,
    )


@pytest.mark.parametrize(
    "changes", [{"state": "0"}, {"close_code": "unsuccessful"}, {"close_code": ""}]
)
def test_an_open_or_failed_change_is_no_deployment(changes: dict[str, str]) -> None:
    row = saved("change_request", **changes)
    assert len(list(parse_change(row, Scope(), base_url=BASE, deployments=True))) == 1


def test_a_sha_in_the_correlation_is_what_was_deployed() -> None:
    row = saved("change_request", correlation_id=f"web@{'AB' * 20}")
    _, deployment = parse_change(row, Scope(), base_url=BASE, deployments=True)
    assert isinstance(deployment, Deployment)
    assert deployment.sha == "ab" * 20


def test_an_incident_names_its_cause_and_never_the_change_that_mends_it() -> None:
    assert incident() == Incident(
        id="b1f0c2d3e4b5968778695a4b3c2d1e0f",
        number="INC0010007",
        title="Checkout answers 500",
        description="Since the release of this morning.",
        state="resolved",
        priority=1,
        opened_at=datetime(2026, 1, 5, 9, 10, tzinfo=UTC),
        updated_at=datetime(2026, 1, 5, 9, 55, 30, tzinfo=UTC),
        resolved_at=datetime(2026, 1, 5, 9, 55, 30, tzinfo=UTC),
        ci="Web Shop",
        service="Shopping",
        caused_by="a1f0c2d3e4b5968778695a4b3c2d1e0f",
        duplicate_of="b0000000000000000000000000000001",
        url="https://acme.example/incident.do?sys_id=b1f0c2d3e4b5968778695a4b3c2d1e0f",
    )
    assert incident(caused_by="").caused_by is None


@pytest.mark.parametrize("state", ["1", "2", "3"])
def test_an_incident_that_is_open_again_is_not_resolved(state: str) -> None:
    assert incident(state=state).resolved_at is None
    assert incident(state="7").resolved_at == datetime(2026, 1, 5, 9, 55, 30, tzinfo=UTC)


def test_closing_does_not_stand_in_for_a_resolution() -> None:
    """It is closed by a timer days after it was resolved: that is no time of recovery."""
    row = saved("incident", state="7", closed_at="2026-01-12 00:00:00")
    del row["resolved_at"]
    (record,) = parse_incident(row, Scope(), base_url=BASE)
    assert isinstance(record, Incident)
    assert (record.resolved_at, record.closed_at) == (None, datetime(2026, 1, 12, tzinfo=UTC))


def test_a_problem_and_the_change_that_mends_name_no_cause() -> None:
    assert incident(caused_by="", rfc="c7", problem_id="p1").caused_by is None


def test_a_missing_priority_is_none_and_not_zero() -> None:
    assert incident(priority="").priority is None


def test_an_audit_entry_is_a_change_of_state_in_the_words_of_the_record() -> None:
    entry = audit()
    assert isinstance(entry, StateChange)
    assert entry == StateChange(
        entity=Entity.CHANGE,
        id=CHANGE.id,
        at=datetime(2026, 1, 5, 6, 30, tzinfo=UTC),
        seq=entry.seq,
        field="state",
        old="assess",
        new="authorize",
    )


def test_two_entries_of_one_second_stay_two() -> None:
    one, two = audit(), audit(sys_id="d2", fieldname="approval", oldvalue="", newvalue="requested")
    assert isinstance(one, StateChange)
    assert isinstance(two, StateChange)
    assert one.seq != two.seq
    assert (two.field, two.old, two.new) == ("approval", "", "requested")


def test_an_audit_entry_of_an_incident_has_the_states_of_incidents() -> None:
    entry = audit(tablename="incident", oldvalue="2", newvalue="6")
    assert isinstance(entry, StateChange)
    assert (entry.entity, entry.old, entry.new) == (Entity.INCIDENT, "in progress", "resolved")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sys_id": ""}, "without `sys_id`"),
        ({"number": ""}, "without `number`"),
        ({"sys_updated_on": ""}, "without `sys_updated_on`"),
        ({"closed_at": "01/05/2026 10:30 AM"}, "`closed_at` is no time as stored"),
    ],
)
def test_an_odd_row_is_refused_with_a_reason(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(PayloadError, match=reason):
        change(**changes)
    with pytest.raises(PayloadError, match=reason):
        incident(**changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"tablename": "problem"}, "table problem"), ({"documentkey": ""}, "without `documentkey`")],
)
def test_an_odd_audit_entry_is_refused_with_a_reason(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(PayloadError, match=reason):
        audit(**changes)


def test_a_row_refers_to_its_item_and_its_service() -> None:
    assert references(saved("incident")) == {ITEM, SERVICE}
    assert references(saved("change_request")) == {ITEM}
