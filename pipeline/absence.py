"""Notices what a source no longer has, and what it has and was never read: the census."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from connectors.stream import Census, Cursor, Page, Reading
from core.errors import SourceAuthError
from pipeline import gaps
from pipeline.database import Database
from store import raw

KEY: Final = "_census"
"""Under this name a stream's cursor holds the last census: epoch seconds, and what was doubtful."""

DELETED: Final = "deleted"
NOT_VISIBLE: Final = "not_visible"
MOVED: Final = "moved"
_MANY = 20
_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Absent:
    """gone: why, by external id, of what was stored and is no longer there. doubt: a line for a
    person where so much vanished at once that it is rather a lost permission; empty otherwise.
    """

    gone: dict[str, str]
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Last:
    """The last census of a scope; `doubt` stays to be seen until the next one."""

    moment: int
    doubt: str = ""

    @classmethod
    def of(cls, kept: Sequence[Any] | None) -> Last | None:
        """From what `kept` answered; None before the first one."""
        return None if kept is None else cls(*kept)

    def is_over(self, census: Census, moment: int) -> bool:
        """Whether it is time for another one; it is where the last one was made by a clock that was
        ahead.
        """
        return not 0 <= moment - self.moment < census.every.total_seconds()

    def kept(self) -> list[Any]:
        """As JSON that goes beside a cursor."""
        return [self.moment, self.doubt]


def note_of(cursor: Cursor) -> str:
    """What a cursor tells a person of its scope: the connector's note, details that could not be
    read, and the census' doubt.
    """
    last = Last.of(cursor.get(KEY))
    found = [str(cursor.get("note", "")), gaps.told(cursor), last.doubt if last else ""]
    return "; ".join(filter(None, found))


def unread(
    census: Census, reading: Reading, listed: set[str], stored: dict[str, str]
) -> Iterator[Page]:
    """Payloads of what the source lists and the store lacks, or holds as gone."""
    wanted = sorted(name for name in listed if stored.get(name, "lacking"))
    if census.read is not None and wanted:
        for payloads in census.read(reading.client, reading.scope, wanted):
            yield Page(payloads, {})


def overlooked(census: Census, reading: Reading, last: Last | None) -> Iterator[Page]:
    """What changed since the census before the last one, so that a change may take that long to be
    shown; nothing where all was just read whole.
    """
    if census.again is None or last is None:
        return
    since = datetime.fromtimestamp(last.moment, UTC) - census.every
    for payloads in census.again(reading.client, reading.scope, since):
        yield Page(payloads, {})


def listed_now(census: Census, reading: Reading) -> set[str]:
    """The ids of everything that the scope has now."""
    return {name for page in census.ids(reading) for name in page}


def stored_now(database: Database, source_id: int, stream: str, scope: str) -> dict[str, str]:
    """External ids that are stored, each with why it is gone; empty while it is there."""
    with database.read() as session:
        return raw.gone_by_id(session, source_id, stream, scope)


def absent(census: Census, reading: Reading, listed: set[str], stored: dict[str, str]) -> Absent:
    """What is gone since the last look. `SourceAuthError` where a scope that was full is empty: the
    account may no longer see it, and nothing is marked.

    Where a tenth of a scope and more than twenty vanish at once, a permission is the likelier
    reason than so many deletions: all of it is `not_visible`, and its numbers stay.
    """
    present = sorted(name for name, why in stored.items() if not why)
    missing = [name for name in present if name not in listed]
    if not missing:
        return Absent({})
    if not listed:
        raise SourceAuthError(
            f"none of {len(present)} known records is visible any more; "
            "has the account lost its permission? nothing was changed here"
        )
    gone = dict(census.missing(reading.client, reading.scope, missing))
    if len(gone) > _MANY and len(gone) > _SHARE * len(present):
        doubt = (
            f"{len(gone)} of {len(present)} records vanished at once; they stay as last seen. "
            "Check the account's permissions"
        )
        return Absent(dict.fromkeys(gone, NOT_VISIBLE), doubt)
    return Absent(gone)


def check_canaries(
    gone: Mapping[str, str], stored: Mapping[str, str], homes: Mapping[str, str]
) -> None:
    """`SourceAuthError` where all that is known of a project is gone at once, and nothing of it is
    found anywhere: then nobody has deleted it, but it is hidden. One record of it that is still
    there, seen in the list or asked for by its id, says that the project may be seen.

    homes: the projects of items by external id; what is none of these belongs to the scope itself.
    """
    canaries = {homes.get(name, "") for name, why in stored.items() if not why and name not in gone}
    lost = [name for name in gone if gone[name] == DELETED and homes.get(name, "") not in canaries]
    if lost:
        named = ", ".join(sorted({homes.get(name, "") for name in lost}))
        raise SourceAuthError(
            f"none of {len(lost)} known records{' of ' * bool(named)}{named} is visible any more; "
            "has the account lost its permission? nothing was changed here; if they are meant to be"
            " gone, read the source once with --full"
        )


def vanished(
    census: Census, reading: Reading, missing: set[str], homes: Mapping[str, str]
) -> dict[str, str]:
    """Why each of these that were stored is gone, one canary of each project asked along. What is
    hidden with its canary, or has none, is left to the census.
    """
    projects = {homes.get(name, "") for name in missing}
    others = {home: name for name, home in homes.items() if name not in missing}
    canaries = {home: name for home, name in others.items() if home in projects}
    asked = sorted({*missing, *canaries.values()})
    gone = dict(census.missing(reading.client, reading.scope, asked))
    seen = {home for home, name in canaries.items() if name not in gone}
    return {
        name: gone[name]
        for name in sorted(missing)
        if name in gone and (gone[name] != DELETED or homes.get(name, "") in seen)
    }
