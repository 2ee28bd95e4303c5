"""Jira, Cloud and Data Center: projects, fields, statuses, issues with their whole changelog."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

import httpx

from connectors import jira_parse
from connectors.http import Params, SourceClient, body_of, open_client
from connectors.jira_changelog import is_complete
from connectors.jira_parse import Layout
from connectors.paging import fetched, offset, pages, token
from connectors.stream import (
    Connection,
    Identity,
    Payload,
    Probe,
    Read,
    Scope,
    Stream,
    Wanted,
    own_id,
)
from connectors.times import epoch_ms, utc
from connectors.windows import Window, listing
from core.errors import SourceAuthError
from core.settings import JiraSource

CLOUD = "rest/api/3"
DATA_CENTER = "rest/api/2"
_PAGE = 100
_HISTORIES = 1000
_KEYS_PER_SEARCH = 50
_FIELDS = (
    "summary",
    "issuetype",
    "status",
    "project",
    "priority",
    "resolution",
    "resolutiondate",
    "created",
    "updated",
    "parent",
    "labels",
    "issuelinks",
    "assignee",
)
_by_token = token("nextPageToken", param="nextPageToken")


def open_client_for(
    source: JiraSource, *, sleep: Callable[[float], None] = time.sleep
) -> SourceClient:
    """Basic with a user, a bearer token without; five requests at once on Cloud, else three."""
    user, secret = source.auth.user, source.auth.token or source.auth.password
    host = httpx.URL(source.url).host
    cloud = source.deployment == "cloud" or host.endswith((".atlassian.net", "api.atlassian.com"))
    concurrency = 5 if cloud else 3
    if user is not None and secret is not None:
        pair = (user.get_secret_value(), secret.get_secret_value())
        return open_client(source.url, concurrency=concurrency, auth=pair, sleep=sleep)
    headers = {"authorization": f"Bearer {secret.get_secret_value()}"} if secret else {}
    return open_client(source.url, concurrency=concurrency, headers=headers, sleep=sleep)


def connect(client: SourceClient, source: JiraSource, wanted: Wanted) -> Connection:
    """Who we are, which edition this is, where its fields are, and whether all projects are
    visible.

    `SourceAuthError` names the projects that this account does not see: a search would leave them
    out without a word.
    """
    server = body_of(client.get(f"{DATA_CENTER}/serverInfo"))
    told = "cloud" if server.get("deploymentType") == "Cloud" else "datacenter"
    cloud = (source.deployment or told) == "cloud"
    api = CLOUD if cloud else DATA_CENTER
    # Asked first: without valid credentials a search answers with an empty list, not an error.
    me = body_of(client.get(f"{api}/myself"))
    fields: list[Payload] = body_of(client.get(f"{api}/field"))
    projects = _visible(client, api, source)
    browse_url = str(server.get("baseUrl") or source.url).rstrip("/")
    layout = jira_parse.layout_of(fields, browse_url=browse_url, wanted=wanted)
    account = me.get("accountId") or me.get("key") or me.get("name")
    product = f"Jira {'Cloud' if cloud else 'Data Center'}"
    return Connection(
        Identity(str(account), product, str(server.get("version") or "")),
        streams(fields, projects, layout=layout, cloud=cloud),
        _probes(projects, layout),
        {str(project["id"]): f"project {project['key']}" for project in projects},
    )


def _visible(client: SourceClient, api: str, source: JiraSource) -> list[Payload]:
    """The configured projects, in their order."""
    found = {str(row["key"]).upper(): row for row in _all_projects(client, api, source.projects)}
    missing = [key for key in source.projects if key.upper() not in found]
    if missing:
        raise SourceAuthError(
            f"{source.name}: project {', '.join(missing)} is not there or not visible to this "
            "account; grant Browse Projects or correct `projects`"
        )
    return [found[key.upper()] for key in source.projects]


def _all_projects(client: SourceClient, api: str, keys: Sequence[str]) -> Iterable[Payload]:
    if api == DATA_CENTER:
        return [row for page in pages(client, f"{api}/project", {}) for row in page]
    asked: Params = {"startAt": 0, "maxResults": _KEYS_PER_SEARCH}
    if len(keys) <= _KEYS_PER_SEARCH:
        asked = {**asked, "keys": list(keys)}
    where, next_page = f"{api}/project/search", offset(items="values")
    found = pages(client, where, asked, items="values", next_page=next_page)
    return [row for page in found for row in page]


def _probes(projects: Sequence[Payload], layout: Layout) -> list[Probe]:
    wanted = layout.wanted
    keys = ", ".join(str(project["key"]) for project in projects)
    flags = ", ".join(layout.flags.values())
    missing = f"no field named {', '.join(sorted(wanted.flag_fields))}; `blocked.field` names it"
    probes = [
        Probe("projects", True, f"visible: {keys}"),
        Probe("flag field", bool(flags), f"found: {flags}" if flags else missing),
    ]
    if wanted.value_field:
        text = f"found: {layout.value}" if layout.value else f"no field named {wanted.value_field}"
        probes.append(Probe("value field", bool(layout.value), text))
    return probes


def streams(
    fields: Sequence[Payload], projects: Sequence[Payload], *, layout: Layout, cloud: bool
) -> list[Stream]:
    """fields and projects: as the site listed them; they are not asked for again."""
    api = CLOUD if cloud else DATA_CENTER
    return [
        Stream(name="fields", read=fetched(fields), id=own_id, parse=jira_parse.parse_field),
        Stream(name="projects", read=fetched(projects), id=own_id, parse=jira_parse.parse_project),
        Stream(
            name="statuses",
            read=listing(path=f"{api}/status", params=lambda _scope, _since: {}),
            id=own_id,
            parse=jira_parse.parse_status,
        ),
        Stream(
            name="issues",
            read=_issues(projects, layout, cloud=cloud),
            id=own_id,
            parse=partial(jira_parse.parse_issue, layout=layout),
            complete=_add_changelogs if cloud else None,
        ),
    ]


def _issues(projects: Sequence[Payload], layout: Layout, *, cloud: bool) -> Read:
    keys = sorted(str(project["key"]) for project in projects)
    ids = {str(project["id"]) for project in projects}
    names = [*_FIELDS, *layout.custom_fields]

    def belongs(issue: Payload) -> bool:
        project = (issue.get("fields") or {}).get("project") or {}
        return str(project.get("id", "")) in ids or "id" not in project

    def between(_scope: Scope, since: datetime | None, until: datetime | None) -> Params:
        asked: Params = {"jql": jql(keys, since, until), "expand": "changelog", "maxResults": _PAGE}
        if cloud:
            return {**asked, "fields": names}
        return {**asked, "fields": ",".join(names), "startAt": 0}

    window = Window(
        at=_updated_at,
        overlap=timedelta(minutes=15 if cloud else 5),
        lag=timedelta(minutes=5 if cloud else 1),
        reanchor=not cloud,
        asked=f"{','.join(keys)} {','.join(names)}",
        between=between,
    )
    return listing(
        path=f"{CLOUD}/search/jql" if cloud else f"{DATA_CENTER}/search",
        params=lambda scope, since: between(scope, since, None),
        next_page=_by_token if cloud else offset(items="issues"),
        items="issues",
        post=cloud,
        window=window,
        belongs=belongs,
    )


def jql(keys: Sequence[str], since: datetime | None, until: datetime | None = None) -> str:
    """Unquoted milliseconds: a quoted time is cut to the minute and read in the account's zone."""
    projects = ", ".join(f'"{key}"' for key in keys)
    later = f" AND updated >= {epoch_ms(since)}" if since else ""
    earlier = f" AND updated < {epoch_ms(until)}" if until else ""
    return f"project in ({projects}){later}{earlier} ORDER BY updated ASC, key ASC"


def _updated_at(issue: Payload) -> datetime:
    return utc(issue["fields"]["updated"])


def _add_changelogs(client: SourceClient, _scope: Scope, issues: list[Payload]) -> None:
    """The whole changelog of the issues whose embedded one is cut: one bulk read for the page."""
    cut = {str(issue["id"]): issue for issue in issues if not is_complete(issue)}
    if not cut:
        return
    full: dict[str, list[Payload]] = {id: [] for id in cut}
    body: Params = {"issueIdsOrKeys": list(cut), "maxResults": _HISTORIES}
    where = f"{CLOUD}/changelog/bulkfetch"
    found = pages(client, where, body, items="issueChangeLogs", post=True, next_page=_by_token)
    for page in found:
        for row in page:
            full.setdefault(str(row["issueId"]), []).extend(row.get("changeHistories") or ())
    for id, issue in cut.items():
        issue["_details"] = {"changelog": full[id]}
