"""GitLab's notes of merge requests, and its issues with their events and links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from starlette.responses import Response

from simulator import gitlab_lists as lists
from simulator.gitlab_index import Project
from simulator.gitlab_pages import not_found
from simulator.gitlab_payloads import SITE, Payloads, utc
from simulator.model import MergeRequest
from simulator.model_gitlab import Issue, IssueEvent, Note
from simulator.model_planned import Milestone
from simulator.vendor import Call, Json, json_answer

T = TypeVar("T")
ISSUE_CONSTANTS: Json = {
    "description": None,
    "assignees": [],
    "assignee": None,
    "user_notes_count": 0,
    "merge_requests_count": 0,
    "upvotes": 0,
    "downvotes": 0,
    "confidential": False,
    "discussion_locked": None,
    "severity": "UNKNOWN",
    "weight": None,
    "has_tasks": False,
}


class Page(Protocol):
    """Makes the answer with one page of rows."""

    def __call__(
        self, call: Call, rows: Sequence[T], make: Callable[[T], Json], *, totals: bool = True
    ) -> Response: ...


class Talk:
    def __init__(self, make: Payloads, page: Page) -> None:
        self.make = make
        self.page = page
        self._notes: dict[int, list[Note]] = {}
        for note in make.index.world.notes:
            self._notes.setdefault(note.request, []).append(note)

    def notes(self, call: Call, request: MergeRequest) -> Response:
        """By creation, the newest first unless asked otherwise."""
        found = lists.ordered(
            list(self._notes.get(request.id, ())),
            call.query,
            lambda row: row.at,
            lambda row: row.id,
        )
        return self.page(call, found, lambda note: self._note(request, note))

    def _note(self, request: MergeRequest, note: Note) -> Json:
        return {
            "id": note.id,
            "type": None,
            "body": note.body,
            "author": self.make.user(note.author),
            "created_at": utc(note.at),
            "updated_at": utc(note.at),
            "system": note.system,
            "noteable_id": request.id,
            "noteable_type": "MergeRequest",
            "noteable_iid": request.iid,
            "resolvable": False,
            "confidential": False,
            "internal": False,
        }

    def issues(self, call: Call, project: Project, path: tuple[str, ...]) -> Response:
        """The list; or one issue by its number, with its events and links."""
        if not path:
            found = lists.issues(project.issues, call.query)
            return self.page(call, found, lambda row: self._issue(project, row))
        issue = next((row for row in project.issues if str(row.iid) == path[0]), None)
        if issue is None:
            return not_found("Issue")
        match path[1:]:
            case ():
                return json_answer(self._issue(project, issue))
            case ("resource_state_events",):
                states = [event for event in issue.events if not event.label]
                return self.page(call, states, lambda row: self._state_event(issue, row))
            case ("resource_label_events",):
                labels = [event for event in issue.events if event.label]
                return self.page(call, labels, lambda row: self._label_event(issue, row))
            case ("links",):
                return json_answer(self._links(issue))
        return json_answer({"error": "404 Not Found"}, 404)

    def _issue(self, project: Project, issue: Issue) -> Json:
        reference = f"#{issue.iid}"
        return {
            **ISSUE_CONSTANTS,
            "id": issue.id,
            "iid": issue.iid,
            "project_id": project.id,
            "title": issue.title,
            "state": "closed" if issue.closed else "opened",
            "created_at": utc(issue.created),
            "updated_at": utc(issue.updated),
            "closed_at": utc(issue.closed),
            "closed_by": self.make.user(issue.events[-1].by) if issue.closed else None,
            "labels": issue.labels,
            "author": self.make.user(issue.author),
            "type": issue.type.upper(),
            "issue_type": issue.type,
            "web_url": f"{SITE}/{project.path}/-/issues/{issue.iid}",
            "references": {
                "short": reference,
                "relative": reference,
                "full": f"{project.path}{reference}",
            },
            "moved_to_id": issue.moved_to,
            "milestone": self._milestone_of(issue),
            "due_date": issue.due.isoformat() if issue.due else None,
        }

    def _milestone_of(self, issue: Issue) -> Json | None:
        known = self.make.index.world.milestones
        found = next((one for one in known if one.id == issue.milestone), None)
        return self.milestone(found) if found else None

    def milestone(self, milestone: Milestone) -> Json:
        """A milestone of a project, as it appears in lists and in issues."""
        world, project = self.make.index.world, self.make.index.projects[milestone.repository]
        made = utc(world.start)
        return {
            "id": milestone.id,
            "iid": milestone.iid,
            "project_id": project.id,
            "title": milestone.title,
            "description": "",
            "state": "closed" if milestone.closed else "active",
            "created_at": made,
            "updated_at": made,
            "due_date": milestone.due.isoformat(),
            "start_date": milestone.start.isoformat(),
            "expired": milestone.due < world.now.date(),
            "web_url": f"{SITE}/{project.path}/-/milestones/{milestone.iid}",
        }

    def _event(self, issue: Issue, event: IssueEvent) -> Json:
        return {
            "id": event.id,
            "user": self.make.user(event.by),
            "created_at": utc(event.at),
            "resource_type": "Issue",
            "resource_id": issue.id,
        }

    def _state_event(self, issue: Issue, event: IssueEvent) -> Json:
        return {**self._event(issue, event), "state": "reopened" if event.on else "closed"}

    def _label_event(self, issue: Issue, event: IssueEvent) -> Json:
        label = {"name": event.label, "color": "#428bca", "description": "", "text_color": "#fff"}
        action = "add" if event.on else "remove"
        return {
            **self._event(issue, event),
            "label": {"id": _label_number(event.label), **label},
            "action": action,
        }

    def _links(self, issue: Issue) -> list[Json]:
        """Both ends of each link, worded for this one."""
        everything: list[tuple[Project, Issue]] = [
            (project, row)
            for project in self.make.index.projects.values()
            for row in project.issues
        ]
        found: list[Json] = []
        for project, other in everything:
            blocked, blocks = other.id == issue.blocked_by, other.blocked_by == issue.id
            if blocked or blocks:
                since = utc(issue.linked if blocked else other.linked)
                found.append(
                    {
                        **self._issue(project, other),
                        "issue_link_id": min(issue.id, other.id),
                        "link_type": "is_blocked_by" if blocked else "blocks",
                        "link_created_at": since,
                        "link_updated_at": since,
                    }
                )
        return found


def _label_number(name: str) -> int:
    return sum(name.encode())
