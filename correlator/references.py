"""References to issues of code hosts in text: `#12` means that of the text's own repository,
`group/project#12` that of another. Whether such an issue exists is for the caller to say.

Texts are hostile: each step looks at a bounded piece of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from string import ascii_letters, digits
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from core.frames import NONE

_NUMBER: Final = re.compile(r"#([1-9][0-9]{0,8})(?![A-Za-z0-9_])")
_SHORT: Final = re.compile(r"(?<![A-Za-z0-9_./#&-])(?:GH|gh)-([1-9][0-9]{0,8})(?![A-Za-z0-9_-])")
_PLACE: Final = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")
_OF_A_PLACE: Final = frozenset(ascii_letters + digits + "_.-/")
_ADDRESS: Final = re.compile(
    r"https?://(?P<host>[A-Za-z0-9.-]{1,200})(?::[0-9]{1,5})?"
    r"/(?P<place>[A-Za-z0-9_./-]{3,255}?)(?:/-)?/issues/(?P<number>[1-9][0-9]{0,8})"
    r"(?![A-Za-z0-9_])"
)
_LONGEST: Final = 255  # characters of a place
_FAR: Final = 2_000  # characters of an address
# The words on which GitLab and GitHub close an issue once the text is merged.
_CLOSING: Final = re.compile(
    r"\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)\b"
    r":?\s{1,4}(?:issues?\s{1,4})?$",
    re.IGNORECASE,
)
_LISTED: Final = re.compile(
    r"(?:,\s{0,4}(?:and\s{1,4})?|\s{1,4}and\s{1,4})(?:issues?\s{1,4})?", re.I
)
_OF_ANOTHER_KIND: Final = re.compile(
    r"\b(?:prs?|pull requests?|mrs?|merge requests?|builds?|jobs?|pipelines?|runs?|steps?|parts?|"
    r"stages?|rounds?|attempts?|releases?|versions?):?\s{0,4}$",
    re.IGNORECASE,
)
_BEFORE: Final = 40  # characters in which such words stand
_KINDS: Final = {
    "row": "int64",
    "host": "object",
    "place": "object",
    "number": "int64",
    "closes": "bool",
    "titled": "bool",
    "short": "bool",
}


class _Named(NamedTuple):
    """What a text names, from where to where. host: of an address, "" for a reference. short: as
    GitHub alone reads it, `GH-12`.
    """

    begins: int
    ends: int
    host: str
    place: str
    number: int
    short: bool = False


def references(texts: Iterable[str]) -> pd.DataFrame:
    """All references in many texts: row (position of the text, from 0), host (of an issue's
    address, else ""), place ("" for the own repository of the text), number, closes (a word before
    it has the vendor close the issue), titled (it stands in the first line), short (`GH-12`, which
    is one on GitHub only).

    `PR #12` and `build #12` are none: they say what else they number.
    """
    found = [
        (row, *reference)
        for row, text in enumerate(texts)
        if "#" in text or "/issues/" in text or "GH-" in text or "gh-" in text
        for reference in _references(text)
    ]
    return pd.DataFrame(found, columns=list(_KINDS)).astype(_KINDS)


def _references(text: str) -> Iterator[tuple[str, str, int, bool, bool, bool]]:
    title = len(text.partition("\n")[0])
    found: dict[tuple[str, str, int, bool], tuple[bool, bool]] = {}
    last, closed = -1, False
    for one in sorted([*_numbers(text), *_addresses(text), *_shorts(text)]):
        before = text[max(0, one.begins - _BEFORE) : one.begins]
        goes_on = closed and 0 <= one.begins - last <= _BEFORE
        goes_on = goes_on and _LISTED.fullmatch(text, last, one.begins) is not None
        closed, last = goes_on or _CLOSING.search(before) is not None, one.ends
        if not one.host and _OF_ANOTHER_KIND.search(before):
            continue
        told = found.get(one[2:], (False, False))
        found[one[2:]] = told[0] or closed, told[1] or one.begins < title
    for (host, place, number, short), (closes, titled) in found.items():
        yield host, place, number, closes, titled, short


def _numbers(text: str) -> Iterator[_Named]:
    for match in _NUMBER.finditer(text):
        begins = end = match.start()
        while begins and end - begins < _LONGEST and text[begins - 1] in _OF_A_PLACE:
            begins -= 1
        place = text[begins:end]
        inside = begins and text[begins - 1] in "&#"  # of a character's number, say: `&#39;`
        if inside or (place and not _PLACE.fullmatch(place)) or _in_address(text, begins):
            continue
        yield _Named(begins, match.end(), "", place, int(match[1]))


def _in_address(text: str, place: int) -> bool:
    low = max(0, place - _FAR)
    at = text.rfind("://", low, place)
    return at >= 0 and not any(space in text[at:place] for space in " \t\r\n")


def _addresses(text: str) -> Iterator[_Named]:
    for match in _ADDRESS.finditer(text):
        host = match["host"].lower()
        yield _Named(match.start(), match.end(), host, match["place"], int(match["number"]))


def _shorts(text: str) -> Iterator[_Named]:
    for match in _SHORT.finditer(text):
        if not _in_address(text, match.start()):
            yield _Named(match.start(), match.end(), "", "", int(match[1]), short=True)


def referred_items(
    found: pd.DataFrame,
    homes: Sequence[int],
    *,
    repositories: pd.DataFrame,
    item_keys: pd.DataFrame,
    projects: Collection[str] = (),
) -> pd.DataFrame:
    """The issues among `references`: row, item_id (NONE where none has this key), key (in small
    letters where none has it), closes, titled.

    homes: the repository_id of each text. A place without a slash is a project beside that one. An
    issue is looked for at the source of the text, an address only on the host of its repository;
    letters may be large or small. projects: keys of the trackers' projects; `GH-12` refers to an
    issue in a repository of GitHub (its `kind`), unless one of them is GH.
    """
    own = repositories.set_index("repository_id").reindex([homes[row] for row in found["row"]])
    own = own.fillna({"path": "", "source_id": NONE, "url": "", "kind": ""})
    hosts = [_host(url) for url in own["url"]]
    keys = [
        _key(home, place, number)
        for home, place, number in zip(own["path"], found["place"], found["number"], strict=True)
    ]
    here = (found["host"] == "").to_numpy() | (found["host"].to_numpy() == hosts)
    on_github = (own["kind"] == "github").to_numpy() if "GH" not in projects else np.False_
    here &= ~found["short"].to_numpy() | on_github
    table = found.assign(source_id=own["source_id"].to_numpy(), lower=pd.Series(keys, dtype=object))
    issues = item_keys[item_keys["key"].str.contains("#", regex=False)]
    issues = issues.assign(lower=issues["key"].str.lower())
    named: pd.DataFrame = table[here].merge(issues, on=["source_id", "lower"], how="left")
    named["key"] = named["key"].fillna(named["lower"])
    named["item_id"] = named["item_id"].fillna(NONE).astype("int64")
    one = ["row", "item_id", "key"]
    marks = named.groupby(one, as_index=False, sort=False)[["closes", "titled"]].any()
    return marks[[*one, "closes", "titled"]]


def _key(home: str, place: str, number: int) -> str:
    if "/" not in place:
        namespace = home.rpartition("/")[0]
        place = f"{namespace}/{place}" if place else home
    return f"{place}#{number}".lower()


def _host(url: str) -> str:
    """The host of an address as a tool told it; "" where it is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
