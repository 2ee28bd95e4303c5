"""From a payload to its records, and what is kept out of them or carried over into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from connectors.stream import Payload, Scope, Stream
from core.concealed import concealed
from core.errors import HeadwaterError, PayloadError
from core.record_check import require_sound
from core.records import Record
from pipeline.database import Database
from pipeline.gaps import has_gap
from store import raw, raw_bodies

MISSHAPEN = (
    PayloadError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
)
"""What code that reads a payload raises where the payload is not what its vendor documents."""


def parsed(stream: Stream, scope: Scope, payload: Payload) -> tuple[list[Record], str]:
    """The records of a payload, and why there are none; "" where that is no fault."""
    try:
        return require_sound(stream.parse(payload, scope)), ""
    except (*MISSHAPEN, HeadwaterError, RecursionError) as error:
        own = isinstance(error, HeadwaterError)
        return [], concealed(str(error) if own else f"{type(error).__name__}: {error}")[:300]


def keep(
    database: Database, source_id: int, stream: Stream, changed: Mapping[str, Payload]
) -> None:
    """Have the stream carry over what a source once showed of these and may now cut."""
    if stream.kept is None or not changed:
        return
    with database.read() as session:
        before = raw.payloads(session, source_id, stream.name, changed)
    for name, stored in before.items():
        with suppress(*MISSHAPEN):  # one of the two is odd; parsing tells where it is the new one
            stream.kept(stored, changed[name])


def held_back(
    database: Database, source_id: int, stream: str, payloads: Mapping[str, Payload]
) -> set[str]:
    """Of these payloads those that must not replace what is stored: they lack details that were
    refused, and no payload has them any more from which they could be carried over.
    """
    lacking: Sequence[str] = [name for name, payload in payloads.items() if has_gap(payload)]
    if not lacking:
        return set()
    with database.read() as session:
        return raw_bodies.bare(session, source_id, stream, lacking)
