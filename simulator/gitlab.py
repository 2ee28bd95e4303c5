"""GitLab's REST API v4: authentication, paths, and pages by offset or by key."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from starlette.responses import Response

from simulator import gitlab_lists as lists
from simulator.credentials import GITLAB_TOKEN
from simulator.gitlab_ci import Runs
from simulator.gitlab_index import Index, Project
from simulator.gitlab_pages import Pager, message, not_found
from simulator.gitlab_payloads import SITE, Payloads
from simulator.gitlab_talk import Talk
from simulator.model import World
from simulator.paging import address, link_header, whole_number
from simulator.vendor import Call, Json, bearer_token, json_answer


class Gitlab:
    """One self-managed GitLab.

    hidden: paths of projects without access. totals_up_to: rows beyond which the total is not told.
    """

    def __init__(
        self, world: World, *, hidden: Collection[str] = (), totals_up_to: int = 10_000
    ) -> None:
        self.index = Index(world, hidden)
        self.payloads = Payloads(self.index)
        self.runs = Runs(self.payloads)
        self.page = Pager(totals_up_to).page
        self.talk = Talk(self.payloads, self.page)

    def answer(self, call: Call) -> Response:
        token = call.headers.get("private-token") or bearer_token(call.headers)
        if token != GITLAB_TOKEN:
            return message("401 Unauthorized", 401)
        if call.method != "GET" or call.segments[:2] != ("api", "v4"):
            return message("404 Not Found", 404)
        try:
            return self._route(call, call.segments[2:])
        except lists.BadRequestError as error:
            return message(f"400 Bad request - {error}", 400)

    def refusal(self) -> Response:
        return message("403 Forbidden", 403)

    def _route(self, call: Call, path: tuple[str, ...]) -> Response:
        match path:
            case ("version",):
                return json_answer({"version": "18.5.2-ee", "revision": "a1c3e5d7f90"})
            case ("user",):
                return json_answer(self._self())
            case ("projects",):
                return self._projects(call)
            case ("groups", group, *rest):
                return self._group(call, group, tuple(rest))
            case ("merge_requests",):
                return self._all_requests(call)
            case ("projects", name, *rest):
                project = self.index.find(name)
                if project is None:
                    return message("404 Project Not Found", 404)
                return self._in_project(call, project, tuple(rest))
        return json_answer({"error": "404 Not Found"}, 404)

    def _self(self) -> Json:
        return {
            "id": 1000,
            "username": "headwater",
            "name": "Headwater",
            "state": "active",
            "bot": True,
            "web_url": f"{SITE}/headwater",
        }

    def _projects(self, call: Call) -> Response:
        projects = sorted(self.index.projects.values(), key=lambda project: project.id)
        if call.query.get("pagination") != "keyset":
            return self.page(call, projects[::-1], self.payloads.project)
        if call.query.get("order_by", "created_at") != "id":
            message = "Keyset pagination is not yet available for this type of request"
            return json_answer({"error": message}, 405)
        size = whole_number(call.query.get("per_page"), 20, low=1, high=100)
        after = whole_number(call.query.get("id_after"), 0, low=0, high=2**31)
        page = [project for project in projects if project.id > after][:size]
        headers = {}
        if page:
            # The last page with rows still names a next one, which is empty and names none.
            following = address(f"{call.root}{call.path}", call.query, {"id_after": page[-1].id})
            headers["Link"] = link_header({"next": following})
        return json_answer([self.payloads.project(project) for project in page], headers=headers)

    def _group(self, call: Call, name: str, path: tuple[str, ...]) -> Response:
        group = name
        if name.isdigit():
            names = [key for key, number in self.index.groups.items() if number == int(name)]
            group = names[0] if names else ""
        inside = [p for p in self.index.projects.values() if f"{p.path}/".startswith(f"{group}/")]
        if not group or not inside:
            return message("404 Group Not Found", 404)
        if path == ("projects",):
            deep = call.query.get("include_subgroups") == "true"
            found = [p for p in inside if deep or p.path.rpartition("/")[0] == group]
            return self.page(call, found, self.payloads.project)
        if path == ("merge_requests",):
            return self._requests(call, inside)
        return json_answer({"error": "404 Not Found"}, 404)

    def _all_requests(self, call: Call) -> Response:
        """Without `scope=all` the caller's own requests, of which a reading account has none."""
        wanted = call.query.get("scope", "created_by_me") == "all"
        return self._requests(call, list(self.index.projects.values()) if wanted else [])

    def _requests(self, call: Call, projects: Sequence[Project]) -> Response:
        owner = {request.id: project for project in projects for request in project.requests}
        rows = [request for project in projects for request in project.requests]
        if call.query.get("scope", "all") != "all":
            rows = []
        found = lists.merge_requests(rows, call.query)
        return self.page(call, found, lambda row: self.payloads.merge_request(owner[row.id], row))

    def _in_project(self, call: Call, project: Project, path: tuple[str, ...]) -> Response:
        make = self.payloads
        match path:
            case ():
                return json_answer(make.project(project))
            case ("repository", *rest):
                return self._repository(call, project, tuple(rest))
            case ("merge_requests",):
                return self._requests(call, [project])
            case ("merge_requests", iid, *rest):
                return self._request(call, project, iid, tuple(rest))
            case ("pipelines",):
                found = lists.pipelines(project.pipelines, call.query)
                return self.page(call, found, lambda row: self.runs.pipeline(project, row))
            case ("pipelines", number, *rest):
                return self._pipeline(call, project, number, tuple(rest))
            case ("deployments",):
                rows = lists.deployments(project.deployments, call.query)
                return self.page(call, rows, lambda row: self.runs.deployment(project, row))
            case ("deployments", number):
                known = [row for row in project.deployments if str(row.id) == number]
                found_one = [self.runs.deployment(project, row) for row in known]
                return json_answer(found_one[0]) if found_one else not_found("")
            case ("environments",):
                names = project.environments
                return self.page(call, names, lambda row: self.runs.environment(project, row))
            case ("releases",):
                tags = lists.releases(project, call.query)
                return self.page(call, tags, lambda name: make.release(project, name))
            case ("milestones",):
                own = [one for one in self.index.world.milestones if one.repository == project.path]
                return self.page(call, own[::-1], self.talk.milestone)
            case ("issues", *rest):
                return self.talk.issues(call, project, tuple(rest))
        return json_answer({"error": "404 Not Found"}, 404)

    def _repository(self, call: Call, project: Project, path: tuple[str, ...]) -> Response:
        make = self.payloads
        match path:
            case ("branches",):
                names = sorted(project.branches)
                return self.page(call, names, lambda name: make.branch(project, name))
            case ("branches", name) if name in project.branches:
                return json_answer(make.branch(project, name))
            case ("tags",):
                names = lists.tags(project, call.query)
                return self.page(call, names, lambda name: make.tag(project, name))
            case ("commits",):
                if project.head(call.query.get("ref_name", project.default_branch)) is None:
                    return not_found("Branch")
                found = lists.commits(project, call.query)
                return self.page(call, found, lambda row: make.commit(project, row), totals=False)
            case ("commits", sha) if sha in project.commits:
                return json_answer(make.commit(project, project.commits[sha]))
        return not_found("Commit" if path[:1] == ("commits",) else "Branch")

    def _request(self, call: Call, project: Project, iid: str, path: tuple[str, ...]) -> Response:
        make = self.payloads
        request = next((row for row in project.requests if str(row.iid) == iid), None)
        if request is None:
            return not_found("")
        if path == ("commits",):
            # Newest first; GitLab keeps them with the request, squashed or not.
            shas = [sha for sha in reversed(request.commits) if sha in project.commits]
            return self.page(
                call,
                shas,
                lambda sha: make.commit(project, project.commits[sha], parents=False),
            )
        if path == ("notes",):
            return self.talk.notes(call, request)
        if path:
            return json_answer({"error": "404 Not Found"}, 404)
        refs = {"base_sha": None, "head_sha": request.head_sha, "start_sha": None}
        detail = {"diff_refs": refs, "changes_count": "1", "head_pipeline": None}
        return json_answer({**make.merge_request(project, request), **detail})

    def _pipeline(
        self, call: Call, project: Project, number: str, path: tuple[str, ...]
    ) -> Response:
        build = next((row for row in project.pipelines if str(row.id) == number), None)
        if build is None:
            return not_found("")
        match path:
            case ():
                return json_answer(self.runs.pipeline_detail(project, build))
            case ("jobs",):
                stages = lists.jobs(build, call.query)
                return self.page(call, stages, lambda stage: self.runs.job(project, build, stage))
            case ("bridges",):
                children = [row for row in project.pipelines if row.parent == build.id]
                return self.page(call, children, lambda row: self.runs.bridge(project, build, row))
        return json_answer({"error": "404 Not Found"}, 404)
