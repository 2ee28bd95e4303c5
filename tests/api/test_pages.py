"""Headers, static files, compression, and the page that lists the API."""

from __future__ import annotations

import re

import pytest

from tests.api.client import Client

ADDRESSES = [
    "/", "/journey", "/connectors", "/docs", "/docs/style.css", "/static/js/app.js",
    "/static/nothing.js", "/v1/overview", "/v1/openapi.json", "/v1/streams/none", "/healthz",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_forbids_foreign_scripts_frames_and_sniffing(
    client: Client, address: str
) -> None:
    headers = client.get(address).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert len(headers.get_list("content-security-policy")) == 1


@pytest.mark.parametrize(
    "address",
    ["/", "/forecast", "/journey", "/connectors", "/docs", "/static/js/app.js", "/static/mark.svg"],
)
def test_browsers_ask_whether_a_page_changed(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


def test_the_icon_is_where_browsers_look_for_one(client: Client) -> None:
    asked = client.get("/favicon.ico")
    assert asked.status_code == 200
    assert asked.headers["content-type"].startswith("image/svg+xml")
    assert asked.content == client.get("/static/mark.svg").content


def test_a_static_file_that_did_not_change_is_304(client: Client) -> None:
    etag = client.get("/static/js/app.js").headers["etag"]
    answer = client.get("/static/js/app.js", {"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["..%2f..%2fpyproject.toml", "%2e%2e/%2e%2e/pyproject.toml"])
def test_static_files_do_not_lead_out_of_their_folder(client: Client, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_long_answers_are_compressed_for_who_accepts_that(client: Client) -> None:
    answer = client.get("/v1/overview", {"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(answer.content) / 3
    plain = client.get("/v1/overview", {"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content


def test_the_docs_page_needs_no_other_host_and_lists_every_operation(client: Client) -> None:
    answer = client.get("/docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert not re.search(r"(src|href)=\"(https?:)?//", answer.text)
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    for path in client.json("/v1/openapi.json")["paths"]:
        assert path in answer.text
    for address in re.findall(r'href="([^"]+)"', answer.text):
        assert client.get(address).status_code == 200, address
