"""People in the store: marks as pseudonyms, bots that stay bots, identities, reviews of people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pandas as pd
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.person_marks import Mark
from core.records import (
    Commit,
    Entity,
    MergeRequest,
    MergeState,
    Person,
    Record,
    Repository,
    Review,
    ReviewKind,
)
from store import frames_code, frames_people
from store.identities import replace_identities
from store.models import git_commit, person, person_alias
from store.records import save_records
from store.settings import people_key, pseudonym
from store.sources import SourceRow, ensure_sources
from store.write_people import forget_bots

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
ANNA = Person("anna@acme.example", email="anna@acme.example", name="Anna Berger")
ROBOT = Person("robot", bot=True)
HOME = Repository("7", "shop/web", "main", "")
REQUEST = MergeRequest(
    id="70",
    repository="7",
    number=3,
    title="SHOP-1",
    description="",
    source_branch="x",
    target_branch="main",
    state=MergeState.MERGED,
    created_at=START,
    updated_at=START,
    author=Person("ben"),
)


@pytest.fixture
def gitlab(session: Session) -> int:
    return ensure_sources(session, [SourceRow("gitlab", "gitlab")])["gitlab"]


def _commit(sha: str, author: Person) -> Commit:
    return Commit("7", sha * 40, START, START, "x", (), author)


def _save(session: Session, source: int, *records: Record) -> dict[Entity, set[int]]:
    touched = save_records(session, source, records)
    assert touched.skipped == []
    return touched.ids


def _ids(session: Session) -> dict[str, int]:
    """Person ids by the identity that tests know them by."""
    key = people_key(session)
    rows = {row.pseudonym: row.id for row in session.execute(select(person))}
    told = ("anna@acme.example", "robot", "ben", "carla")
    return {one: rows[pseudonym(key, one)] for one in told if pseudonym(key, one) in rows}


def _bots(session: Session) -> list[bool]:
    return [bool(row) for row in session.execute(select(person.c.bot)).scalars()]


def test_marks_are_kept_as_pseudonyms_by_kind(session: Session, gitlab: int) -> None:
    _save(session, gitlab, ANNA)
    rows = session.execute(select(person_alias.c.kind, person_alias.c.pseudonym)).all()
    found = {row.kind: row.pseudonym for row in rows}
    assert set(found) == {Mark.EMAIL, Mark.NAME, Mark.LOCAL, Mark.DOMAIN}
    assert found["email"] == pseudonym(people_key(session), "anna@acme.example")
    assert all(len(name) == 32 and "anna" not in name for name in found.values())


def test_marks_are_added_and_none_is_written_twice(session: Session, gitlab: int) -> None:
    _save(session, gitlab, ANNA)
    _save(session, gitlab, replace(ANNA, name="Anna Weiss"), _commit("a", ANNA), HOME)
    kinds = session.execute(select(person_alias.c.kind)).scalars().all()
    assert sorted(kinds) == ["domain", "email", "local", "name", "name"]


def test_accounts_tell_which_of_them_are_addresses(session: Session, gitlab: int) -> None:
    _save(session, gitlab, ANNA, Person("ben", email="ben@acme.example", username="ben"))
    found = frames_people.accounts(session)
    rows = dict(zip(found["pseudonym"], found["address"].tolist(), strict=True))
    key = people_key(session)
    assert rows == {pseudonym(key, "anna@acme.example"): True, pseudonym(key, "ben"): False}
    assert set(found["tool"]) == {"gitlab"}
    assert set(frames_people.marks(session)["kind"]) == {
        "email", "name", "local", "domain", "login",
    }  # fmt: skip


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_who_is_told_to_be_a_bot_once_is_one_in_any_order(
    session: Session, gitlab: int, order: tuple[int, ...]
) -> None:
    told = [Person("robot"), ROBOT, Person("robot", name="Some Body")]
    for place in order:
        _save(session, gitlab, told[place])
    assert _bots(session) == [True]


def test_a_file_may_say_that_somebody_is_no_bot_after_all(session: Session) -> None:
    tools = ensure_sources(session, [SourceRow("tools", "events")])["tools"]
    _save(session, tools, ROBOT)
    _save(session, tools, HOME, _commit("a", Person("robot")))
    assert _bots(session) == [True]
    assert len(_save(session, tools, replace(ROBOT, bot=False))[Entity.COMMIT]) == 1
    assert _bots(session) == [False]


def test_what_a_new_bot_wrote_is_looked_at_again(session: Session, gitlab: int) -> None:
    _save(session, gitlab, HOME, _commit("a", Person("robot")), _commit("b", ANNA))
    commits = {row.sha[0]: row.id for row in session.execute(select(git_commit))}
    assert _save(session, gitlab, ROBOT)[Entity.COMMIT] == {commits["a"]}
    assert _save(session, gitlab, ROBOT).get(Entity.COMMIT, set()) == set()


def test_bots_of_a_source_are_forgotten_with_what_they_wrote(session: Session, gitlab: int) -> None:
    other = ensure_sources(session, [SourceRow("jira", "jira")])["jira"]
    _save(session, gitlab, HOME, replace(REQUEST, author=ROBOT), _commit("a", ROBOT), ANNA)
    _save(session, other, ROBOT)
    touched = forget_bots(session, gitlab)
    assert [len(touched[kind]) for kind in (Entity.COMMIT, Entity.MERGE_REQUEST)] == [1, 1]
    assert sorted(_bots(session)) == [False, False, True]
    assert forget_bots(session, gitlab) == {}


def _identities(*rows: tuple[int, int, bool]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["person_id", "identity_id", "bot"])


def test_who_is_joined_with_a_bot_wrote_as_a_bot(session: Session, gitlab: int) -> None:
    _save(session, gitlab, HOME, _commit("a", ANNA), REQUEST, ROBOT)
    who = _ids(session)
    anna, robot, ben = who["anna@acme.example"], who["robot"], who["ben"]
    assert not frames_code.commits(session)["author_bot"].any()
    joined = _identities((anna, anna, True), (robot, anna, True), (ben, ben, False))
    assert len(replace_identities(session, joined)[Entity.COMMIT]) == 1
    assert frames_code.commits(session)["author_bot"].all()
    assert not frames_code.merge_requests(session)["author_bot"].any()
    assert replace_identities(session, joined) == {}
    apart = _identities((anna, anna, False), (robot, robot, True), (ben, ben, False))
    assert len(replace_identities(session, apart)[Entity.COMMIT]) == 1
    assert not frames_code.commits(session)["author_bot"].any()


@pytest.fixture
def reviewed(session: Session, gitlab: int) -> Callable[[], list[str]]:
    steps = [(ROBOT, "approved"), (ANNA, "commented"), (Person("carla"), "requested")]
    steps += [(Person("carla"), "approved"), (Person("ben"), "commented")]
    reviews = [
        Review("7", "70", str(n), ReviewKind(kind), START + timedelta(hours=n), by)
        for n, (by, kind) in enumerate(steps)
    ]
    _save(session, gitlab, HOME, REQUEST, *reviews)
    return lambda: frames_people.reviews(session)["kind"].tolist()


def test_reviews_are_those_of_people_other_than_the_author(
    reviewed: Callable[[], list[str]],
) -> None:
    assert reviewed() == ["commented", "requested", "approved"]


def test_a_reviewer_who_turns_out_to_be_a_bot_or_the_author_has_not_reviewed(
    session: Session, reviewed: Callable[[], list[str]]
) -> None:
    who = _ids(session)
    anna, carla, ben = who["anna@acme.example"], who["carla"], who["ben"]
    replace_identities(
        session, _identities((anna, anna, True), (carla, ben, False), (ben, ben, False))
    )
    assert reviewed() == ["requested"]
