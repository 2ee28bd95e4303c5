"""Issues and their events as GitHub sends them, for the tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connectors.stream import Payload
from connectors.times import iso, utc
from tests.connectors.github.site import URL

AT = utc("2026-04-01T10:00:00Z")


def issue(number: int = 12, **changes: Any) -> Payload:
    labels = [{"id": 1, "name": name, "color": "f00"} for name in changes.pop("labels", ())]
    return {
        "id": 5000 + number,
        "number": number,
        "title": "Basket loses items",
        "body": "secret plans",
        "state": "open",
        "state_reason": None,
        "user": {"login": "dana"},
        "labels": labels,
        "assignees": [],
        "comments": 3,
        "reactions": {"total_count": 1},
        "html_url": f"https://github.example/shop/api/issues/{number}",
        "repository_url": f"{URL}/repos/shop/api",
        "created_at": iso(AT),
        "updated_at": iso(AT + timedelta(hours=1)),
        "closed_at": None,
    } | changes


def event(minute: int, kind: str, **extra: Any) -> Payload:
    names = {name: {"name": value} for name, value in extra.items() if name.endswith(("l", "type"))}
    people = {"assignee": {"login": extra["assignee"]}} if "assignee" in extra else {}
    at = iso(AT + timedelta(minutes=minute))
    actor = {"login": "eli", "type": "User", "url": "u"}
    row = {"id": 100 + minute, "event": kind, "created_at": at, "actor": actor}
    return row | extra | names | people
