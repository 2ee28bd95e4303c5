"""Which accounts are machines, by the patterns of the configuration."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from core.records import Person


def person(
    identity: str | None,
    *names: str | None,
    bots: Sequence[str],
    email: Any = None,
    username: Any = None,
    name: Any = None,
    app: bool = False,
) -> Person | None:
    """Someone known by `identity`; a bot if it, one of the names or what else is told matches a
    pattern, or the vendor says so (`app`). None without identity.
    """
    if not identity:
        return None
    told = [text if isinstance(text, str) else "" for text in (email, username, name)]
    known = {text for text in (identity, *names, *told) if text}
    bot = app or any(_pattern(bot).fullmatch(text) for bot in bots for text in known)
    return Person(identity, bot, *told)


@lru_cache(maxsize=256)
def _pattern(glob: str) -> re.Pattern[str]:
    """`*` and `?` as in globs, brackets as themselves: `*[bot]` is how services name their
    accounts.
    """
    text = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.IGNORECASE | re.DOTALL)
