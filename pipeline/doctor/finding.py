"""What a check found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["fault", "warning", "note"]
SEVERITIES: Final = ("fault", "warning", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """check: which one found it. severity: a fault makes numbers wrong, loses data or lets somebody
    in; a warning will become one or costs time; a note is to be known. do: what to do about it.
    """

    check: str
    severity: Severity
    what: str
    do: str
