"""What Jira keeps beside issues: worklogs with their feeds, boards, sprints and versions.

All but the versions follows from the items, so the world needs no draws of its own for it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from starlette.responses import Response

from simulator.jira_catalogue import SITE, Catalogue, jira_time
from simulator.jira_issues import Issues
from simulator.model import Item
from simulator.paging import address, whole_number
from simulator.vendor import Call, Json, json_answer

FEED = 1000
BOARDS = 50
_BOOKED = 4
"""Every fourth item that was worked on has a worklog."""

_DELETED = 97
"""Of so many worklogs one was deleted an hour after it was written."""

_FORTNIGHT = timedelta(days=14)
_AGILE = f"{SITE}/rest/agile/1.0"
_NOTE = "worked on it"
_NOTE_ON_CLOUD: Json = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": _NOTE}]}],
}


class Extras:
    """Worklogs, boards, sprints and versions of one site."""

    def __init__(self, catalogue: Catalogue, issues: Issues, hidden: Collection[str] = ()) -> None:
        self.catalogue = catalogue
        self.issues = issues
        self.hidden = hidden

    @cached_property
    def worklogs(self) -> dict[int, Json]:
        """By id, those that are there."""
        return {n: log for n, log in self._written.items() if n % _DELETED}

    @cached_property
    def _written(self) -> dict[int, Json]:
        worked = [item for item in self.issues.items if item.moves]
        booked = [item for item in worked if int(item.id) % _BOOKED == 0]
        return {int(item.id): self._worklog(item) for item in booked}

    def _worklog(self, item: Item) -> Json:
        at = item.moves[0].at
        base = f"{self.catalogue.base}/issue/{item.id}/worklog/{item.id}"
        return {
            "self": base,
            "author": self.catalogue.user(item.moves[0].by),
            "updateAuthor": self.catalogue.user(item.moves[0].by),
            "created": jira_time(at),
            "updated": jira_time(at),
            "started": jira_time(item.moves[0].at),
            "timeSpent": "2h",
            "timeSpentSeconds": 7200,
            "id": item.id,
            "issueId": item.id,
            "comment": _NOTE_ON_CLOUD if self.catalogue.edition == "cloud" else _NOTE,
        }

    def feed(self, call: Call, *, deleted: bool) -> Response:
        """`worklog/updated` and `worklog/deleted`: oldest first, the last minute held back."""
        since = whole_number(call.query.get("since"), 0, low=0, high=2**53)
        until = int((self.catalogue.world.now - timedelta(minutes=1)).timestamp() * 1000)
        told = sorted((self._told(n, deleted=deleted), n) for n in self._shown(deleted=deleted))
        rows = [(at, n) for at, n in told if since <= at <= until]
        page = rows[:FEED]
        ends = [at for at, _ in page]
        name = "deleted" if deleted else "updated"
        where = f"{self.catalogue.base}/worklog/{name}"
        answer: Json = {
            "values": [{"worklogId": n, "updatedTime": at, "properties": []} for at, n in page],
            "since": since,
            "until": ends[-1] if ends else since,
            "self": f"{where}?since={since}",
            "lastPage": len(rows) <= FEED,
        }
        if not answer["lastPage"]:
            answer["nextPage"] = address(where, call.query, {"since": ends[-1]})
        return json_answer(answer)

    def _shown(self, *, deleted: bool) -> Sequence[int]:
        return [n for n in self._written if (n % _DELETED == 0) == deleted]

    def _told(self, number: int, *, deleted: bool) -> int:
        at = datetime.strptime(self._written[number]["updated"], "%Y-%m-%dT%H:%M:%S.%f%z")
        return int((at + timedelta(hours=1 if deleted else 0)).timestamp() * 1000)

    def bodies(self, call: Call) -> Response:
        """`worklog/list`: those that are there, of up to 1000 ids."""
        ids = call.json().get("ids") or []
        if not 0 < len(ids) <= FEED:
            return json_answer({"errorMessages": ["ids must hold 1 to 1000 values."]}, 400)
        return json_answer([self.worklogs[n] for n in map(int, ids) if n in self.worklogs])

    def boards(self, call: Call) -> Response:
        """A scrum board for each project."""
        wanted = call.query.get("projectKeyOrId", "")
        projects = list(self.catalogue.projects.values())
        rows = [
            self._board(project)
            for project in projects
            if not wanted or wanted in (project["id"], project["key"])
        ]
        return self._page(call, rows)

    def configuration(self, call: Call, board: str) -> Response:
        """The columns of a board: a status each."""
        project = self._project(board)
        if project is None:
            return json_answer({"errorMessages": ["The requested board cannot be viewed"]}, 404)
        columns = [
            {"name": status["name"], "statuses": [{"id": status["id"]}]}
            for status in self.catalogue.statuses.values()
        ]
        config = {"columns": columns, "constraintType": "none"}
        shown = {name: project[name] for name in ("key", "id", "self", "name")}
        return json_answer(
            {
                **self._board(project),
                "self": f"{call.root}{call.path}",
                "location": {"type": "project", **shown},
                "columnConfig": config,
            }
        )

    def sprints(self, call: Call, board: str) -> Response:
        """A fortnight each, from the beginning of the world up to now."""
        if self._project(board) is None:
            return json_answer({"errorMessages": ["The requested board cannot be viewed"]}, 404)
        world = self.catalogue.world
        count = (world.now - world.start) // _FORTNIGHT + 1
        rows = [self._sprint(int(board), number) for number in range(count)]
        return self._page(call, rows)

    def versions(self, call: Call, name: str) -> Response:
        """Those of a project, by its id or key, in the order in which they were made."""
        projects = self.catalogue.projects.items()
        key = next((key for key, row in projects if name in (key, row["id"])), None)
        if key is None or key in self.hidden:
            message = f"No project could be found with key '{name}'."
            return json_answer({"errorMessages": [message], "errors": {}}, 404)
        own = [one for one in self.catalogue.world.versions if one.project == key]
        return self._page(call, [self.catalogue.version(one, listed=True) for one in own])

    def _sprint(self, board: int, number: int) -> Json:
        start = self.catalogue.world.start + number * _FORTNIGHT
        over = start + _FORTNIGHT < self.catalogue.world.now
        return {
            "id": board * 1000 + number,
            "self": f"{_AGILE}/sprint/{board * 1000 + number}",
            "state": "closed" if over else "active",
            "name": f"Sprint {number + 1}",
            "startDate": jira_time(start),
            "endDate": jira_time(start + _FORTNIGHT),
            "originBoardId": board,
            **({"completeDate": jira_time(start + _FORTNIGHT)} if over else {}),
        }

    def _project(self, board: str) -> Json | None:
        found = self.catalogue.projects.values()
        return next((row for row in found if str(row["id"]) == board), None)

    def _board(self, project: Json) -> Json:
        number = int(project["id"])
        return {
            "id": number,
            "self": f"{_AGILE}/board/{number}",
            "name": f"{project['key']} board",
            "type": "scrum",
            "location": {"projectId": number, "projectKey": project["key"]},
        }

    def _page(self, call: Call, rows: list[Json]) -> Response:
        size = whole_number(call.query.get("maxResults"), BOARDS, low=1, high=BOARDS)
        start = whole_number(call.query.get("startAt"), 0, low=0, high=len(rows))
        return json_answer(
            {
                "maxResults": size,
                "startAt": start,
                "total": len(rows),
                "isLast": start + size >= len(rows),
                "values": rows[start : start + size],
            }
        )
