"""Frames: the same through Arrow and row by row, on both engines, whatever is null or absent."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
import structlog
from sqlalchemy import (
    BigInteger,
    Engine,
    Select,
    case,
    cast,
    func,
    literal,
    null,
    select,
    text,
)
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import (
    Build,
    ChangeRequest,
    Commit,
    Deployment,
    Entity,
    Field,
    Incident,
    ItemLink,
    MergeRequest,
    MergeState,
    Person,
    Project,
    Record,
    Repository,
    Result,
    Transition,
    WorkItem,
)
from store import frames
from store.models import stream_member, transition, value_stream, work_item
from store.read import read_frame
from store.records import save_records
from store.session import read_sessions, sessions
from store.sources import SourceRow, ensure_sources

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
STORY = WorkItem("1", "SHOP-1", "SHOP", "Story", "Pay", START, START, "3", parent_id="9")
MOVE = Transition("1", START + timedelta(hours=1), 1, Field.STATUS, None, "3")
COUNT = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT count(*) FROM work_item").fetchone()[0])
"""
MEMBERS = [("source", "jira"), ("project", "SHOP"), ("parent", "Epic")]


def _both(engine: Engine, statement: Select[Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    with read_sessions(engine)() as session, structlog.testing.capture_logs() as logs:
        arrow = read_frame(session, statement, committed=True)
        plain = read_frame(session, statement)
    assert logs == [], "the fast way gave up"
    return arrow, plain


def _fill(session: Session, members: list[tuple[str, str]], *records: Record) -> int:
    jira = ensure_sources(session, [SourceRow("jira")])["jira"]
    stream = {"id": 5, "name": "checkout", "ordinal": 0, "active": True}
    session.execute(value_stream.insert(), [stream])
    rows = [{"stream_id": 5, "kind": kind, "name": name} for kind, name in members]
    session.execute(stream_member.insert(), rows)
    assert save_records(session, jira, records).skipped == []
    return jira


# --- the traps of the fast way -------------------------------------------------------------------


def test_a_text_column_that_begins_with_nulls_is_text(engine: Engine) -> None:
    moves = [
        {
            "item_id": 1,
            "ts": number,
            "seq": 0,
            "field": 1,
            "actor_id": 7 if number > 2_000 else None,
        }
        for number in range(2_500)
    ]
    with sessions(engine).begin() as session:
        _fill(session, MEMBERS, STORY)
        session.execute(transition.insert(), [move | {"item_id": _item(session)} for move in moves])
    late = transition.c.actor_id
    words = select(
        transition.c.ts,
        late.label("number"),
        case((late.is_(None), null()), else_="late").label("word"),
        (late * literal(0.5)).label("share"),
    ).order_by(transition.c.ts)
    arrow, plain = _both(engine, words.where(transition.c.ts < 2_500))
    pd.testing.assert_frame_equal(arrow, plain)
    assert arrow["number"].tolist()[1_999:2_002] == [NONE, NONE, 7]
    assert arrow["share"].tolist()[2_001] == 3.5
    assert arrow["word"].tolist()[2_000:2_002] == ["", "late"]


def test_an_empty_answer_has_the_declared_types(engine: Engine) -> None:
    statement = select(
        work_item.c.id, work_item.c.title, work_item.c.subtask, work_item.c.value_cents
    )
    arrow, plain = _both(engine, statement)
    pd.testing.assert_frame_equal(arrow, plain)
    assert [str(kind) for kind in arrow.dtypes] == ["int64", "str", "bool", "int64"]
    assert len(arrow) == 0


def test_integers_with_null_stay_exact_integers(engine: Engine) -> None:
    exact = 2**53 + 1
    with sessions(engine).begin() as session:
        _fill(session, MEMBERS, STORY, replace(STORY, id="2", key="SHOP-2"))
        session.execute(
            work_item.update().where(work_item.c.key == "SHOP-2").values(value_cents=exact)
        )
    statement = select(work_item.c.value_cents).order_by(work_item.c.key)
    arrow, plain = _both(engine, statement)
    pd.testing.assert_frame_equal(arrow, plain)
    assert arrow["value_cents"].tolist() == [NONE, exact]


def test_a_sum_of_bigints_is_an_integer_cast_or_not(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        _fill(session, MEMBERS, replace(STORY, value_per_week=2.5))
    total = func.sum(work_item.c.value_cents)
    statement = select(total.label("plain"), cast(total, BigInteger).label("narrow"))
    arrow, plain = _both(engine, statement)
    pd.testing.assert_frame_equal(arrow, plain)
    assert arrow.iloc[0].tolist() == [250, 250]


def test_text_with_quotes_and_percent_signs_is_found(engine: Engine) -> None:
    odd = "100 % 'sure': %(x)s"
    with sessions(engine).begin() as session:
        _fill(session, MEMBERS, replace(STORY, title=odd))
    statement = select(work_item.c.title).where(work_item.c.title == odd)
    arrow, plain = _both(engine, statement)
    assert arrow["title"].tolist() == plain["title"].tolist() == [odd]


def test_a_nullable_boolean_has_three_values(engine: Engine) -> None:
    change = ChangeRequest("1", "CHG1", "normal", "3", "", "", START, START)
    three = [
        change,
        replace(change, id="2", successful=True),
        replace(change, id="3", successful=False),
    ]
    with sessions(engine).begin() as session:
        _fill(session, MEMBERS, *three)
    with read_sessions(engine)() as session:
        for committed in (True, False):
            found = frames.changes(session, committed=committed)
            assert found["successful"].tolist() == [-1, 1, 0]
            assert found["successful"].dtype == np.int8


def test_the_fast_way_sees_committed_rows_only(postgres_engine: Engine) -> None:
    with sessions(postgres_engine)() as session:
        _fill(session, MEMBERS, STORY)
        assert len(frames.item_keys(session)) == 1
        assert len(frames.item_keys(session, committed=True)) == 0
        session.commit()
        assert len(frames.item_keys(session, committed=True)) == 1


def test_reading_frames_leaves_the_log_of_sqlite_alone(sqlite_engine: Engine) -> None:
    with sessions(sqlite_engine).begin() as session:
        _fill(session, MEMBERS, STORY)
    with read_sessions(sqlite_engine)() as session:
        assert len(frames.item_keys(session, committed=True)) == 1
    with sessions(sqlite_engine).begin() as session:
        save_records(session, 1, [replace(STORY, id="2", key="SHOP-2")])
    command = [sys.executable, "-c", COUNT, str(sqlite_engine.url.database)]
    assert subprocess.check_output(command, text=True).strip() == "2"


def test_where_the_fast_way_fails_the_rows_are_read_one_by_one(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError("no driver")

    monkeypatch.setattr("store.read._arrow", broken)
    with read_sessions(postgres_engine)() as session, structlog.testing.capture_logs() as logs:
        assert len(read_frame(session, select(work_item.c.id), committed=True)) == 0
    assert [entry["event"] for entry in logs] == ["adbc_failed"]


# --- what the frames contain ---------------------------------------------------------------------


def _item(session: Session) -> int:
    return session.execute(select(func.min(work_item.c.id))).scalar_one()


def test_a_stream_has_one_level_of_its_projects_and_source(session: Session) -> None:
    epic = replace(STORY, id="9", key="SHOP-9", type="Epic", parent_id=None)
    _fill(
        session,
        MEMBERS,
        STORY,
        epic,
        replace(STORY, id="2", key="SHOP-2", subtask=True, type="Sub-task"),
        replace(STORY, id="3", key="PAY-3", project="PAY"),
    )
    other = ensure_sources(session, [SourceRow("other")])["other"]
    save_records(session, other, [STORY])
    items = frames.stream_items(session, 5)
    assert items["key"].tolist() == ["SHOP-1"]
    parents = dict(
        zip(*(frames.item_keys(session)[name] for name in ("key", "item_id")), strict=True)
    )
    assert items["parent_id"].tolist() == [parents["SHOP-9"]]
    assert items["resolved_ts"].tolist() == [NONE]
    assert items["subtask"].tolist() == [False]


def test_types_that_are_named_count_also_where_they_are_subtasks(session: Session) -> None:
    task = replace(STORY, id="2", key="SHOP-2", subtask=True, type="Sub-task")
    bug = replace(STORY, id="3", key="SHOP-3", type="Bug")
    _fill(session, [*MEMBERS, ("type", "Bug"), ("type", "Sub-task")], STORY, task, bug)
    assert set(frames.stream_items(session, 5)["key"]) == {"SHOP-2", "SHOP-3"}


def test_frames_can_be_limited_to_items(session: Session) -> None:
    second = replace(STORY, id="2", key="SHOP-2")
    _fill(session, MEMBERS, STORY, second, MOVE, replace(MOVE, item="2"))
    both = frames.stream_items(session, 5)
    one = [int(both["item_id"].iloc[1])]
    assert frames.stream_items(session, 5, item_ids=one)["key"].tolist() == ["SHOP-2"]
    assert frames.item_transitions(session, 5, item_ids=one)["item_id"].tolist() == one
    nothing = frames.stream_items(session, 5, item_ids=[])
    assert len(nothing) == 0
    pd.testing.assert_series_equal(nothing.dtypes, both.dtypes)


def test_transitions_are_ordered_and_of_the_fields_asked_for(session: Session) -> None:
    later = replace(MOVE, at=START + timedelta(hours=2), seq=5)
    tie = replace(later, seq=4)
    typed = replace(MOVE, seq=9, field=Field.TYPE, to_id="1", to_name="Bug")
    _fill(session, MEMBERS, later, tie, MOVE, typed, STORY)
    moves = frames.item_transitions(session, 5)
    assert moves["seq"].tolist() == [1, 4, 5]
    assert moves["from_id"].tolist() == [NONE] * 3
    every = frames.item_transitions(session, fields=tuple(Field))
    assert every["seq"].tolist() == [1, 9, 4, 5]


def test_many_ids_are_read_in_parts_that_follow_each_other(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [replace(STORY, id=str(number), key=f"SHOP-{number}") for number in range(25)]
    _fill(session, MEMBERS, *items, *(replace(MOVE, item=item.id) for item in items))
    monkeypatch.setattr("store.read.IDS", 4)
    ids = frames.stream_items(session, 5)["item_id"].tolist()
    parts = frames.item_transitions(session, item_ids=reversed(ids))
    pd.testing.assert_frame_equal(parts, frames.item_transitions(session, 5))


def test_links_of_the_tracker_find_moved_items_by_their_old_keys(session: Session) -> None:
    old = replace(STORY, id="2", key="OLD-2", project="OLD")
    _fill(
        session,
        MEMBERS,
        STORY,
        old,
        ItemLink("1", "implements", "OLD-2"),
        ItemLink("1", "x", "Z-1"),
    )
    save_records(session, ensure_sources(session, [])["jira"], [replace(old, key="SHOP-2")])
    links = frames.item_links(session)
    keys = frames.item_keys(session)
    moved = keys.loc[keys["key"] == "SHOP-2", "item_id"].iloc[0]
    assert links["kind"].tolist() == ["implements", "x"]
    assert links["other_item_id"].tolist() == [moved, NONE]


def test_parents_and_projects(session: Session) -> None:
    epic = replace(STORY, id="9", key="SHOP-9", type="Epic", parent_id=None)
    _fill(session, MEMBERS, STORY, epic, Project("1", "SHOP", "Shop"))
    parents = frames.item_parents(session).set_index("type")["parent_id"]
    ids = frames.item_parents(session).set_index("type")["item_id"]
    assert parents["Story"] == ids["Epic"]
    assert parents["Epic"] == NONE
    assert frames.projects(session)["key"].tolist() == ["SHOP"]


def test_commits_known_by_sha_alone_have_no_times(session: Session) -> None:
    home = Repository("7", "shop/web", "main", "")
    bot = Person("renovate[bot]", bot=True)
    commit = Commit("7", "c" * 40, START, START, "x", ("b" * 40,), bot)
    _fill(session, MEMBERS, home, commit)
    found = frames.commits(session).set_index("sha")
    stub, full = found.loc["b" * 40], found.loc["c" * 40]
    assert (stub["committed_ts"], stub["parents"], bool(stub["author_bot"])) == (NONE, NONE, False)
    assert (full["committed_ts"], full["parents"]) == (int(START.timestamp()), 1)
    assert bool(full["author_bot"])
    edges = frames.commit_parents(session, int(full["repository_id"]))
    assert edges.to_dict("list") == {
        "commit_id": [full["commit_id"]],
        "parent_id": [stub["commit_id"]],
    }
    assert len(frames.commits(session, repository_id=999)) == 0


COLUMNS = {
    "merge_requests": "merge_request_id repository_id number title description source_branch"
    " target_branch state head_sha merge_sha squash_sha created_ts merged_ts closed_ts labels"
    " author_bot",
    "merge_request_commits": "merge_request_id commit_id ordinal",
    "builds": "build_id source_id external_id job number ref repository_id result queued_ts"
    " started_ts finished_ts revisions parameters description upstream",
    "deployments": "deployment_id source_id external_id environment tier service repository_id"
    " remote sha ref version group job build_external_id result created_ts started_ts finished_ts",
    "incidents": "incident_id source_id external_id number title description state priority ci"
    " service caused_by_external_id duplicate_of_external_id correlation opened_ts detected_ts"
    " resolved_ts",
}


@pytest.mark.parametrize("name", COLUMNS)
def test_frames_of_delivery_have_their_columns_both_ways(engine: Engine, name: str) -> None:
    request = MergeRequest(
        "70", "7", 3, "t", "d", "b", "main", MergeState.OPEN, START, START, commits=("c" * 40,)
    )
    with sessions(engine).begin() as session:
        _fill(
            session,
            MEMBERS,
            Repository("7", "shop/web", "main", ""),
            request,
            Build("b#1", "b", 1, Result.RUNNING),
            Deployment("1", "production", Result.SUCCESS, START, group="g"),
            Incident("i1", "INC1", "Down", "", "6", None, START, START),
        )
    with read_sessions(engine)() as session:
        read = getattr(frames, name)
        fast, slow = read(session, committed=True), read(session)
    pd.testing.assert_frame_equal(fast, slow)
    assert len(fast) == 1
    assert fast.columns.tolist() == COLUMNS[name].split()


def test_some_items_of_many_are_read_by_their_key(sqlite_engine: Engine) -> None:
    names = ("item_id", "ts", "seq")
    statement = select(*(transition.c[name] for name in names)).where(
        transition.c.item_id.in_([1, 2, 3])
    )
    query = str(statement.compile(sqlite_engine, compile_kwargs={"literal_binds": True}))
    with sqlite_engine.connect() as connection:
        plan = " ".join(str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    assert "SEARCH transition USING PRIMARY KEY" in plan


def test_links_are_read_by_kinds(session: Session) -> None:
    assert frames.links(session, Entity.ITEM, Entity.COMMIT).columns.tolist() == [
        "a_id",
        "b_id",
        "rule",
        "confidence",
        "evidence",
    ]
