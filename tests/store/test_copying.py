"""Batches that are large enough for PostgreSQL's COPY: they mean what small ones do."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from store.copying import COPY_FROM
from store.models import deployment, git_commit, person, raw_record, repository, source, term
from store.session import sessions
from store.upsert import upsert

KEY = ("source_id", "kind", "external_id")
MANY = 3 * COPY_FROM


def _prepare(session: Session) -> None:
    session.execute(source.insert(), [{"id": 1, "name": "jira"}])
    session.execute(repository.insert(), [{"id": 1, "source_id": 1, "external_id": "1"}])


@pytest.fixture(autouse=True)
def _source(request: pytest.FixtureRequest) -> None:
    if "session" in request.fixturenames:
        _prepare(request.getfixturevalue("session"))


def _terms(name: str, count: int = MANY) -> list[dict[str, Any]]:
    return [
        {"source_id": 1, "kind": 3, "external_id": f"{number:04}", "name": name}
        for number in range(count)
    ]


def test_a_large_batch_inserts_then_updates_only_what_differs(session: Session) -> None:
    assert upsert(session, term, _terms("Bug"), key=KEY) == MANY
    assert upsert(session, term, _terms("Bug"), key=KEY) == 0
    assert upsert(session, term, _terms("Bug"), key=KEY, changed_only=False) == MANY
    mixed = [*_terms("Bug")[: MANY // 2], *_terms("Tale")[MANY // 2 :]]
    assert upsert(session, term, mixed, key=KEY) == MANY - MANY // 2
    names = session.execute(select(term.c.name, func.count()).group_by(term.c.name))
    assert {row[0]: row[1] for row in names} == {"Bug": MANY // 2, "Tale": MANY - MANY // 2}


def test_a_large_batch_may_name_a_row_twice_and_the_last_one_wins(session: Session) -> None:
    assert upsert(session, term, [*_terms("Bug"), *_terms("Story")], key=KEY) == MANY
    assert session.execute(select(term.c.name).distinct()).scalars().all() == ["Story"]


def test_a_large_batch_leaves_what_is_there_where_nothing_is_updated(session: Session) -> None:
    upsert(session, term, _terms("Bug", COPY_FROM), key=KEY)
    assert upsert(session, term, _terms("Story"), key=KEY, update=()) == MANY - COPY_FROM
    bugs = select(func.count()).select_from(term).where(term.c.name == "Bug")
    assert session.execute(bugs).scalar_one() == COPY_FROM


def test_a_large_batch_does_not_empty_kept_columns(session: Session) -> None:
    def rows(parents: int | None, message: str) -> list[dict[str, Any]]:
        common = {"repository_id": 1, "parents": parents, "message": message}
        return [{**common, "sha": f"{number:040}"} for number in range(MANY)]

    how: dict[str, Any] = {"key": ("repository_id", "sha"), "keep": ("parents", "message")}
    assert upsert(session, git_commit, rows(2, "fix"), **how) == MANY
    assert upsert(session, git_commit, rows(None, ""), **how) == 0
    assert upsert(session, git_commit, rows(None, "mend"), **how) == MANY
    stored = session.execute(select(git_commit.c.parents, git_commit.c.message).distinct())
    assert [tuple(row) for row in stored] == [(2, "mend")]


def test_only_the_compared_columns_tell_whether_a_row_of_a_large_batch_differs(
    session: Session,
) -> None:
    def rows(digest: bytes, at: int) -> list[dict[str, Any]]:
        common = {"source_id": 1, "stream": "issues", "payload": b"\x00\\x\t\n\xff"}
        return [
            {**common, "external_id": str(number), "hash": digest, "fetched_ts": at}
            for number in range(MANY)
        ]

    how: dict[str, Any] = {"key": ("source_id", "stream", "external_id"), "compare": ("hash",)}
    assert upsert(session, raw_record, rows(b"\x00a", 1), **how) == MANY
    assert upsert(session, raw_record, rows(b"\x00a", 2), **how) == 0
    assert upsert(session, raw_record, rows(b"\x00b", 3), **how) == MANY
    columns = (raw_record.c.payload, raw_record.c.fetched_ts)
    stored = {(bytes(row[0]), row[1]) for row in session.execute(select(*columns))}
    assert stored == {(b"\x00\\x\t\n\xff", 3)}


@pytest.mark.parametrize(
    "odd", ["\\N", "\\.", "a\tb", "a\nb\r\n", 'a"b', "a\\b\\", "", "Größe €", "\U0001f600", "{1}"]
)
def test_text_that_means_something_to_copy_arrives_as_it_is(session: Session, odd: str) -> None:
    upsert(session, term, _terms(odd), key=KEY)
    assert session.execute(select(term.c.name).distinct()).scalars().all() == [odd]


def test_truth_values_nulls_and_renamed_columns_of_a_large_batch_arrive(session: Session) -> None:
    people = [
        {"source_id": 1, "pseudonym": f"p{number}", "bot": number % 3 == 0}
        for number in range(MANY)
    ]
    assert upsert(session, person, people, key=("source_id", "pseudonym")) == MANY
    bots = select(func.count()).select_from(person).where(person.c.bot)
    assert session.execute(bots).scalar_one() == MANY // 3
    deployments = [
        {
            "source_id": 1,
            "external_id": str(number),
            "group_key": "g",
            "created_ts": 5,
            "started_ts": None,
        }
        for number in range(MANY)
    ]
    assert upsert(session, deployment, deployments, key=("source_id", "external_id")) == MANY
    stored = session.execute(select(deployment.c.group_key, deployment.c.started_ts).distinct())
    assert [tuple(row) for row in stored] == [("g", None)]


def test_a_large_batch_goes_on_after_one_that_was_rolled_back(engine: Engine) -> None:
    with sessions(engine).begin() as session:
        _prepare(session)
    with sessions(engine)() as session:
        upsert(session, term, _terms("Bug"), key=KEY)
        session.rollback()
    with sessions(engine).begin() as session:
        assert upsert(session, term, _terms("Story", COPY_FROM), key=KEY) == COPY_FROM
    with sessions(engine).begin() as session:
        assert session.execute(select(func.count()).select_from(term)).scalar_one() == COPY_FROM
        assert upsert(session, term, _terms("Story"), key=KEY) == MANY - COPY_FROM


def test_many_batches_leave_the_catalogue_of_postgresql_as_it_was(postgres_engine: Engine) -> None:
    def relations() -> int:
        with postgres_engine.connect() as connection:
            return int(connection.execute(text("select count(*) from pg_class")).scalar_one())

    with sessions(postgres_engine).begin() as session:
        _prepare(session)
        upsert(session, term, _terms("first"), key=KEY)
    before = relations()
    for turn in range(5):
        with sessions(postgres_engine).begin() as session:
            upsert(session, term, _terms(str(turn)), key=KEY)
    assert relations() == before
