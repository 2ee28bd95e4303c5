"""Names for a configuration: lower case, digits and dashes, each once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_LONGEST = 48


def named(text: str, taken: Collection[str] = (), *, otherwise: str = "") -> str:
    """A name made of `text`, or of `otherwise` where nothing is left of it; with a number behind it
    where that is taken.
    """
    base = _plain(text) or _plain(otherwise) or "stream"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:_LONGEST].strip("-")


def words(text: str) -> frozenset[str]:
    """The words of a name, to compare it with others."""
    return frozenset(_plain(re.sub(r"(?<=[a-z])(?=[A-Z])", "-", text)).split("-")) - {""}
