"""Which commits are copies of one patch: the same author, author time and message.

Git keeps all three when a commit is rebased, picked or amended by its tools; only the committer and
the commit time are new.
"""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from core.frames import NONE

_TRAILER: Final = re.compile(
    r"(?:signed-off-by|reviewed-by|acked-by|tested-by|approved-by|co-authored-by|change-id"
    r"|reviewed-on|git-svn-id) ?:",
    re.IGNORECASE,
)
_SUFFIXES: Final = 3  # a pick of a squash of a pick has (#3) (#2) (#1)
_MOST: Final = 20
_WORDS: Final = 2
_COLUMNS: Final = ("commit_id", "repository_id", "sha", "committed_ts", "patch")
_NO_PATCHES: Final = pd.DataFrame(
    {name: pd.Series(dtype="object" if name == "sha" else "int64") for name in _COLUMNS}
)


def plain_message(message: str) -> str:
    """The message without what tools add to copies of a commit: sign-offs and review trailers, the
    line of `cherry-pick -x`, and ` (#12)` behind the title.
    """
    lines = [line.strip() for line in message.strip().splitlines()]
    if not lines:
        return ""
    kept = [line for line in lines[1:] if line and not _added(line)]
    return "\n".join([_without_number(lines[0]), *kept])


def _added(line: str) -> bool:
    return line.startswith("(cherry picked from commit ") or _TRAILER.match(line) is not None


def _without_number(title: str) -> str:
    for _ in range(_SUFFIXES):
        head, mark, tail = title.rpartition(" (#")
        if not mark or not tail.endswith(")") or not tail[:-1].isdigit():
            break
        title = head.rstrip()
    return title


def patches(commits: pd.DataFrame) -> pd.DataFrame:
    """commit_id, repository_id, sha, committed_ts, patch: the commits that have copies, those of
    one patch with one number.

    commits: commit_id, repository_id, sha, authored_ts, committed_ts, author_id, parents, message.
    Merges, commits without a known author, and messages of a single word are none. What more than
    20 commits share is no patch but the habit of a script.
    """
    keys = ["repository_id", "author_id", "authored_ts"]
    known = (commits["author_id"] != NONE) & (commits["authored_ts"] != NONE)
    dated = commits[known & (commits["committed_ts"] != NONE) & (commits["parents"] <= 1)]
    if dated.empty:
        return _NO_PATCHES.copy()
    table = dated[dated.duplicated(keys, keep=False)]
    plain = [plain_message(message) for message in table["message"]]
    table = table.assign(plain=pd.Series(plain, index=table.index, dtype="object"))
    words = [len(text.split(None, _WORDS)) for text in plain]
    table = table[pd.Series(words, index=table.index, dtype="int64") >= _WORDS]
    grouped = table.groupby([*keys, "plain"], sort=False)
    table = table.assign(patch=grouped.ngroup(), copies=grouped["plain"].transform("size"))
    chosen = table[(table["copies"] > 1) & (table["copies"] <= _MOST)]
    return chosen[list(_NO_PATCHES)].reset_index(drop=True)
