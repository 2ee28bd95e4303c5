"""A client that is logged in to one of the company's tools."""

from __future__ import annotations

import httpx

from simulator.config import company_secrets
from simulator.server import CompanyServer

_PATIENCE_S = 60


def client(server: CompanyServer, kind: str) -> httpx.Client:
    """A client of one tool, logged in, with the tool's address as its base."""
    secrets = company_secrets()
    if kind == "gitlab":
        token = {"PRIVATE-TOKEN": secrets["DEMO_GITLAB_TOKEN"]}
        return httpx.Client(base_url=server.url(kind), headers=token, timeout=_PATIENCE_S)
    if kind == "github":
        bearer = {"Authorization": f"Bearer {secrets['DEMO_GITHUB_TOKEN']}"}
        return httpx.Client(base_url=server.url(kind), headers=bearer, timeout=_PATIENCE_S)
    names = {"servicenow": ("SNOW_USER", "SNOW_PASSWORD")}
    user, password = names.get(kind, (f"{kind.upper()}_USER", f"{kind.upper()}_TOKEN"))
    login = (secrets[f"DEMO_{user}"], secrets[f"DEMO_{password}"])
    return httpx.Client(base_url=server.url(kind), auth=login, timeout=_PATIENCE_S)
