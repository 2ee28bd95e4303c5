"""A branch that is called like a request: builds of that name can't be told apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.records import Build, MergeRequest, Result, Revision
from pipeline.database import Database
from tests.pipeline.code_store import HOME, START, TICKET, commit, links, request, save

BUILT = "a" * 40
BUILD = Build(
    "7", "shop/PR-12", 7, Result.SUCCESS, ref="PR-12", revisions=(Revision(BUILT, HOME.url),)
)


def other(branch: str) -> MergeRequest:
    """Merge request !13, from this branch."""
    return replace(request((), source_branch=branch), id="r13", number=13)


@pytest.fixture
def built(database: Database) -> Database:
    """Jenkins built `PR-12`, which is what it calls the job of merge request !12."""
    save(database, "jira", *TICKET)
    save(database, "gitlab", HOME, commit(BUILT, START), request((BUILT,)))
    save(database, "jenkins", BUILD)
    assert links(database)["request_ref"] == {("12", "7")}
    return database


def test_the_build_is_that_of_the_request_once_the_other_comes_from_elsewhere(
    built: Database,
) -> None:
    save(built, "gitlab", other("PR-12"))
    assert "request_ref" not in links(built)
    save(built, "gitlab", other("retry"))
    assert links(built)["request_ref"] == {("12", "7")}
    save(built, "gitlab", other("PR-12"))
    assert "request_ref" not in links(built)


def test_from_one_such_branch_to_another_both_are_looked_at(built: Database) -> None:
    save(built, "jenkins", replace(BUILD, id="8", number=8, ref="PR-13"))
    assert links(built)["request_ref"] == {("12", "7")}
    save(built, "gitlab", other("PR-12"))
    assert links(built).get("request_ref", set()) == set()
    save(built, "gitlab", other("PR-13"))
    assert links(built)["request_ref"] == {("12", "7")}
