"""Frees what comes in of the words of people who were erased."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy.orm import Session

from core.stand_ins import Eraser
from pipeline.database import Database
from store import erased


class ErasedWords:
    """The words that must not come in again, for one reader at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._eraser = Eraser({}, str)
        self._version = "0"

    def learn(self) -> None:
        """Look whether somebody was erased since the last time; to be asked before each page."""
        with self._database.read() as session:
            version = erased.version(session)
            if version != self._version:
                self._eraser, self._version = erased.eraser_of(session), version

    def taken_out_of(self, payload: Any) -> Any:
        """The payload with stand-ins for these words; the same object where it has none."""
        return self._eraser.payload(payload) if self._eraser else payload


def freed_body(session: Session, body: bytes) -> bytes:
    """The same of a body of JSON; one that is none is left to who reads it."""
    eraser = erased.eraser_of(session)
    if not eraser:
        return body
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    free = eraser.payload(given)
    return body if free is given else orjson.dumps(free)


def freed_row(words: ErasedWords, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """A row of a file without these words; None where it has none."""
    free = words.taken_out_of(given)
    return None if free is given else dict(free)
