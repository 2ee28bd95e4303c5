"""What the name of a version means: a tag, a sha within it, or a moving name that means nothing.

`v1.2.3`, `web-1.2.3`, `registry.example:5000/shop/web:1.2.3`, `web-1.2.3.jar`,
`pkg:oci/web@sha256%3A...?tag=1.2.3`, `1.2.3-14-gabc1234` and `main-3f2a91c0-1700000000` are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qs, unquote

_LONGEST: Final = 300
_REMEMBERED: Final = 50_000
_DIGEST: Final = re.compile(r"@?\b(?:sha(?:256|384|512)|md5)[:=][0-9a-f]{32,}$", re.I)
_FILE: Final = re.compile(
    r"\.(?:jar|war|ear|zip|tar\.(?:gz|bz2|xz)|tgz|gz|nupkg|gem|apk|exe)$", re.I
)
_DESCRIBED: Final = re.compile(r"^.+-\d+-g([0-9a-f]{7,40})$", re.I)
_DIRTY: Final = re.compile(r"[-._+](?:dirty|modified)\b", re.I)
_TOKEN: Final = re.compile(r"[0-9A-Za-z]+")
_HEX: Final = re.compile(r"[0-9a-f]{7,40}|[0-9a-f]{64}")
_SNAPSHOT: Final = re.compile(r"(?:^|[-._])snapshot", re.I)
_WORD: Final = re.compile(r"(?:releases?|rel|versions?|ver|tags?)[-_/.@]+|[vr](?=[-_.]?\d)[-_.]?")
_NUMBER: Final = re.compile(r"\d+(?:[.+-][0-9a-z]+)*")
_UNDERSCORE: Final = re.compile(r"(?<=\d)_(?=\d)")
_PREFIXES: Final = 5
_SAID_TO_BE_SHA: Final = frozenset({"sha", "git", "commit", "rev"})
_MOVING: Final = re.compile(
    "latest|stable|main|master|trunk|develop|development|dev|head|edge|nightly|canary|current"
    "|production|prod|staging|stage|test|testing|release|next|snapshot|unstable|lts|default"
    "|beta|alpha|rc|preview",
    re.I,
)
"""Names that mean another commit tomorrow."""


@dataclass(frozen=True, slots=True)
class Meant:
    """texts: what a tag may be called, likeliest first; empty where nothing may be looked up.

    image: the last part of the image's, package's or artefact's name. shas: what may be a sha,
    abbreviated or whole. beyond: what is meant lies behind a tag that the text begins with.
    """

    texts: tuple[str, ...] = ()
    image: str = ""
    shas: tuple[str, ...] = ()
    beyond: bool = False


@lru_cache(_REMEMBERED)
def meant(text: str) -> Meant:
    """What a version, tag, image, package URL or file name says; nothing for a moving name."""
    text = text.strip().strip("\"'")
    if not text or len(text) > _LONGEST or any(letter.isspace() for letter in text):
        return Meant()
    if text.startswith("refs/") and not text.startswith("refs/tags/"):
        return Meant()
    texts, image = _parts(text.removeprefix("refs/tags/"))
    kept = tuple(dict.fromkeys(one for one in texts if one and not _DIRTY.search(one)))
    shas = tuple(dict.fromkeys(sha for one in kept for sha in _shas(one)))
    named = tuple(one for one in kept if not is_moving(one))
    return Meant(named, image.lower(), shas, any(_DESCRIBED.match(one) for one in kept))


def is_moving(text: str) -> bool:
    """Whether a name stands for another commit tomorrow: `latest`, `main`, `1.2.3-SNAPSHOT`."""
    return bool(_MOVING.fullmatch(text) or _SNAPSHOT.search(text))


@lru_cache(_REMEMBERED)
def number_of(text: str, names: frozenset[str] = frozenset()) -> str:
    """The number in the name of a version, to compare by: `release-1.2.3` is `1.2.3`.

    names: of service and repository, in lower case, which may stand before it (`web/v1.2.3`); what
    stands behind it (`-rc1`) is part of it. "" where another name stands before the number, or
    there is none.
    """
    rest = text[:_LONGEST].lower().lstrip("@")
    for _ in range(_PREFIXES):
        named = max((n for n in names if n and _begins(rest, n)), key=len, default="")
        word = _WORD.match(rest)
        if named:
            rest = rest[len(named) :].lstrip("-_/@.:")
        elif word:
            rest = rest[word.end() :]
        else:
            break
    rest = _UNDERSCORE.sub(".", rest)
    return rest if _NUMBER.fullmatch(rest) and not is_moving(rest) else ""


def names_of(names: Iterable[str]) -> frozenset[str]:
    """What may stand before a number: each name, and the last part of a path, in lower case."""
    whole = {name.lower().strip("/@") for name in names}
    return frozenset(whole | {name.rpartition("/")[2] for name in whole}) - {""}


def _begins(text: str, name: str) -> bool:
    return text.startswith(name) and text[len(name) : len(name) + 1] in tuple("-_/@.:")


def _parts(text: str) -> tuple[list[str], str]:
    """What may be the tag, likeliest first, and the name of what is versioned."""
    if text.lower().startswith("pkg:"):
        return _package(text[4:])
    whole, text = text, _DIGEST.sub("", text)
    last = text.rpartition("/")[2]
    name, colon, tag = last.rpartition(":")
    if colon:
        return [tag], name.rpartition(":")[2]
    if _FILE.search(last):
        bare = _FILE.sub("", last)
        return [bare], re.split(r"[-_]v?\d", bare, maxsplit=1)[0]
    return ([text] if text == whole else []), ""


def _package(text: str) -> tuple[list[str], str]:
    """A package URL: the qualifier `tag`, then the version where that is no digest."""
    bare, _, query = text.partition("#")[0].partition("?")
    tags = parse_qs(query, max_num_fields=50).get("tag", []) if query.count("&") < 50 else []
    name, at, version = bare.rpartition("@")
    told = _DIGEST.sub("", unquote(version)) if at else ""
    return [*tags, told], unquote(name if at else bare).rpartition("/")[2]


def _shas(text: str) -> list[str]:
    """What may be a sha: hexadecimal, of seven figures or more; a number alone is a date or count
    where nothing says otherwise.
    """
    if described := _DESCRIBED.match(text):
        return [described[1].lower()]
    found: list[str] = []
    before = ""
    for token in (one.lower() for one in _TOKEN.findall(text)):
        whole = len(token) in (40, 64)
        if _HEX.fullmatch(token) and (whole or not token.isdigit() or before in _SAID_TO_BE_SHA):
            found.append(token)
        before = token
    return found
