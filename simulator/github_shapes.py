"""GitHub's shapes of accounts and repositories, which stand inside almost everything else."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

from simulator.gitlab_index import Project
from simulator.vendor import Json

SITE = "https://github.acme.example"
API = f"{SITE}/api/v3"
_ACCOUNT_LISTS = (
    "followers", "subscriptions", "organizations", "repos", "received_events",
)  # fmt: skip
_REPOSITORY_LISTS = (
    "contributors", "deployments", "downloads", "events", "forks", "hooks", "languages", "merges",
    "stargazers", "subscribers", "subscription", "tags", "teams",
)  # fmt: skip
_REPOSITORY_TEMPLATES = {
    "archive_url": "{archive_format}{/ref}",
    "assignees_url": "assignees{/user}",
    "blobs_url": "git/blobs{/sha}",
    "branches_url": "branches{/branch}",
    "collaborators_url": "collaborators{/collaborator}",
    "comments_url": "comments{/number}",
    "commits_url": "commits{/sha}",
    "compare_url": "compare/{base}...{head}",
    "contents_url": "contents/{+path}",
    "git_commits_url": "git/commits{/sha}",
    "git_refs_url": "git/refs{/sha}",
    "git_tags_url": "git/tags{/sha}",
    "issue_comment_url": "issues/comments{/number}",
    "issue_events_url": "issues/events{/number}",
    "issues_url": "issues{/number}",
    "keys_url": "keys{/key_id}",
    "labels_url": "labels{/name}",
    "milestones_url": "milestones{/number}",
    "notifications_url": "notifications{?since,all,participating}",
    "pulls_url": "pulls{/number}",
    "releases_url": "releases{/id}",
    "statuses_url": "statuses/{sha}",
    "trees_url": "git/trees{/sha}",
}


def utc(moment: datetime | None) -> str | None:
    """Whole seconds with a Z, as GitHub writes all its times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def node_id(kind: str, number: int | str) -> str:
    return b64encode(f"{kind}{number}".encode()).decode()


def account(login: str, number: int, *, kind: str = "User") -> Json:
    """A user, an organization or an app (`Bot`)."""
    url = f"{API}/users/{login}"
    return {
        "login": login,
        "id": number,
        "node_id": node_id(kind, number),
        "avatar_url": f"{SITE}/avatars/{number}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{SITE}/{login}",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "events_url": f"{url}/events{{/privacy}}",
        **{f"{name}_url": f"{url}/{name}" for name in _ACCOUNT_LISTS},
        "type": kind,
        "site_admin": False,
    }


def own_account(at: datetime) -> Json:
    """What `/user` tells of the account that reads."""
    return {
        **account("headwater", 1000),
        "name": "Headwater",
        **dict.fromkeys(("company", "location", "email", "hireable", "bio")),
        "blog": "",
        **dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0),
        "created_at": utc(at),
        "updated_at": utc(at),
    }


def minimal_repository(project: Project, owner: Json) -> Json:
    """As it stands inside runs."""
    url = f"{API}/repos/{project.path}"
    return {
        "id": project.id,
        "node_id": node_id("Repository", project.id),
        "name": project.path.partition("/")[2],
        "full_name": project.path,
        "private": True,
        "owner": owner,
        "html_url": f"{SITE}/{project.path}",
        "description": None,
        "fork": False,
        "url": url,
        **{f"{name}_url": f"{url}/{name}" for name in _REPOSITORY_LISTS},
        **{name: f"{url}/{rest}" for name, rest in _REPOSITORY_TEMPLATES.items()},
    }


def repository(project: Project, owner: Json, *, created: datetime, pushed: datetime) -> Json:
    """As it is listed, and as it stands inside pull requests."""
    counts = ("forks", "open_issues", "stargazers", "watchers")
    return {
        **minimal_repository(project, owner),
        **{f"{name}_count": 0 for name in counts},
        **dict.fromkeys(("forks", "open_issues", "watchers", "size"), 0),
        **dict.fromkeys(("homepage", "language", "license", "mirror_url")),
        **dict.fromkeys(("archived", "disabled", "has_wiki", "has_pages"), False),
        **dict.fromkeys(("has_issues", "has_projects", "has_downloads"), True),
        "has_discussions": False,
        "clone_url": f"{SITE}/{project.path}.git",
        "git_url": f"git://github.acme.example/{project.path}.git",
        "ssh_url": f"git@github.acme.example:{project.path}.git",
        "svn_url": f"{SITE}/{project.path}",
        "default_branch": project.default_branch,
        "visibility": "private",
        "created_at": utc(created),
        "updated_at": utc(pushed),
        "pushed_at": utc(pushed),
    }
