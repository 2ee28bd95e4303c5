"""A first look at a Jira site: its projects, a board's columns, which types are parents."""

from __future__ import annotations

from connectors.http import Params, SourceClient, body_of
from connectors.jira_issues import CLOUD, DATA_CENTER
from connectors.look import MOST_PLACES, Board, Column, Place, Places
from connectors.paging import offset, pages
from connectors.stream import Payload

_BOARD = "rest/agile/1.0/board"
_OFF = (400, 401, 403, 404)
_REFUSED = (401, 403)
_PAGE = 50
_EPIC = "epic"


def places(client: SourceClient) -> Places:
    """The projects that this account sees, those with the newest changes first where Jira says."""
    server = body_of(client.get(f"{DATA_CENTER}/serverInfo"))
    cloud = server.get("deploymentType") == "Cloud"
    api = CLOUD if cloud else DATA_CENTER
    # Asked first: a list of projects is empty and no error without valid credentials.
    me = body_of(client.get(f"{api}/myself"))
    rows = _projects(client, api)
    shown = sorted(rows, key=lambda row: str(row["key"])) if not cloud else rows
    found = [Place(str(row["key"]), str(row.get("name") or "")) for row in shown]
    account = me.get("displayName") or me.get("accountId") or me.get("name")
    mail = me.get("emailAddress")
    who = f"{account} <{mail}>" if mail else str(account)
    product = f"Jira {'Cloud' if cloud else 'Data Center'} {server.get('version') or ''}".strip()
    return Places(who, product, tuple(found[:MOST_PLACES]), more=len(found) > MOST_PLACES)


def _projects(client: SourceClient, api: str) -> list[Payload]:
    """One more than are shown, at most by some."""
    if api == DATA_CENTER:
        return [row for page in pages(client, f"{api}/project", {}) for row in page]
    found: list[Payload] = []
    asked: Params = {"startAt": 0, "maxResults": _PAGE, "orderBy": "-lastIssueUpdatedTime"}
    listed = pages(
        client,
        f"{api}/project/search",
        asked,
        items="values",
        next_page=offset(items="values"),
    )
    for rows in listed:
        found += rows
        if len(found) > MOST_PLACES:
            break
    return found


def board(client: SourceClient, project: str) -> Board:
    """The first board of a project."""
    asked: Params = {"projectKeyOrId": project, "maxResults": _PAGE}
    answer = client.get(_BOARD, asked, none_on=_OFF)
    if answer.status_code in _OFF:
        return Board(refused=answer.status_code in _REFUSED)
    boards = body_of(answer, _BOARD).get("values") or []
    if not boards:
        return Board()
    where = f"{_BOARD}/{boards[0]['id']}/configuration"
    told = client.get(where, none_on=_OFF)
    if told.status_code in _OFF:
        return Board(refused=told.status_code in _REFUSED)
    rows = (body_of(told, where).get("columnConfig") or {}).get("columns") or []
    found = [
        Column(str(row.get("name") or ""), tuple(str(s["id"]) for s in row.get("statuses") or ()))
        for row in rows
    ]
    return Board(str(boards[0].get("name") or ""), tuple(found))


def parent_types(client: SourceClient) -> tuple[str, ...]:
    """Names of the types that stand above others, the lowest first: by their level where Jira
    tells it, else the epic.
    """
    where = f"{DATA_CENTER}/issuetype"
    rows = body_of(client.get(where), where)
    above = sorted((row for row in rows if _level(row) > 0), key=_level)
    return tuple(dict.fromkeys(str(row["name"]) for row in above))


def _level(row: Payload) -> int:
    level = row.get("hierarchyLevel")
    return level if isinstance(level, int) else int(str(row.get("name")).casefold() == _EPIC)
