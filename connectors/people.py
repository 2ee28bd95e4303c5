"""Which accounts are machines, by the patterns of the configuration."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from core.records import Person


def person(identity: str | None, *names: str | None, bots: Sequence[str]) -> Person | None:
    """Someone known by `identity`; a bot if it or one of the names matches a pattern. None without
    identity.
    """
    if not identity:
        return None
    known = [name for name in (identity, *names) if name]
    return Person(
        identity, bot=any(_pattern(bot).fullmatch(name) for bot in bots for name in known)
    )


@lru_cache(maxsize=256)
def _pattern(glob: str) -> re.Pattern[str]:
    """`*` and `?` as in globs, brackets as themselves: `*[bot]` is how services name their
    accounts.
    """
    text = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.IGNORECASE | re.DOTALL)
