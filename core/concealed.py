"""Secrets that are known to this process are never told again, whoever quotes them to us.

A tool, a proxy or a library may put a token into what it says of a fault: an address that it sends
us on to, a value that it can't read. Errors and logs pass through here; SecretStr alone does not
help there.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import lru_cache
from typing import Any
from urllib.parse import quote

SHOWN = "(concealed)"
_SHORTEST = 8
"""Shorter ones stand in too many words; nothing that short keeps anybody out."""
_TOKEN = r"hw_[0-9A-Za-z]{49}"
_known: set[str] = set()


def conceal(secret: str) -> None:
    """Remember a secret, also as it stands in an address."""
    found = {one for one in (secret, quote(secret, safe="")) if len(one) >= _SHORTEST}
    if not found <= _known:
        _known.update(found)
        _pattern.cache_clear()


def conceal_pair(user: str, password: str) -> None:
    """The same of both together, as basic authentication sends them."""
    conceal(b64encode(f"{user}:{password}".encode()).decode("ascii"))


def forget() -> None:
    """Know of none; for tests, which are many programs in one process."""
    _known.clear()
    _pattern.cache_clear()


def concealed(text: str) -> str:
    """A text without them, whatever the case of their letters; our own tokens are known by their
    form.
    """
    return _pattern().sub(SHOWN, text)


def concealed_deep(value: Any) -> Any:
    """The same of all text in what is logged."""
    if isinstance(value, str):
        return concealed(value)
    if isinstance(value, dict):
        return {name: concealed_deep(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [concealed_deep(one) for one in value]
    return value if isinstance(value, int | float | None) else concealed(repr(value))


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_known, key=len, reverse=True)
    return re.compile("|".join([_TOKEN, *map(re.escape, longest_first)]), re.IGNORECASE)
