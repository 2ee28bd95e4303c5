"""Commits by sha alone, merge requests, builds, deployments, changes and incidents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from core.records import (
    Build,
    BuildStage,
    ChangeRequest,
    Commit,
    Deployment,
    Entity,
    Environment,
    Incident,
    MergeRequest,
    MergeState,
    Person,
    Ref,
    Repository,
    Result,
    Revision,
    StateChange,
)
from store.models import (
    build,
    build_stage,
    change_request,
    commit_parent,
    deployment,
    environment,
    git_commit,
    incident,
    merge_request,
    merge_request_commit,
    ref,
    repository,
    state_change,
)
from store.records import save_records
from store.sources import SourceRow, ensure_sources

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
REPOSITORY = Repository("7", "shop/web", "main", "https://gitlab.example/shop/web", ("git@a", "b"))
COMMIT = Commit(
    "7", "c" * 40, START, START, "SHOP-1: pay", ("b" * 40,), Person("anna@acme.example")
)
REQUEST = MergeRequest(
    id="70",
    repository="7",
    number=3,
    title="SHOP-1",
    description="",
    source_branch="SHOP-1-pay",
    target_branch="main",
    state=MergeState.MERGED,
    created_at=START,
    updated_at=START,
    commits=("c" * 40, "d" * 40),
)
BUILD = Build(
    "job#1",
    "shop/web",
    1,
    Result.SUCCESS,
    repository="7",
    revisions=(Revision("c" * 40, "git@a"),),
    parameters=(("KEY", "SHOP-1"),),
)
DOWNSTREAM = Build("job#2", "shop/deploy", 2, Result.SUCCESS, upstream="shop/web#1")
STAGE = BuildStage("job#1", "s1", 0, "test", Result.SUCCESS)
CHANGE = ChangeRequest("c1", "CHG1", "normal", "3", "Release", "", START, START, successful=None)
INCIDENT = Incident("i1", "INC1", "Down", "", "6", 1, START, START, caused_by="c1")


@pytest.fixture
def gitlab(session: Session) -> int:
    return ensure_sources(session, [SourceRow("gitlab", "gitlab")])["gitlab"]


def _rows(session: Session, table: Table, *names: str) -> list[tuple[Any, ...]]:
    columns = [table.c[name] for name in names]
    return [tuple(row) for row in session.execute(select(*columns).order_by(*columns))]


def test_parents_are_known_by_their_sha_until_they_come(session: Session, gitlab: int) -> None:
    first = save_records(session, gitlab, [COMMIT, REPOSITORY])
    assert len(first[Entity.COMMIT]) == 2
    assert _rows(session, git_commit, "sha", "committed_ts", "parents") == [
        ("b" * 40, None, None),
        ("c" * 40, int(START.timestamp()), 1),
    ]
    parent = Commit("7", "b" * 40, START, START, "start", ())
    second = save_records(session, gitlab, [parent])
    assert len(second[Entity.COMMIT]) == 1
    assert second[Entity.COMMIT] < first[Entity.COMMIT]
    assert _rows(session, git_commit, "sha", "parents", "message")[0] == ("b" * 40, 0, "start")
    assert len(_rows(session, commit_parent, "commit_id")) == 1


def test_a_sha_that_is_only_named_never_overwrites_a_commit(session: Session, gitlab: int) -> None:
    save_records(
        session, gitlab, [REPOSITORY, COMMIT, Commit("7", "d" * 40, START, START, "x", ())]
    )
    touched = save_records(session, gitlab, [REQUEST])
    assert touched[Entity.COMMIT] == set()
    assert [row[1] for row in _rows(session, git_commit, "sha", "message")] == [
        "",
        "SHOP-1: pay",
        "x",
    ]


@pytest.mark.parametrize("together", [True, False])
def test_a_list_without_parents_keeps_those_known(
    session: Session, gitlab: int, together: bool
) -> None:
    listed = replace(COMMIT, parents=None, author=None)
    batches = [[REPOSITORY, COMMIT, listed]] if together else [[REPOSITORY, COMMIT], [listed]]
    for batch in batches:
        save_records(session, gitlab, batch)
    stored = _rows(session, git_commit, "sha", "parents", "author_id")
    assert stored[1][1] == 1
    assert stored[1][2] is not None
    assert len(_rows(session, commit_parent, "commit_id")) == 1


def test_the_commits_of_a_request_are_replaced_where_they_were_read(
    session: Session, gitlab: int
) -> None:
    save_records(session, gitlab, [REQUEST, REPOSITORY])
    assert len(_rows(session, merge_request_commit, "ordinal")) == 2
    save_records(session, gitlab, [replace(REQUEST, commits=None)])
    assert len(_rows(session, merge_request_commit, "ordinal")) == 2
    touched = save_records(session, gitlab, [replace(REQUEST, commits=("d" * 40,))])
    assert len(touched[Entity.MERGE_REQUEST]) == 1
    shas = dict(_rows(session, git_commit, "id", "sha"))
    stored = _rows(session, merge_request_commit, "commit_id", "ordinal")
    assert [(shas[found], ordinal) for found, ordinal in stored] == [("d" * 40, 0)]


def test_one_stray_record_does_not_stop_the_others(session: Session, gitlab: int) -> None:
    stray = replace(REQUEST, id="71", repository="404")
    touched = save_records(session, gitlab, [REPOSITORY, stray, REQUEST])
    assert touched.skipped == ["merge request 3: its repository 404 is not stored"]
    assert _rows(session, merge_request, "external_id") == [("70",)]


def test_refs_and_environments_touch_their_repository(session: Session, gitlab: int) -> None:
    first = save_records(session, gitlab, [REPOSITORY])
    head = Ref("7", "branch", "main", "c" * 40)
    place = Environment("5", "7", "production", "production")
    assert save_records(session, gitlab, [head])[Entity.REPOSITORY] == first[Entity.REPOSITORY]
    assert save_records(session, gitlab, [place])[Entity.REPOSITORY] == first[Entity.REPOSITORY]
    assert not save_records(session, gitlab, [head, place])
    assert save_records(session, gitlab, [replace(head, sha="d" * 40)])
    assert _rows(session, ref, "name", "sha") == [("main", "d" * 40)]
    assert _rows(session, environment, "name", "tier") == [("production", "production")]


def test_builds_keep_their_revisions_and_replace_their_stages(
    session: Session, gitlab: int
) -> None:
    other = replace(STAGE, id="s2", ordinal=1, name="package")
    save_records(session, gitlab, [STAGE, other, BUILD, REPOSITORY])
    assert _rows(session, build, "revisions", "parameters") == [
        (f'[["{"c" * 40}","git@a"]]', '{"KEY":"SHOP-1"}')
    ]
    assert _rows(session, build, "repository_id") != [(None,)]
    touched = save_records(session, gitlab, [BUILD, replace(STAGE, result=Result.FAILED)])
    assert len(touched[Entity.BUILD]) == 1
    assert _rows(session, build_stage, "name", "result") == [("test", "failed")]


def test_a_deployment_of_an_unknown_repository_is_stored_without_one(
    session: Session, gitlab: int
) -> None:
    run = Deployment(
        "1", "production", Result.SUCCESS, START, repository="404", group="p1", sha="c"
    )
    touched = save_records(session, gitlab, [run])
    assert touched.skipped == []
    stored = _rows(session, deployment, "repository_id", "group_key", "sha", "finished_ts")
    assert stored == [(None, "p1", "c", None)]
    assert not save_records(session, gitlab, [run])


def test_a_repository_takes_in_the_builds_and_deployments_that_came_before_it(
    session: Session, gitlab: int
) -> None:
    other = ensure_sources(session, [SourceRow("ci", "jenkins")])["ci"]
    run = Deployment("1", "production", Result.SUCCESS, START, repository="7")
    elsewhere = replace(run, id="2", repository="8")
    without = replace(run, id="3", repository=None)
    save_records(session, gitlab, [BUILD, run, elsewhere, without])
    save_records(session, other, [BUILD, run])
    touched = save_records(session, gitlab, [REPOSITORY])
    assert len(touched[Entity.BUILD]) == len(touched[Entity.DEPLOYMENT]) == 1
    ((home,),) = _rows(session, repository, "id")
    names = ("source_id", "external_id", "repository_id")
    assert _rows(session, build, *names) == [(gitlab, "job#1", home), (other, "job#1", None)]
    assert _rows(session, deployment, *names) == [
        (gitlab, "1", home), (gitlab, "2", None), (gitlab, "3", None), (other, "1", None),
    ]  # fmt: skip
    assert not save_records(session, gitlab, [REPOSITORY, BUILD, run, elsewhere, without])


def test_changes_and_incidents_keep_every_state_they_had(session: Session, gitlab: int) -> None:
    states = [
        StateChange(Entity.CHANGE, "c1", START + timedelta(hours=1), 1, "state", "-5", "-4"),
        StateChange(Entity.INCIDENT, "i1", START, 1, "state", "1", "2"),
        StateChange(Entity.INCIDENT, "i9", START, 1, "state", "1", "2"),
        StateChange(Entity.ITEM, "1", START, 1, "state", "1", "2"),
    ]
    touched = save_records(session, gitlab, [*states, CHANGE, INCIDENT])
    assert len(touched[Entity.CHANGE]) == 1
    assert len(touched[Entity.INCIDENT]) == 1
    assert len(touched.skipped) == 2
    again = save_records(session, gitlab, [replace(CHANGE, successful=False), INCIDENT])
    assert again[Entity.INCIDENT] == set()
    assert _rows(session, change_request, "successful") == [(False,)]
    assert _rows(session, incident, "caused_by_external_id", "priority") == [("c1", 1)]
    assert [row[0] for row in _rows(session, state_change, "new")] == ["-4", "2"]


def test_a_build_keeps_which_build_started_it(session: Session, gitlab: int) -> None:
    save_records(session, gitlab, [REPOSITORY, BUILD, DOWNSTREAM])
    assert _rows(session, build, "external_id", "upstream") == [
        ("job#1", ""),
        ("job#2", "shop/web#1"),
    ]
