"""Every address of the application, asked by everybody who can be."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import Engine
from starlette.routing import Mount

from api.route_roles import NEEDS
from core.accounts import ROLES
from pipeline.database import over
from tests.api.client import Client
from tests.api.locked import HOME, JSON, bearer, locked, token

QUESTIONS = {
    "POST /v1/sequences",
    "POST /v1/mappings/preview",
    "POST /v1/streams/{name}/lab",
    "POST /v1/streams/{name}/map/compare",
}
"""What is sent and kept nowhere."""
OWN_SECRET = {"POST /v1/hooks/{source}", "POST /v1/hooks/{source}/{secret}", "POST /v1/events"}
FOR_ALL = {
    "/healthz", "/readyz", "/static", "/favicon.ico", "/signin", "/signin/oidc", "/signin/callback",
}  # fmt: skip
OF_NO_STREAM = {
    "/docs", "/docs/style.css", "/v1/openapi.json", "/v1/account", "/signout", "/v1/dora/context",
    "/v1/definitions", "/v1/definitions/{definition}",
}  # fmt: skip
OIDC = {
    "issuer": "http://127.0.0.1:1",
    "client_id": "headwater",
    "default_role": "viewer",
}
VALUES = {"name": "checkout", "slug": "flow_time", "number": "1", "key": "SHOP-1"}


@pytest.fixture(scope="module")
def door(sqlite_module_engine: Engine) -> Client:
    return locked(over(sqlite_module_engine), mode="oidc", public_url=HOME, oidc=OIDC)


@pytest.fixture(scope="module")
def secrets(sqlite_module_engine: Engine) -> dict[str, str]:
    """A token of each role, and one of a viewer of a single stream."""
    database = over(sqlite_module_engine)
    own = {role: token(database, role, role) for role in ROLES}
    return own | {"of checkout": token(database, "of-checkout", "viewer", "checkout")}


def _routes(client: Client) -> Iterator[tuple[str, str]]:
    """Method and path as declared; of files that are mounted the folder."""
    for one in iter_route_contexts(client.app.routes):
        if isinstance(one.original_route, Mount):
            yield "GET", str(one.path)
            continue
        for method in sorted((one.methods or set()) - {"HEAD"}):
            yield method, str(one.path)


def _needed(method: str, path: str) -> str | None:
    """The rule: whoever looks is a viewer, whoever says something that is kept an analyst."""
    line = f"{method} {path}"
    if path in FOR_ALL or line in OWN_SECRET:
        return None
    if path.startswith(("/v1/tokens", "/v1/privacy")):
        return "admin"
    if path in (
        "/v1/audit-log",
        "/v1/sources/{name}/credentials",
        "/v1/sources/{name}/again",
    ):
        return "admin"
    return "viewer" if method == "GET" or line in QUESTIONS or path == "/signout" else "analyst"


def _asked(client: Client, method: str, path: str, headers: dict[str, str]) -> int:
    filled = re.sub(r"{(\w+)(:\w+)?}", lambda found: VALUES.get(found[1], "x"), path)
    address = {"/static": f"{filled}/mark.svg", "/v1/stream": "/v1/stream?no=1"}.get(path, filled)
    content = b"" if method == "GET" else b"{}"
    given = headers if method == "GET" else headers | JSON
    return client.request(method, address, content=content, headers=given, base=HOME).status_code


def test_every_route_has_a_stated_role_and_every_line_a_route(door: Client) -> None:
    mounted = {"GET /static": "GET /static/{path:path}"}
    there = {f"{method} {path}" for method, path in _routes(door)}
    assert {mounted.get(line, line) for line in there} == set(NEEDS)
    assert len(there) > 100


def test_nobody_sees_anything_but_what_is_for_all(door: Client) -> None:
    for method, path in _routes(door):
        status = _asked(door, method, path, {})
        if _needed(method, path) is not None:
            assert status == 401, (method, path)
        elif f"{method} {path}" not in OWN_SECRET and path != "/signin/callback":
            assert status not in (401, 403) or method == "POST", (method, path)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_what_it_needs_and_what_those_below_may(
    door: Client, secrets: dict[str, str], role: str
) -> None:
    for method, path in _routes(door):
        needed = _needed(method, path)
        if needed is None:
            continue
        status = _asked(door, method, path, bearer(secrets[role]))
        if ROLES.index(role) >= ROLES.index(needed):  # type: ignore[arg-type]
            assert status not in (401, 403, 429, 500), (method, path, status)
        else:
            assert status == 403, (method, path, status)


def test_a_token_for_a_stream_reads_that_one_and_what_is_of_none(
    door: Client, secrets: dict[str, str]
) -> None:
    for method, path in _routes(door):
        if _needed(method, path) != "viewer":
            continue
        status = _asked(door, method, path, bearer(secrets["of checkout"]))
        other = path.replace("{name}", "search")
        if path in OF_NO_STREAM:
            assert status not in (401, 403), (method, path)
        elif path.startswith("/v1/streams/{name}"):
            assert status not in (401, 403), (method, path)
            assert _asked(door, method, other, bearer(secrets["of checkout"])) == 403, other
        else:
            assert status == 403, (method, path)


@pytest.mark.parametrize("line", sorted(OWN_SECRET))
def test_what_sources_push_is_judged_by_their_secret_whoever_else_sends_it(
    door: Client, secrets: dict[str, str], line: str
) -> None:
    method, _, path = line.partition(" ")
    answers = {_asked(door, method, path, bearer(secrets[role])) for role in ROLES}
    assert answers == {_asked(door, method, path, {})}
    assert answers <= {401, 404}


def test_an_address_that_there_is_not_is_one_for_nobody(
    door: Client, secrets: dict[str, str]
) -> None:
    assert _asked(door, "GET", "/v1/nothing", {}) == 401
    assert _asked(door, "GET", "/v1/nothing", bearer(secrets["viewer"])) == 404
    assert _asked(door, "GET", "/v1/nothing", bearer(secrets["admin"])) == 404
    assert _asked(door, "DELETE", "/v1/overview", bearer(secrets["viewer"])) == 404
