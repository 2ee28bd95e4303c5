"""Authorities are taken in once, and again when others are named or the named ones changed."""

from __future__ import annotations

from pathlib import Path

import certifi
import pytest

from connectors.certificates import trusted
from connectors.http import open_client

END = "-----END CERTIFICATE-----\n"


@pytest.fixture(autouse=True)
def _nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def _authorities(count: int) -> str:
    """The first ones of those that are usual."""
    return "".join(one + END for one in Path(certifi.where()).read_text("utf-8").split(END)[:count])


def test_the_usual_ones_are_taken_in_once() -> None:
    first = trusted()
    assert len(first.get_ca_certs()) == Path(certifi.where()).read_text("utf-8").count(END)
    assert first.check_hostname
    clients = [open_client("https://git.example", concurrency=1) for _ in range(2)]
    try:
        assert trusted() is first
    finally:
        for client in clients:
            client.http.close()


def test_a_file_of_ones_own_counts_once_named_and_again_once_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, path = trusted(), tmp_path / "company.pem"
    path.write_text(_authorities(1), "utf-8")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    own = trusted()
    assert [len(one.get_ca_certs()) for one in (own, trusted())] == [1, 1]
    path.write_text(_authorities(2), "utf-8")
    assert len(trusted().get_ca_certs()) == 2
    monkeypatch.delenv("SSL_CERT_FILE")
    assert len(trusted().get_ca_certs()) == len(usual.get_ca_certs())


def test_a_file_that_is_gone_is_an_error_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            trusted()
