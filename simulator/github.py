"""GitHub's REST API of an enterprise server: authentication, paths, pages, limits, ETags."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TypeVar

from starlette.responses import Response

from simulator import github_lists as lists
from simulator.credentials import GITHUB_TOKEN
from simulator.github_actions import Runs
from simulator.github_graph import Graph
from simulator.github_index import Actions, GithubIndex, latest
from simulator.github_limits import Allowance
from simulator.github_payloads import Payloads
from simulator.github_reviews import review, reviews_of
from simulator.github_shapes import own_account
from simulator.gitlab_index import Project
from simulator.model import World
from simulator.paging import Window, address, link_header, whole_number
from simulator.vendor import Call, Json, bearer_token, json_answer

T = TypeVar("T")


class Github:
    """One enterprise server. `hidden`: paths of repositories without access. `refused`: node ids
    that GraphQL keeps to itself.
    """

    def __init__(
        self,
        world: World,
        *,
        hidden: Collection[str] = (),
        refused: Collection[str] = (),
        limit_per_hour: int = 5000,
        points_per_hour: int = 5000,
    ) -> None:
        self.index = GithubIndex(world, hidden)
        self.payloads = Payloads(self.index)
        self.runs = Runs(self.payloads)
        self.reviews = reviews_of(world.notes)
        self.graph = Graph(self.runs, self.reviews, hidden=refused)
        self._requests = Allowance("core", limit_per_hour)
        self._points = Allowance("graphql", points_per_hour)
        self._lock = threading.Lock()

    def answer(self, call: Call) -> Response:
        """With the limits, and 304 where the caller has the answer already: that one is free.

        The API is at `/api/v3`, as on an enterprise server, and at the root, as on github.com.
        """
        if call.segments[:1] == ("api",):
            call = replace(
                call, segments=call.segments[2 if call.segments[1:2] == ("v3",) else 1 :]
            )
        if (call.method, call.segments) == ("POST", ("graphql",)):
            return self._graphql(call)
        response = self._answer(call)
        fresh = True
        if response.status_code == 200:
            tag = f'W/"{hashlib.sha256(response.body).hexdigest()}"'
            fresh = call.headers.get("if-none-match") != tag
            if not fresh:
                response = Response(status_code=304)
            response.headers["ETag"] = tag
        with self._lock:
            self._requests.take(int(fresh))
            response.headers.update(self._requests.headers())
        return response

    def refusal(self) -> Response:
        return _message("Resource not accessible by personal access token", 403)

    def _graphql(self, call: Call) -> Response:
        if bearer_token(call.headers) != GITHUB_TOKEN:
            return _message("Bad credentials", 401)
        body = call.json()
        cost = self.graph.cost(body)
        with self._lock:
            spent = not self._points.take(cost)
            points, headers = self._points.told(cost), self._points.headers()
        if spent:
            told = {"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1000."}
            return json_answer({"errors": [told]}, headers=headers)
        return json_answer(self.graph.answer(body, points), headers=headers)

    def _answer(self, call: Call) -> Response:
        if bearer_token(call.headers) != GITHUB_TOKEN:
            return _message("Bad credentials", 401)
        if call.method != "GET":
            return _message("Not Found", 404)
        match call.segments:
            case ("user",):
                return json_answer(own_account(self.index.world.start))
            case ("meta",):
                return json_answer(
                    {"verifiable_password_authentication": True, "installed_version": "3.19.1"}
                )
            case ("user", "repos"):
                return self._page(call, self._all(), self.payloads.repository)
            case ("orgs", owner, *rest):
                return self._owner(call, owner, tuple(rest))
            case ("repos", owner, name, *rest):
                return self._below(call, self.index.find(owner, name), tuple(rest))
            case ("repositories", number, *rest) if number.isdigit():
                found = self.index.code.by_id.get(int(number))
                return self._below(call, found, tuple(rest))
        return _message("Not Found", 404)

    def _all(self) -> list[Project]:
        return sorted(self.index.code.projects.values(), key=lambda project: project.path)

    def _owner(self, call: Call, owner: str, path: tuple[str, ...]) -> Response:
        inside = [project for project in self._all() if project.group == owner]
        if not inside:
            return _message("Not Found", 404)
        if path == ("repos",):
            return self._page(call, inside, self.payloads.repository)
        return json_answer(self.payloads.owner(inside[0]))

    def _below(self, call: Call, project: Project | None, path: tuple[str, ...]) -> Response:
        if project is None:
            return _message("Not Found", 404)
        if not path:
            return json_answer(self.payloads.full_repository(project))
        actions = self.index.actions[project.path]
        return (
            self._code(call, project, path)
            or self._talk(call, project, path)
            or self._ran(call, project, actions, path)
            or self._deployed(call, project, actions, path)
            or _message("Not Found", 404)
        )

    def _code(self, call: Call, project: Project, path: tuple[str, ...]) -> Response | None:
        make = self.payloads
        match path:
            case ("branches",):
                names = sorted(project.branches)
                return self._page(call, names, lambda name: make.branch(project, name))
            case ("tags",):
                names = sorted(project.tags, reverse=True)
                return self._page(call, names, lambda name: make.tag(project, name))
            case ("releases",):
                return json_answer([])
            case ("commits",):
                start = call.query.get("sha", project.default_branch)
                if project.head(start) is None:
                    return _message(f"No commit found for SHA: {start}", 422)
                found = lists.commits(project, call.query)
                return self._page(call, found, lambda row: make.commit(project, row))
            case ("commits", sha):
                commit = project.commits.get(sha)
                if commit is None:
                    return _message(f"No commit found for SHA: {sha}", 422)
                return json_answer(make.commit(project, commit))
        return None

    def _talk(self, call: Call, project: Project, path: tuple[str, ...]) -> Response | None:
        """Issues and pull requests, which share their numbers."""
        make = self.payloads
        match path:
            case ("issues",):
                found = lists.issues(project.requests, call.query)
                return self._page(call, found, lambda row: make.issue(project, row))
            case ("pulls",):
                found = lists.pulls(project.requests, call.query)
                return self._page(call, found, lambda row: make.pull(project, row))
            case ("issues" | "pulls" as what, number, *rest):
                request = next((r for r in project.requests if str(r.iid) == number), None)
                if request is None:
                    return _message("Not Found", 404)
                if rest == ["commits"]:
                    # Oldest first, squashed or not.
                    shas = [sha for sha in request.commits if sha in project.commits]
                    rows = [project.commits[sha] for sha in shas]
                    return self._page(call, rows, lambda row: make.commit(project, row))
                if rest == ["reviews"]:
                    given = self.reviews.get(request.id, [])
                    return self._page(call, given, lambda row: review(make, project, request, row))
                if rest == ["timeline"]:
                    return json_answer([])
                if not rest:
                    one = make.issue if what == "issues" else make.full_pull
                    return json_answer(one(project, request))
        return None

    def _ran(
        self, call: Call, project: Project, actions: Actions, path: tuple[str, ...]
    ) -> Response | None:
        make = self.runs
        match path:
            case ("actions", "runs"):
                found = lists.runs(actions.runs, call.query)
                shown = found[: lists.MOST_FILTERED] if lists.is_filtered(call.query) else found
                return self._page(
                    call,
                    shown,
                    lambda row: make.run(project, row),
                    items="workflow_runs",
                    total=len(found),
                )
            case ("actions", "runs", number, *rest):
                build = next((row for row in actions.runs if str(row.id) == number), None)
                if build is not None and rest == ["jobs"]:
                    every = call.query.get("filter") == "all"
                    stages = build.stages if every else latest(build)
                    return self._page(
                        call, stages, lambda row: make.job(project, build, row), items="jobs"
                    )
                return json_answer(make.run(project, build)) if build and not rest else None
        return None

    def _deployed(
        self, call: Call, project: Project, actions: Actions, path: tuple[str, ...]
    ) -> Response | None:
        make = self.runs
        match path:
            case ("environments",):
                names = list(enumerate(actions.environments, start=1))
                return self._page(
                    call,
                    names,
                    lambda row: make.environment(project, row[1], row[0]),
                    items="environments",
                )
            case ("deployments",):
                rows = lists.deployments(actions.deployments, call.query)
                return self._page(call, rows, lambda row: make.deployment(project, row))
            case ("deployments", number, *rest):
                one = next((row for row in actions.deployments if str(row.id) == number), None)
                if one is not None and rest == ["statuses"]:
                    newest = one.statuses[::-1]
                    return self._page(call, newest, lambda row: make.status(project, one, row))
                return json_answer(make.deployment(project, one)) if one and not rest else None
        return None

    def _page(
        self,
        call: Call,
        rows: Sequence[T],
        make: Callable[[T], Json],
        *,
        items: str = "",
        total: int | None = None,
    ) -> Response:
        """A list, or one inside an object with a count, which may be more than can be listed."""
        size = whole_number(call.query.get("per_page"), 30, low=1, high=100)
        number = whole_number(call.query.get("page"), 1, low=1, high=2**31)
        window = Window(number, size, len(rows))
        links = _links(call, window)
        headers = {"Link": link_header(links)} if links else {}
        body = [make(row) for row in rows[window.rows]]
        counted = {"total_count": len(rows) if total is None else total, items: body}
        return json_answer(counted if items else body, headers=headers)


def _links(call: Call, window: Window) -> dict[str, str]:
    """No relation leads to where the caller is: without another page there is no header at all."""
    pages: dict[str, int] = {}
    if window.number > 1:
        pages |= {"prev": window.number - 1, "first": 1}
    if window.number < window.last:
        pages |= {"next": window.number + 1, "last": window.last}
    url = f"{call.root}{call.path}"
    return {name: address(url, call.query, {"page": page}) for name, page in pages.items()}


def _message(text: str, status: int) -> Response:
    return json_answer(
        {"message": text, "documentation_url": "https://docs.github.com/rest"}, status
    )
