"""Which commits take others back: `This reverts commit <sha>.`, as git and the vendors write it."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

_REVERTS: Final = re.compile(r"\bThis reverts commit ([0-9a-f]{7,64})\b")


def reverts(commits: pd.DataFrame) -> pd.DataFrame:
    """commit_id, reverted_id: one row per commit that takes another of its repository back.

    commits: commit_id, repository_id, sha, message. A sha that is not among them is passed over; an
    abbreviated one counts where one commit alone begins with it.
    """
    mentions = [
        (commit_id, repository_id, match)
        for commit_id, repository_id, message in zip(
            commits["commit_id"], commits["repository_id"], commits["message"], strict=True
        )
        if "This reverts commit" in message
        for match in _REVERTS.findall(message)
    ]
    wanted = {repository for _, repository, _ in mentions}
    inside = commits[commits["repository_id"].isin(wanted)]
    whole = {
        (repository, sha): commit
        for repository, sha, commit in zip(
            inside["repository_id"], inside["sha"], inside["commit_id"], strict=True
        )
    }
    rows = [
        (commit, found)
        for commit, repository, sha in mentions
        if (found := _commit(whole, repository, sha)) is not None
    ]
    return pd.DataFrame(rows, columns=["commit_id", "reverted_id"]).astype("int64")


def _commit(whole: dict[tuple[int, str], int], repository: int, sha: str) -> int | None:
    if (repository, sha) in whole:
        return whole[repository, sha]
    if len(sha) >= 40:
        return None
    starting = [
        commit
        for (where, full), commit in whole.items()
        if where == repository and full.startswith(sha)
    ]
    return starting[0] if len(starting) == 1 else None
