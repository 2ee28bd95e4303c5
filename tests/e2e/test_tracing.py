"""Spans of a pass and of requests: who is whose part, and that nothing private is in them."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr
from sqlalchemy import select

from api.app import create_app
from core.settings import Settings
from core.tracing import span
from core.tracing_export import exporting
from core.tracing_settings import Tracing
from pipeline.database import opened
from simulator.config import company_secrets
from store.models import item_key
from store.traced import sql_traced
from tests.api.client import Client
from tests.e2e.little import little_company, little_world
from tests.e2e.small import synced

_SENT = "http://127.0.0.1/v1/traces"
_ASKED = "why-is-it-late"
_CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, list[ReadableSpan]]:
    """All spans of a pass over a little company and of two requests after it."""
    into = InMemorySpanExporter()
    with little_company() as company:
        _, settings = company.home(tmp_path_factory.mktemp("traced"))
        with exporting(Tracing(endpoint=_SENT), into), sql_traced():
            assert not synced(settings).failed
            with opened(settings.database) as database:
                client = Client(create_app(settings, database))
                client.get("/v1/items/SHOP-1/journey", headers={"traceparent": _CALLER})
                client.get(f"/v1/streams?q={_ASKED}", headers={"user-agent": "anna's browser"})
                client.get("/healthz")
    return settings, list(into.get_finished_spans())


Seen = tuple[Settings, list[ReadableSpan]]


def test_a_pass_has_its_sources_and_they_their_requests(seen: Seen) -> None:
    _, spans = seen
    by_id = {one.context.span_id: one for one in spans}

    def above(one: ReadableSpan) -> list[str]:
        names = []
        while one.parent is not None and one.parent.span_id in by_id:
            one = by_id[one.parent.span_id]
            names.append(one.name)
        return names

    requests = [one for one in spans if one.name == "source request"]
    assert len(requests) > 20
    assert {above(one)[-1] for one in requests} == {"sync"}
    assert any(above(one)[:2] == ["read stream", "collect"] for one in requests)
    measured = [one for one in spans if one.name == "measure"]
    assert above(measured[0]) == ["link and measure", "sync"]
    statements = [one for one in spans if "db.query.text" in (one.attributes or {})]
    assert {"SELECT", "INSERT"} <= {one.name for one in statements}
    assert all(one.parent is not None for one in statements)
    assert {one.context.trace_id for one in requests} == {measured[0].context.trace_id}


def test_a_request_is_named_by_its_template_and_goes_on_with_the_trace_of_its_caller(
    seen: Seen,
) -> None:
    [journey] = [one for one in seen[1] if one.name == "GET /v1/items/{key}/journey"]
    assert f"{journey.context.trace_id:032x}" == _CALLER.split("-")[1]
    told = journey.attributes or {}
    assert told["http.request.method"] == "GET"
    assert told["http.route"] == "/v1/items/{key}/journey"
    assert told["http.response.status_code"] in (200, 404)
    assert len(str(told["request.id"])) == 16
    assert not [one for one in seen[1] if "healthz" in one.name]


def test_no_secret_person_item_or_question_is_in_any_span(seen: Seen) -> None:
    settings, spans = seen
    text = "\n".join(one.to_json() for one in spans)
    with opened(settings.database) as database, database.read() as session:
        keys = set(session.execute(select(item_key.c.key)).scalars())
    people = {name for one in little_world().people for name in (one.name, one.email)}
    tokens = {value for name, value in company_secrets().items() if not name.endswith("_USER")}
    private = {*tokens, *keys, *people, _ASKED, "anna's browser"}
    assert len(private) > 20
    assert sorted(one for one in private if one in text) == []


@contextmanager
def _receiver() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    got: list[tuple[dict[str, str], bytes]] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            told = {name.lower(): value for name, value in self.headers.items()}
            got.append((told, self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Taking)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/traces", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_spans_arrive_at_a_receiver_of_otlp_with_its_headers() -> None:
    with _receiver() as (endpoint, got):
        settings = Tracing(endpoint=endpoint, headers={"x-key": SecretStr("s3cret")})
        with (
            exporting(settings),
            pytest.raises(ValueError, match="of a person"),
            span("outer", source_name="jira"),
            span("inner"),
        ):
            raise ValueError("the words of a person")
    [(headers, content)] = got
    assert headers["x-key"] == "s3cret"
    body = gzip.decompress(content) if headers.get("content-encoding") == "gzip" else content
    found = ExportTraceServiceRequest.FromString(body).resource_spans[0]
    spans = {one.name: one for one in found.scope_spans[0].spans}
    assert spans["inner"].parent_span_id == spans["outer"].span_id
    assert spans["inner"].status.code == 2
    assert b"of a person" not in body
    names = {one.key: one.value.string_value for one in found.resource.attributes}
    assert names["service.name"] == "headwater"


def test_without_set_up_spans_cost_nothing_and_tell_nothing() -> None:
    with span("nobody asks", source_name="jira") as made:
        made.set(more=1)
        made.fail("Error")
