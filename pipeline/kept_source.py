"""A source that stays open for a while: who asks of it every few seconds need not ask each time who
we are there, and which projects there are.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field

from connectors.budget import Spent
from connectors.http import SourceClient
from connectors.stream import Connection, Wanted
from core.source_settings import AnySource
from pipeline.clock import now_ts
from pipeline.collect import connected, opened
from pipeline.due import Due
from pipeline.stopping import Stop

KEPT_S = 300


@dataclass(slots=True)
class KeptSource:
    """One source, opened anew after five minutes and after every fault."""

    source: AnySource
    wanted: Wanted
    stop: Stop
    _client: SourceClient | None = None
    _found: Connection | None = None
    _open: ExitStack = field(default_factory=ExitStack)
    _since_ts: int = 0

    def client(self, spent: Spent | None) -> SourceClient:
        """To be read with; `spent` is used of its budget, by whole passes too."""
        if self._client is None or not 0 <= now_ts() - self._since_ts < KEPT_S:
            self.forget()
            self._client = self._open.enter_context(opened(self.source, self.stop, spent=spent))
            self._since_ts = now_ts()
        if self._client.transport is not None:
            self._client.transport.budget.spent = spent
        return self._client

    def connection(self, client: SourceClient, due: Due) -> Connection:
        """What the source offers; asked anew where what is due is in the answer to that."""
        found = self._found
        if found is None or due.is_told_by(found):
            found = self._found = connected(client, self.source, self.wanted)
        return found

    def forget(self) -> None:
        """Close it, so that the next one who asks opens it."""
        self._open.close()
        self._client = self._found = None
