"""A value that nobody can mean, of every parameter that the document has: the answer is a problem
document that names the parameter, or what it was taken for.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from api.document_whole import operations
from tests.api.client import Client
from tests.api.openapi.document import stored

ODD = "%00%ED%A0%80%E2%80%AE%3Cscript%3E9e999"
"""NUL, half of a surrogate pair, a mark that turns the line around, markup, and no number."""
WORDS = {"q", "about", "part", "who", "key"}
"""Parameters that take any words: what fits none of them is empty."""
HERE = {"name": "checkout", "slug": "flow_time", "definition": "flow_time", "step": "Test",
        "table": "items", "key": "SHOP-1", "number": "1"}  # fmt: skip
NEEDED = {"date": "2026-12-24", "items": "5"}
ASKED = {
    path: [one for one in operation.get("parameters", ()) if one["in"] == "query"]
    for path, method, operation in operations(stored())
    if method == "get" and path != "/v1/stream"
}


def _address(path: str) -> str:
    known = HERE
    if path.startswith("/v1/services"):
        known = known | {"name": "web", "slug": "change_lead_time"}
    if "/dora/" in path:
        known = known | {"slug": "change_lead_time"}
    if path.startswith("/v1/sources"):
        known = known | {"name": "jira"}
    return path.format(**known)


def _refused(client: Client, address: str) -> dict[str, Any] | None:
    answer = client.get(address)
    if answer.status_code == 200:
        return None
    assert answer.status_code in (404, 422), (address, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert len(body["detail"]) < 1_000
    assert body["detail"].isprintable()
    return body


@pytest.mark.parametrize("path", [path for path in sorted(ASKED) if path.startswith("/v1/")])
def test_a_value_that_makes_no_sense_is_refused_by_name(calm: Client, path: str) -> None:
    address = _address(path)
    needed = {one["name"] for one in ASKED[path] if one.get("required")}
    for parameter in ASKED[path]:
        name = parameter["name"]
        beside = "".join(f"&{one}={value}" for one, value in NEEDED.items() if one in needed)
        told = _refused(calm, f"{address}?{name}={ODD}{beside if name not in needed else ''}")
        if told is None:
            assert name in WORDS, f"{address}: any {name} is taken"
        elif told["status"] == 422:
            assert re.search(rf"\b{name}\b", told["detail"]), (address, told["detail"])
    told = _refused(calm, f"{address}?nobody_asks_this=1")
    assert told is not None
    assert told["status"] == 404 or "nobody_asks_this" in told["detail"], told
