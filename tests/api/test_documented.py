"""The OpenAPI document and docs/api.md say everything, and nothing that is not so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from api.examples import ENVELOPE
from api.schemas import Envelope
from api.schemas_cost import ValueGiven, ValueWithdrawn
from api.schemas_improvements import ImprovementGiven, LineGiven, StartGiven
from api.schemas_scenarios import ChangeGiven, ScenarioGiven
from api.schemas_standards import AdoptGiven
from api.schemas_verdicts import VerdictGiven, WithdrawalGiven
from tests.api.client import Client
from tests.api.openapi.fitting import resolved

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")

FROM_PEOPLE = {
    "/v1/tokens",
    "/v1/privacy/erase",
    "/v1/sources/{name}/again",
    "/v1/verdicts",
    "/v1/mappings/preview",
    "/v1/scenarios",
    "/v1/streams/{name}/lab",
    "/v1/values",
    "/v1/sequences",
    "/v1/streams/{name}/map/compare",
    "/v1/improvements",
    "/v1/improvements/{number}/start",
    "/v1/improvements/{number}/log",
    "/v1/improvements/{number}/stop",
    "/v1/improvements/{number}/adopt",
}
"""What people send from a page of ours, without a secret."""

QUESTIONS = {
    "/v1/mappings/preview",
    "/v1/streams/{name}/lab",
    "/v1/sequences",
    "/v1/streams/{name}/map/compare",
}
"""What is sent only because it is too long for an address: it is answered, and nothing is taken."""

FILES = {
    "svg": "image/svg+xml",
    "md": "text/markdown",
    "html": "text/html",
    "/v1/exports/{table}": "application/vnd.apache.parquet",
    "/v1/stream": "text/event-stream",
    "/metrics": "text/plain",
}
FILTERED = {
    *("/v1/items", "/v1/mappings", "/v1/mappings/unmapped", "/v1/definitions/changes"),
    *("/v1/quality", "/v1/quality/unlinked", "/v1/quality/unlinked/summary", "/v1/restatements"),
}
"""What names a stream or a service as a filter: one that there is not is a 404."""
TAKEN = {"/v1/tokens": {"201"}, "/v1/privacy/erase": {"200"}}
"""What is done when it is answered, and never was before."""
WAITS = {"/v1/privacy/erase"}
"""What can't be done while a source is read."""
TOLD_ANEW = {"/v1/account", "/v1/audit-log", "/v1/tokens"}
"""What differs by who asks, or moves without the facts: it has no ETag."""
ENDLESS = {"/v1/stream"}
"""What goes on until the caller leaves: nothing of it is kept, and so many may listen."""


def _operations(client: Client, method: str = "get") -> dict[str, dict[str, Any]]:
    """By path, with what they refer to in its place."""
    document = client.json("/v1/openapi.json")
    paths = document["paths"]
    return {
        path: {**methods[method], "responses": _whole(document, methods[method]["responses"])}
        for path, methods in paths.items()
        if method in methods
    }


def _whole(document: dict[str, Any], responses: dict[str, Any]) -> dict[str, Any]:
    found = {status: resolved(document, answer) for status, answer in responses.items()}
    return {
        status: {
            **answer,
            "content": {
                kind: {**content, "schema": resolved(document, content.get("schema", {}))}
                for kind, content in answer.get("content", {}).items()
            },
        }
        for status, answer in found.items()
    }


def _pushes(client: Client) -> dict[str, dict[str, Any]]:
    return _operations(client, "post")


def test_every_operation_says_what_it_is_asked_and_what_it_answers(client: Client) -> None:
    operations = _operations(client)
    assert len(operations) > 15
    for path, operation in operations.items():
        assert operation["summary"], path
        assert operation["description"], path
        answer = operation["responses"]["200"]
        assert answer["description"] != "Successful Response", path
        kind = FILES.get(path, FILES.get(path.rpartition(".")[2], "application/json"))
        assert answer["content"][kind]["schema"], path
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), (path, parameter["name"])


def test_every_operation_under_v1_documents_its_problems(client: Client) -> None:
    for path, operation in _operations(client).items():
        if not path.startswith("/v1/"):
            continue
        unlike = {"429"} if path in ENDLESS else set() if path in TOLD_ANEW else {"304"}
        names = "{" in path or path in FILTERED
        expected = {"200", "422", "503"} | unlike | ({"404"} if names else set())
        assert set(operation["responses"]) == expected, path
        for status in expected - {"200", "304"}:
            content = operation["responses"][status]["content"]
            assert set(content) == {"application/problem+json"}
            assert "detail" in content["application/problem+json"]["schema"]["properties"]


