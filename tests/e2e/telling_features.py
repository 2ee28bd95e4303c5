"""A company whose flag and usage tools tell what became of its features."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from api.app import create_app
from core.config_file import load_settings
from core.settings import Settings
from simulator.features import Feature, events_of
from tests.api.client import Client
from tests.e2e.company import Company

_SECRET = "told to the flags"
_FLAGS = """
[[sources]]
name = "flags"
kind = "events"
hooks = { secrets = ["file:flags"] }
"""


def told_features(company: Company, features: Sequence[Feature]) -> tuple[Client, Settings]:
    """The API after everything was told, the half of it twice; and the settings with that tool."""
    (company.config.parent / "flags").write_text(_SECRET, encoding="utf-8")
    text = company.config.read_text(encoding="utf-8")
    company.config.write_text(text + _FLAGS, encoding="utf-8")
    settings = load_settings(company.config, {})
    client = Client(create_app(settings, company.database))
    told = events_of(features)
    headers = {
        "authorization": f"Bearer {_SECRET}",
        "content-type": "application/cloudevents-batch+json",
    }
    for part in (told[::2], told):
        for start in range(0, len(part), 1_000):
            body = orjson.dumps(part[start : start + 1_000])
            answer = client.post("/v1/events", body, headers)
            assert answer.status_code in (200, 202), answer.text
    return client, settings
