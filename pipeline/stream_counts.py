"""What a pass did with one stream, and what it left to do."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from store import raw

_MANY = 5
"""So many payloads of one pass are not all odd by chance."""


@dataclass(slots=True)
class StreamCounts:
    """What one stream did in this pass, over all its scopes.

    unparsed: payloads kept raw because they make no sense. orphans: records left out because what
    they belong to is not stored (a history of an incident that the filter leaves out). held_back:
    the stream that failed and that must be read before this one, which therefore was not read.
    older: scopes of which older history is still to be read, by the passes that follow. deeper:
    scopes of which older history was read.
    paused: why it was not read to its end although nothing is wrong, and when that goes on.
    """

    pages: int = 0
    seen: int = 0
    changed: int = 0
    unparsed: int = 0
    orphans: int = 0
    errors: list[str] = field(default_factory=list)
    held_back: str = ""
    older: int = 0
    deeper: int = 0
    paused: str = ""

    def __add__(self, later: StreamCounts) -> StreamCounts:
        """Both passes, the later one after this; what is left to do is what that one left."""
        return StreamCounts(
            pages=self.pages + later.pages,
            seen=self.seen + later.seen,
            changed=self.changed + later.changed,
            unparsed=self.unparsed + later.unparsed,
            orphans=self.orphans + later.orphans,
            errors=self.errors + later.errors,
            held_back=later.held_back,
            older=later.older,
            deeper=self.deeper + later.deeper,
            paused=later.paused,
        )


def misunderstood(
    session: Session, source_id: int, source: str, stream: str, counts: StreamCounts
) -> str:
    """A line where none of many payloads that came, or none of all that are stored, make sense;
    empty where only single ones are odd.
    """
    stored = raw.count_records(session, source_id).get(stream, 0)
    unparsed = raw.count_unparsed(session, source_id).get(stream, 0)
    many = counts.changed >= _MANY and counts.unparsed == counts.changed
    if not many and unparsed != stored:
        return ""
    return (
        f"none of {counts.changed if many else stored} payloads could be understood; they are kept"
        " raw, nothing is lost: bring Headwater up to date, then run"
        f" headwater sync --source {source} --full"
    )
