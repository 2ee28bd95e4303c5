"""An address that there is not: a page for who looks, a problem document for programs."""

from __future__ import annotations

import pytest

from tests.api.client import Client

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("address", ["/jorney", "/a/b/c", "/v1x", "/static/nothing", "/v2/streams"])
def test_a_browser_gets_the_frame_of_the_site_and_404(client: Client, address: str) -> None:
    answer = client.get(address, BROWSER)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert _frame(answer.text) == _frame(client.get("/").text)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["vary"].startswith("Accept")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def _frame(page: str) -> list[str]:
    """Its lines, without the modules that it begins with: those are of the page within."""
    return [line for line in page.splitlines() if 'rel="modulepreload"' not in line]


@pytest.mark.parametrize("address", ["/v1", "/v1/", "/v1/nothing", "/v1/streams/shop"])
def test_the_api_answers_a_browser_with_a_problem_document(client: Client, address: str) -> None:
    answer = client.get(address, BROWSER)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
def test_a_program_gets_a_problem_document_everywhere(client: Client, accept: str) -> None:
    answer = client.get("/jorney", {"accept": accept})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["instance"] == "/jorney"


def test_pages_that_there_are_stay_200(client: Client) -> None:
    assert client.get("/journey", BROWSER).status_code == 200
    assert client.post("/jorney", b"", BROWSER).headers["content-type"].endswith("problem+json")
