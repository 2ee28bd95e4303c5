"""What a moment of an item counts as: one small code per state, and its words.

A code joins state and reason, so that a row of history carries a single int8: `BLOCKED`, `RETURNED`
and `PARKED` are waiting with the reasons "blocked", "returned" and "ignored".
"""

from __future__ import annotations

from typing import Final

NEW: Final = 0
WAITING: Final = 1
ACTIVE: Final = 2
UNKNOWN: Final = 3
DONE: Final = 4
CANCELLED: Final = 5
IGNORED: Final = 6
BLOCKED: Final = 7
RETURNED: Final = 8
PARKED: Final = 9

STATES: Final = ("new", "waiting", "active", "unknown", "done", "cancelled", "ignored")
"""The states by code; the first seven codes are states without a reason."""

REASONS: Final = ("", "blocked", "returned", "ignored")

STATE_OF_CODE: Final = (0, 1, 2, 3, 4, 5, 6, 1, 1, 1)
REASON_OF_CODE: Final = (0, 0, 0, 0, 0, 0, 0, 1, 2, 3)
CODES: Final = 10
