"""A build that comes alone, of commits that were linked long before."""

from __future__ import annotations

import pytest

from core.records import Build, MergeState, Record, Result, Revision
from pipeline.database import Database
from tests.pipeline.code_store import DAY, HOME, START, TICKET, commit, links, request, save

LISTED, SQUASH, REVERT = "a" * 40, "b" * 40, "c" * 40
MERGED = {"state": MergeState.MERGED, "merged_at": START + DAY, "source_branch": "retry"}


def build(*shas: str) -> Build:
    taken = tuple(Revision(sha, HOME.url) for sha in shas)
    return Build("7", "shop/ship", 7, Result.SUCCESS, revisions=taken)


@pytest.mark.parametrize(
    ("code", "taken"),
    [
        pytest.param(
            (
                commit(LISTED, START, "SHOP-1: retry"),
                commit(SQUASH, START + DAY, "Retry"),
                request((LISTED,), squash_sha=SQUASH, **MERGED),
            ),
            (LISTED, SQUASH),
            id="squash",
        ),
        pytest.param(
            (
                commit(LISTED, START, "SHOP-1: retry"),
                request((), merge_sha=LISTED, **MERGED),
                commit(REVERT, START + DAY, f'Revert "retry"\n\nThis reverts commit {LISTED}.'),
            ),
            (LISTED, REVERT),
            id="revert",
        ),
    ],
)
def test_it_is_linked_with_what_it_checked_out_and_its_ticket(
    database: Database, code: tuple[Record, ...], taken: tuple[str, ...]
) -> None:
    save(database, "jira", *TICKET)
    save(database, "gitlab", HOME, *code)
    before = links(database)
    save(database, "jenkins", build(*taken))
    built = {"revision": {(sha, "7") for sha in taken}, "built_commit": {("SHOP-1", "7")}}
    assert links(database) == before | built
