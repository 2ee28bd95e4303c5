"""Who may say something about a link: programs and pages of ours, in a body of JSON."""

from __future__ import annotations

import pytest

from tests.api.client import Client

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"content-type": "text/plain"}, b"{}", 415),
        ({"content-type": "application/x-www-form-urlencoded"}, b"a=b", 415),
        ({}, b"{}", 415),
        (JSON | {"sec-fetch-site": "cross-site"}, b"{}", 403),
        (JSON | {"sec-fetch-site": "same-site"}, b"{}", 403),
        (JSON, b"{", 400),
        (JSON, b"[]", 400),
        (JSON, b" " * 70_000, 413),
    ],
)
def test_forms_and_pages_of_others_can_not_write(
    client: Client, headers: dict[str, str], content: bytes, status: int
) -> None:
    assert client.post("/v1/verdicts", content, headers).status_code == status


def test_a_page_of_another_site_can_not_withdraw(client: Client) -> None:
    said = b'{"who": "x"}'
    answer = client.delete("/v1/verdicts/1", said, JSON | {"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert client.delete("/v1/verdicts/1", said, JSON).status_code == 404


@pytest.mark.parametrize(
    ("address", "content", "headers", "status", "told"),
    [
        ("/v1/verdicts/1?who=x", b'{"who": "x"}', JSON, 422, "no such parameter"),
        ("/v1/verdicts/1", b"", {}, 415, "application/json"),
        ("/v1/verdicts/1", b"", JSON, 400, ""),
        ("/v1/verdicts/1", b"{}", JSON, 422, "who: "),
        ("/v1/verdicts/1", b'{"who": "x", "when": 1}', JSON, 422, "when: "),
        ("/v1/verdicts/1", b" " * 70_000, JSON, 413, "64 KB"),
        ("/v1/verdicts/0", b'{"who": "x"}', JSON, 422, ""),
    ],
)
def test_who_withdraws_is_in_the_body_and_never_in_the_address(
    client: Client, address: str, content: bytes, headers: dict[str, str], status: int, told: str
) -> None:
    answer = client.delete(address, content, headers)
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.text
