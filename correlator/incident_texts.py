"""What the texts of a service desk name: incidents, changes, versions, commits, builds, tickets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import pandas as pd

from core.records import Entity
from correlator.cases import roots
from correlator.delivery_rules import parse_correlation
from correlator.evidence import Evidence, Found

LONGEST: Final = 20_000  # characters of one text that are read
_SURE: Final = 0.5

_UP_TO_STOP: Final = r"(?:(?!\b(?:but|yet|instead)\b|[\n;]|\.\s).){0,60}"
_DENIED_AFTER: Final = re.compile(
    r"\b(?:unrelated to|independent of|nothing to do with|regardless of|ruled out|excluded"
    r"|not (?:been )?(?:caused|related|due|connected|linked|introduced)(?: by| to| with)?)\b"
    + _UP_TO_STOP,
    re.I,
)
_DENIED_BEFORE: Final = re.compile(
    r"[^\n;,]{0,40}\b(?:is|was|were|are|has been)\s+(?:not (?:the )?(?:cause|culprit|reason)"
    r"|unrelated|innocent|ruled out|excluded|not (?:involved|related))\b",
    re.I,
)
_CAUSE: Final = re.compile(
    r"\b(?:caused by|cause(?: is| was|:)|due to|introduced (?:by|with|in)|triggered by|result of"
    r"|because of|broken by|came with)(?!\w)[^\n.;]{0,40}",
    re.I,
)
_WORD: Final = re.compile(r"[^\W_][\w.+-]*")
_SHA: Final = re.compile(r"(?<![\w-])[0-9a-f]{7,40}(?![\w-])", re.I)
_NAME: Final = re.compile(r"https?://[^\s<>\"'|]+|[\w./%-]{1,200}(?:#|!pipeline/)\d+")
_DEPLOYMENT: Final = re.compile(r"\bdeployments?[ /:#]+(?:id )?#?(\d+)\b", re.I)
_SAYS_VERSION: Final = frozenset({"version", "release", "deployment", "build", "tag", "v"})
_PLAIN: Final = re.compile(r"^(?=.*\d)(?=.*[._-]).{5,}$")


def sure(pairs: pd.DataFrame) -> pd.DataFrame:
    """Of pairs with their combined confidence, those that are more likely right than not."""
    return pairs[pairs["confidence"] >= _SURE]


def plain_text(text: str) -> str:
    """The beginning of a text without what it denies: "unrelated to 4.12" names nothing."""
    text = text[:LONGEST]
    return _DENIED_AFTER.sub(" ", _DENIED_BEFORE.sub(" ", text))


def numbers_in(texts: Iterable[str], known: Iterable[str]) -> pd.DataFrame:
    """row (position of the text, from 0), number: which of the known numbers each text names.

    Numbers such as `INC0010001`, in any case; others than of letters and digits are passed over.
    """
    wanted = {one.upper() for one in known if re.fullmatch(r"[A-Za-z]{2,8}\d{3,12}", one)}
    heads = sorted({one.rstrip("0123456789") for one in wanted})
    if not heads:
        return pd.DataFrame({"row": pd.Series(dtype="int64"), "number": pd.Series(dtype="object")})
    pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(heads)})\d{{3,12}}(?!\w)", re.I)
    rows = [
        (row, number)
        for row, text in enumerate(texts)
        for number in dict.fromkeys(one.upper() for one in pattern.findall(text[:LONGEST]))
        if number in wanted
    ]
    table = pd.DataFrame(rows, columns=["row", "number"])
    return table.astype({"row": "int64", "number": "object"})


def blamed_numbers(texts: Iterable[str], known: Iterable[str]) -> pd.DataFrame:
    """row, number: which change numbers each text gives as the cause ("caused by CHG0030001")."""
    causes = [" ".join(_CAUSE.findall(plain_text(text))) for text in texts]
    return numbers_in(causes, known)


_AS_STATE: Final = re.compile(
    r"\b(?:running|runs|installed|current(?:ly)?|on|using|(?:app|server|client)(?:lication)?)"
    r"[ \t]+(?:(?:app )?(?:version|release|build)[ \t]*[:=]?[ \t]*)?v?$"
    r"|\b(?:version|release|build)[ \t]*[:=][ \t]*v?$"
    r"|\b(?:worked|works|fine|ok|okay)[ \t]+(?:in|on|with|under|until|before)[ \t]+"
    r"(?:(?:version|release|build)[ \t]+)?v?$",
    re.I,
)


def stated_only(text: str, version: str) -> bool:
    """Whether the text tells the version each time as what runs ("running version 4.12", "Version:
    4.12") or what ran well ("worked in 4.12"), which accuses nothing.
    """
    plain = plain_text(text)
    spots = [one.start() for one in re.finditer(re.escape(version), plain, re.I)]
    return bool(spots) and all(_AS_STATE.search(plain[max(0, at - 40) : at]) for at in spots)


def words_of_versions(text: str) -> Iterator[str]:
    """Words of a text that may be a version, in small letters without a leading `v`.

    A word of five characters or more with a digit and a dot or dash may (`4.12.0`); a shorter one
    (`4.12`, `88`) only after `v`, or after a word such as "version" or "release".
    """
    before = ""
    for match in _WORD.finditer(text):
        word = match[0].rstrip(".-+").lower()
        bare = word.removeprefix("v") if word[1:2].isdigit() else word
        if _PLAIN.match(bare) or (
            (bare != word or before in _SAYS_VERSION) and any(map(str.isdigit, bare))
        ):
            yield bare
        before = word


def shas_in(text: str) -> Iterator[str]:
    """Abbreviated or whole shas in small letters; a number or a word is none."""
    for found in _SHA.findall(text):
        sha = found.lower()
        if len(sha) == 40 or (any(map(str.isdigit, sha)) and any(map(str.isalpha, sha))):
            yield sha


def builds_in(text: str) -> Iterator[str]:
    """Builds and pipelines by the names of `parse_correlation`, or by their address."""
    for found in _NAME.findall(text):
        if name := parse_correlation(found.rstrip(".,)]")):
            yield name


def deployments_in(text: str) -> Iterator[str]:
    """Ids in `deployment 4711` or `.../deployments/4711`."""
    yield from _DEPLOYMENT.findall(text)


def incidents_named(evidence: Evidence, found: Found) -> pd.DataFrame:
    """kind, id, incident_id, text: the commits and changes whose texts name an incident, and the
    commits of merge requests and tickets that do. incident_id is that of the case.
    """
    if "incidents_named" not in found.readings:
        found.readings["incidents_named"] = _incidents_named(evidence, found)
    return found.readings["incidents_named"]


def _incidents_named(evidence: Evidence, found: Found) -> pd.DataFrame:
    requests, changes = evidence.merge_requests, evidence.changes
    own = _naming(evidence, evidence.commits["commit_id"], evidence.commits["message"])
    texts = _joined(requests, "title", "source_branch", "description")
    by_request = _naming(evidence, requests["merge_request_id"], texts)
    pairs = found.pairs(Entity.COMMIT, Entity.MERGE_REQUEST)
    via_request = by_request.merge(pairs, left_on="id", right_on="b_id").assign(id=_first)
    items = _naming(evidence, evidence.items["item_id"], evidence.items["title"])
    written = sure(found.pairs(Entity.ITEM, Entity.COMMIT))
    via_item = items.merge(written, left_on="id", right_on="a_id").assign(id=_second)
    under = _naming(evidence, changes["change_id"], _joined(changes, "title", "description"))
    parts = [
        *(one.assign(kind=int(Entity.COMMIT)) for one in (own, via_request, via_item)),
        under.assign(kind=int(Entity.CHANGE)),
    ]
    names = ["kind", "id", "incident_id", "text"]
    table = pd.concat([one[names] for one in parts])
    return table.drop_duplicates(names[:3], ignore_index=True)


def _first(table: pd.DataFrame) -> pd.Series[int]:
    return table["a_id"]


def _second(table: pd.DataFrame) -> pd.Series[int]:
    return table["b_id"]


def _joined(table: pd.DataFrame, *names: str) -> pd.Series[str]:
    columns = zip(*(table[name] for name in names), strict=True)
    return pd.Series(["\n".join(texts) for texts in columns], index=table.index, dtype="object")


def _naming(evidence: Evidence, ids: pd.Series[int], texts: pd.Series[str]) -> pd.DataFrame:
    """id, incident_id, text."""
    incidents = evidence.incidents
    known = pd.DataFrame(
        {
            "number": incidents["number"].str.upper(),
            "incident_id": incidents["incident_id"].map(roots(evidence)).astype("int64"),
        }
    )
    hits = numbers_in(texts, incidents["number"]).merge(known, on="number")
    hits = hits.assign(id=ids.to_numpy("int64")[hits["row"]])
    return hits.assign(text=texts.to_numpy(object)[hits["row"]])


def tokens(texts: pd.DataFrame, read: Callable[[str], Iterator[str]], *, name: str) -> pd.DataFrame:
    """`texts` with a row for each different word that `read` finds in the column `text`."""
    found = [
        (row, word)
        for row, text in enumerate(texts["text"])
        for word in dict.fromkeys(read(plain_text(text)))
    ]
    rows = pd.Series([row for row, _ in found], dtype="int64")
    table = texts.iloc[rows.to_numpy()].reset_index(drop=True)
    return table.assign(**{name: pd.Series([word for _, word in found], dtype="object")})
