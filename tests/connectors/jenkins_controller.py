"""A small Jenkins controller for tests: it cuts and drops builds as real ones do."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import unquote

import httpx

from connectors.http import SourceClient
from connectors.jenkins_builds import read_builds
from connectors.stream import Cursor, Page, Reading, Scope

DAY_MS = 86_400_000
START = 1_767_225_600_000  # 2026-01-01 00:00 UTC
RANGE = re.compile(r"^(builds|allBuilds)\[.*\]\{(\d+),(\d+)\}$")
ONE = re.compile(r"/(\d+)/api/json$")


def build(number: int, **changes: Any) -> dict[str, Any]:
    """Build n starts n days into 2026."""
    started = START + number * DAY_MS
    return {"number": number, "timestamp": started, "duration": 5, "result": "SUCCESS"} | changes


def running(number: int) -> dict[str, Any]:
    return build(number, building=True, result=None, duration=0)


@dataclass
class Controller:
    """One job; `builds` newest first, `unlisted` reachable only by their own address."""

    builds: list[dict[str, Any]] = field(default_factory=list)
    unlisted: dict[int, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def hold(self, *numbers: int) -> None:
        self.builds = [build(number) for number in sorted(numbers, reverse=True)]

    def answer(self, request: httpx.Request) -> httpx.Response:
        tree = request.url.params["tree"]
        one = ONE.search(unquote(request.url.path))
        if one:
            self.asked.append(one[1])
            payload = self.unlisted.get(int(one[1]))
            return httpx.Response(200, json=payload) if payload else httpx.Response(404)
        match = RANGE.match(tree)
        assert match is not None, tree
        name, start, end = match[1], int(match[2]), int(match[3])
        self.asked.append(f"{name}{{{start},{end}}}")
        listed = self.builds[:100] if name == "builds" else self.builds
        return httpx.Response(200, json={name: listed[start:end]})


def read(
    client: SourceClient,
    cursor: Cursor | None = None,
    *,
    since: date | None = None,
    job: dict[str, Any] | None = None,
    known: Collection[str] = (),
) -> list[Page]:
    """All pages of one pass over the job `shop/web`; `known` are the builds that are stored."""
    scope, stored = Scope("shop/web", job or {}), set(known)
    return list(read_builds(Reading(client, scope, cursor or {}, stored.intersection, since)))


def numbers(pages: list[Page]) -> list[int]:
    return [payload["number"] for page in pages for payload in page.payloads]
