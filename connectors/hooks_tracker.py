"""What the webhooks of Jira and of Jenkins' plugins hint at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from connectors.hooks_told import Hint, Told, changed, ids_of, ignored
from core.errors import PayloadError


def jira(_event: str, payload: Mapping[str, Any]) -> Told:
    """By `webhookEvent`. Whatever happens around an issue also moves the time of its update."""
    event = str(payload.get("webhookEvent") or "")[:200]
    name = event.removeprefix("jira:")
    if name.startswith("issuelink_"):
        link = payload["issueLink"]
        ends = ids_of([link.get("sourceIssueId"), link.get("destinationIssueId")])
        return changed(event, Hint("issues", "", ends))
    if name.startswith("worklog_"):
        worklog = payload["worklog"]
        issue = Hint("issues", "", ids_of([worklog.get("issueId")]))
        return changed(event, issue, Hint("worklogs", "", ids_of([worklog.get("id")])))
    if name.startswith("issue_"):
        return changed(event, Hint("issues", "", ids_of([payload["issue"]["id"]])))
    if name.startswith("sprint_"):
        sprint = payload["sprint"]
        board = sprint.get("originBoardId")
        named = ids_of([sprint["id"]])
        return changed(event, Hint("sprints", str(board) if isinstance(board, int) else "", named))
    if name.startswith("version_"):
        version = payload["version"]
        project = version.get("projectId")
        scope = str(project) if isinstance(project, int) else ""
        return changed(event, Hint("versions", scope, ids_of([version["id"]])))
    if name.startswith("board_"):
        return changed(event, Hint("boards", "", ids_of([payload["board"]["id"]])))
    if name.startswith("project_"):
        return changed(event, Hint("projects", "", ids_of([payload["project"]["id"]])))
    if not event:
        raise PayloadError("webhookEvent is missing")
    return ignored(event, "nothing of this kind is read")


def jenkins(_event: str, payload: Mapping[str, Any]) -> Told:
    """A build that began or ended, as the Notification and Outbound WebHook plugins tell it, or a
    step of the pipeline itself: `{"job": "shop/web", "number": 12}`.
    """
    build = payload.get("build")
    build = build if isinstance(build, Mapping) else {}
    event = str(build.get("phase") or payload.get("event") or "build")[:200]
    for url in (
        build.get("full_url"),
        build.get("url"),
        payload.get("buildUrl"),
        payload.get("url"),
    ):
        job, number = _of_url(url)
        if job:
            return _built(event, job, number or build.get("number"))
    named = payload.get("job") or payload.get("fullName") or payload.get("jobFullName")
    if isinstance(named, str) and named:
        return _built(event, named, payload.get("number"))
    raise PayloadError("it names no job: send build.url, or job and number")


def _built(event: str, job: str, number: object) -> Told:
    whole = isinstance(number, int) or (isinstance(number, str) and number.isdigit())
    return changed(event, Hint("builds", job, (f"{job}#{number}",) if whole else ()))


def _of_url(url: object) -> tuple[str, str]:
    """The job's full name and the build's number in `.../job/shop/job/web/12/`; "" for neither."""
    if not isinstance(url, str):
        return "", ""
    try:
        parts = [part for part in urlsplit(url).path.split("/") if part]
    except ValueError:
        return "", ""
    start = parts.index("job") if "job" in parts else len(parts)
    names = []
    while start + 1 < len(parts) and parts[start] == "job":
        # Jenkins encodes the name of a branch job twice in addresses: feature%252Fx.
        names.append(unquote(parts[start + 1]))
        start += 2
    number = parts[start] if start < len(parts) and parts[start].isdigit() else ""
    return "/".join(names), number
