"""What a source refused to tell of things that are stored: when it is asked for again.

Neither the list nor the thing itself changes when a permission comes back, so it is tried: for one
thing of the scope, then later and later; once that one is whole, for all the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.stream import UNREAD, Cursor, Payload

KEY: Final = "_gaps"
"""Under this name a stream's cursor holds its gaps."""

_WAITS_S = (60, 300, 900, 3600, 6 * 3600, 86_400)


def has_gap(payload: Payload) -> bool:
    """Whether a part of the details was refused."""
    details = payload.get("_details")
    return isinstance(details, Mapping) and bool(details.get(UNREAD))


def told(cursor: Cursor) -> str:
    """One line for a person; empty where nothing is missing."""
    names = (cursor.get(KEY) or {}).get("rows") or ()
    if not names:
        return ""
    return (
        f"details of {len(names)} could not be read (403 or 404) and are as they were read last;"
        " grant access: they are asked for again"
    )


@dataclass(slots=True)
class Gaps:
    """The things of one stream and scope that lack details; `moment` is now, in epoch seconds.

    rows: the hash (hex) of each in its list, by external id: what is stored has another one.
    """

    moment: int
    rows: dict[str, str] = field(default_factory=dict)
    due_ts: int = 0
    tries: int = 0
    _noted: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None, moment: int) -> Gaps:
        """From what `kept` answered."""
        kept = kept or {}
        return cls(moment, dict(kept.get("rows", {})), kept.get("due", 0), kept.get("tries", 0))

    def listed(self, name: str, stored: bytes) -> bytes:
        """The hash of a stored thing as its list had it."""
        return bytes.fromhex(self.rows[name]) if name in self.rows else stored

    def saw(self, name: str, digest: bytes, payload: Payload) -> None:
        """A payload was completed, as well as it could be."""
        self._noted.add(name)
        if not has_gap(payload):
            self.rows.pop(name, None)
            return
        if not self.rows:
            self.tries, self.due_ts = 0, self.moment + _WAITS_S[0]
        self.rows[name] = digest.hex()

    def due(self) -> list[str]:
        """What is to be asked for again, another one first at each try; not what this pass met. A
        wait that is longer than any was set by a clock that was ahead.
        """
        waits = 0 < self.due_ts - self.moment <= _WAITS_S[-1]
        names = [] if waits else sorted(self.rows.keys() - self._noted)
        first = self.tries % len(names) if names else 0
        return [*names[first:], *names[:first]]

    def tried(self, names: Iterable[str]) -> bool:
        """Whether any of these, which were asked for, is whole now or gone; sets the next time."""
        closed = any(name not in self.rows for name in names)
        self.tries = 0 if closed else self.tries + 1
        self.due_ts = self.moment + _WAITS_S[min(self.tries, len(_WAITS_S) - 1)]
        return closed

    def lost(self, names: Iterable[str]) -> None:
        """The source has these no longer."""
        for name in names:
            self.rows.pop(name, None)

    def kept(self) -> dict[str, Any]:
        """What goes beside the cursor; nothing where nothing is missing."""
        if not self.rows:
            return {}
        return {KEY: {"rows": self.rows, "due": self.due_ts, "tries": self.tries}}
