"""Addresses that no source may have, as they are written and as they turn out to be."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from connectors.egress import check_url, watch_connection
from connectors.http import open_client
from core.errors import SourceAnswerError


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://169.254.1.1",
        "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fd00:ec2::254]/",
        "http://[fd20:ce::254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[2002:a9fe:a9fe::1]/",
        "http://100.100.100.200",
        "http://metadata.google.internal/computeMetadata",
        "http://METADATA.google.internal./",
        "http://0.0.0.0:8080",
        "http://224.0.0.1",
    ],
)
def test_an_address_of_the_cloud_or_the_link_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(SourceAnswerError, match="no tool is read there; correct `url`"):
        open_client(url, concurrency=1)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/jira",
        "http://localhost",
        "http://[::1]:9",
        "https://10.1.2.3",
        "https://192.168.0.9/jenkins",
        "https://acme.atlassian.net",
    ],
)
def test_loopback_and_the_networks_of_companies_are_allowed(url: str) -> None:
    check_url(url)


class _Stream:
    """A connection that was made; remembers whether it was closed."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.closed = False

    def get_extra_info(self, name: str) -> Any:
        assert name == "server_addr"
        return (self.address, 80)

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1%eth0", "::ffff:169.254.169.254"])
def test_a_name_that_leads_to_such_an_address_is_refused_once_connected(address: str) -> None:
    stream = _Stream(address)
    with pytest.raises(SourceAnswerError, match="no tool is read there"):
        watch_connection("connection.connect_tcp.complete", {"return_value": stream})
    assert stream.closed
    allowed = _Stream("10.0.0.1")
    watch_connection("connection.connect_tcp.complete", {"return_value": allowed})
    assert not allowed.closed


def test_every_request_of_a_client_watches_where_it_connects(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name leads to 127.0.0.1, which this test declares to be forbidden."""
    monkeypatch.setattr("connectors.egress._is_forbidden", lambda address: address is not None)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        client = open_client(f"http://localhost:{port}", concurrency=1, sleep=lambda _s: None)
        with pytest.raises(SourceAnswerError, match=r"127\.0\.0\.1 is an address"):
            client.get("things")
        client.http.close()
        connection, _ = server.accept()
        with connection:
            assert connection.recv(100) == b""
