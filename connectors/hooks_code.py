"""What the webhooks of GitHub and GitLab hint at. Scopes are ids of repositories and projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectors.hooks_told import Hint, Told, changed, ids_of, ignored
from core.errors import PayloadError

_BY_OBJECT: Final = {
    "pull_request": ("pull_requests", "pull_request", "number"),
    "pull_request_review": ("pull_requests", "pull_request", "number"),
    "pull_request_review_comment": ("pull_requests", "pull_request", "number"),
    "pull_request_review_thread": ("pull_requests", "pull_request", "number"),
    "issues": ("issues", "issue", "number"),
    "workflow_run": ("workflow_runs", "workflow_run", "id"),
    "deployment": ("deployments", "deployment", "id"),
    "deployment_status": ("deployments", "deployment", "id"),
}
"""By event: the stream, the object in the payload, and what the address of one ends in."""
_CHILD: Final = "parent_pipeline"
_PIPELINES: Final = ("pipelines", "child_pipelines")
_BY_NUMBER: Final = {
    "merge_request": "merge_requests",
    "issue": "issues",
    "work_item": "issues",
    "incident": "issues",
}
_ISSUES: Final = ("issue", "work_item", "incident")
_NOT_READ: Final = "nothing of this kind is read"


def github(event: str, payload: Mapping[str, Any]) -> Told:
    """By the `X-GitHub-Event` header."""
    told = f"{event}.{payload['action']}" if payload.get("action") else event
    if event == "ping":
        return ignored(event, "GitHub tries the address")
    repository = payload.get("repository")
    if not isinstance(repository, Mapping):
        return ignored(told, "it names no repository")
    scope = str(repository["id"])
    if event in _BY_OBJECT:
        stream, name, key = _BY_OBJECT[event]
        return changed(told, Hint(stream, scope, ids_of([payload[name].get(key)])))
    if event == "workflow_job":
        run = ids_of([payload["workflow_job"]["run_id"]])
        return changed(told, Hint("workflow_runs", scope, run))
    if event == "release":
        release = ids_of([payload["release"]["id"]])
        return changed(told, Hint("releases", scope, release), Hint("tags", scope))
    if event == "issue_comment":
        return _github_comment(told, scope, payload["issue"])
    if event == "push":
        return changed(told, *_pushed(str(payload["ref"]), scope))
    if event in ("create", "delete"):
        return changed(told, Hint("tags" if payload["ref_type"] == "tag" else "branches", scope))
    if event == "repository":
        return changed(told, Hint("repositories", "", (scope,)))
    return ignored(told, _NOT_READ)


def _github_comment(told: str, scope: str, issue: Mapping[str, Any]) -> Told:
    """A comment on a pull request may be its first review. Its id here is that of the issue, its
    number its own.
    """
    if "pull_request" in issue:
        return changed(told, Hint("pull_requests", scope, ids_of([issue.get("number")])))
    return ignored(told, "comments on issues are not read")


def _pushed(ref: str, scope: str) -> tuple[Hint, ...]:
    if ref.startswith("refs/tags/"):
        return (Hint("tags", scope),)
    return Hint("branches", scope), Hint("commits", scope)


def gitlab(event: str, payload: Mapping[str, Any]) -> Told:
    """By the payload's own `object_kind`; events of groups have an `event_name` instead."""
    kind = str(payload.get("object_kind") or payload.get("event_name") or event or "unknown")
    told = kind[:200]
    if kind.startswith(("project_", "repository_update", "group_", "subgroup_")):
        return changed(told, Hint("projects"))
    scope = _project(payload)
    if scope is None:
        return ignored(told, "it names no project")
    if kind in ("push", "tag_push"):
        return changed(told, *_pushed(str(payload["ref"]), scope))
    if kind in ("build", "job"):
        named = ids_of([payload.get("pipeline_id")])  # a child or not, which a job does not tell
        return changed(told, *(Hint(name, scope, named) for name in _PIPELINES))
    if kind == "deployment":
        named = ids_of([payload["deployment_id"]])
        return changed(told, Hint("deployments", scope, named), Hint("environments", scope))
    if kind == "milestone":
        return changed(told, Hint("milestones", scope))
    if kind == "release":
        return changed(told, Hint("releases", scope), Hint("tags", scope))
    if kind in _ISSUES and payload["object_attributes"].get("moved_to_id"):
        return changed(told, Hint("issues", scope), Hint("moved_issues", scope))
    if kind == "note":
        return _gitlab_note(told, scope, payload)
    if kind == "pipeline":
        pipeline = payload["object_attributes"]
        stream = _PIPELINES[pipeline.get("source") == _CHILD]
        return changed(told, Hint(stream, scope, ids_of([pipeline["id"]])))
    if kind in _BY_NUMBER:
        number = payload["object_attributes"].get("iid")
        return changed(told, Hint(_BY_NUMBER[kind], scope, ids_of([number])))
    return ignored(told, _NOT_READ)


def _gitlab_note(told: str, scope: str, payload: Mapping[str, Any]) -> Told:
    """A note on a merge request may be its first review."""
    if payload["object_attributes"].get("noteable_type") != "MergeRequest":
        return ignored(told, "only notes on merge requests are read")
    return changed(
        told, Hint("merge_requests", scope, ids_of([payload["merge_request"].get("iid")]))
    )


def _project(payload: Mapping[str, Any]) -> str | None:
    """The number of the project, which some events keep beside the project and some within."""
    project = payload.get("project")
    within = project.get("id") if isinstance(project, Mapping) else None
    found = payload.get("project_id") or within
    attributes = payload.get("object_attributes")
    if found is None and isinstance(attributes, Mapping):
        found = attributes.get("target_project_id") or attributes.get("project_id")
    if found is None:
        return None
    if not isinstance(found, int):
        raise PayloadError("project_id is not a number")
    return str(found)
