"""What a pass over a source did, and what it left for the next."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.stream_counts import StreamCounts


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What a pass over a source did; `error` is one line for a person, empty when all went well.
    busy: it did nothing, or did not come to its end, because another process is at it.
    """

    source: str
    streams: dict[str, StreamCounts] = field(default_factory=dict)
    requests: int = 0
    error: str = ""
    paused_at: str = ""
    busy: bool = False

    @property
    def paused(self) -> str:
        """Why the pass ended early without a fault, and when it goes on; empty where it did not."""
        return self.paused_at or next((c.paused for c in self.streams.values() if c.paused), "")

    @property
    def problems(self) -> list[str]:
        """One line for the source, or for each stream that failed, in however many scopes."""
        whole = [self.error] if self.error else []
        return whole + [
            f"{stream}: {counts.errors[0]}{_and_more(len(counts.errors) - 1)}"
            for stream, counts in self.streams.items()
            if counts.errors
        ]

    @property
    def seen(self) -> int:
        return sum(counts.seen for counts in self.streams.values())

    @property
    def unparsed(self) -> int:
        """Payloads kept raw because they make no sense."""
        return sum(counts.unparsed for counts in self.streams.values())

    @property
    def changed(self) -> int:
        return sum(counts.changed for counts in self.streams.values())

    @property
    def history_left(self) -> frozenset[str]:
        """Streams with older history to be read at once; none while something is wrong: each pass
        that follows on schedule reads a part all the same.
        """
        left = {name for name, counts in self.streams.items() if counts.older}
        return frozenset() if self.problems or self.paused else frozenset(left)

    @property
    def read_history(self) -> bool:
        """Whether older history came, by which facts change although nothing happened."""
        return any(counts.deeper for counts in self.streams.values())

    def __add__(self, later: SourceReport) -> SourceReport:
        """Both passes over the source, the later one after this."""
        streams = {
            name: self.streams.get(name, StreamCounts()) + later.streams.get(name, StreamCounts())
            for name in {**self.streams, **later.streams}
        }
        requests = self.requests + later.requests
        error = self.error or later.error
        return SourceReport(self.source, streams, requests, error, later.paused_at)


def _and_more(others: int) -> str:
    return f" (and {others} more of its scopes)" if others else ""
