"""What cannot be read at first is told with the next step."""

from __future__ import annotations

import httpx
import pytest
import respx

from connectors.http import SourceClient, open_client
from core.errors import SourceError
from pipeline.draft.advice import advice

URL = "https://tool.example"


def told(kind: str, answer: httpx.Response | Exception) -> str:
    client: SourceClient = open_client(URL, concurrency=1, sleep=lambda _seconds: None)
    with respx.mock, client.http:
        route = respx.get(f"{URL}/api")
        if isinstance(answer, Exception):
            route.side_effect = answer
        else:
            route.return_value = answer
        with pytest.raises(SourceError) as raised:
            client.get("api")
    return advice(kind, raised.value)


LOGIN = '<html><form><input type="password"></form></html>'
HTML = {"content-type": "text/html"}


@pytest.mark.parametrize(
    ("kind", "answer", "step"),
    [
        ("gitlab", httpx.Response(401, json={}), "read_api"),
        ("github", httpx.Response(403, json={}), "Metadata"),
        ("jenkins", httpx.Response(404, text="Not Found"), "not that of a job"),
        ("jira", httpx.Response(200, text=LOGIN, headers=HTML), "API token"),
        ("servicenow", httpx.Response(200, text="<html>", headers=HTML), "service-now.com"),
        (
            "jira",
            httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"),
            "SSL_CERT_FILE",
        ),
        ("jira", httpx.ConnectError("[Errno -2] Name or service not known"), "VPN or DNS"),
        ("jira", httpx.ConnectTimeout("timed out"), "directly"),
        ("jira", httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER] wrong"), "http://"),
        ("jira", httpx.ConnectError("[Errno 111] Connection refused"), "host and port"),
        ("jira", httpx.Response(503), ""),
    ],
    ids=["401", "403", "404", "login", "page", "tls", "dns", "silent", "plain", "closed", "503"],
)
def test_each_failure_has_its_next_step(
    kind: str, answer: httpx.Response | Exception, step: str
) -> None:
    found = told(kind, answer)
    assert step in found
    assert bool(found) is bool(step)
