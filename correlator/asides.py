"""Tickets that a message names in passing: what the work follows, resembles or was caused by."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

_KEY: Final = r"\b([A-Z][A-Z0-9_]{1,30}-[1-9][0-9]{0,9})\b"
_WORDS: Final = (
    r"follow(?:s|ing|ed)?[ -]?up (?:to|of|on|for|from)|follows|see(?: also)?|cf\.?"
    r"|relate[sd][ -]to|related|similar to|same as in|like in|as in|since|caused by"
    r"|introduced (?:by|in|with)|broken (?:by|in|since)|regression (?:of|from|in)|depends on"
    r"|blocked by|needed (?:by|for)|prepares"
)
_ASIDE: Final = re.compile(rf"\b(?i:{_WORDS})[ \t:]{{1,4}}(?:ticket |issue )?{_KEY}")
_ANY: Final = re.compile(_KEY)


def asides(message: str) -> frozenset[str]:
    """The keys that stand behind such words wherever the message names them; none where it names
    no ticket otherwise, for then one of them is all that tells what the work was for.

    `SHOP-12: retry` with `Follow-up to SHOP-5` below it names SHOP-5 in passing.
    """
    every = Counter(_ANY.findall(message))
    if len(every) < 2:
        return frozenset()
    passing = Counter(_ASIDE.findall(message))
    found = frozenset(key for key, count in passing.items() if count >= every[key])
    return found if len(found) < len(every) else frozenset()
