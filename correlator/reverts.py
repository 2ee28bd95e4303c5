"""Which commits take others back or were picked from others, as git and the vendors write it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

import pandas as pd

_REVERTING: Final = "This reverts commit"
_PICKING: Final = "(cherry picked from commit"
_REVERTS: Final = re.compile(r"\bThis reverts commit ([0-9a-f]{7,64})\b")
_PICKED: Final = re.compile(r"\(cherry picked from commit ([0-9a-f]{7,64})\)")
_DEEPEST: Final = 2_000  # characters in which quotes are looked for within quotes
_WHOLE: Final = 40
Texts = Iterable[tuple[int, int, str]]
"""Each of a thing, its repository, and what it says."""
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
    message = message[:_DEEPEST]
    undone = message.startswith("Revert ")
    while quoted := quoted_title(message):
        message = quoted
        undone ^= message.startswith("Revert ")
    return undone


def shas_named(texts: Texts) -> list[tuple[int, int, str]]:
    """Each thing with its repository and a sha that it says to revert or to be picked from, perhaps
    abbreviated.
    """
    told = list(texts)
    return _shas(told, _REVERTING, _REVERTS) + _shas(told, _PICKING, _PICKED)


def reverted_in(texts: Texts, commits: pd.DataFrame) -> list[tuple[int, int]]:
    """(thing, commit_id): the commits that texts say they revert, as in `reverts`."""
    return _known(_shas(texts, _REVERTING, _REVERTS), commits)


def _named(
    commits: pd.DataFrame, words: str, pattern: re.Pattern[str], column: str
) -> pd.DataFrame:
    columns = (commits[name].tolist() for name in ("commit_id", "repository_id", "message"))
    rows = _known(_shas(zip(*columns, strict=True), words, pattern), commits)
    table = pd.DataFrame([*dict.fromkeys(rows)], columns=["commit_id", column])
    return table.astype("int64")


def _shas(texts: Texts, words: str, pattern: re.Pattern[str]) -> list[tuple[int, int, str]]:
    return [
        (thing, home, match)
        for thing, home, text in texts
        if words in text
        for match in pattern.findall(text)
    ]


def _known(named: list[tuple[int, int, str]], commits: pd.DataFrame) -> list[tuple[int, int]]:
    if not named:
        return []
    inside = commits[commits["repository_id"].isin({home for _, home, _ in named})]
    known = sorted(zip(inside["repository_id"], inside["sha"], inside["commit_id"], strict=True))
    return [
        (thing, found)
        for thing, home, sha in named
        if (found := _commit(known, home, sha)) is not None
    ]


def _commit(known: list[tuple[int, str, int]], home: int, sha: str) -> int | None:
    """The commit of this repository whose sha is this, or alone begins with it."""
    at = bisect_left(known, (home, sha))
    starting = [one[2] for one in known[at : at + 2] if one[0] == home and one[1].startswith(sha)]
    whole = len(sha) >= _WHOLE and starting and known[at][1] == sha
    return starting[0] if whole or (len(starting) == 1 and len(sha) < _WHOLE) else None
