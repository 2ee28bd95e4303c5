"""What the message of a commit in a manifest repository says: which service, which version.

Bots and people write `shop/web:1.41.0 -> shop/web:1.42.0`, `chore(web): bump to v1.42.0`, `updates
image shop/web tag '1.41.0' to '1.42.0'`, `Deploy web 1.42.0 (was 1.41.0)`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from correlator.reverts import quoted_title, takes_back
from correlator.version_names import number_of

_LONGEST: Final = 10_000
_WORDS: Final = 1_000
_WORD: Final = re.compile(r"[0-9A-Za-z@][0-9A-Za-z._/@:+-]*")
_OLD: Final = frozenset({"from", "was", "previously", "replaces", "replacing", "instead"})
_NEAR: Final = 2
"""So many words after such a one a version is the old one: `from version 1.41.0`."""
_DIGEST: Final = re.compile(r"@sha\d+:[0-9a-f]+", re.I)
_ENDS: Final = "._/@:+-"
_REQUEST: Final = re.compile(r"\([#!]\d{1,9}\)$")
_TITLE: Final = 500  # characters of a title

Names = Mapping[str, Sequence[int]]
"""Services by what they are called, in lower case: their names, the paths of their repositories
and the last parts of those."""


class Told(NamedTuple):
    """A service and what may be its version; the caller looks which is one."""

    service: int
    text: str


def told_in(message: str, names: Names) -> list[Told]:
    """Services with what may be their new version, in the order of the text.

    A version belongs to the service that was named last, on its line or above; one that is named
    before any service belongs to the next on its line. What is said to be the old one is left out.
    """
    found: list[Told] = []
    current: Sequence[int] = ()
    for line in message[:_LONGEST].splitlines():
        waiting: list[str] = []
        near = 0
        for word in _words(line):
            named, version = _named(word, names)
            if named:
                current = named
                found += [Told(one, text) for text in waiting for one in named]
                waiting = []
            if version and not near:
                found += [Told(one, version) for one in current]
                waiting += [] if current else [version]
            near = _NEAR if word.lower() in _OLD else max(near - 1, 0)
    return found


def undoes(message: str) -> bool:
    """Whether it takes back an earlier commit."""
    return message.startswith(("Revert ", "revert ")) and (
        takes_back(message) or not quoted_title(message)
    )


def title_of(message: str) -> str:
    """The first line, without the number of the request that was merged."""
    title = message.partition("\n")[0].strip()[:_TITLE].rstrip()
    return _REQUEST.sub("", title).rstrip()


def meant_title(message: str) -> str:
    """The title of what is taken or brought back, at the end of a chain of quotes."""
    quoted = quoted_title(message)[:_TITLE]
    while inner := quoted_title(quoted):
        quoted = inner
    return title_of(quoted)


def names_of_services(named: Mapping[int, Sequence[str]]) -> Names:
    """By lower-case name, and by the last part of a path, the services that are called so; one
    that has the name itself before those of which a repository ends in it.
    """
    whole: dict[str, set[int]] = defaultdict(set)
    last: dict[str, set[int]] = defaultdict(set)
    for service, (name, *paths) in named.items():
        whole[name.lower()].add(service)
        for path in paths:
            whole[path.lower()].add(service)
            last[path.lower().rpartition("/")[2]].add(service)
    return {text: sorted(found) for text, found in {**last, **whole}.items() if text}


def _words(line: str) -> Iterator[str]:
    for place, match in enumerate(_WORD.finditer(_DIGEST.sub("", line))):
        if place >= _WORDS:
            return
        yield match[0].rstrip(_ENDS)


def _named(word: str, names: Names) -> tuple[Sequence[int], str]:
    """The services that a word names, and the version in it: `shop/web:1.42.0`, `web-1.42.0`."""
    text = word.lower()
    if named := _services(text, names):
        return named, ""
    head, colon, _ = text.rpartition(":")
    if colon and "/" not in text[len(head) :] and (named := _services(head, names)):
        return named, word
    begin = re.match(r"@?(.+?)[-_/@]v?\d", text)
    if begin and (named := _services(begin[1], names)) and number_of(word, frozenset([begin[1]])):
        return named, word
    return (), word if _may_be_version(text) else ""


def _services(text: str, names: Names) -> Sequence[int]:
    """By the whole name, else by the last part of an image's path."""
    text = text.lstrip("@")
    return names.get(text) or (names.get(text.rpartition("/")[2], ()) if "/" in text else ())


def _may_be_version(text: str) -> bool:
    """A figure, and something that a plain count has not."""
    return any(letter.isdigit() for letter in text) and not text.isdigit()