def test_every_address_to_push_to_says_what_it_takes_answers_and_refuses(client: Client) -> None:
    for path, operation in _pushes(client).items():
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["requestBody"]["content"], path
        responses = operation["responses"]
        who = "403" if path in FROM_PEOPLE else "401"
        refused = {"400", who, "413", "415", "422", "503"}
        taken = {"200"} if path in QUESTIONS else TAKEN.get(path, {"200", "202"})
        refused |= {"409"} if path in WAITS else set()
        assert set(responses) - {"404"} == taken | refused, path
        for status in set(responses) - taken:
            assert set(responses[status]["content"]) == {"application/problem+json"}
        for status in taken:
            assert responses[status]["content"]["application/json"]["schema"]
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), (path, parameter["name"])


def test_the_page_lists_exactly_what_can_be_taken_back(client: Client) -> None:
    paths = client.json("/v1/openapi.json")["paths"]
    there = {path: methods["delete"] for path, methods in paths.items() if "delete" in methods}
    assert set(re.findall(r"`DELETE (/[^`? ]*)", PAGE)) == set(there)
    for path, operation in there.items():
        assert operation["summary"], path
        assert operation["description"], path
        assert all(one["in"] == "path" for one in operation["parameters"])
        expected = {"200", "403", "404", "422", "503"}
        if path == "/v1/tokens/{token_id}":
            assert "requestBody" not in operation
        else:
            expected |= {"202", "400", "413", "415"}
            assert operation["requestBody"]["required"]
        assert set(operation["responses"]) == expected, path


@pytest.mark.parametrize(
    ("path", "method", "model"),
    [
        ("/v1/verdicts", "post", VerdictGiven),
        ("/v1/scenarios", "post", ScenarioGiven),
        ("/v1/streams/{name}/lab", "post", ChangeGiven),
        ("/v1/verdicts/{number}", "delete", WithdrawalGiven),
        ("/v1/values", "post", ValueGiven),
        ("/v1/improvements", "post", ImprovementGiven),
        ("/v1/improvements/{number}/start", "post", StartGiven),
        ("/v1/improvements/{number}/log", "post", LineGiven),
        ("/v1/improvements/{number}/stop", "post", LineGiven),
        ("/v1/improvements/{number}/adopt", "post", AdoptGiven),
        ("/v1/values/{key}", "delete", ValueWithdrawn),
    ],
)
def test_the_example_of_what_people_send_is_one_that_is_taken(
    client: Client, path: str, method: str, model: type[BaseModel]
) -> None:
    sent = client.json("/v1/openapi.json")["paths"][path][method]["requestBody"]
    body = sent["content"]["application/json"]
    assert model.model_validate(body["example"])
    assert set(body["example"]) == set(body["schema"]["properties"])


def test_the_page_lists_exactly_the_addresses_to_push_to(client: Client) -> None:
    assert set(re.findall(r"`POST (/[^`? ]*)", PAGE)) == set(_pushes(client))


def test_every_field_of_the_envelope_is_a_documented_schema(client: Client) -> None:
    schema = client.json("/v1/openapi.json")["components"]["schemas"]["Envelope"]
    body = client.json("/v1/streams/checkout/metrics/flow_time")
    assert set(body) <= set(schema["properties"])
    Envelope.model_validate(ENVELOPE, strict=True)


def test_the_page_lists_exactly_the_paths_that_there_are(client: Client) -> None:
    told = set(re.findall(r"`GET (/[^`? ]*)", PAGE))
    assert told == set(_operations(client)) | {"/docs", "/v1/openapi.json"}


def test_the_page_explains_every_field_of_the_envelope(client: Client) -> None:
    body = client.json("/v1/streams/checkout/metrics/velocity?interval=week")
    for name in body:
        assert f"| `{name}` |" in PAGE, name


def test_the_page_names_every_parameter(client: Client) -> None:
    for operation in _operations(client).values():
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                assert f"`{parameter['name']}`" in PAGE, parameter["name"]


def test_the_json_on_the_page_is_json() -> None:
    blocks = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) >= 3
    for block in blocks:
        json.loads(block)


def test_the_addresses_of_the_examples_answer(client: Client) -> None:
    asked = re.findall(r"curl (?!-s -X DELETE)[^\n]*?'?http://127\.0\.0\.1:8080(/[^\s']*)", PAGE)
    assert len(asked) >= 5
    for address in asked:
        if (
            "SHOP-412" not in address
            and "cursor=" not in address
            and "search-engine" not in address
            and "since=W" not in address
            and address not in ENDLESS
        ):
            assert client.get(address).status_code == 200, address
