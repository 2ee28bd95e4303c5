"""Boards and sprints, read once an hour, and the statuses of the boards' columns once a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx

from connectors.hourly import HOUR, fresh
from connectors.http import Params, body_of
from connectors.ordered import server_time
from connectors.paging import Asker, offset
from connectors.refusals import refusal_of
from connectors.stream import Cursor, Page, Payload, Reading, Scope, Stream, own_id
from connectors.times import iso
from core.records import Record

_AGILE = "rest/agile/1.0"
_PAGE = 50
_DAY = timedelta(days=1)
_NO_SPRINTS = 400
_OFF = (_NO_SPRINTS, 401, 403, 404)
"""A board without sprints answers 400; a token without the scope of boards 401."""


def board_streams() -> list[Stream]:
    """The boards of each project; of each board its columns and its sprints."""
    return [
        Stream(
            name="boards",
            read=_read_boards,
            id=own_id,
            parse=parse_nothing,
            over="projects",
            scope=lambda project: Scope(str(project["id"]), project),
            optional=True,
        ),
        Stream(
            name="board_columns",
            read=_read_columns,
            id=lambda _columns, board: board.id,
            parse=parse_nothing,
            over="boards",
            scope=lambda board: Scope(str(board["id"]), board),
            optional=True,
        ),
        Stream(
            name="sprints",
            read=_read_sprints,
            id=own_id,
            parse=parse_nothing,
            over="boards",
            scope=lambda board: Scope(str(board["id"]), board) if _has_sprints(board) else None,
            optional=True,
        ),
    ]


def parse_nothing(_payload: Payload, _scope: Scope) -> Iterator[Record]:
    """No record: they are kept as they came."""
    return iter(())


def _has_sprints(board: Payload) -> bool:
    return board.get("type") != "kanban"


def _read_boards(reading: Reading) -> Iterator[Page]:
    return _hourly(reading, f"{_AGILE}/board", {"projectKeyOrId": reading.scope.id})


def _read_sprints(reading: Reading) -> Iterator[Page]:
    return _hourly(reading, f"{_AGILE}/board/{reading.scope.id}/sprint", {})


def _hourly(reading: Reading, where: str, asked: dict[str, str]) -> Iterator[Page]:
    """All rows, unless they were read within the hour; the note tells where they can't be."""
    now = server_time(reading.client)
    if fresh(reading, now, HOUR):
        return
    following: Params | None = {**asked, "startAt": 0, "maxResults": _PAGE}
    asker = Asker(reading.client, where, "values", post=False, none_on=_OFF)
    note = {}
    while following is not None:
        response, rows = asker.ask(following)
        if response.status_code in _OFF:
            note = _told(response, where, before=reading.cursor)
            break
        yield Page(rows, reading.cursor)
        change = _by_offset(response, following)
        following = None if change is None else {**following, **change}
    yield Page([], {"read_at": iso(now), **note})


def _read_columns(reading: Reading) -> Iterator[Page]:
    """Which statuses each column of a board holds: once a day, for its row in the list of boards
    does not tell that they changed.
    """
    now = server_time(reading.client)
    if fresh(reading, now, _DAY):
        return
    where = f"{_AGILE}/board/{reading.scope.id}/configuration"
    answer = reading.client.get(where, none_on=_OFF)
    refused = answer.status_code in _OFF
    note = _told(answer, where, before=reading.cursor) if refused else {}
    yield Page([] if refused else [body_of(answer, where)], {"read_at": iso(now), **note})


def _told(response: httpx.Response, where: str, *, before: Cursor) -> dict[str, str]:
    """The note on an answer that was asked for with `none_on`: a 401 that is raised at once ends
    the pass of all streams. Where it was readable before, that is the error it looks like.
    """
    refusal = refusal_of(response, where)
    if refusal is None or refusal.status == _NO_SPRINTS:
        return {}
    if refusal.status == 401 and before.get("read_at") and "note" not in before:
        raise refusal
    return {"note": str(refusal)}


_by_offset = offset(items="values")
