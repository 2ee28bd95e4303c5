"""Words in text that are shaped almost like ticket keys: where a person may have mistyped one.

Texts are hostile: so many characters and so many words of each are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

MOST_TEXT: Final = 10_000
"""Characters of a text that are searched."""
MOST_WORDS: Final = 20
"""Words of a text that are looked at."""

# What stands before a word of its own, and what may not follow one: `src/SHOP-1`, `SHOP-1.5`.
_BEFORE: Final = r"(?<![A-Za-z0-9_.\-/\\@&#%=+$:])"
_AFTER: Final = r"(?![A-Za-z0-9_/\\@%=]|\.[A-Za-z0-9]|[,:][0-9]|-[A-Za-z0-9])"
_HYPHENED: Final = re.compile(
    _BEFORE
    + r"(?P<name>[A-Za-z][A-Za-z0-9_]{1,31})(?P<apart>--| -|- |[-\u2010-\u2014\u2212])"
    + r"(?P<number>[OIl]?[0-9][0-9OoIl]{0,8})(?P<more>[A-Za-z]?)"
    + _AFTER
)
_UNHYPHENED: Final = re.compile(
    _BEFORE
    + r"(?P<name>[A-Z][A-Z0-9_]{0,30}[A-Z])(?P<apart>[ _#:]?)"
    + r"(?P<number>[1-9][0-9]{0,9})(?P<more>)"
    + _AFTER
)
_LEADING: Final = re.compile(
    r"[\s\[(]{0,4}(?P<name>[A-Za-z][A-Za-z0-9]{1,31})(?P<apart>[ _#:])"
    r"(?P<number>[1-9][0-9]{0,9})(?P<more>)(?=[:\])](?![0-9]))"
)
_DIGIT_OF: Final = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1"})

_STANDARDS: Final = (
    "AES AMD API ARM ASCII BASE BUG CP CRC CSS CVE CVSS CWE DES DOS EC ECMA EN ES EU FIPS GB GCC GH"
    " GHSA GMT GPT HMAC HTML HTTP HTTPS IBM IE IEEE IP IPV ISO ISSUE JAVA JDK JDBC JEP JLS JRE JSR"
    " JUNIT KB LATIN LOG LTS MB MD MP MR OS PBKDF PEP PID PKCS PR PULL PY PYTHON RC REL RELEASE"
    " REV RFC RHEL RSA SHA SL SLF SQL SSE SSL STEP TCP TLS UCS UDP US UTC UTF UUID V VERSION WIN"
    " WINDOWS X XML"
)
KNOWN_WORDS: Final = frozenset(_STANDARDS.split())
"""Words before numbers that name standards, versions and the like, whatever projects there are."""


class NearWord(NamedTuple):
    """A word that may be a mistyped key. name: as written; apart: between name and number; number:
    of the ticket; more: a letter that sticks to it; odd: whether the number was not plain digits;
    leads: whether it opens the text as keys do, `Shop 12: retry` or `[Shop 12] retry`.
    """

    text: str
    name: str
    apart: str
    number: int
    more: str
    odd: bool
    leads: bool


def near_words(text: str) -> Iterator[NearWord]:
    """Words shaped like a key, well-formed ones too, in order of kind and place."""
    shown = text[:MOST_TEXT]
    left = MOST_WORDS
    if (match := _LEADING.match(shown)) and (word := _word(match, leads=True)):
        yield word
    for pattern in (_HYPHENED, _UNHYPHENED):
        for match in pattern.finditer(shown):
            if word := _word(match, leads=False):
                yield word
                left -= 1
            if not left:
                return


def _word(match: re.Match[str], *, leads: bool) -> NearWord | None:
    """None for a word that names a standard, a version or the like."""
    name = match["name"].upper()
    if name in KNOWN_WORDS or name.rstrip("0123456789_") in KNOWN_WORDS:
        return None
    digits = match["number"].translate(_DIGIT_OF)
    odd = digits != match["number"] or digits.startswith("0")
    if not int(digits):
        return None
    text = match[0].lstrip(" \t\r\n[(")
    return NearWord(text, match["name"], match["apart"], int(digits), match["more"], odd, leads)
