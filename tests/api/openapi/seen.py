"""`make openapi-examples`: asks the simulated company, and keeps what it answers, cut to what shows
its shape, as the examples of the OpenAPI document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from api.app import create_app
from api.document_whole import operations
from tests.api.client import Client, Clock
from tests.api.openapi.document import present
from tests.e2e.company import NOW, Company, collected

KEPT = Path(__file__).parents[3] / "api" / "seen_answers.json"
_JSON = {"content-type": "application/json"}
_HERE = "/v1/streams/checkout"
_SAYS = {"who": "anna"}
_WHO = {"who": "anna", "why": "told in the review of the week"}
_LONG = {"from": "2025-10-01"}
_HOOK = {"status": "noted", "event": "pull_request.opened", "hints": 1, "reason": ""}
_SCENARIO = {
    "id": 4,
    "stream": "checkout",
    "name": "Two more people at Test",
    "levers": {"Test.people": "+2"},
    "who": "anna",
    "why": "testers are short since spring",
    "at": "2026-11-20T09:12:00Z",
    "verdict": "/v1/scenarios/4/verdict",
}
_BY_HAND = {
    "POST /v1/hooks/{source}": _HOOK,
    "POST /v1/hooks/{source}/{secret}": _HOOK,
    "POST /v1/events": {"events": 3, "new": 2, "duplicates": 1, "kept": 0},
    "POST /v1/scenarios": _SCENARIO,
    "GET /v1/scenarios/{number}": _SCENARIO,
    "GET /v1/scenarios": {"items": [_SCENARIO], "next": None},
}
"""What tools are told, for which the company has no secrets; and what 90 days are too short for."""
Asked = tuple[str, str, dict[str, Any] | None]


def cut(value: Any) -> Any:
    """The first of a list of objects, the first three of other lists, the begin of long texts."""
    if isinstance(value, dict):
        return {name: cut(one) for name, one in value.items()}
    if isinstance(value, list):
        return [cut(one) for one in (value[:1] if value and _is_big(value[0]) else value[:3])]
    if not isinstance(value, str):
        return value
    value = re.sub(r"http://127\.0\.0\.1:\d+", "https://acme.example", value)
    return value if len(value) <= 400 else value[:400].rpartition(" ")[0] + " .."


def _is_big(value: Any) -> bool:
    return isinstance(value, dict | list)


def seen(company: Company) -> dict[str, Any]:
    """Answers by method and path, as the document has them; what is adopted counts as held."""
    client = Client(create_app(company.settings, company.database))
    found: dict[str, Any] = {}
    refused: list[str] = []
    for key, address, body in _asked(client, company):
        content = b"" if body is None else json.dumps(body).encode()
        headers = _JSON if body is not None else {}
        method = key.partition(" ")[0]
        answer = client.request(method, address, content=content, headers=headers)
        if answer.status_code not in (200, 202):
            refused.append(f"{key} {answer.status_code}: {answer.text[:300]}")
            continue
        found[key] = cut(answer.json())
    if refused:
        raise ValueError("\n".join(refused))
    found["GET /v1/scenarios/{number}/verdict"] = found["POST /v1/streams/{name}/lab"]
    return found | _BY_HAND


def _asked(client: Client, company: Company) -> Iterator[Asked]:
    """What is said first, so that what is asked afterwards has something to tell."""
    yield from _improved()
    yield from _said(client)
    yield from _opened(client, company)
    yield from _plain()
    yield "DELETE /v1/verdicts/{number}", "/v1/verdicts/1", _WHO
    row = client.json("/v1/values")["items"][0]
    yield "DELETE /v1/values/{key}", f"/v1/values/{row['key']}", {**_WHO, "source": "jira"}


def _improved() -> Iterator[Asked]:
    change = {"levers": {"Test.people": "+1"}}
    yield "POST /v1/streams/{name}/lab", f"{_HERE}/lab", {**change, **_LONG}
    target = {"value": 20, "by": "2026-12-31"}
    words = {"title": "One more person", "hypothesis": "work waits", "owner": "team test"}
    told = {"stream": "checkout", "metric": "flow_time", "target": target, **words, **_SAYS}
    yield "POST /v1/improvements", "/v1/improvements", told
    begin = {"changed_at": "2026-08-01", "baseline_from": "2026-01-01", **_SAYS}
    yield "POST /v1/improvements/{number}/start", "/v1/improvements/1/start", begin
    line = {"note": "moved the test data to the team as well", **_SAYS}
    yield "POST /v1/improvements/{number}/log", "/v1/improvements/1/log", line
    yield "GET /v1/improvements/{number}", "/v1/improvements/1", None
    rule = {"step": "Test", "kind": "limit", "text": "at most 6 items in the step"}
    adopted = {"policies": [rule], "note": "agreed on in the review of the quarter", **_SAYS}
    yield "POST /v1/improvements/{number}/adopt", "/v1/improvements/1/adopt", adopted
    other = {**told, "title": "Review on the same day", "metric": "velocity"}
    yield "POST /v1/improvements", "/v1/improvements", other
    yield "POST /v1/improvements/{number}/stop", "/v1/improvements/2/stop", line


def _said(client: Client) -> Iterator[Asked]:
    page = client.json("/v1/items?stream=checkout&state=in_flight&limit=3")["items"]
    unlinked = client.json("/v1/quality/unlinked?kind=commit&from=2025-01-01")["items"][0]
    link = {"a": {"kind": "item", "key": page[0]["key"]},
            "b": {"kind": "commit", "key": unlinked["key"]}}  # fmt: skip
    yield "POST /v1/verdicts", "/v1/verdicts", {**link, "answer": "confirmed", **_WHO}
    worth = {"low_cents": 1_500_000, "likely_cents": 2_000_000, "high_cents": 3_500_000}
    value = {"key": page[0]["key"], "source": "jira", "profile": "P1", **worth, **_WHO}
    yield "POST /v1/values", "/v1/values", value
    queue = {
        "stream": "checkout",
        "items": [{"key": one["key"], "duration_days": 3} for one in page],
    }
    yield "POST /v1/sequences", "/v1/sequences", queue


def _opened(client: Client, company: Company) -> Iterator[Asked]:
    key = client.json("/v1/items?stream=checkout&state=done&limit=1")["items"][0]["key"]
    yield "GET /v1/items/{key}/journey", f"/v1/items/{key}/journey", None
    yield "GET /v1/streams/{name}/map/steps/{step}", f"{_HERE}/map/steps/Test", None
    finding = f"{_HERE}/findings/explain?kind=biggest_delay"
    yield "GET /v1/streams/{name}/findings/explain", finding, None
    yield "GET /v1/overview/explain", "/v1/overview/explain?metric=delay_cost", None
    change = next(one for one in company.world.deployments if one.change).change
    number = next(one.number for one in company.world.changes if one.id == change)
    yield "GET /v1/change-requests/{number}", f"/v1/change-requests/{number}", None
    incident = client.json("/v1/services/web/incidents?from=2025-01-01")["items"][0]["number"]
    yield "GET /v1/incidents/{number}", f"/v1/incidents/{incident}", None


def _plain() -> Iterator[Asked]:
    """What needs nothing but an address, where the route gives no example itself."""
    own = json.loads(KEPT.read_text(encoding="utf-8"))
    for path, method, operation in operations(present()):
        key = f"{method.upper()} {path}"
        told = operation["responses"].get("200", {}).get("content", {}).get("application/json")
        if told is None or told.get("example", own.get(key)) != own.get(key):
            continue
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        if path in ("/v1/mappings/preview", "/v1/streams/{name}/map/compare"):
            yield key, _address(path), body["example"]
        named = {"{key}", "{number}", "{step}"} & set(path.split("/"))
        if (
            method == "get"
            and not named
            and not path.endswith(("findings/explain", "overview/explain"))
        ):
            yield key, _address(path), None


def _address(path: str) -> str:
    service = path.startswith("/v1/services")
    source = path.startswith("/v1/sources")
    name = "web" if service else "jira" if source else "checkout"
    dora = service or "/dora" in path
    slug = "change_lead_time" if dora else "flow_time"
    return path.format(name=name, slug=slug, definition="flow_time")


@contextmanager
def as_then() -> Iterator[None]:
    """The present is that of the company, and every change held that it is asked of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.deps.now_ts", Clock(int(NOW.timestamp()) + 60))
        patch.setattr("api.routes.improvements.require_held", lambda _, found: found)
        yield


def main() -> None:
    with (
        TemporaryDirectory() as home,
        collected(Path(home), seed=3, items=120) as company,
        as_then(),
    ):
        found = seen(company)
    text = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False)
    KEPT.write_text(text + "\n", encoding="utf-8")
    print(f"{KEPT}: {len(found)} answers")


if __name__ == "__main__":
    main()
