"""Jira, Cloud or Data Center: who is asking, and which answer belongs to which path.

Reads without a login are answered like Jira answers a stranger: 200 with nothing in it, 401 only
for the own user. Wrong credentials are 401 everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from starlette.responses import Response

from simulator.credentials import JIRA_TOKEN, JIRA_USER
from simulator.jira_catalogue import SITE, ZONE, Catalogue, Edition, jira_time
from simulator.jira_extras import Extras
from simulator.jira_issues import Issues
from simulator.jira_search import REMOVED, Search, problem
from simulator.model import Item, World
from simulator.paging import address, whole_number
from simulator.vendor import Call, Json, basic_credentials, bearer_token, json_answer

NOT_FOUND = "Issue does not exist or you do not have permission to see it."
WITH_ISSUE = 100
"""Changelog entries that Cloud embeds in a single issue, the newest."""


class Jira:
    """One Jira site. `hidden`: keys of projects that the account may not browse. `indexed`: the
    issues as its search knows them, where that is not how they are.
    """

    def __init__(
        self,
        world: World,
        *,
        edition: Edition,
        hidden: Collection[str] = (),
        indexed: Sequence[Item] | None = None,
    ) -> None:
        self.world = world
        self.edition = edition
        self.hidden = hidden
        self.catalogue = Catalogue(world, edition)
        self.issues = Issues(self.catalogue, hidden)
        indexed_issues = Issues(self.catalogue, hidden, indexed)
        self.search = Search(self.catalogue, self.issues, indexed_issues)
        self.extras = Extras(self.catalogue, self.issues, hidden)

    def answer(self, call: Call) -> Response:
        anonymous = "authorization" not in call.headers
        if not anonymous and not self._known(call):
            message = "Client must be authenticated to access this resource."
            return json_answer({"message": message, "status-code": 401}, 401)
        versions = ("2", "3", "latest") if self.edition == "cloud" else ("2", "latest")
        match call.segments:
            case ("rest", "api", version, *rest) if version in versions:
                return self._route(call, tuple(rest), anonymous=anonymous)
            case ("rest", "agile", "1.0", "board", *rest) if call.method == "GET":
                return self._boards(call, tuple(rest), anonymous=anonymous)
        return self._no_such_path(call)

    def refusal(self) -> Response:
        return problem("You do not have permission to perform this operation.", 403)

    def _known(self, call: Call) -> bool:
        """Basic on both editions, a personal access token as bearer on Data Center."""
        if self.edition == "datacenter" and bearer_token(call.headers) == JIRA_TOKEN:
            return True
        return basic_credentials(call.headers) == (JIRA_USER, JIRA_TOKEN)

    def _route(self, call: Call, path: tuple[str, ...], *, anonymous: bool) -> Response:
        match call.method, path:
            case "GET", ("serverInfo",):
                return json_answer(self._server_info())
            case "GET", ("myself",):
                return self._myself(anonymous=anonymous)
            case "GET", ("field" | "status" | "statuscategory" | "issuetype" as name,):
                return json_answer(self._listed(name))
            case "GET", ("project",):
                return json_answer([] if anonymous else self._projects())
            case "GET", ("project", "search") if self.edition == "cloud":
                return self._project_page(call, [] if anonymous else self._projects())
            case "GET", ("project", name, "version") if not anonymous:
                return self.extras.versions(call, name)
            case "GET", ("issue", name):
                return self._issue(call, name, anonymous=anonymous)
            case "GET", ("issue", name, "changelog") if self.edition == "cloud":
                return self._changelog(call, name, anonymous=anonymous)
            case "GET", ("worklog", "updated" | "deleted" as name) if not anonymous:
                return self.extras.feed(call, deleted=name == "deleted")
            case "POST", ("worklog", "list") if not anonymous:
                return self.extras.bodies(call)
        if self.edition == "datacenter":
            if path == ("search",):
                return self.search.by_offset(call, anonymous=anonymous)
            return self._no_such_path(call)
        return self._cloud_search(call, path, anonymous=anonymous)

    def _boards(self, call: Call, path: tuple[str, ...], *, anonymous: bool) -> Response:
        match path:
            case _ if anonymous:
                return problem("You are not authenticated.", 401)
            case ():
                return self.extras.boards(call)
            case (board, "configuration"):
                return self.extras.configuration(call, board)
            case (board, "sprint"):
                return self.extras.sprints(call, board)
        return self._no_such_path(call)

    def _cloud_search(self, call: Call, path: tuple[str, ...], *, anonymous: bool) -> Response:
        match call.method, path:
            case _, ("search",):
                return problem(REMOVED, 410)
            case (("GET" | "POST"), ("search", "jql")):
                return self.search.by_token(call, anonymous=anonymous)
            case "POST", _ if anonymous:
                return problem("You are not authenticated.", 401)
            case "POST", ("search", "approximate-count"):
                return self.search.count(call)
            case "POST", ("changelog", "bulkfetch"):
                return self.search.bulk_changelogs(call)
            case "POST", ("issue", "bulkfetch"):
                return self.search.bulk_issues(call)
        return self._no_such_path(call)

    def _no_such_path(self, call: Call) -> Response:
        return json_answer({"message": f"null for uri: {call.path}", "status-code": 404}, 404)

    def _server_info(self) -> Json:
        cloud = self.edition == "cloud"
        return {
            "baseUrl": SITE,
            "version": "1001.0.0-SNAPSHOT" if cloud else "10.3.12",
            "versionNumbers": [1001, 0, 0] if cloud else [10, 3, 12],
            "deploymentType": "Cloud" if cloud else "Server",
            "buildNumber": 100287 if cloud else 10030012,
            "buildDate": "2026-01-12T10:14:02.000+0100",
            "serverTime": jira_time(self.world.now),
            "scmInfo": "0f3a4bb1d1f8b6ed3a0c7ce91e1a2b61f0a9c1d7",
            "serverTitle": "Acme",
        }

    def _myself(self, *, anonymous: bool) -> Response:
        if anonymous:
            message = "Client must be authenticated to access this resource."
            return json_answer({"message": message, "status-code": 401}, 401)
        who: Json = {
            "emailAddress": JIRA_USER,
            "displayName": "Headwater",
            "active": True,
            "timeZone": ZONE.key,
            "locale": "en_GB",
        }
        if self.edition == "cloud":
            return json_answer(
                {"accountId": "5b10a2844c20165700ede21g", "accountType": "app", **who}
            )
        return json_answer({"name": "headwater", "key": "JIRAUSER10100", **who})

    def _listed(self, name: str) -> list[Json]:
        if name == "field":
            return self.catalogue.fields()
        if name == "statuscategory":
            return self.catalogue.categories()
        listed = self.catalogue.statuses if name == "status" else self.catalogue.types
        return list(listed.values())

    def _projects(self) -> list[Json]:
        projects = self.catalogue.projects
        return [project for key, project in projects.items() if key not in self.hidden]

    def _project_page(self, call: Call, projects: list[Json]) -> Response:
        size = whole_number(call.query.get("maxResults"), 50, low=1, high=100)
        start = whole_number(call.query.get("startAt"), 0, low=0, high=len(projects))
        url = f"{call.root}{call.path}"
        page: Json = {
            "self": address(url, call.query, {"startAt": start, "maxResults": size}),
            "maxResults": size,
            "startAt": start,
            "total": len(projects),
            "isLast": start + size >= len(projects),
            "values": projects[start : start + size],
        }
        if not page["isLast"]:
            following = {"startAt": start + size, "maxResults": size}
            page["nextPage"] = address(url, call.query, following)
        return json_answer(page)

    def _issue(self, call: Call, name: str, *, anonymous: bool) -> Response:
        item = None if anonymous else self.issues.find(name)
        if item is None:
            return problem(NOT_FOUND, 404)
        wanted = call.query.get("fields", "*all").split(",")
        expanded = "changelog" in call.query.get("expand", "").split(",")
        log = self.issues.changelog(item, limit=WITH_ISSUE) if expanded else None
        return json_answer(self.issues.issue(item, wanted, changelog=log))

    def _changelog(self, call: Call, name: str, *, anonymous: bool) -> Response:
        item: Item | None = None if anonymous else self.issues.find(name)
        if item is None:
            return problem(NOT_FOUND, 404)
        entries = self.issues.histories(item)
        size = whole_number(call.query.get("maxResults"), 100, low=1, high=100)
        start = whole_number(call.query.get("startAt"), 0, low=0, high=len(entries))
        page: Json = {
            "self": f"{call.root}{call.path}",
            "maxResults": size,
            "startAt": start,
            "total": len(entries),
            "isLast": start + size >= len(entries),
            "values": [self.issues.history(entry) for entry in entries[start : start + size]],
        }
        if not page["isLast"]:
            following = {"startAt": start + size, "maxResults": size}
            page["nextPage"] = address(page["self"], call.query, following)
        return json_answer(page)
