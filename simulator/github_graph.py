"""GitHub's GraphQL over the same world as its REST API: things by node id, points of its own.

Limits and errors: docs.github.com/en/graphql/overview (rate limits and query limits).
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from simulator.github_actions import Runs
from simulator.github_index import Deployed, Status
from simulator.github_payloads import Payloads, landed
from simulator.github_reviews import Given
from simulator.github_shapes import utc
from simulator.gitlab_index import Project
from simulator.graphql import MissingError, QueryError, Run, Thing, counted, listed, parsed
from simulator.model import Commit, MergeRequest
from simulator.vendor import Json

_MOST_NODES = 500_000
_KINDS = {"PullRequestReview": ("fullDatabaseId", "id", "state", "submittedAt", "author", "body")}
"""What introspection tells, of the types that clients look at before they ask."""


class Graph:
    """`hidden`: node ids that this account is refused, which REST would show all the same."""

    def __init__(
        self, runs: Runs, reviews: dict[int, list[Given]], *, hidden: Collection[str] = ()
    ) -> None:
        self.runs, self.reviews, self.hidden = runs, reviews, hidden
        self.make: Payloads = runs.make
        projects = self.make.index.code.projects.values()
        self._pulls = {r.id: (project, r) for project in projects for r in project.requests}
        self._deployments = {
            row.id: (project, row)
            for project in projects
            for row in self.make.index.actions[project.path].deployments
        }

    def cost(self, body: Json) -> int:
        """Points of a query, 1 for one that does not parse; a list for each hundred counts one."""
        try:
            lists, _ = counted(parsed(str(body.get("query")), body.get("variables") or {}))
        except QueryError:
            return 1
        return max(1, round(lists / 100))

    def answer(self, body: Json, points: Json) -> Json:
        """The body of an answer with status 200. points: the `rateLimit` object."""
        run = Run()
        try:
            selected = parsed(str(body.get("query")), body.get("variables") or {})
            _, nodes = counted(selected)
            if nodes > _MOST_NODES:
                raise QueryError(
                    f"This query requests up to {nodes} possible nodes which exceeds the maximum "
                    f"limit of {_MOST_NODES}.",
                    type="MAX_NODE_LIMIT_EXCEEDED",
                )
            data = run.thing(self._root(points), selected, [])
        except QueryError as error:
            return {"errors": [error.told]}
        return {"data": data, **({"errors": run.errors} if run.errors else {})}

    def _root(self, points: Json) -> Thing:
        fields = {
            "rateLimit": Thing("RateLimit", points),
            "nodes": self._nodes,
            "node": self._node,
            "__type": _type,
        }
        return Thing("Query", fields)

    def _nodes(self, ids: Sequence[str]) -> list[Any]:
        return [self._found(name) for name in ids]

    def _node(self, id: str) -> Thing:
        found = self._found(id)
        if isinstance(found, MissingError):
            raise found
        return found

    def _found(self, name: str) -> Thing | MissingError:
        if name in self.hidden:
            return MissingError("FORBIDDEN", "Resource not accessible by personal access token")
        kind, number = _decoded(name)
        if kind == "PullRequest" and number in self._pulls:
            return self._pull(name, *self._pulls[number])
        if kind == "Deployment" and number in self._deployments:
            return self._deployment(name, *self._deployments[number])
        message = f"Could not resolve to a node with the global id of '{name}'"
        return MissingError("NOT_FOUND", message)

    def _pull(self, name: str, project: Project, request: MergeRequest) -> Thing:
        own = [project.commits[sha] for sha in request.commits if sha in project.commits]
        merged = project.commits.get(landed(request)) if request.merged else None

        def inside(commit: Commit) -> Thing:
            return Thing("PullRequestCommit", {"commit": self._commit(project, commit)})

        fields = {
            "id": name,
            "number": request.iid,
            "mergeCommit": self._commit(project, merged) if merged else None,
            "commits": listed("PullRequestCommit", own, inside),
            "reviews": listed("PullRequestReview", self.reviews.get(request.id, []), self._review),
        }
        return Thing("PullRequest", fields)

    def _commit(self, project: Project, commit: Commit) -> Thing:
        told = self.make.commit(project, commit)
        git, who = told["commit"], told["author"]
        user = None if who["type"] == "Bot" else Thing("User", {"login": who["login"]})

        def signature(given: Json) -> Thing:
            # A signature's own date has the zone of whoever made it.
            zoned = datetime.fromisoformat(given["date"]).astimezone(UTC).isoformat()
            return Thing("GitActor", {**given, "date": zoned, "user": user})

        parents = [Thing("Commit", {"oid": parent["sha"]}) for parent in told["parents"]]
        fields = {
            "oid": told["sha"],
            "message": git["message"],
            "authoredDate": git["author"]["date"],
            "committedDate": git["committer"]["date"],
            "author": signature(git["author"]),
            "committer": signature(git["committer"]),
            "parents": listed("Commit", parents, lambda row: row),
        }
        return Thing("Commit", fields)

    def _review(self, given: Given) -> Thing:
        who = self.make.user(given.by)
        login = str(who["login"])
        fields = {
            "fullDatabaseId": str(given.id),
            "state": given.state,
            "submittedAt": utc(given.at),
            "body": given.body,
            "author": Thing(who["type"], {"login": login.removesuffix("[bot]")}),
        }
        return Thing("PullRequestReview", fields)

    def _deployment(self, name: str, project: Project, row: Deployed) -> Thing:
        newest = row.statuses[::-1]

        def status(one: Status) -> Thing:
            told = self.runs.status(project, row, one)
            fields = {
                "state": told["state"].upper(),
                "createdAt": told["created_at"],
                "logUrl": told["log_url"] or None,
            }
            return Thing("DeploymentStatus", fields)

        return Thing(
            "Deployment", {"id": name, "statuses": listed("DeploymentStatus", newest, status)}
        )


def _decoded(name: str) -> tuple[str, int]:
    try:
        found = re.fullmatch(r"([A-Za-z]+)(\d+)", b64decode(name).decode())
    except ValueError:
        return "", 0
    return (found[1], int(found[2])) if found else ("", 0)


def _type(name: str) -> Thing | None:
    if name not in _KINDS:
        return None
    fields = [Thing("__Field", {"name": one}) for one in _KINDS[name]]
    return Thing("__Type", {"name": name, "fields": fields})
