"""Time booked on issues: Jira tells of changed and deleted worklogs of the whole site by feeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from connectors.http import SourceClient, body_of
from connectors.jira_changelog import user
from connectors.jira_waiting import Waiting
from connectors.ordered import beginning, server_time
from connectors.paging import batches
from connectors.stream import (
    Cursor,
    Named,
    Page,
    Payload,
    Reading,
    Scope,
    Stream,
    Wanted,
    own_id,
    text_of,
)
from connectors.times import epoch_ms, utc
from core.errors import SourceAnswerError
from core.records import Entity, Gone, Record, Worklog

_ISSUES = "issues"
_WORKLOGS = "worklogs"
_BULK = 1000
_PLACE = ("since", "seen")
"""Where in the feed a cursor is."""


def worklog_streams(api: str, wanted: Wanted) -> list[Stream]:
    """Worklogs of the issues that are read, and which of them are deleted."""
    return [
        Stream(
            name=_WORKLOGS,
            read=partial(_read_changed, api),
            id=own_id,
            parse=partial(parse_worklog, wanted=wanted),
            after=(_ISSUES,),
            patient=True,
            optional=True,
            named=Named(read=partial(_read_named, api)),
        ),
        Stream(
            name="deleted_worklogs",
            read=partial(_read_deleted, api),
            id=_worklog_id,
            parse=parse_deleted,
            after=(_WORKLOGS,),
            patient=True,
            optional=True,
        ),
    ]


def parse_worklog(payload: Payload, _scope: Scope, *, wanted: Wanted) -> Iterator[Record]:
    """Time on an issue; what was written with it is not kept as a record."""
    yield Worklog(
        item=str(payload["issueId"]),
        id=str(payload["id"]),
        started_at=utc(payload["started"]),
        spent_s=int(payload["timeSpentSeconds"]),
        person=user(payload.get("author"), bots=wanted.bots),
    )


def parse_deleted(payload: Payload, scope: Scope) -> Iterator[Record]:
    """A worklog that is there no more."""
    yield Gone(Entity.WORKLOG, _worklog_id(payload, scope), "deleted")


def _worklog_id(payload: Payload, _scope: Scope) -> str:
    return text_of(payload, "worklogId")


def _read_changed(api: str, reading: Reading) -> Iterator[Page]:
    """Bodies of changed worklogs; those of issues that are not stored wait for these, by id."""
    waiting = Waiting.of(reading.cursor, server_time(reading.client))
    place = {name: reading.cursor[name] for name in _PLACE if name in reading.cursor}

    def page(ids: Sequence[str], cursor: Cursor) -> Page:
        where = f"{api}/worklog/list"
        found = _bodies(reading.client, where, [int(id) for id in ids]) if ids else []
        there = reading.known_in(_ISSUES, {str(row.get("issueId")) for row in found})
        apart = [row for row in found if str(row.get("issueId")) not in there]
        waiting.settle(ids, apart)
        ours = [_kept(row) for row in found if str(row.get("issueId")) in there]
        return Page(ours, {**cursor, **waiting.kept()})

    for ids in batches(waiting.ready(partial(reading.known_in, _ISSUES)), _BULK):
        yield page(ids, place)
    for rows, cursor in _feed(reading, f"{api}/worklog/updated"):
        yield page([_worklog_id(row, reading.scope) for row in rows], cursor)


def _read_named(api: str, reading: Reading, ids: Sequence[str]) -> list[Payload]:
    """By their ids: the feed holds back what happened within the last minute."""
    floor = _first(reading)
    found = _ours(reading, api, [int(id) for id in ids])
    return [row for row in found if epoch_ms(utc(row["updated"])) >= floor]


def _ours(reading: Reading, api: str, ids: list[int]) -> list[Payload]:
    """The bodies of those that are booked on issues that are read."""
    found = _bodies(reading.client, f"{api}/worklog/list", ids)
    ours = reading.known_in(_ISSUES, {str(row.get("issueId")) for row in found})
    return [_kept(row) for row in found if str(row.get("issueId")) in ours]


def _read_deleted(api: str, reading: Reading) -> Iterator[Page]:
    for rows, cursor in _feed(reading, f"{api}/worklog/deleted"):
        ours = reading.known_in(_WORKLOGS, {_worklog_id(row, reading.scope) for row in rows})
        yield Page([row for row in rows if _worklog_id(row, reading.scope) in ours], cursor)


def _bodies(client: SourceClient, where: str, ids: list[int]) -> list[Payload]:
    rows = body_of(client.post(where, {"ids": ids}), where)
    if not isinstance(rows, list):
        raise SourceAnswerError(f"{where}: expected a list of worklogs; check `url`")
    return rows


def _kept(row: Payload) -> Payload:
    """The worklog without its text: people write there what is nobody's business here."""
    return {name: value for name, value in row.items() if name != "comment"}


def _feed(reading: Reading, where: str) -> Iterator[tuple[list[Payload], Cursor]]:
    """Rows of `worklogId` and `updatedTime`, oldest first, to the page that says it is the last.

    Cursor: `since`, and `seen`, the times of the ids at that moment, which the feed tells again.
    The feed itself holds the last minute back, so nothing younger is passed over.
    """
    cursor: Cursor = reading.cursor or {"since": _first(reading), "seen": {}}
    while True:
        asked = {"since": cursor["since"]}
        body = body_of(reading.client.get(where, asked), where)
        if not isinstance(body, dict) or not isinstance(body.get("values"), list):
            raise SourceAnswerError(f"{where}: expected `values` of worklogs; check `url`")
        told = {str(row["worklogId"]): row["updatedTime"] for row in body["values"]}
        seen = cursor.get("seen", {})
        fresh = [row for row in body["values"] if seen.get(str(row["worklogId"])) != _time(row)]
        before, cursor = cursor["since"], _moved(cursor, told.items(), until=body.get("until"))
        yield fresh, cursor
        if body.get("lastPage", True):
            return
        if cursor["since"] == before:
            raise SourceAnswerError(
                f"{where}: the feed does not move on from {before}, and says that there is more;"
                " what changed after that can't be read"
            )


def _time(row: Payload) -> Any:
    return row["updatedTime"]


def _moved(cursor: Cursor, told: Iterable[tuple[str, Any]], *, until: Any) -> Cursor:
    since = max(int(until or 0), int(cursor["since"]))
    return {"since": since, "seen": {name: at for name, at in told if int(at) >= since}}


def _first(reading: Reading) -> int:
    first = beginning(reading)
    return epoch_ms(first) if first else 0
