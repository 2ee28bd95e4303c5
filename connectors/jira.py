"""Jira, Cloud and Data Center: projects, fields, statuses, issues with their whole changelog."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

import httpx

from connectors import jira_parse
from connectors.http import Params, SourceClient, body_of, open_client
from connectors.jira_boards import board_streams
from connectors.jira_issues import CLOUD, DATA_CENTER, issues_stream
from connectors.jira_parse import Layout
from connectors.jira_versions import versions_stream
from connectors.jira_worklogs import worklog_streams
from connectors.paging import fetched, offset, pages
from connectors.stream import (
    Connection,
    Identity,
    Payload,
    Probe,
    Stream,
    Wanted,
    own_id,
)
from connectors.windows import listing
from core.errors import SourceAuthError
from core.source_settings import JiraSource

_KEYS_PER_SEARCH = 50


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
        issues_stream(projects, layout, cloud=cloud),
        *worklog_streams(api, layout.wanted),
        *board_streams(),
        versions_stream(api, browse_url=layout.browse_url),
    ]
