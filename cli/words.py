"""How values are written for people; the same table as the dashboard's."""

from __future__ import annotations

from datetime import datetime

from core.reasons import reasons as reasons
from core.written import duration as duration
from core.written import money as money
from core.written import money_range as money_range
from core.written import share as share

THIN = "\u2009"


def moment(text: str | None) -> str:
    """`14 Nov 2026 09:03` of an ISO time in UTC; a dash for none."""
    if text is None:
        return "–"
    return datetime.fromisoformat(text).strftime("%d %b %Y %H:%M").lstrip("0")
