"""GitLab's shapes of projects, commits, refs and merge requests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zlib import crc32

from simulator.gitlab_index import Index, Project
from simulator.model import Commit, MergeRequest, Person
from simulator.vendor import Json

SITE = "https://gitlab.acme.example"
SSH = "git@gitlab.acme.example"
PROJECT_CONSTANTS: Json = {
    "description": None,
    "tag_list": [],
    "topics": [],
    "archived": False,
    "visibility": "private",
    "squash_option": "default_off",
    "merge_method": "merge",
    "jobs_enabled": True,
    "environments_access_level": "enabled",
}
REQUEST_CONSTANTS: Json = {
    "user_notes_count": 0,
    "upvotes": 0,
    "downvotes": 0,
    "reviewers": [],
    "imported": False,
    "milestone": None,
    "merge_when_pipeline_succeeds": False,
    "merge_status": "can_be_merged",
    "discussion_locked": None,
    "should_remove_source_branch": True,
    "force_remove_source_branch": True,
    "has_conflicts": False,
    "blocking_discussions_resolved": True,
}


def utc(moment: datetime | None) -> str | None:
    """With milliseconds and a Z, as GitLab writes its own times."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def local(moment: datetime, person: Person) -> str:
    """Times inside a commit keep the zone of the author's machine: one for each person."""
    zone = timezone(timedelta(hours=crc32(person.email.encode()) % 4 - 1))
    return moment.astimezone(zone).isoformat(timespec="milliseconds")


def clone_url(path: str) -> str:
    return f"{SITE}/{path}.git"


class Payloads:
    """Payloads of one world."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._users: dict[str, Json] = {}
        self._commits: dict[tuple[str, bool], Json] = {}

    def user(self, person: Person) -> Json:
        found = self._users.get(person.email)
        if found is None:
            found = self._users[person.email] = {
                "id": self.index.user_number(person),
                "username": person.username,
                "name": person.name,
                "state": "active",
                "locked": False,
                "avatar_url": None,
                "web_url": f"{SITE}/{person.username}",
            }
        return found

    def project(self, project: Project) -> Json:
        name = project.path.rpartition("/")[2]
        newest = max(
            (c.committed for c in project.commits.values()), default=self.index.world.start
        )
        return {
            **PROJECT_CONSTANTS,
            "id": project.id,
            "name": name,
            "name_with_namespace": project.path.replace("/", " / "),
            "path": name,
            "path_with_namespace": project.path,
            "created_at": utc(self.index.world.start),
            "default_branch": project.default_branch,
            "ssh_url_to_repo": f"{SSH}:{project.path}.git",
            "http_url_to_repo": clone_url(project.path),
            "web_url": f"{SITE}/{project.path}",
            "last_activity_at": utc(newest),
            "namespace": {
                "id": self.index.groups[project.group],
                "name": project.group,
                "path": project.group,
                "kind": "group",
                "full_path": project.path.rpartition("/")[0],
            },
            "empty_repo": not project.commits,
        }

    def commit(self, project: Project, commit: Commit, *, parents: bool = True) -> Json:
        """A commit; `parent_ids` is empty in the list of a merge request, whose diff keeps none."""
        found = self._commits.get((commit.sha, parents))
        if found is None:
            shown = commit.parents if parents else []
            found = self._commits[commit.sha, parents] = _commit(project, commit, shown)
        return found

    def branch(self, project: Project, name: str) -> Json:
        default = name == project.default_branch
        return {
            "name": name,
            "merged": False,
            "protected": default,
            "developers_can_push": False,
            "developers_can_merge": default,
            "can_push": False,
            "default": default,
            "web_url": f"{SITE}/{project.path}/-/tree/{name}",
            "commit": self.commit(project, project.commits[project.branches[name]]),
        }

    def tag(self, project: Project, name: str) -> Json:
        sha = project.tags[name]
        return {
            "name": name,
            "message": "",
            "target": sha,
            "commit": self.commit(project, project.commits[sha]),
            "release": None,
            "protected": False,
            "created_at": None,
        }

    def release(self, project: Project, name: str) -> Json:
        commit = project.commits[project.tags[name]]
        released = utc(commit.committed)
        return {
            "tag_name": name,
            "name": f"Release {name}",
            "description": None,
            "created_at": released,
            "released_at": released,
            "upcoming_release": False,
            "author": self.user(commit.author),
            "commit": self.commit(project, commit),
            "commit_path": f"/{project.path}/-/commit/{commit.sha}",
            "tag_path": f"/{project.path}/-/tags/{name}",
            "assets": {"count": 0, "sources": [], "links": []},
            "evidences": [],
        }

    def merge_request(self, project: Project, request: MergeRequest) -> Json:
        reference = f"!{request.iid}"
        return {
            **REQUEST_CONSTANTS,
            **self._people(request),
            "id": request.id,
            "iid": request.iid,
            "project_id": project.id,
            "user_notes_count": self.index.remarks[request.id],
            "title": request.title,
            "description": request.description,
            "state": request.state,
            "created_at": utc(request.created),
            "updated_at": utc(request.updated),
            "merged_at": utc(request.merged),
            "closed_at": utc(request.closed),
            "target_branch": project.default_branch,
            "source_branch": request.source_branch,
            "source_project_id": project.id,
            "target_project_id": project.id,
            "labels": request.labels,
            "draft": request.title.startswith("Draft:"),
            "detailed_merge_status": "not_open" if request.state != "opened" else "mergeable",
            "sha": request.head_sha,
            "merge_commit_sha": request.merge_sha,
            "squash_commit_sha": request.squash_sha,
            "reference": reference,
            "references": _references(project, reference),
            "web_url": f"{SITE}/{project.path}/-/merge_requests/{request.iid}",
            "squash": request.squash_sha is not None,
        }

    def _people(self, request: MergeRequest) -> Json:
        author = self.user(request.author)
        return {
            "author": author,
            "assignee": author,
            "assignees": [author],
            "merged_by": author if request.merged else None,
            "merge_user": author if request.merged else None,
            "closed_by": author if request.closed else None,
        }


def _references(project: Project, reference: str) -> Json:
    return {"short": reference, "relative": reference, "full": f"{project.path}{reference}"}


def _commit(project: Project, commit: Commit, parents: list[str]) -> Json:
    author = commit.author
    return {
        "id": commit.sha,
        "short_id": commit.sha[:8],
        "created_at": local(commit.committed, author),
        "parent_ids": parents,
        "title": commit.message.partition("\n")[0],
        "message": commit.message,
        "author_name": author.name,
        "author_email": author.email,
        "authored_date": local(commit.authored, author),
        "committer_name": author.name,
        "committer_email": author.email,
        "committed_date": local(commit.committed, author),
        "trailers": {},
        "extended_trailers": {},
        "web_url": f"{SITE}/{project.path}/-/commit/{commit.sha}",
    }
