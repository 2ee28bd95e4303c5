"""Handoffs of one stored item: by person over accounts, by team as configured, and why not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.records import Field, Person, Record, StatusCategory, Transition, WorkflowStatus, WorkItem
from core.settings import Settings
from pipeline.database import Database
from pipeline.handoffs import NOBODY, AssigneeHandoffs, handoffs_of
from pipeline.people import store_people, who_is_who
from store.mapping import load_mapping
from store.records import save_records
from store.sources import SourceRow, ensure_sources

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ITEM = WorkItem(
    id="1",
    key="SHOP-1",
    project="SHOP",
    type="Story",
    title="Pay",
    created_at=START,
    updated_at=START,
    status_id="3",
)
OPEN = WorkflowStatus("3", "Open", StatusCategory.NEW)
TEAMS = {
    "web": [{"person": "anna@acme.example"}],
    "operations": [
        {"person": "ben@acme.example", "from": date(2026, 3, 4)},
        {"person": "anna@acme.example", "from": date(2027, 1, 1)},
    ],
}


def _assigned(*holders: str | None) -> list[Record]:
    """One after the other, a day each."""
    pairs = zip((None, *holders), holders, strict=False)
    return [
        Transition("1", START + timedelta(days=day), day, Field.ASSIGNEE, before, after)
        for day, (before, after) in enumerate(pairs)
    ]


@pytest.fixture
def told(database: Database) -> Database:
    """Jira knows Anna by two accounts without an e-mail; GitLab and its commits know more."""
    settings = Settings.model_validate(
        {"teams": [{"name": name, "members": members} for name, members in TEAMS.items()]}
    )
    with database.writing() as session:
        ids = ensure_sources(
            session, [SourceRow("jira", "jira"), SourceRow("gitlab", "gitlab"), SourceRow("w", "x")]
        )
        people = [
            Person("acc-1", name="Anna Berger"),
            Person("acc-2", email="ben@acme.example"),
            Person("acc-3", name="Renovate Runner", bot=True),
        ]
        save_records(session, ids["jira"], [ITEM, OPEN, *people])
        anna = Person("aberger", email="anna@acme.example", username="aberger", name="Anna Berger")
        save_records(session, ids["gitlab"], [anna])
        load_mapping(session, settings)
        store_people(session, who_is_who(session))
    return database


def _count(database: Database, *holders: str | None, days: int = 300) -> AssigneeHandoffs:
    with database.writing() as session:
        ids = ensure_sources(session, [SourceRow("jira", "jira")])
        save_records(session, ids["jira"], _assigned(*holders))
        store_people(session, who_is_who(session))
        at = int((START + timedelta(days=days)).timestamp())
        return handoffs_of(session, 1, as_of_ts=at)


def test_teams_are_found_by_an_e_mail_that_only_another_tool_tells(told: Database) -> None:
    assert _count(told, "acc-1", None, "acc-3", "acc-1", "acc-2") == AssigneeHandoffs(1, 1, None)


def test_a_person_who_joins_a_team_later_is_in_none_before(told: Database) -> None:
    assert _count(told, "acc-1", "acc-2", "acc-1") == AssigneeHandoffs(2, 0, None)


def test_without_any_team_the_reason_is_told(told: Database) -> None:
    found = _count(told, "someone", "else")
    assert found == AssigneeHandoffs(1, None, "no team of its assignees is known")


def test_bots_alone_are_no_assignees(told: Database) -> None:
    found = _count(told, "acc-3")
    assert (found.between_people, found.between_teams) == (None, None)
    assert found.reason == "only bots are known to have been assigned to it"


def test_what_comes_after_the_moment_of_asking_does_not_count(told: Database) -> None:
    assert _count(told, "acc-1", "acc-2", "acc-1", days=1).between_people == 1
    assert _count(told, days=-1) == NOBODY
