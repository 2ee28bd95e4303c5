"""The one convention of our frames: times are int64 epoch seconds, and `NONE` stands for "not
there".
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pandas as pd

# The names of columns, and text that is worked out, as strings of Python: of frames with a few
# hundred rows pandas spends half of its time on taking Arrow's apart. See `store/read.py` for the
# text that is read.
pd.options.mode.string_storage = "python"

NONE: Final = -(2**63)
"""The int64 that means "none" in every integer column: no NaN, so integers stay integers."""


def to_ts(at: datetime | None) -> int:
    """Epoch seconds of an aware datetime, cut to the second; `NONE` for None.

    `ValueError` for a naive one: `timestamp` would read it in the zone of this machine.
    """
    if at is None:
        return NONE
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at.isoformat()}")
    return int(at.timestamp() // 1)


def from_ts(ts: int) -> datetime | None:
    """The UTC datetime of epoch seconds; None for `NONE`."""
    return None if ts == NONE else datetime.fromtimestamp(ts, UTC)
