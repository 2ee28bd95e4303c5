"""A sample of links that is the same whoever draws it, and how many of the judged ones are right
(C15).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

SAMPLE: Final = 30


def drawn(month: str, names: Sequence[str], *, size: int = SAMPLE) -> list[int]:
    """The positions of the `size` names that come first by a hash of the month and the name.

    That is a random draw without a state: the same names give the same sample on every machine, and
    a name that comes later moves at most one other out.
    """
    return sorted(range(len(names)), key=lambda place: (_rank(month, names[place]), names[place]))[
        :size
    ]


def _rank(month: str, name: str) -> bytes:
    return hashlib.sha256(f"{month}\n{name}".encode()).digest()
