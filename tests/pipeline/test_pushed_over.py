"""A branch that was rewritten: builds still name the old shas, the request lists only new ones."""

from __future__ import annotations

from itertools import permutations

import pytest

from core.records import Build, MergeState, Record, Result, Revision
from pipeline.database import Database
from tests.pipeline.code_store import DAY, HOME, HOUR, START, TICKET, commit, links, request, save

OLD, NEW, LANDED = "a" * 40, "b" * 40, "c" * 40
OLD_COMMIT, NEW_COMMIT = commit(OLD, START), commit(NEW, START + HOUR)
LANDED_COMMIT = commit(LANDED, START + 2 * DAY, parents=())
BUILD = Build(
    "7", "shop/web", 7, Result.SUCCESS, repository="42", ref="f", revisions=(Revision(OLD),)
)
MERGED = request((NEW,), state=MergeState.MERGED, merged_at=START + 2 * DAY, merge_sha="d" * 40)


def test_the_links_of_an_old_commit_go_over_to_what_carries_them_now(database: Database) -> None:
    save(database, "jira", *TICKET)
    save(database, "gitlab", HOME, OLD_COMMIT, request((OLD,)), BUILD)
    before = links(database)
    assert before["listed"] == {(OLD, "12")}
    assert before["built_commit"] == {("SHOP-1", "7")}
    assert "rebased" not in before
    save(database, "gitlab", NEW_COMMIT, request((NEW,)))
    after = links(database)
    assert after["listed"] == {(NEW, "12")}
    assert after["rebased"] == {(OLD, "12")}
    assert after["merge_request"] == {("SHOP-1", OLD), ("SHOP-1", NEW)}
    assert after["built_commit"] == {("SHOP-1", "7")}
    save(database, "gitlab", LANDED_COMMIT, MERGED)
    assert links(database)["rebased"] == {(OLD, "12"), (LANDED, "12")}


def test_a_commit_that_was_taken_out_of_the_branch_loses_the_request_and_its_ticket(
    database: Database,
) -> None:
    save(database, "jira", *TICKET)
    other = commit(NEW, START + HOUR, "Do something else")
    save(database, "gitlab", HOME, OLD_COMMIT, request((OLD,)), BUILD)
    assert links(database)["built_commit"] == {("SHOP-1", "7")}
    save(database, "gitlab", other, request((NEW,)))
    after = links(database)
    assert after["listed"] == {(NEW, "12")}
    assert after["merge_request"] == {("SHOP-1", NEW)}
    assert after["revision"] == {(OLD, "7")}
    assert "rebased" not in after
    assert "built_commit" not in after


STEPS: dict[str, tuple[str, tuple[Record, ...]]] = {
    "ticket": ("jira", TICKET),
    "old": ("gitlab", (OLD_COMMIT, BUILD)),
    "request": ("gitlab", (NEW_COMMIT, MERGED)),
    "landed": ("gitlab", (LANDED_COMMIT,)),
}


@pytest.mark.parametrize("order", list(permutations(STEPS))[::5])
def test_in_whatever_order_they_arrive_the_links_are_the_same(
    database: Database, order: tuple[str, ...]
) -> None:
    save(database, "gitlab", HOME)
    for name in order:
        source, records = STEPS[name]
        save(database, source, *records)
        found = links(database)
    assert found == {
        "key_in_branch": {("SHOP-1", "12")},
        "listed": {(NEW, "12")},
        "rebased": {(OLD, "12"), (LANDED, "12")},
        "merge_request": {("SHOP-1", sha) for sha in (OLD, NEW, LANDED)},
        "revision": {(OLD, "7")},
        "built_commit": {("SHOP-1", "7")},
    }
