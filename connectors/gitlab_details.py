"""What GitLab's lists leave out, asked for once for each thing that changed: there is no list of
these over a whole project.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.gitlab_project import in_project, one, rows, rows_or_none
from connectors.gitlab_reviews import kept_notes
from connectors.http import Params, SourceClient, for_each
from connectors.stream import Payload, Scope
from connectors.unread import details_of

CHILD = "parent_pipeline"
_REPEATED_IN_JOBS = ("user", "commit", "pipeline", "project", "runner", "artifacts")


def add_commits_and_notes(client: SourceClient, scope: Scope, requests: list[Payload]) -> None:
    """The commits of each request, which git forgets once the branch is squashed and deleted, and
    the steps of its review.
    """

    def add(request: Payload) -> None:
        path = in_project(f"merge_requests/{request['iid']}", scope)
        oldest_first = {"order_by": "created_at", "sort": "asc"}
        commits = rows_or_none(client, f"{path}/commits")
        notes = rows_or_none(client, f"{path}/notes", oldest_first)
        request["_details"] = details_of(
            request,
            commits=commits,
            notes=None if notes is None else kept_notes(notes),
        )

    for_each(client, add, requests)


def add_jobs(client: SourceClient, scope: Scope, pipelines: list[Payload]) -> None:
    """The jobs with earlier attempts. They have the times that the list leaves out; where there
    are none to see, the pipeline itself is asked. What may not be read any more stays as it was.
    """

    def add(pipeline: Payload) -> None:
        path = in_project(f"pipelines/{pipeline['id']}", scope)
        found = rows_or_none(client, f"{path}/jobs", {"include_retried": True})
        pipeline["_details"] = details_of(
            pipeline,
            pipeline={} if found else one(client, path),
            jobs=None if found is None else [_kept_of(job) for job in found],
        )

    for_each(client, add, pipelines)


def _kept_of(job: Payload) -> Payload:
    return {name: value for name, value in job.items() if name not in _REPEATED_IN_JOBS}


def add_tiers_and_roots(client: SourceClient, scope: Scope, deployments: list[Payload]) -> None:
    """The tier of each environment, which a deployment does not repeat, in one list for the page;
    and the pipeline that a child pipeline hangs below.
    """
    found = rows_or_none(client, in_project("environments", scope))
    tiers = {environment["id"]: environment.get("tier") for environment in found or ()}
    roots = _Roots(client, scope)
    for deployment in deployments:
        environment = deployment.get("environment") or {}
        pipeline = (deployment.get("deployable") or {}).get("pipeline") or {}
        tier = None if found is None else tiers.get(environment.get("id")) or ""
        deployment["_details"] = details_of(deployment, tier=tier)
        if pipeline.get("source") == CHILD:
            deployment["_details"]["root"] = roots.of(pipeline)


@dataclass(slots=True)
class _Roots:
    """Finds the pipeline above a child pipeline. Only the parent knows it, in its trigger jobs, and
    both have the same commit: the pipelines of the commit are asked, the latest before it first.
    """

    client: SourceClient
    scope: Scope
    _of_sha: dict[tuple[str, int], list[Payload]] = field(default_factory=dict)
    _started: dict[str, set[str]] = field(default_factory=dict)

    def of(self, pipeline: Payload) -> str | None:
        """The id of the topmost pipeline; None where the parent is no longer there."""
        above: Payload | None = pipeline
        seen: set[str] = set()
        while above is not None and above.get("source") == CHILD and str(above["id"]) not in seen:
            seen.add(str(above["id"]))
            above = self._parent(above)
        return None if above is None else str(above["id"])

    def _parent(self, child: Payload) -> Payload | None:
        """Looked for among the children too, as these may start children of their own."""
        for more in ({}, {"source": CHILD}):
            for row in self._before(child, more):
                if str(child["id"]) in self._children(str(row["id"])):
                    return row
        return None

    def _before(self, child: Payload, more: Params) -> list[Payload]:
        asked = (str(child["sha"]), len(more))
        if asked not in self._of_sha:
            path = in_project("pipelines", self.scope)
            self._of_sha[asked] = list(rows(self.client, path, {"sha": child["sha"], **more}))
        earlier = [row for row in self._of_sha[asked] if int(row["id"]) < int(child["id"])]
        return sorted(earlier, key=lambda row: int(row["id"]), reverse=True)

    def _children(self, number: str) -> set[str]:
        if number not in self._started:
            bridges = rows(self.client, in_project(f"pipelines/{number}/bridges", self.scope))
            below = [bridge.get("downstream_pipeline") or {} for bridge in bridges]
            self._started[number] = {str(row["id"]) for row in below if row.get("id")}
        return self._started[number]
