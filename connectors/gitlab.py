"""GitLab, SaaS and self-managed: who we are there, and which projects are read."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

import httpx

from connectors.gitlab_project import API, PER_PAGE
from connectors.gitlab_streams import streams
from connectors.http import Params, SourceClient, body_of, open_client
from connectors.paging import pages
from connectors.refusals import other_host
from connectors.stream import Connection, Identity, Payload, Probe, Wanted
from core.errors import SourceAuthError
from core.source_settings import GitlabSource

_KEPT_OF_PROJECT = (
    "id",
    "path_with_namespace",
    "default_branch",
    "web_url",
    "http_url_to_repo",
    "ssh_url_to_repo",
    "archived",
)

_CHILDREN_SINCE = 17


def open_client_for(
    source: GitlabSource, *, sleep: Callable[[float], None] = time.sleep
) -> SourceClient:
    """A client with the private token; eight requests at once on gitlab.com, four elsewhere."""
    secret = source.auth.token or source.auth.password
    headers = {"private-token": secret.get_secret_value()} if secret else {}
    public = httpx.URL(source.url).host == "gitlab.com"
    return open_client(
        source.url,
        concurrency=8 if public else 4,
        headers=headers,
        speaks_json=True,
        sleep=sleep,
    )


def connect(client: SourceClient, source: GitlabSource, wanted: Wanted) -> Connection:
    """Who we are, and the streams over the configured projects; without any, over all of ours.

    `SourceAuthError` names projects and groups that this account does not see.
    """
    user = body_of(client.get(f"{API}user"))
    version = body_of(client.get(f"{API}version"))
    projects = _projects(client, source)
    identity = Identity(user["username"], "GitLab", str(version.get("version", "")))
    found = (
        f"{len(projects)} visible" if projects else "none visible; name some or add a membership"
    )
    declared = streams(
        projects,
        wanted,
        status_labels=source.status_labels,
        children=_major(identity.version) >= _CHILDREN_SINCE,
    )
    return Connection(
        identity,
        declared,
        [Probe("projects", bool(projects), found)],
        {str(row["id"]): f"project {row.get('path_with_namespace')}" for row in projects},
        partial(_is_readable, client),
    )


def _major(version: str) -> int:
    """The first number of a version as `18.5.2-ee`; one that is not told is a recent one."""
    number = version.partition(".")[0]
    return int(number) if number.isdigit() else _CHILDREN_SINCE


def _is_readable(client: SourceClient, id: str) -> bool:
    """Of a project that left a group or was archived: it is there, only not among the others."""
    return client.get(f"{API}projects/{id}", none_on=(403, 404)).status_code == 200


def _projects(client: SourceClient, source: GitlabSource) -> list[Payload]:
    """Each configured project once, by id, cut to the fields that are read."""
    found: list[Payload] = []
    missing: list[str] = []
    for path in source.projects:
        project = _project(client, path)
        found += [project] if project else []
        missing += [] if project else [f"project {path}"]
    for group in source.groups:
        members = _group_projects(client, group)
        found += members or []
        missing += [f"group {group}"] if members is None else []
    if missing:
        raise SourceAuthError(
            f"{source.name}: not visible to this account: {', '.join(missing)}; "
            "grant the Reporter role or correct the path"
        )
    if not source.projects and not source.groups:
        ours: Params = {"membership": True, "pagination": "keyset", "order_by": "id", "sort": "asc"}
        asked = pages(client, f"{API}projects", {**ours, "per_page": PER_PAGE})
        found = [project for page in asked for project in page]
    # The answer to a maintainer holds the registration token of the project's runners: cut it out.
    by_id = {project["id"]: project for project in found}
    return [
        {name: project[name] for name in _KEPT_OF_PROJECT if name in project}
        for _, project in sorted(by_id.items())
    ]


def _project(client: SourceClient, path: str) -> Payload | None:
    """A project by path; a moved one answers with a redirect to its number, on this same server."""
    where = f"{API}projects/{quote(path, safe='')}"
    response = client.get(where, none_on=(301, 302, 307, 308, 403, 404))
    if response.is_redirect:
        number = re.search(r"/projects/(\d+)$", response.headers.get("location", ""))
        if number is None or other_host(response):
            raise SourceAuthError(
                f"{where}: redirected, as to a login page; check `url` and `auth`"
            )
        where = f"{API}projects/{number[1]}"
        response = client.get(where, none_on=(403, 404))
    if response.status_code != 200:
        return None
    project: Payload = body_of(response, where)
    return project


def _group_projects(client: SourceClient, group: str) -> list[Payload] | None:
    where = f"{API}groups/{quote(group, safe='')}"
    probe = client.get(where, {"with_projects": False}, none_on=(403, 404))
    if probe.status_code != 200:
        return None
    number = body_of(probe, where)["id"]
    params: Params = {
        "include_subgroups": True,
        "with_shared": False,
        "archived": False,
        "order_by": "id",
        "sort": "asc",
        "per_page": PER_PAGE,
    }
    asked = pages(client, f"{API}groups/{number}/projects", params)
    return [project for page in asked for project in page]
