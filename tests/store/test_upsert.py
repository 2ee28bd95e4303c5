"""Upserts: idempotent, silent where nothing differs, safe with repeats in a batch."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.lookup import chunks, lookup_ids, read_rows
from store.models import git_commit, repository, source, term
from store.upsert import delete_rows, upsert

KEY = ("source_id", "kind", "external_id")


def _term(external_id: str, name: str) -> dict[str, Any]:
    return {"source_id": 1, "kind": 3, "external_id": external_id, "name": name}


@pytest.fixture(autouse=True)
def _source(session: Session) -> None:
    session.execute(source.insert(), [{"id": 1, "name": "jira"}])


def _names(session: Session) -> dict[str, str]:
    rows = session.execute(select(term.c.external_id, term.c.name))
    return {row[0]: row[1] for row in rows}


def test_upsert_inserts_then_updates_by_key(session: Session) -> None:
    assert upsert(session, term, [_term("1", "Bug"), _term("2", "Story")], key=KEY) == 2
    assert upsert(session, term, [_term("2", "Tale"), _term("3", "Epic")], key=KEY) == 2
    assert _names(session) == {"1": "Bug", "2": "Tale", "3": "Epic"}


def test_upsert_writes_nothing_where_nothing_differs(session: Session) -> None:
    rows = [_term(str(number), "Bug") for number in range(50)]
    assert upsert(session, term, rows, key=KEY) == 50
    assert upsert(session, term, rows, key=KEY) == 0
    assert upsert(session, term, rows, key=KEY, changed_only=False) == 50


def test_upsert_of_one_row_counts_like_a_batch(session: Session) -> None:
    assert upsert(session, term, [_term("1", "Bug")], key=KEY) == 1
    assert upsert(session, term, [_term("1", "Bug")], key=KEY) == 0
    assert upsert(session, term, [_term("1", "Story")], key=KEY) == 1


def test_the_last_of_two_rows_with_one_key_wins(session: Session) -> None:
    assert upsert(session, term, [_term("1", "Bug"), _term("1", "Story")], key=KEY) == 1
    assert _names(session) == {"1": "Story"}


def test_upsert_of_nothing_does_nothing(session: Session) -> None:
    assert upsert(session, term, [], key=KEY) == 0


def test_without_columns_to_update_an_existing_row_stays(session: Session) -> None:
    upsert(session, term, [_term("1", "Bug")], key=KEY)
    assert upsert(session, term, [_term("1", "Story")], key=KEY, update=()) == 0
    assert _names(session) == {"1": "Bug"}


def test_a_value_is_compared_with_null_as_a_value(session: Session) -> None:
    session.execute(repository.insert(), [{"id": 1, "source_id": 1, "external_id": "1"}])
    row = {"repository_id": 1, "sha": "a", "parents": None}
    key = ("repository_id", "sha")
    assert upsert(session, git_commit, [row], key=key) == 1
    assert upsert(session, git_commit, [row | {"parents": 2}], key=key) == 1
    assert upsert(session, git_commit, [row], key=key) == 1
    assert upsert(session, git_commit, [row], key=key) == 0


def test_kept_columns_are_not_emptied(session: Session) -> None:
    session.execute(repository.insert(), [{"id": 1, "source_id": 1, "external_id": "1"}])
    full = {"repository_id": 1, "sha": "a", "parents": 2, "message": "fix"}
    bare = {"repository_id": 1, "sha": "a", "parents": None, "message": ""}
    arguments: dict[str, Any] = {"key": ("repository_id", "sha"), "keep": ("parents", "message")}
    upsert(session, git_commit, [full], **arguments)
    assert upsert(session, git_commit, [bare], **arguments) == 0
    stored = session.execute(select(git_commit.c.parents, git_commit.c.message)).one()
    assert tuple(stored) == (2, "fix")


def test_lookup_ids_answers_with_what_is_stored_beyond_one_chunk(session: Session) -> None:
    rows = [{"source_id": 1, "external_id": str(number)} for number in range(2_300)]
    upsert(session, repository, rows, key=("source_id", "external_id"))
    wanted = [str(number) for number in range(2_500)]
    found = lookup_ids(session, repository, 1, wanted)
    assert len(found) == 2_300
    assert len(set(found.values())) == 2_300
    assert lookup_ids(session, repository, 2, wanted) == {}


def test_read_rows_answers_with_dicts_by_column_key(session: Session) -> None:
    upsert(session, term, [_term("1", "Bug"), _term("2", "Story")], key=KEY)
    rows = list(read_rows(session, term, "external_id", ["2", "9"], source_id=1))
    assert [row["name"] for row in rows] == ["Story"]
    assert list(read_rows(session, term, "external_id", ["2"], source_id=7)) == []


def test_delete_rows_deletes_what_is_named(session: Session) -> None:
    upsert(session, term, [_term("1", "Bug"), _term("2", "Story")], key=KEY)
    delete_rows(session, term, [{"external_id": "1", "kind": 3}])
    delete_rows(session, term, [])
    assert session.execute(select(func.count()).select_from(term)).scalar() == 1


def test_chunks_cut_without_losing_any() -> None:
    assert list(chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(chunks([], 2)) == []
