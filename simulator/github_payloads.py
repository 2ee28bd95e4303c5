"""GitHub's shapes of commits, refs, issues and pull requests."""

from __future__ import annotations

import hashlib
from datetime import datetime

from simulator.github_index import GithubIndex
from simulator.github_shapes import (
    API,
    SITE,
    account,
    minimal_repository,
    node_id,
    repository,
    utc,
)
from simulator.gitlab_index import Project
from simulator.model import Commit, MergeRequest, Person
from simulator.vendor import Json

_ISSUE_IDS = 1_000_000
"""A pull request has another id as an issue."""


_UNSIGNED: Json = {
    "verified": False,
    "reason": "unsigned",
    **dict.fromkeys(("signature", "payload", "verified_at")),
}


class Payloads:
    """Payloads of one world, those that repeat made once."""

    def __init__(self, index: GithubIndex) -> None:
        self.index = index
        self._users: dict[str, Json] = {}
        self._owners: dict[str, Json] = {}
        self._repositories: dict[str, Json] = {}

    def user(self, person: Person) -> Json:
        found = self._users.get(person.email)
        if found is None:
            number = self.index.code.user_number(person)
            kind, login = "User", person.username
            if person.bot:
                kind, login = "Bot", f"{login.removesuffix('[bot]')}[bot]"
            found = self._users[person.email] = account(login, number, kind=kind)
        return found

    def owner(self, project: Project) -> Json:
        name = project.path.partition("/")[0]
        number = self.index.code.groups[name]
        return self._owners.setdefault(name, account(name, number, kind="Organization"))

    def repository(self, project: Project) -> Json:
        found = self._repositories.get(project.path)
        if found is None:
            start = self.index.world.start
            pushed = max((c.committed for c in project.commits.values()), default=start)
            found = repository(project, self.owner(project), created=start, pushed=pushed)
            self._repositories[project.path] = found
        return found

    def full_repository(self, project: Project) -> Json:
        """As it is given alone."""
        return {**self.repository(project), "network_count": 0, "subscribers_count": 0}

    def minimal(self, project: Project) -> Json:
        return minimal_repository(project, self.owner(project))

    def commit(self, project: Project, commit: Commit) -> Json:
        url = f"{API}/repos/{project.path}"
        who = self.user(commit.author)
        return {
            "sha": commit.sha,
            "node_id": node_id("Commit", commit.sha),
            "commit": {
                "author": _signature(commit.author, who, commit.authored),
                "committer": _signature(commit.author, who, commit.committed),
                "message": commit.message,
                "tree": {"sha": commit.sha[::-1], "url": f"{url}/git/trees/{commit.sha[::-1]}"},
                "url": f"{url}/git/commits/{commit.sha}",
                "comment_count": 0,
                "verification": _UNSIGNED,
            },
            "url": f"{url}/commits/{commit.sha}",
            "html_url": f"{SITE}/{project.path}/commit/{commit.sha}",
            "comments_url": f"{url}/commits/{commit.sha}/comments",
            "author": who,
            "committer": who,
            "parents": [
                {
                    "sha": parent,
                    "url": f"{url}/commits/{parent}",
                    "html_url": f"{SITE}/{project.path}/commit/{parent}",
                }
                for parent in commit.parents
            ],
        }

    def branch(self, project: Project, name: str) -> Json:
        sha = project.branches[name]
        url = f"{API}/repos/{project.path}/commits/{sha}"
        protected = name == project.default_branch
        return {"name": name, "commit": {"sha": sha, "url": url}, "protected": protected}

    def tag(self, project: Project, name: str) -> Json:
        sha, url = project.tags[name], f"{API}/repos/{project.path}"
        return {
            "name": name,
            "zipball_url": f"{url}/zipball/refs/tags/{name}",
            "tarball_url": f"{url}/tarball/refs/tags/{name}",
            "commit": {"sha": sha, "url": f"{url}/commits/{sha}"},
            "node_id": node_id("Ref", f"{project.id}{name}"),
        }

    def pull(self, project: Project, request: MergeRequest) -> Json:
        """A row of the list. An open request names a trial merge as its merge commit."""
        url = f"{API}/repos/{project.path}/pulls/{request.iid}"
        return {
            **self._conversation(project, request),
            "id": request.id,
            "node_id": node_id("PullRequest", request.id),
            "url": url,
            "html_url": f"{SITE}/{project.path}/pull/{request.iid}",
            "diff_url": f"{SITE}/{project.path}/pull/{request.iid}.diff",
            "patch_url": f"{SITE}/{project.path}/pull/{request.iid}.patch",
            "issue_url": f"{API}/repos/{project.path}/issues/{request.iid}",
            "commits_url": f"{url}/commits",
            "review_comments_url": f"{url}/comments",
            "review_comment_url": f"{API}/repos/{project.path}/pulls/comments{{/number}}",
            "statuses_url": f"{API}/repos/{project.path}/statuses/{request.head_sha}",
            "merged_at": utc(request.merged),
            "merge_commit_sha": landed(request),
            "requested_reviewers": [],
            "requested_teams": [],
            "head": self._end(project, request.source_branch, request.head_sha),
            "base": self._end(project, project.default_branch, request.commits[0]),
            "_links": {name: {"href": url} for name in _LINKS},
            "auto_merge": None,
            "draft": request.title.startswith("Draft:"),
        }

    def full_pull(self, project: Project, request: MergeRequest) -> Json:
        """As it is given alone."""
        merged = request.merged is not None
        counts = ("comments", "review_comments", "additions", "deletions", "changed_files")
        return {
            **self.pull(project, request),
            **dict.fromkeys(counts, 1),
            "commits": len(request.commits),
            "merged": merged,
            "merged_by": self.user(request.author) if merged else None,
            "mergeable": None,
            "mergeable_state": "unknown",
            "rebaseable": None,
            "maintainer_can_modify": False,
        }

    def issue(self, project: Project, request: MergeRequest) -> Json:
        """A pull request as a row of the issues."""
        url = f"{API}/repos/{project.path}/issues/{request.iid}"
        pull = f"{API}/repos/{project.path}/pulls/{request.iid}"
        page = f"{SITE}/{project.path}/pull/{request.iid}"
        return {
            **self._conversation(project, request),
            "id": _ISSUE_IDS + request.id,
            "node_id": node_id("Issue", _ISSUE_IDS + request.id),
            "url": url,
            "html_url": page,
            "repository_url": f"{API}/repos/{project.path}",
            "labels_url": f"{url}/labels{{/name}}",
            "events_url": f"{url}/events",
            "timeline_url": f"{url}/timeline",
            "comments": 0,
            "state_reason": None,
            "pull_request": {
                "url": pull,
                "html_url": page,
                "diff_url": f"{page}.diff",
                "patch_url": f"{page}.patch",
                "merged_at": utc(request.merged),
            },
        }

    def _conversation(self, project: Project, request: MergeRequest) -> Json:
        """What an issue and a pull request have in common."""
        comments = f"{API}/repos/{project.path}/issues/{request.iid}/comments"
        return {
            "number": request.iid,
            "title": request.title,
            "body": request.description or None,
            "state": "open" if request.state == "opened" else "closed",
            "locked": False,
            "user": self.user(request.author),
            "labels": [self.label(project, name) for name in request.labels],
            "assignee": None,
            "assignees": [],
            "milestone": None,
            "comments_url": comments,
            "author_association": "MEMBER",
            "active_lock_reason": None,
            "created_at": utc(request.created),
            "updated_at": utc(request.updated),
            "closed_at": utc(request.closed or request.merged),
        }

    def label(self, project: Project, name: str) -> Json:
        number = int(_digest(f"{project.path}/{name}")[:8], 16)
        return {
            "id": number,
            "node_id": node_id("Label", number),
            "url": f"{API}/repos/{project.path}/labels/{name}",
            "name": name,
            "description": None,
            "color": "d73a4a",
            "default": False,
        }

    def _end(self, project: Project, ref: str, sha: str) -> Json:
        owner = self.owner(project)
        return {
            "label": f"{owner['login']}:{ref}",
            "ref": ref,
            "sha": sha,
            "user": owner,
            "repo": self.repository(project),
        }


_LINKS = (
    "self", "html", "issue", "comments", "review_comments", "review_comment", "commits", "statuses",
)  # fmt: skip


def landed(request: MergeRequest) -> str:
    """What GitHub calls the merge commit: of a squash the squash, of a rebase the last copy, of a
    fast-forward the head.
    """
    if request.merged:
        copies = request.rebased[-1:] or [request.head_sha]
        return request.merge_sha or request.squash_sha or copies[0]
    return _digest(f"trial {request.id} {request.head_sha}")


def _signature(person: Person, who: Json, at: datetime) -> Json:
    """Apps write with an address that GitHub makes for them."""
    own = f"{who['id']}+{who['login']}@users.noreply.github.com"
    return {"name": person.name, "email": own if person.bot else person.email, "date": utc(at)}


def _digest(text: str) -> str:
    # Not for security: it stands for an id.
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
