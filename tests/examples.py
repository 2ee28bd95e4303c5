"""How many random examples a comparison with a slow reference takes."""

from __future__ import annotations

import os

TIMES = int(os.environ.get("REFERENCE_TIMES", "1"))
"""`make references TIMES=50` looks for so many times as long as the suite does."""


def examples(usual: int) -> int:
    """How many are tried where so many are usual."""
    return usual * TIMES
