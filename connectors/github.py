"""GitHub, github.com and enterprise servers: who we are there, and which repositories are read."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

import httpx

from connectors.github_graph import choose
from connectors.github_rest import PER_PAGE, kept
from connectors.github_streams import ONE_BY_ONE, streams
from connectors.http import SourceClient, body_of, open_client
from connectors.paging import pages
from connectors.stream import Connection, Identity, Payload, Probe, Wanted
from core.errors import ConfigError, SourceAuthError
from core.source_settings import GithubSource

_CONCURRENCY = 4  # GitHub asks for few; bursts run into its secondary limits
_API_VERSION = "2022-11-28"
_KEPT_OF_REPOSITORY = (
    "id", "name", "full_name", "default_branch", "html_url", "clone_url", "ssh_url", "archived",
    "has_issues", "created_at",
)  # fmt: skip
_MOVED = (301, 302, 307, 308)


def open_client_for(
    source: GithubSource, *, sleep: Callable[[float], None] = time.sleep
) -> SourceClient:
    """A client with the token: of a GitHub App's installation, fine-grained or classic."""
    secret = source.auth.token or source.auth.password
    if secret is None:
        raise ConfigError(f"source {source.name}: GitHub needs `auth.token`; add it")
    headers = {
        "authorization": f"Bearer {secret.get_secret_value()}",
        "accept": "application/vnd.github+json",
        "x-github-api-version": _API_VERSION,
    }
    return open_client(source.url, concurrency=_CONCURRENCY, headers=headers, sleep=sleep)


def connect(client: SourceClient, source: GithubSource, wanted: Wanted) -> Connection:
    """Who we are, and the streams over the configured repositories; without any, over all of ours.

    `SourceAuthError` names repositories and organizations that this account does not see.
    """
    account, app, headers = _account(client)
    repositories = _repositories(client, source, app=app)
    found = f"{len(repositories)} visible" if repositories else "none visible; name some"
    identity, graph = _identity(client, account), choose(client)
    road = "answers; read in bulk" if graph.usable else ONE_BY_ONE
    probes = [
        Probe("repositories", bool(repositories), found),
        _quota(headers),
        Probe("graphql", ok=True, detail=road),
    ]
    declared = streams(repositories, source.status_labels, wanted, graph=graph)
    visible = {str(one["id"]): f"repository {one['full_name']}" for one in repositories}
    return Connection(identity, declared, probes, visible, partial(_is_readable, client))


def _is_readable(client: SourceClient, id: str) -> bool:
    """Of a repository that left an organization or was archived: it is only not among the others
    any more.
    """
    return client.get(f"repositories/{id}", none_on=(403, 404, 451)).status_code == 200


def _account(client: SourceClient) -> tuple[str, bool, Mapping[str, str]]:
    """Name, whether it is an app's installation (which is no user), and the answer's headers."""
    answer = client.get("user", none_on=(403,))
    if answer.status_code != 403:
        return str(body_of(answer, "user").get("login") or ""), False, answer.headers
    path = "installation/repositories"
    seen = client.get(path, {"per_page": 1})
    listed = body_of(seen, path).get("repositories") or [{}]
    owner = (listed[0].get("owner") or {}).get("login") or "no repository"
    return f"app installation ({owner})", True, seen.headers


def _identity(client: SourceClient, account: str) -> Identity:
    answer = client.get("meta", none_on=(403, 404))
    told = body_of(answer, "meta") if answer.status_code == 200 else {}
    version = str(told.get("installed_version") or "")
    return Identity(account, "GitHub Enterprise Server" if version else "GitHub", version)


def _quota(headers: Mapping[str, str]) -> Probe:
    names = ("limit", "remaining", "reset")
    limit, remaining, reset = (headers.get(f"x-ratelimit-{name}", "") for name in names)
    if not (limit.isdigit() and remaining.isdigit() and reset.isdigit()):
        return Probe("quota", ok=True, detail="no limit told")
    again = datetime.fromtimestamp(int(reset), UTC)
    detail = f"{remaining} of {limit} requests left, renewed at {again:%H:%M} UTC"
    return Probe("quota", ok=int(remaining) > 0, detail=detail)


def _repositories(client: SourceClient, source: GithubSource, *, app: bool) -> list[Payload]:
    """Each configured repository once, by number, cut to the fields that are read."""
    found: list[Payload] = []
    missing: list[str] = []
    for path in source.repositories:
        repository = _repository(client, path)
        found += [repository] if repository else []
        missing += [] if repository else [f"repository {path}"]
    for owner in source.organizations:
        members = _owned(client, owner)
        found += members or []
        missing += [f"organization {owner}"] if members is None else []
    if missing:
        raise SourceAuthError(
            f"{source.name}: not visible to this account: {', '.join(missing)}; "
            "give the token access to it or correct the name"
        )
    if not source.repositories and not source.organizations:
        found = _ours(client, app=app)
    by_id = {one["id"]: one for one in found}
    return [kept(one, _KEPT_OF_REPOSITORY) for _, one in sorted(by_id.items())]


def _repository(client: SourceClient, path: str) -> Payload | None:
    """A repository by name; a renamed one answers with a redirect to its number, on this server."""
    where = f"repos/{path}"
    response = client.get(where, none_on=(*_MOVED, 403, 404))
    if response.is_redirect:
        number = _number_in(response)
        if number is None:
            raise SourceAuthError(
                f"{where}: redirected, as to a login page; check `url` and `auth`"
            )
        where = f"repositories/{number}"
        response = client.get(where, none_on=(403, 404))
    if response.status_code != 200:
        return None
    repository: Payload = body_of(response, where)
    return repository


def _number_in(response: httpx.Response) -> str | None:
    found = re.search(r"/repositories/(\d+)$", response.headers.get("location", ""))
    return found[1] if found else None


def _owned(client: SourceClient, owner: str) -> list[Payload] | None:
    """What an organization, or else a user, owns and shows us; archived ones left out."""
    for where in (f"orgs/{owner}", f"users/{owner}"):
        if client.get(where, none_on=(403, 404)).status_code == 200:
            asked = pages(client, f"{where}/repos", {"per_page": PER_PAGE, "sort": "full_name"})
            return [one for page in asked for one in page if not one.get("archived")]
    return None


def _ours(client: SourceClient, *, app: bool) -> list[Payload]:
    where, items = ("installation/repositories", "repositories") if app else ("user/repos", "")
    asked = pages(client, where, {"per_page": PER_PAGE}, items=items)
    return [one for page in asked for one in page if not one.get("archived")]
