"""A tool whose every answer may be odd: its pass ends with a word about it, and the database takes
whatever was made of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import blake2b
from typing import Any

import httpx
import orjson
import pytest
from pydantic import TypeAdapter
from sqlalchemy import func, select

from connectors.stream import Wanted
from core.settings import Database as DatabaseSettings
from core.source_settings import AnySource
from pipeline.collect import collect
from pipeline.database import Database, opened
from pipeline.source_report import SourceReport
from simulator.config import company_secrets
from simulator.faults import Faults
from simulator.server import CompanyServer, running
from store.models import raw_record
from tests.e2e.small import Hasty
from tests.e2e.tool import WANTED
from tests.fuzz.chance import Chance
from tests.fuzz.odd import changed
from tests.simulator.tiny import tiny_world

KINDS = ("github", "gitlab", "jenkins", "jira", "servicenow")
SEEDS = (1, 2, 3)
_OWN_FAULT = "a fault of Headwater's own"


def _source(kind: str, server: CompanyServer) -> AnySource:
    name = "snow" if kind == "servicenow" else kind
    secrets = company_secrets()
    told = {
        one: secrets.get(f"DEMO_{name.upper()}_{one.upper()}")
        for one in ("user", "token", "password")
    }
    auth = {one: value for one, value in told.items() if value}
    more: dict[str, Any] = WANTED.get(kind, {})
    wanted = {"kind": kind, "name": kind, "url": server.url(kind), "auth": auth, **more}
    found: AnySource = TypeAdapter(AnySource).validate_python(wanted)
    return found


def _odd(seed: int, request: httpx.Request, response: httpx.Response) -> httpx.Response:
    """The answer, or in one of four cases an odd one: the same for the same request."""
    asked = f"{seed} {request.method} {request.url.raw_path!r}".encode() + request.content
    chance = Chance(blake2b(asked, digest_size=40).digest())
    if chance.number(4) or "json" not in response.headers.get("content-type", ""):
        return response
    body = changed(orjson.loads(response.content), chance)
    try:
        content = json.dumps(body).encode()
    except RecursionError:
        content = b"[" * 500 + b"]" * 500
    headers = {
        k: v for k, v in response.headers.items() if k not in ("content-length", "content-encoding")
    }
    return httpx.Response(response.status_code, headers=headers, content=content, request=request)


@contextmanager
def _oddly(seed: int) -> Iterator[None]:
    real = httpx.HTTPTransport.handle_request

    def handle(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        response = real(self, request)
        response.request = request
        response.read()
        return _odd(seed, request, response)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.HTTPTransport, "handle_request", handle)
        yield


@pytest.fixture(scope="module")
def hosts() -> Iterator[dict[str, CompanyServer]]:
    """The tools, by where the code is."""
    with (
        running(tiny_world(), code="gitlab", faults=Faults()) as gitlab,
        running(tiny_world(), code="github", faults=Faults()) as github,
    ):
        yield {"gitlab": gitlab, "github": github}


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """PostgreSQL, which is strict about sizes and characters."""
    with opened(DatabaseSettings(url=postgres_url)) as found:
        yield found


def _rows(database: Database) -> int:
    with database.read() as session:
        return int(session.execute(select(func.count()).select_from(raw_record)).scalar_one())


@pytest.mark.parametrize("kind", KINDS)
def test_odd_answers_end_a_pass_with_a_word_and_the_next_one_reads_all(
    hosts: dict[str, CompanyServer], database: Database, kind: str
) -> None:
    source = _source(kind, hosts["github" if kind == "github" else "gitlab"])
    once = partial(collect, source, database, Wanted(), stop=Hasty())
    heard: list[SourceReport] = []
    for seed in SEEDS:
        with _oddly(seed):
            heard.append(once(full=True))
    told = [*(one.error for one in heard), *(word for one in heard for word in one.problems)]
    assert not [word for word in told if _OWN_FAULT in word]
    assert any(told) or any(count.unparsed for one in heard for count in one.streams.values())
    good = once(full=True)
    assert good.problems == []
    assert good.seen > 0
    assert {name for name, count in good.streams.items() if count.unparsed} == set()
    assert _rows(database) > 0
