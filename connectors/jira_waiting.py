"""Worklogs whose issue is not stored: the feed tells of them once, and an index that lags, or a
move into a project that is read, may bring the issue later.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.stream import Cursor, Payload
from connectors.times import epoch_ms

_DAYS = 30
_DAY_MS = timedelta(days=1) // timedelta(milliseconds=1)
_MOST = 10_000
_NOTE = (
    f"more than {_MOST:,} worklogs belong to issues that are not read; of an issue that is moved"
    " in, older ones are missing until: headwater sync --full"
)


@dataclass(slots=True)
class Waiting:
    """ids: of each worklog its issue and the day, counted from the epoch, on which it was told; the
    first told come first.
    """

    ids: dict[str, tuple[str, int]]
    today: int

    @classmethod
    def of(cls, cursor: Cursor, now: datetime) -> Waiting:
        """Those of the last days; the others are of projects that nobody reads here."""
        today = epoch_ms(now) // _DAY_MS
        kept: Mapping[str, Any] = cursor.get("waiting", {})
        return cls({id: (i, day) for id, (i, day) in kept.items() if today - day <= _DAYS}, today)

    def ready(self, stored: Callable[[Iterable[str]], set[str]]) -> list[str]:
        """Of which the issue is there now. stored: which of these issues are."""
        if not self.ids:
            return []
        there = stored({issue for issue, _ in self.ids.values()})
        return [id for id, (issue, _) in self.ids.items() if issue in there]

    def settle(self, asked: Iterable[str], apart: Collection[Payload]) -> None:
        """apart: of these worklogs those whose issue is not there: only they wait."""
        for id in asked:
            self.ids.pop(id, None)
        for row in apart:
            self.ids[str(row["id"])] = (str(row.get("issueId")), self.today)
        for id in list(self.ids)[: max(0, len(self.ids) - _MOST)]:
            del self.ids[id]

    def kept(self) -> Cursor:
        """As it goes into a cursor."""
        if not self.ids:
            return {}
        return {"waiting": dict(self.ids), **({"note": _NOTE} if len(self.ids) == _MOST else {})}
