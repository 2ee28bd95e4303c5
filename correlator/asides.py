"""Tickets that a message names in passing: what the work follows, resembles or was caused by."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from itertools import islice
from typing import Final

_WORDS: Final = (
    r"follow(?:s|ing|ed)?[ -]?up (?:to|of|on|for|from)|follows|see(?: also)?|cf\.?"
    r"|relate[sd][ -]to|related|similar to|same as in|like in|as in|since|caused by"
    r"|introduced (?:by|in|with)|broken (?:by|in|since)|regression (?:of|from|in)|depends on"
    r"|blocked by|needed (?:by|for)|prepares"
)
_DONE: Final = (
    r"fix(?:e[sd])?|close[sd]?|resolve[sd]?|implement(?:s|ed)?|complete[sd]?|address(?:e[sd])?"
    r"|solve[sd]?|finish(?:e[sd])?|refs?|references|for|part of|also|and"
)
_KEY: Final = re.compile(r"\b[A-Z][A-Z0-9_]{1,30}-[1-9][0-9]{0,9}\b")
_ASIDE: Final = re.compile(rf"\b(?:{_WORDS})[ \t:]{{1,4}}(?:ticket |issue )?$", re.IGNORECASE)
_TOLD: Final = re.compile(rf"\b(?:{_DONE})[ \t:#]{{1,4}}(?:ticket |issue )?\W?$", re.IGNORECASE)
_TRAILER: Final = re.compile(r"^\W{0,6}[A-Za-z][A-Za-z-]{1,30}[ \t]{0,2}:")
_BULLET: Final = re.compile(r"[ \t\-*>\[(#]*")
_NEAR: Final = 60  # characters before a key that are looked at
_MOST: Final = 200  # keys of one message; more are a list and not a sentence


def asides(
    message: str, keys: Collection[str], present: Callable[[str], str] = str
) -> frozenset[str]:
    """Of these keys those that stand in passing wherever the message names them; none where it
    names no ticket otherwise, for then one of them is all that tells what the work was for.
    `present` gives a key as it is now for one as it is written, for issues that moved.

    In passing stands what follows words such as `Follow-up to`. Below a first line that names a
    ticket of its own, so does what stands in a sentence (`Needs SHOP-5 as well`): neither in a
    trailer (`Refs: SHOP-5`), nor at the beginning of a line, nor behind `fixes`, `also` and such.
    """
    if sum(1 for _ in islice(_KEY.finditer(message), _MOST + 1)) > _MOST:
        return frozenset()
    first, _, rest = message.strip().partition("\n")
    own, passing = _sorted(first, keys, present, sentences=False)
    sentences = bool(own)
    for line in rest.splitlines():
        told, besides = _sorted(line, keys, present, sentences=sentences)
        own |= told
        passing |= besides
    return frozenset(passing - own) if own else frozenset()


def _sorted(
    line: str, keys: Collection[str], present: Callable[[str], str], *, sentences: bool
) -> tuple[set[str], set[str]]:
    """Of these keys those of a line: its own, and those in passing."""
    own: set[str] = set()
    passing: set[str] = set()
    trailer, bullet = _TRAILER.match(line) is not None, _BULLET.match(line)
    begins = bullet.end() if bullet else 0
    for match in _KEY.finditer(line):
        key = present(match[0])
        if key not in keys:
            continue
        before = line[max(0, match.start() - _NEAR) : match.start()]
        starts = match.start() <= begins
        plain = sentences and not (trailer or starts or _listed(before) or _TOLD.search(before))
        (passing if plain or _ASIDE.search(before) else own).add(key)
    return own, passing


def _listed(before: str) -> bool:
    """Behind another key and a comma: what holds of that one is not told apart."""
    return re.search(r"-\d+[ \t]?[,&/+][ \t]?$", before) is not None
