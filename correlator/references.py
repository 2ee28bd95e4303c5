"""References to issues of code hosts in text: `#12` means that of the text's own repository,
`group/project#12` that of another. Whether such an issue exists is for the caller to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import pandas as pd

from core.frames import NONE

_PLACE: Final = r"[\w.-]+(?:/[\w.-]+)*"
# Not inside a word, an address, a character's number (`&#39;`) or a longer number.
_REFERENCE: Final = rf"(?<![\w&/#.-])(?P<place>{_PLACE})?#(?P<number>[1-9]\d{{0,8}})(?![\w])"
_BARE: Final = re.sub(r"\?P<\w+>", "?:", _REFERENCE)
_ADDRESS: Final = r"[A-Za-z][A-Za-z0-9+.-]*://\S+"
_FOUND: Final = re.compile(f"{_ADDRESS}|{_REFERENCE}")
# The words on which GitLab and GitHub close an issue once the text is merged, and lists after them.
_CLOSING: Final = re.compile(
    r"\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)\b"
    rf":?\s+(?:issues?\s+)?{_BARE}(?:(?:,\s*(?:and\s+)?|\s+and\s+)(?:issues?\s+)?{_BARE})*",
    re.IGNORECASE,
)
_OF_ANOTHER_KIND: Final = re.compile(
    r"\b(?:prs?|pull requests?|mrs?|merge requests?|builds?|jobs?|pipelines?|runs?|steps?|parts?|"
    r"stages?|rounds?|attempts?|releases?|versions?):?\s*$",
    re.IGNORECASE,
)
_BEFORE: Final = 18  # characters in which such a word stands
_KINDS: Final = {
    "row": "int64",
    "place": "object",
    "number": "int64",
    "closes": "bool",
    "titled": "bool",
}


def references(texts: Iterable[str]) -> pd.DataFrame:
    """All references in many texts: row (position of the text, from 0), place ("" for the own
    repository of the text), number, closes (a word before it has the vendor close the issue),
    titled (it stands in the first line).

    `PR #12` and `build #12` are none: they say what else they number.
    """
    found = [
        (row, *reference)
        for row, text in enumerate(texts)
        if "#" in text
        for reference in _references(text)
    ]
    return pd.DataFrame(found, columns=list(_KINDS)).astype(_KINDS)


def _references(text: str) -> list[tuple[str, int, bool, bool]]:
    closing = [match.span() for match in _CLOSING.finditer(text)]
    title = len(text.partition("\n")[0])
    found: dict[tuple[str, int], tuple[bool, bool]] = {}
    for match in _FOUND.finditer(text):
        if match["number"] is None:
            continue
        begins = match.start()
        if _OF_ANOTHER_KIND.search(text, max(0, begins - _BEFORE), begins):
            continue
        named = match["place"] or "", int(match["number"])
        closes = any(low <= begins < high for low, high in closing)
        before = found.get(named, (False, False))
        found[named] = before[0] or closes, before[1] or begins < title
    return [(*named, *how) for named, how in found.items()]


def referred_items(
    found: pd.DataFrame,
    homes: Sequence[int],
    *,
    repositories: pd.DataFrame,
    item_keys: pd.DataFrame,
) -> pd.DataFrame:
    """The issues that exist among `references`: row, item_id, key, closes, titled.

    homes: the repository_id of each text. A place without a slash is a project beside that one. An
    issue is looked for at the source of the text; letters may be large or small.
    """
    known = repositories.set_index("repository_id")
    own = known.reindex([homes[row] for row in found["row"]])
    own = own.fillna({"path": "", "source_id": NONE})
    keys = [
        _key(home, place, number)
        for home, place, number in zip(own["path"], found["place"], found["number"], strict=True)
    ]
    table = found.assign(source_id=own["source_id"].to_numpy(), lower=pd.Series(keys, dtype=object))
    issues = item_keys[item_keys["key"].str.contains("#", regex=False)]
    issues = issues.assign(lower=issues["key"].str.lower())
    named = table.merge(issues, on=["source_id", "lower"])
    return named[["row", "item_id", "key", "closes", "titled"]]


def _key(home: str, place: str, number: int) -> str:
    if "/" not in place:
        namespace = home.rpartition("/")[0]
        place = f"{namespace}/{place}" if place else home
    return f"{place}#{number}".lower()


_NUMBERED: Final = re.compile(r"([1-9]\d{0,8})-[A-Za-z]")


def branch_references(branches: Iterable[str]) -> pd.DataFrame:
    """Issues by which a branch is named as the vendors name those that they make for an issue,
    `12-fix-login`; the columns of `references`.
    """
    found = [
        (row, "", int(match[1]), False, True)
        for row, branch in enumerate(branches)
        if (match := _NUMBERED.match(branch))
    ]
    return pd.DataFrame(found, columns=list(_KINDS)).astype(_KINDS)
