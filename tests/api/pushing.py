"""Sends events to an application, and shows what became of them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.app import create_app
from core.config_file import load_settings
from core.settings import Settings
from pipeline.database import Database, opened
from pipeline.hints import Look
from pipeline.stopping import Stop
from tests.api.client import Answer, Client
from tests.e2e.dumps import Rows, natural_rows, same_people
from tests.migrated import migrated

SECRET = "told to the tools"
CONFIG = """
[[sources]]
name = "tools"
kind = "events"
hooks = { secrets = ["env:EVENTS_SECRET"] }

[[services]]
name = "web"
repositories = ["shop/web"]
configuration_items = ["web"]

[[streams]]
name = "checkout"
items = { source = "tools", projects = ["SHOP"] }
ideas = { source = "tools", projects = ["IDEA"], link = "implements" }
repositories = ["shop/web"]
services = ["web"]
stages = [
  { name = "Ideas", state = "new", statuses = ["Open"] },
  { name = "Build", state = "active", statuses = ["In Progress"] },
  { name = "Done", state = "done", statuses = ["Closed"] },
]
"""


@dataclass
class Pushing:
    """An application that is only pushed to."""

    settings: Settings
    database: Database
    sender: Client = field(init=False)

    def __post_init__(self) -> None:
        self.sender = self.client

    @property
    def client(self) -> Client:
        """A new application each time: an answer is served from memory for a minute."""
        return Client(create_app(self.settings, self.database))

    def post(self, body: object, headers: Mapping[str, str] | None = None) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        usual = {"authorization": f"Bearer {SECRET}", "content-type": "application/json"}
        return self.sender.post("/v1/events", content, {**usual, **(headers or {})})

    def take(self, *events: object) -> None:
        """Each in a request of its own."""
        for event in events:
            answer = self.post(event)
            assert answer.status_code in (200, 202), answer.text

    def look(self) -> None:
        source = self.settings.sources[0]
        Look(source, self.settings, self.database, threading.Lock(), Stop())()

    def journey(self, key: str) -> Answer:
        self.look()
        return self.client.json(f"/v1/items/{key}/journey")

    def rows(self) -> dict[str, Rows]:
        """Without surrogate ids and times of passes."""
        self.look()
        return natural_rows(self.database.engine)


@contextmanager
def pushing(folder: Path, url: str = "") -> Iterator[Pushing]:
    """The configuration above over an empty database: a new file, or a migrated one at `url`."""
    config = folder / "headwater.toml"
    config.write_text(CONFIG, encoding="utf-8")
    settings = load_settings(config, {"EVENTS_SECRET": SECRET, "HEADWATER_DATABASE_URL": url})
    if not url:
        migrated(settings.database.url)
    with opened(settings.database) as database:
        same_people(database.engine)
        yield Pushing(settings, database)


def event(
    kind: str,
    thing: str,
    *,
    at: str = "2026-11-02T09:00:00Z",
    id: str = "",
    source: str = "/tools",
    content: Mapping[str, Any] | None = None,
    **custom: Any,
) -> dict[str, Any]:
    """A CDEvent of 0.5; `kind` as "ticket.created"."""
    return {
        "context": {
            "specversion": "0.5.1",
            "id": id or f"{kind} {thing} {at}",
            "source": source,
            "type": f"dev.cdevents.{kind}.0.3.0",
            "timestamp": at,
        },
        "subject": {"id": thing, "content": dict(content or {})},
        "customData": custom,
    }


def cloud(inside: Mapping[str, Any]) -> dict[str, Any]:
    """The same in a structured CloudEvent."""
    context = inside["context"]
    names = ("id", "source", "type")
    return {"specversion": "1.0", **{name: context[name] for name in names}, "data": dict(inside)}


TICKET = {
    "summary": "Pay in two parts",
    "creator": "anna@acme.example",
    "uri": "https://t.example/1",
}
DEPLOYED = {"environment": {"id": "production"}, "artifactId": "pkg:oci/web@2.4.0"}
SHA = "8b1c9f6a54d37e2b0f9d3c7a61e5b4d2c8f70a19"
