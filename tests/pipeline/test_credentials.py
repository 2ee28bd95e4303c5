"""What is told of credentials: origins, ages, findings; and never a secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from core.config_file import load_settings
from core.errors import NotFoundError
from pipeline.credentials import credentials_answer
from pipeline.database import over

_CONFIG = """
[[sources]]
name = "one"
kind = "gitlab"
url = "URL"
projects = ["a/b"]
auth = { token = "env:ONE_TOKEN" }

[[sources]]
name = "two"
kind = "jenkins"
url = "https://jenkins.example"
auth = { user = "env:TWO_USER", token = "file:two" }

[[sources]]
name = "open"
kind = "jenkins"
url = "http://127.0.0.1:1"

[[sources]]
name = "tools"
kind = "events"
hooks = { secrets = ["file:two"] }
"""


def told(engine: Engine, folder: Path, name: str, url: str = "https://git.example") -> Any:
    config = folder / "headwater.toml"
    config.write_text(_CONFIG.replace("URL", url), encoding="utf-8")
    (folder / "two").write_text("second secret", encoding="utf-8")
    env = {"ONE_TOKEN": "first secret", "TWO_USER": "headwater"}
    settings = load_settings(config, env)
    with over(engine).read() as session:
        return credentials_answer(session, settings, name, as_of=2_000_000_000)


def test_what_comes_from_the_environment_has_no_age(sqlite_engine: Engine, tmp_path: Path) -> None:
    body = told(sqlite_engine, tmp_path, "one")
    (row,) = body["secrets"]
    assert row["from"] == "env:ONE_TOKEN"
    assert (row["age_d"], row["changed_at"], row["readable_by_others"]) == (None, None, None)
    assert "environment" in row["reason"]
    assert body["account"] is None
    assert "first secret" not in str(body)


@pytest.mark.parametrize(
    ("url", "clear"),
    [
        ("https://git.example", False),
        ("http://git.example", True),
        ("http://10.0.0.7:8080", True),
        ("http://127.0.0.1:8080", False),
        ("http://[::1]:8080", False),
        ("http://localhost", False),
    ],
)
def test_plain_http_to_another_machine_is_told(
    sqlite_engine: Engine, tmp_path: Path, url: str, clear: bool
) -> None:
    body = told(sqlite_engine, tmp_path, "one", url)
    assert body["in_clear"] is clear
    assert any("https://" in one for one in body["findings"]) is clear


def test_a_secret_of_two_sources_is_told_of_both(sqlite_engine: Engine, tmp_path: Path) -> None:
    two, tools = (told(sqlite_engine, tmp_path, name) for name in ("two", "tools"))
    assert "source tools has the same secret: give each its own" in two["findings"]
    assert "source two has the same secret: give each its own" in tools["findings"]
    assert tools["secrets"][0]["part"] == "hooks.secrets[0]"
    assert (two["sent_as"], tools["sent_as"]) == ("basic", "nothing")
    assert "second secret" not in str((two, tools))


def test_who_reads_as_nobody_is_told_so(sqlite_engine: Engine, tmp_path: Path) -> None:
    body = told(sqlite_engine, tmp_path, "open")
    assert (body["secrets"], body["in_clear"]) == ([], False)
    assert body["findings"] == ["it reads as anonymous: add `auth`, where that sees too little"]


def test_a_file_that_is_gone_is_told_with_the_reason(sqlite_engine: Engine, tmp_path: Path) -> None:
    told(sqlite_engine, tmp_path, "two")
    config = tmp_path / "headwater.toml"
    settings = load_settings(config, {"ONE_TOKEN": "x", "TWO_USER": "y"})
    (tmp_path / "two").unlink()
    with over(sqlite_engine).read() as session:
        body = credentials_answer(session, settings, "two", as_of=2_000_000_000)
    row = body["secrets"][1]
    assert row["age_d"] is None
    assert "can't be looked at" in row["reason"]


def test_an_unknown_source_is_refused_with_those_known(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    with pytest.raises(NotFoundError, match="known: one, two, open, tools"):
        told(sqlite_engine, tmp_path, "three")
