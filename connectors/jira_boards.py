"""Boards with the statuses of their columns, and sprints: read once an hour, for few change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from connectors.http import Params, SourceClient, body_of
from connectors.ordered import server_time
from connectors.paging import Asker, offset
from connectors.refusals import refusal_of
from connectors.stream import Cursor, Page, Payload, Reading, Scope, Stream, own_id
from connectors.times import iso, utc
from core.errors import SourceError
from core.records import Record

_AGILE = "rest/agile/1.0"
_PAGE = 50
_EVERY = timedelta(hours=1)
_NO_SPRINTS = 400
_OFF = (_NO_SPRINTS, 401, 403, 404)
"""A board without sprints answers 400; a token without the scope of boards 401."""


def board_streams() -> list[Stream]:
    """The boards of each project, and the sprints of each board."""
    return [
        Stream(
            name="boards",
            read=_read_boards,
            id=own_id,
            parse=parse_nothing,
            complete=_add_columns,
            over="projects",
            scope=lambda project: Scope(str(project["id"]), project),
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
    """All rows, unless they were read within the hour; the note tells where they can't be. A 401
    where they were read before is the error that it looks like.
    """
    now = server_time(reading.client)
    read_at = reading.cursor.get("read_at")
    if read_at and now - utc(read_at) < _EVERY:
        return
    following: Params | None = {**asked, "startAt": 0, "maxResults": _PAGE}
    asker = Asker(reading.client, where, "values", post=False, none_on=_OFF)
    note = {}
    while following is not None:
        response, rows = asker.ask(following)
        if response.status_code in _OFF:
            note = _told(refusal_of(response, where), before=reading.cursor)
            break
        yield Page(rows, reading.cursor)
        change = _by_offset(response, following)
        following = None if change is None else {**following, **change}
    yield Page([], {"read_at": iso(now), **note})


def _told(refusal: SourceError | None, *, before: Cursor) -> dict[str, str]:
    """Asked for with `none_on`, for a 401 that is raised would end the pass of all streams."""
    if refusal is None or refusal.status == _NO_SPRINTS:
        return {}
    if refusal.status == 401 and before.get("read_at") and "note" not in before:
        raise refusal
    return {"note": str(refusal)}


_by_offset = offset(items="values")


def _add_columns(client: SourceClient, _scope: Scope, boards: list[Payload]) -> None:
    """Which statuses each column holds; one request for a board that is new or changed."""
    for board in boards:
        where = f"{_AGILE}/board/{board['id']}/configuration"
        answer = client.get(where, none_on=_OFF)
        found = body_of(answer, where) if answer.status_code == 200 else {}
        board["_details"] = {"configuration": found}
