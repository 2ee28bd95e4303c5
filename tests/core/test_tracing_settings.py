"""`[tracing]`: where spans go, secrets by reference, and what is said without the extra."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cli.setting_up import traced
from core.config_file import load_settings
from core.errors import ConfigError
from core.tracing_settings import Tracing


def _loaded(tmp_path: Path, lines: str) -> Tracing:
    file = tmp_path / "headwater.toml"
    file.write_text(f"[tracing]\n{lines}\n", encoding="utf-8")
    return load_settings(file, {"OTLP_KEY": "s3cret"}).tracing


def test_headers_are_references_to_secrets(tmp_path: Path) -> None:
    found = _loaded(
        tmp_path,
        'endpoint = "https://collector.example/v1/traces"\n'
        'headers = { X-Api-Key = "env:OTLP_KEY" }\nsample = 0.1',
    )
    assert found.headers["x-api-key"].get_secret_value() == "s3cret"
    assert "s3cret" not in repr(found)
    with pytest.raises(ConfigError, match="a secret is never written here"):
        _loaded(tmp_path, 'headers = { X-Api-Key = "s3cret" }')


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://collector.example/v1/traces",
        "https://collector.example",
        "https://me:secret@collector.example/v1/traces",
        "ftp://127.0.0.1/v1/traces",
    ],
)
def test_an_endpoint_in_the_open_or_without_a_path_is_refused(
    tmp_path: Path, endpoint: str
) -> None:
    with pytest.raises(ConfigError, match="write the whole address"):
        _loaded(tmp_path, f'endpoint = "{endpoint}"')


def test_nothing_is_set_up_unless_there_is_an_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "core.tracing_export", None)
    with traced(Tracing()):
        pass


def test_without_the_extra_the_message_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "core.tracing_export", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with (
        pytest.raises(ConfigError, match=r"pip install 'headwater\[tracing\]'"),
        traced(Tracing(endpoint="http://127.0.0.1:4318/v1/traces")),
    ):
        raise AssertionError
