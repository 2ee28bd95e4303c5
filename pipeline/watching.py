"""What is read again by id until it is final: when each of it is due, kept beside the cursor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

KEY: Final = "_watch"
"""Under this name a stream's cursor holds what is watched: external id -> since, due, tries."""

_WAITS_S = (60, 120, 300, 900, 3600)
_STALE_S = 30 * 86_400


@dataclass(slots=True)
class Watching:
    """The open things of one stream and scope; `moment` is now, in epoch seconds."""

    moment: int
    open: dict[str, list[int]] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, cursor: Mapping[str, Any], moment: int) -> Watching:
        """What was open after the last page of the last pass."""
        return cls(moment, {name: list(entry) for name, entry in cursor.get(KEY, {}).items()})

    def saw(self, name: str, *, is_open: bool) -> None:
        """A payload came, whether by the list or by id; what is open for 30 days is let go."""
        self._seen.add(name)
        since, _, tries = self.open.pop(name, [self.moment, 0, 0])
        if is_open and self.moment - since < _STALE_S:
            wait = _WAITS_S[min(tries, len(_WAITS_S) - 1)]
            self.open[name] = [since, self.moment + wait, tries + 1]

    @property
    def seen(self) -> frozenset[str]:
        """The ids of everything that came in this pass."""
        return frozenset(self._seen)

    def due(self) -> list[str]:
        """What is to be read by id: open, not seen in this pass, and its wait is over, or longer
        than any: it was set by a clock that was ahead.
        """
        return [
            name
            for name, (_, due, _) in sorted(self.open.items())
            if not 0 < due - self.moment <= _WAITS_S[-1] and name not in self._seen
        ]

    def lost(self, names: Iterable[str]) -> None:
        """The source has these no longer."""
        for name in names:
            self.open.pop(name, None)

    def kept(self) -> dict[str, Any]:
        """What goes beside the cursor; nothing where nothing is open."""
        return {KEY: self.open} if self.open else {}
