"""Applications that let in only who may, over a database without data, and accounts for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import httpx
from fastapi import FastAPI

from api.app import create_app
from core.access_settings import Authentication
from core.settings import Settings, StreamItems, ValueStream
from pipeline.access_tokens import make_token
from pipeline.clock import now_ts
from pipeline.database import Database
from tests.api.client import Client

_ITEMS = StreamItems(source="jira", projects=("SHOP",))
STREAMS = tuple(ValueStream(name=name, items=_ITEMS) for name in ("checkout", "search"))
HOME = "https://headwater.example"
JSON = {"content-type": "application/json"}


def settings_of(**auth: object) -> Settings:
    """Two streams, and `[auth]` as given."""
    return Settings(streams=STREAMS, auth=Authentication.model_validate(auth))


def token(database: Database, name: str, role: str = "viewer", *streams: str) -> str:
    """The secret of a new token."""
    return make_token(
        settings_of(),
        database,
        name=name,
        role=role,
        streams=streams,
        lasts=timedelta(days=1),
        who="the test",
        now=now_ts(),
    ).secret


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def locked(database: Database, **auth: object) -> Client:
    """An application that asks who comes."""
    return Client(create_app(settings_of(**({"mode": "tokens"} | auth)), database))


@dataclass(frozen=True)
class Browser:
    """Keeps cookies as browsers do, over https, and says from which site it asks."""

    app: FastAPI
    home: str = HOME
    jar: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, client: Client, home: str = HOME) -> Browser:
        return cls(client.app, home)

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self._asked("GET", address, headers or {})

    def post(
        self, address: str, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        own = {"origin": self.home, "sec-fetch-site": "same-origin"}
        return self._asked("POST", address, own | dict(headers or {}), content)

    def elsewhere(self) -> Browser:
        """Another browser, which has none of the cookies."""
        return replace(self, jar={})

    def _asked(
        self, method: str, address: str, headers: Mapping[str, str], content: bytes = b""
    ) -> httpx.Response:
        sent = dict(headers)
        if told := "; ".join(f"{name}={value}" for name, value in self.jar.items()):
            sent["cookie"] = told
        response = Client(self.app).request(
            method, address, content=content, headers=sent, base=self.home
        )
        for line in response.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0].strip('"')
            self.jar.pop(name, None)
            if value:
                self.jar[name] = value
        return response
