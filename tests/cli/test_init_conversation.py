"""`headwater init` asks, and a person answers."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import app
from core.config_file import load_settings
from core.errors import ConfigError, StoppedError
from simulator.config import company_secrets
from simulator.server import CompanyServer
from tests.cli.conftest import Outcome

pytestmark = pytest.mark.usefixtures("tool_secrets")


class Conversation:
    """A person at the keyboard, in a folder of their own."""

    def __init__(self, home: Path) -> None:
        self.file = home / "headwater.toml"

    def has(self, *answers: str, more: list[str] | None = None) -> Outcome:
        words = ["init", "-o", str(self.file), *(more or ())]
        done = CliRunner().invoke(app, words, input="".join(f"{one}\n" for one in answers))
        told = str(done.exception) if isinstance(done.exception, ConfigError | StoppedError) else ""
        return Outcome(done.exit_code, done.output, told)


@pytest.fixture
def conversation(tmp_path: Path) -> Conversation:
    return Conversation(tmp_path)


def test_a_conversation_with_a_typed_token(
    conversation: Conversation, tools: CompanyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIRA_USER", company_secrets()["DEMO_JIRA_USER"])
    monkeypatch.delenv("JIRA_TOKEN", raising=False)
    done = conversation.has(
        "jira", tools.url("jira"), "", "", "demo-jira-token", "shop nope", "shop", "done"
    )
    assert done.status == 0, done.out
    assert "not visible to this account: nope" in done.out
    assert "demo-jira-token" not in done.out
    secret = conversation.file.parent / "secrets" / "jira_token"
    assert secret.read_text() == "demo-jira-token"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    source = tomllib.loads(conversation.file.read_text())["sources"][0]
    assert source["auth"] == {"user": "env:JIRA_USER", "token": "file:secrets/jira_token"}
    assert source["projects"] == ["SHOP"]
    assert len(load_settings(conversation.file).streams) == 1


def test_who_mistypes_is_asked_again(
    conversation: Conversation, tools: CompanyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITLAB_TOKEN", "demo-gitlab-token")
    wrong, right = f"{tools.url('gitlab')}x", tools.url("gitlab")
    done = conversation.has(
        "trello", "gitl", wrong, "", "y", right, "", "shop/web search/engine", "n", ""
    )
    assert done.status == 0, done.out
    assert "say one of: jira" in done.out
    assert "Try again?" in done.out
    source = tomllib.loads(conversation.file.read_text())["sources"][0]
    assert source["projects"] == ["shop/web", "search/engine"]
    assert load_settings(conversation.file).streams == ()


def test_who_stops_leaves_nothing_behind(
    conversation: Conversation, tools: CompanyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITLAB_TOKEN", raising=False)
    done = conversation.has("gitlab", tools.url("gitlab"), "", "demo-gitlab-token", "shop/web")
    assert "nothing was written" in done.err
    assert list(conversation.file.parent.iterdir()) == []
    assert "GITLAB_TOKEN" not in os.environ


def test_a_token_that_is_typed_where_it_would_be_seen_goes_nowhere(
    conversation: Conversation, tools: CompanyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITLAB_TOKEN", "demo-gitlab-token")
    token = "ghp_ThisIsATokenAndNoName"
    done = conversation.has("gitlab", tools.url("gitlab"), token, "", "shop/web", "n", "")
    assert done.status == 0, done.out
    assert "that is no name of a variable" in done.out
    assert token not in conversation.file.read_text()


def test_a_tool_that_is_there_is_known_by_its_address(
    conversation: Conversation, tools: CompanyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIRA_USER", company_secrets()["DEMO_JIRA_USER"])
    monkeypatch.setenv("JIRA_TOKEN", "demo-jira-token")
    assert conversation.has("jira", tools.url("jira"), "", "", "SHOP", "").status == 0
    before = conversation.file.read_text()
    done = conversation.has("jira", tools.url("jira"), "FUL", "", more=["--add"])
    assert done.status == 0, done.out
    assert "that is jira, which the file has" in done.out
    settings = load_settings(conversation.file)
    assert len(settings.sources) == 1
    assert [one.name for one in settings.streams] == ["checkout", "fulfilment"]
    assert conversation.file.read_text().startswith(before[:200])
