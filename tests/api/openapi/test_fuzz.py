"""Every address is asked what its schema allows and what it does not: nothing is a fault of the
server, and every answer is one that the OpenAPI document tells.

`make fuzz EXAMPLES=200 SEED=1` asks more, by other chance.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import requests
import schemathesis
import structlog
from hypothesis import HealthCheck, Phase, given, reject, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, checks

from api.app import create_app
from api.document_whole import operations
from core.settings import Database as DatabaseSettings
from pipeline.database import opened
from tests.api.conftest import copy_of
from tests.api.openapi.document import stored
from tests.e2e.company import Company

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "6"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
ENDLESS = "GET /v1/stream"
_LONGEST = 60_000
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
OPERATIONS = sorted(f"{method.upper()} {path}" for path, method, _ in operations(stored()))
KNOWN: dict[str, list[str]] = {
    "name": ["checkout", "search", "web"],
    "stream": ["checkout", "fulfilment"],
    "service": ["web"],
    "slug": ["flow_time", "velocity", "efficiency", "change_lead_time", "delay_cost"],
    "step": ["Test", "Build"],
    "definition": ["flow_time", "delay_cost@2"],
    "table": ["items", "visits"],
    "from": ["2026-06-01", "2026-08-01T00:00:00Z"],
    "to": ["2026-11-01", "2026-12-24"],
    "interval": ["week", "month", "day"],
    "type": ["feature", "defect"],
    "team": ["web", "test"],
    "zone": ["Europe/Berlin", "America/St_Johns"],
    "known_at": ["2026-11-20T14:00Z", "2026-11-01"],
    "key": ["SHOP-1", "SHOP-20"],
    "number": ["1"],
    "clock": ["idea_to_release"],
    "since": ["2026-10-01"],
    "date": ["2026-12-24"],
}
"""What the company knows, so that not all that is asked is refused at the door."""


@pytest.fixture(scope="module", autouse=True)
def _short_logs() -> Iterator[None]:
    """A fault fails its test; what stood in every variable then would take minutes to write."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.errors.log", structlog.wrap_logger(None, processors=[_dropped]))
        yield


def _dropped(*_: Any) -> Any:
    raise structlog.DropEvent


@pytest.fixture(scope="module")
def app(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path = tmp_path_factory.mktemp("fuzzed") / "headwater.db"
    copy_of(company, path)
    with opened(DatabaseSettings(url=f"sqlite:///{path}")) as database:
        yield create_app(company.settings, database)


@pytest.fixture(scope="module")
def schema(app: Any) -> Any:
    return schemathesis.openapi.from_dict(app.openapi())


class Sender:
    """Asks the application without a network, in one loop of a thread of its own."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(1)
        self._runner = self._pool.submit(asyncio.Runner).result()

    def __call__(self, case: Case, headers: dict[str, str]) -> httpx.Response:
        told = case.as_transport_kwargs(base_url="http://test", headers=headers)
        told.pop("cookies", None)
        ready = requests.Request(**told).prepare()
        if len(str(ready.url)) > _LONGEST:
            reject()  # our client does not send it; servers refuse such addresses themselves
        return self._pool.submit(self._runner.run, self._ask(ready)).result()

    async def _ask(self, ready: requests.PreparedRequest) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport) as client:
            body = ready.body.encode() if isinstance(ready.body, str) else ready.body
            headers = dict(ready.headers.items())
            return await client.request(
                str(ready.method), str(ready.url), content=body, headers=headers
            )

    def close(self) -> None:
        self._pool.submit(self._runner.close).result()
        self._pool.shutdown()


@pytest.fixture(scope="module")
def sender(app: Any) -> Iterator[Sender]:
    found = Sender(app)
    yield found
    found.close()


@st.composite
def _asked(draw: st.DrawFn, operation: Any) -> Case:
    """A case of the schema or beside it, in most of which names are those that there are."""
    mode = draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    case: Case = draw(operation.as_strategy(generation_mode=mode))
    for place in (case.path_parameters, case.query):
        for name in list(place or ()):
            if name in KNOWN and draw(st.integers(0, 3)):
                place[name] = draw(st.sampled_from(KNOWN[name]))
    return case


def _try(schema: Any, key: str, sender: Sender, examples: int, **headers: str) -> None:
    method, _, path = key.partition(" ")
    operation = schema[path][method]

    @seed(SEED)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink] if EXAMPLES > 6 else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_asked(operation))
    def ask(case: Case) -> None:
        case.validate_response(sender(case, headers), checks=CHECKS)

    ask()


@pytest.mark.parametrize("key", [one for one in OPERATIONS if one != ENDLESS])
def test_nothing_is_answered_that_is_not_documented(schema: Any, sender: Sender, key: str) -> None:
    _try(schema, key, sender, EXAMPLES)
