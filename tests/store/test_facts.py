"""Facts: replaced within their scope, and every restated time is logged."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.frames import NONE
from store import frames
from store.fact_log import Recording
from store.facts import (
    bump_version,
    replace_deployment_facts,
    replace_item_facts,
    replace_stage_visits,
)
from store.models import (
    deployment,
    fact_change,
    item_fact,
    service,
    source,
    stage_visit,
    value_stream,
    work_item,
)

FACT: dict[str, Any] = {
    "item_id": 1,
    "episode": 0,
    "kind": "feature",
    "stage_id": NONE,
    "state": "active",
    "created_ts": 100,
    "idea_ts": 100,
    "committed_ts": 200,
    "done_ts": NONE,
    "cancelled_ts": NONE,
    "first_released_ts": NONE,
    "released_ts": NONE,
    "release_reason": "no_commits",
    "start_reason": "",
    "active_s": 50,
    "waiting_s": 10,
    "blocked_s": 0,
    "unknown_s": 0,
    "ignored_s": 0,
    "gap_s": 0,
    "reopened": 0,
    "violations": 0,
    "complete": True,
    "has_code": False,
    "expects_code": True,
    "value_cents": NONE,
}


@pytest.fixture(autouse=True)
def _parents(session: Session) -> None:
    session.execute(source.insert(), [{"id": 1, "name": "jira"}])
    shared = {"source_id": 1, "created_ts": 1, "updated_ts": 1}
    flags = {"subtask": False, "changelog_complete": True}
    items = [{"id": number, "external_id": str(number), **shared, **flags} for number in (1, 2)]
    session.execute(work_item.insert(), items)
    stream = {"id": 5, "name": "checkout", "ordinal": 0, "active": True}
    session.execute(value_stream.insert(), [stream])
    session.execute(service.insert(), [{"id": 3, "name": "web"}])
    session.execute(
        deployment.insert(), [{"id": 8, "source_id": 1, "external_id": "1", "created_ts": 1}]
    )


def _facts(*changes: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([FACT | change for change in changes], columns=list(FACT))


_AT = Recording(1, "sync")


def _write(session: Session, facts: pd.DataFrame, *, at: int = 1, **scope: Any) -> Any:
    return replace_item_facts(session, 5, facts, recording=Recording(at, "sync"), **scope)


def _logged(session: Session) -> list[tuple[str, dict[str, Any]]]:
    """What happened to each fact that was there, and from what to what."""
    statement = select(fact_change.c.what, fact_change.c.changes).order_by(fact_change.c.id)
    return [(what, json.loads(changes)) for what, changes in session.execute(statement)]


def test_the_same_facts_write_nothing_and_are_read_back(session: Session) -> None:
    facts = _facts({}, {"item_id": 2, "done_ts": 900, "value_cents": 500})
    assert _write(session, facts).inserted == {(5, 1, 0), (5, 2, 0)}
    read = frames.item_facts(session, 5)
    pd.testing.assert_frame_equal(
        read[list(FACT)], facts, check_dtype=False, check_column_type=False
    )
    assert not _write(session, read)
    assert session.execute(select(fact_change)).all() == []


def test_a_restated_time_is_logged_with_its_cause(session: Session) -> None:
    _write(session, _facts({}))
    change = _write(session, _facts({"done_ts": 900, "active_s": 70, "state": "done"}), at=950)
    assert change.updated == {(5, 1, 0)}
    assert _logged(session) == [
        ("changed", {"active_s": [50, 70], "done_ts": [None, 900], "state": ["active", "done"]})
    ]
    names = ("fact", "owner_id", "entity_id", "part", "recorded_ts", "cause")
    row = session.execute(select(*(fact_change.c[name] for name in names))).one()
    assert tuple(row) == ("item_fact", 5, 1, 0, 950, "sync")


def test_a_change_of_text_alone_is_logged_too(session: Session) -> None:
    _write(session, _facts({}))
    assert _write(session, _facts({"state": "waiting"})).keys == {(5, 1, 0)}
    assert _logged(session) == [("changed", {"state": ["active", "waiting"]})]


def test_of_rows_that_differ_in_other_columns_each_is_logged_with_its_own(session: Session) -> None:
    _write(session, _facts({}, {"item_id": 2}, {"item_id": 2, "episode": 1, "value_cents": 7}))
    one = {"state": "waiting", "has_code": True}
    other = {"item_id": 2, "episode": 1, "value_cents": NONE, "committed_ts": 900}
    told = Recording(950, "sync", before_ts=300)
    replace_item_facts(session, 5, _facts(one, {"item_id": 2}, other), recording=told)
    columns = ("entity_id", "part", "changes", "restates")
    rows = session.execute(select(*(fact_change.c[name] for name in columns)))
    assert sorted((*row[:2], json.loads(row[2]), row[3]) for row in rows) == [
        (1, 0, {"state": ["active", "waiting"], "has_code": [False, True]}, False),
        (2, 1, {"committed_ts": [200, 900], "value_cents": [7, None]}, True),  # 200 had been told
    ]


def test_a_fact_that_vanishes_is_logged_whole_and_deleted(session: Session) -> None:
    _write(session, _facts({}, {"episode": 1}), at=7)
    assert _write(session, _facts({}), at=9).deleted == {(5, 1, 1)}
    [(what, changes)] = _logged(session)
    assert what == "gone"
    whole = {name for name, value in FACT.items() if value != NONE} - {"item_id", "episode"}
    assert set(changes) == {*whole, "known_ts"}
    assert changes["committed_ts"] == [200, None]
    assert changes["known_ts"] == [7, None]
    assert len(frames.item_facts(session, 5)) == 1


def test_only_the_items_of_the_scope_are_replaced(session: Session) -> None:
    _write(session, _facts({}, {"item_id": 2}))
    change = _write(session, _facts({"active_s": 60}), item_ids=[1])
    assert change.keys == {(5, 1, 0)}
    assert _write(session, _facts(), item_ids=[2]).deleted == {(5, 2, 0)}
    assert session.execute(select(item_fact.c.item_id)).scalars().all() == [1]


def test_visits_are_replaced_with_their_items(session: Session) -> None:
    visit = {
        "item_id": 1,
        "ordinal": 0,
        "episode": 0,
        "stage_id": NONE,
        "status_id": NONE,
        "state": "new",
        "reason": "",
        "start_ts": 100,
        "end_ts": 200,
    }
    visits = pd.DataFrame([visit, visit | {"ordinal": 1, "end_ts": NONE}])
    assert len(replace_stage_visits(session, 5, visits, recording=_AT).inserted) == 2
    assert not replace_stage_visits(
        session, 5, frames.stage_visits(session, 5), recording=_AT, item_ids=[1]
    )
    assert replace_stage_visits(session, 5, visits[:1], recording=_AT, item_ids=[1]).deleted == {
        (5, 1, 1)
    }
    assert session.execute(select(stage_visit.c.end_ts)).scalars().all() == [200]


def _deployment_fact(service_id: int = 3, **told: Any) -> dict[str, Any]:
    return {
        "service_id": service_id,
        "deployment_id": 8,
        "environment": "production",
        "kind": "planned",
        "result": "success",
        "finished_ts": 5,
        "commits": NONE,
        "commits_reason": "no predecessor",
        "failed": -1,
        "incident_id": NONE,
        "restored_ts": NONE,
        "restored_by": "",
        "rework": False,
        "jobs": 1,
        **told,
    }


def test_whether_a_deployment_failed_may_be_unknown(session: Session) -> None:
    fact = _deployment_fact()
    replace_deployment_facts(session, [3], pd.DataFrame([fact]), recording=_AT)
    read = frames.deployment_facts(session, 3)
    assert read["failed"].tolist() == [-1]
    assert read["commits"].tolist() == [NONE]
    same = read.assign(service_id=3)
    assert not replace_deployment_facts(session, [3], same, recording=_AT)
    failed = pd.DataFrame([fact | {"failed": 1}])
    assert replace_deployment_facts(session, [3], failed, recording=_AT).updated


def test_facts_of_several_services_are_replaced_at_once(session: Session) -> None:
    session.execute(service.insert(), [{"id": 2, "name": "api"}, {"id": 4, "name": "search"}])
    both = pd.DataFrame([_deployment_fact(3), _deployment_fact(2), _deployment_fact(4)])
    assert replace_deployment_facts(session, [2, 3, 4], both, recording=_AT).inserted == {
        (2, 8),
        (3, 8),
        (4, 8),
    }
    later = Recording(9, "sync", before_ts=7)
    failed = pd.DataFrame([_deployment_fact(3, failed=1)])
    change = replace_deployment_facts(session, [2, 3], failed, recording=later)
    assert (change.updated, change.deleted) == ({(3, 8)}, {(2, 8)})
    assert change.counts() == {2: 1, 3: 1}
    statement = select(fact_change.c.owner_id, fact_change.c.what, fact_change.c.changes)
    logged = {owner: (what, json.loads(told)) for owner, what, told in session.execute(statement)}
    assert logged[3] == ("changed", {"failed": [None, True]})
    assert logged[2][0] == "gone"
    assert logged[2][1]["known_ts"] == [1, None]
    assert len(frames.deployment_facts(session, 4)) == 1  # of a service that was not named


def test_versions_count_up(session: Session) -> None:
    assert bump_version(session, 5, 100) == 1
    assert bump_version(session, 5, 200) == 2
    streams = frames.value_streams(session)
    assert streams[["facts_version", "facts_ts"]].to_numpy().tolist() == [[2, 200]]
    with pytest.raises(NotFoundError):
        bump_version(session, 99, 1)
