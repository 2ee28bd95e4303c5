"""Which commits take others back or were picked from others, as git and the vendors write it."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

import pandas as pd

_REVERTING: Final = "This reverts commit"
_PICKING: Final = "(cherry picked from commit"
_REVERTS: Final = re.compile(r"\bThis reverts commit ([0-9a-f]{7,64})\b")
_PICKED: Final = re.compile(r"\(cherry picked from commit ([0-9a-f]{7,64})\)")
_WHOLE: Final = 40
_QUOTE: Final = re.compile(r'(?:Revert|Reapply) "(.*)"')


def reverts(commits: pd.DataFrame) -> pd.DataFrame:
    """commit_id, reverted_id: one row per commit that takes another of its repository back.

    commits: commit_id, repository_id, sha, message. A sha that is not among them is passed over; an
    abbreviated one counts where one commit alone begins with it.
    """
    return _named(commits, _REVERTING, _REVERTS, "reverted_id")


def cherry_picks(commits: pd.DataFrame) -> pd.DataFrame:
    """commit_id, picked_id: one row per commit that `git cherry-pick -x` made out of another; of a
    pick of a pick, all that its message names.
    """
    return _named(commits, _PICKING, _PICKED, "picked_id")


def quoted_title(message: str) -> str:
    """The title that the first line of a revert quotes, itself perhaps a revert; "" for none."""
    if not message.startswith(("Revert ", "Reapply ")):
        return ""
    match = _QUOTE.match(message)
    return match[1] if match else ""


def without_quote(message: str) -> str:
    """The message of a revert without the title that it quotes; another one as it is."""
    quoted = quoted_title(message)
    return message.replace(quoted, "", 1) if quoted else message


def takes_back(message: str) -> bool:
    """Whether what the message quotes is undone by it: the revert of a revert brings it back."""
    undone = message.startswith("Revert ")
    while quoted := quoted_title(message):
        message = quoted
        undone ^= message.startswith("Revert ")
    return undone


def shas_named(commits: pd.DataFrame) -> list[tuple[int, int, str]]:
    """commit_id, repository_id and the sha that its message says to revert or to be picked from,
    perhaps abbreviated.
    """
    return _mentions(commits, _REVERTING, _REVERTS) + _mentions(commits, _PICKING, _PICKED)


def _mentions(
    commits: pd.DataFrame, words: str, pattern: re.Pattern[str]
) -> list[tuple[int, int, str]]:
    return [
        (commit_id, repository_id, match)
        for commit_id, repository_id, message in zip(
            commits["commit_id"], commits["repository_id"], commits["message"], strict=True
        )
        if words in message
        for match in pattern.findall(message)
    ]


def _named(
    commits: pd.DataFrame, words: str, pattern: re.Pattern[str], column: str
) -> pd.DataFrame:
    mentions = _mentions(commits, words, pattern)
    inside = commits[commits["repository_id"].isin({home for _, home, _ in mentions})]
    known = sorted(zip(inside["repository_id"], inside["sha"], inside["commit_id"], strict=True))
    rows = [
        (commit, found)
        for commit, home, sha in mentions
        if (found := _commit(known, home, sha)) is not None
    ]
    table = pd.DataFrame(rows, columns=["commit_id", column]).astype("int64")
    return table.drop_duplicates(ignore_index=True)


def _commit(known: list[tuple[int, str, int]], home: int, sha: str) -> int | None:
    """The commit of this repository whose sha is this, or alone begins with it."""
    at = bisect_left(known, (home, sha))
    starting = [one[2] for one in known[at : at + 2] if one[0] == home and one[1].startswith(sha)]
    whole = len(sha) >= _WHOLE and starting and known[at][1] == sha
    return starting[0] if whole or (len(starting) == 1 and len(sha) < _WHOLE) else None
