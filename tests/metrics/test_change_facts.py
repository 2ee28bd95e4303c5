"""Which commits count for change lead time, and with which time."""

from __future__ import annotations

import pandas as pd

from core.frames import NONE
from metrics.change_facts import ChangeInputs, change_facts
from tests.metrics.history import frame
from tests.metrics.tables import Row, table


def commits(*rows: Row) -> pd.DataFrame:
    usual: Row = {
        **{"repository_id": 1, "sha": "", "authored_ts": 1, "committed_ts": 2, "parents": 1},
        **{"message": "", "author_bot": False},
    }
    numbered = [
        {"commit_id": n, "sha": f"s{n}", "message": f"m{n}", **row}
        for n, row in enumerate(rows, start=1)
    ]
    return table(usual, numbered)


def requests(*rows: Row) -> pd.DataFrame:
    usual: Row = {
        **{"merge_request_id": 1, "repository_id": 1, "merge_sha": "", "squash_sha": ""},
        **{"merged_ts": 50, "state": "merged"},
    }
    return table(usual, rows)


def made(
    found: pd.DataFrame,
    *,
    contained: list[tuple[int, int]],
    merged: pd.DataFrame | None = None,
    listed: list[tuple[int, int]] | None = None,
) -> pd.DataFrame:
    """Facts of one service by commit; contained: (commit, deployment), n ends at 100 n."""
    rows = [(1, commit, deployment) for commit, deployment in contained]
    inputs = ChangeInputs(
        contained=frame("service_id commit_id deployment_id", rows),
        deployments=frame("deployment_id finished_ts", [(n, 100 * n) for n in range(1, 6)]),
        commits=found,
        merge_requests=requests() if merged is None else merged,
        merge_request_commits=frame("merge_request_id commit_id", listed or []),
    )
    return change_facts(inputs).set_index("commit_id")


def test_a_plain_commit_runs_from_its_committer_date_to_its_first_deployment() -> None:
    rows = made(commits({"committed_ts": 7}), contained=[(1, 2), (1, 1)])
    times = rows[["committed_ts", "deployed_ts", "deployment_id"]]
    assert times.to_numpy().tolist() == [[7, 100, 1]]
    assert rows.loc[1, "clock"] == "committer"
    assert rows.loc[1, "merge_request_id"] == NONE


def test_merge_commits_bots_and_commits_without_time_are_excluded_by_reason() -> None:
    found = commits({"parents": 2}, {"author_bot": True}, {"committed_ts": NONE}, {"parents": NONE})
    rows = made(found, contained=[(n, 1) for n in range(1, 5)])
    assert rows["excluded"].tolist() == ["merge_commit", "bot", "no_time", ""]
    assert rows.loc[3, "committed_ts"] == 100


def test_the_commits_of_a_squashed_request_stand_in_for_the_squash() -> None:
    found = commits({"committed_ts": 5}, {"committed_ts": 9}, {"committed_ts": 50})
    rows = made(
        found,
        contained=[(3, 2)],
        merged=requests({"squash_sha": "s3"}),
        listed=[(1, 1), (1, 2)],
    )
    assert rows["excluded"].tolist() == ["", "", "squashed"]
    assert rows["committed_ts"].tolist() == [5, 9, 50]
    assert rows["deployed_ts"].tolist() == [200, 200, 200]
    assert rows["merge_request_id"].tolist() == [1, 1, 1]


def test_a_squash_without_its_list_keeps_the_author_date_if_before_the_merge() -> None:
    found = commits({"authored_ts": 3, "committed_ts": 50}, {"authored_ts": 60, "committed_ts": 50})
    merged = requests({"squash_sha": "s1"}, {"squash_sha": "s2", "merge_request_id": 2})
    rows = made(found, contained=[(1, 1), (2, 1)], merged=merged)
    assert rows["clock"].tolist() == ["author_date", "committer"]
    assert rows["committed_ts"].tolist() == [3, 50]


def test_the_commits_of_a_rebased_request_stand_in_for_their_copies() -> None:
    found = commits(
        {"authored_ts": 3, "committed_ts": 4, "message": "one"},
        {"authored_ts": 5, "committed_ts": 6, "message": "two"},
        {"authored_ts": 3, "committed_ts": 50, "message": "one"},
        {"authored_ts": 5, "committed_ts": 50, "message": "two"},
    )
    rows = made(found, contained=[(3, 1), (4, 2)], merged=requests({}), listed=[(1, 1), (1, 2)])
    assert rows["excluded"].tolist() == ["", "", "rebased", "rebased"]
    assert rows["committed_ts"].tolist() == [4, 6, 50, 50]
    assert rows["deployed_ts"].tolist() == [100, 200, 100, 200]


def test_commits_merged_as_they_were_count_themselves_with_their_request() -> None:
    found = commits({"committed_ts": 5}, {"committed_ts": 9, "parents": 2})
    rows = made(
        found, contained=[(1, 1), (2, 1)], merged=requests({"merge_sha": "s2"}), listed=[(1, 1)]
    )
    assert rows["excluded"].tolist() == ["", "merge_commit"]
    assert rows.loc[1, "merge_request_id"] == 1


def test_an_open_request_replaces_nothing() -> None:
    rows = made(
        commits({"committed_ts": 5}, {"committed_ts": 9}),
        contained=[(2, 1)],
        merged=requests({"squash_sha": "s2", "state": "open"}),
        listed=[(1, 1)],
    )
    assert rows["excluded"].to_dict() == {2: ""}


def test_nothing_deployed_gives_no_changes() -> None:
    assert len(made(commits({}), contained=[])) == 0
