"""What keeps `headwater init` from drafting is told with the next step, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config_file import load_settings
from pipeline.stopping import Stop
from simulator.faults import Fault, Faults
from simulator.model import World
from simulator.server import CompanyServer, running
from tests.cli.conftest import Run
from tests.cli.init_tools import gitlab, jenkins, jira

pytestmark = pytest.mark.usefixtures("tool_secrets")


@pytest.mark.parametrize(
    ("what", "told", "step"),
    [
        ({"DEMO_JIRA_TOKEN": "wrong"}, "401", "id.atlassian.com"),
        ({"url": "http://127.0.0.1:{port}/jura"}, "404", "https://acme.atlassian.net"),
        ({"url": "http://127.0.0.1:1/jira"}, "cannot reach", "nothing listens there"),
        ({"url": "http://no.such.host.invalid/jira"}, "cannot reach", "looked up|known here"),
        ({"project": "NOPE"}, "NOPE", "Browse Projects"),
    ],
    ids=["401", "404", "refused", "dns", "project"],
)
def test_errors_say_what_to_do_next(
    what: dict[str, str],
    told: str,
    step: str,
    tools: CompanyServer,
    tmp_path: Path,
    alone: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Stop, "sleep", lambda *_: None)  # between tries
    for name, value in what.items():
        if name.isupper():
            monkeypatch.setenv(name, value)
    words = jira(tools, "--project", what.get("project", "SHOP"))
    if "url" in what:
        words[3] = what["url"].format(port=tools.port)
    done = alone("init", *words, "--yes", "-o", str(tmp_path / "headwater.toml"))
    assert done.status == 1
    assert told in done.err
    assert any(one in done.err for one in step.split("|"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--yes"], "name a source"),
        (["--url", "https://x", "--yes"], "--source"),
        (["--source", "trello", "--yes"], "jira, gitlab, github, jenkins, servicenow"),
        (["--source", "jira", "--url", "https://x", "--yes"], "--token-env"),
        (["--source", "jira", "--token-env", "DEMO_JIRA_TOKEN", "--yes"], "--url"),
        (["--source", "gitlab", "--token-env", "NOT_SET_HERE", "--yes"], "export NOT_SET_HERE"),
        (["--source", "gitlab", "--token-file", "nowhere", "--yes"], "nowhere"),
        (["--source", "gitlab", "--token-env", "A", "--token-env", "B", "--yes"], "twice"),
        (["--source", "jira", "--url", "ftp:x", "--token-env", "HOME", "--yes"], "https://host"),
        (["--add", "--source", "gitlab", "--token-env", "HOME", "--yes"], "leave out --add"),
    ],
    ids=["none", "order", "kind", "token", "url", "unset", "file", "twice", "scheme", "add"],
)
def test_what_is_missing_is_told(
    words: list[str], told: str, tmp_path: Path, alone: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = alone("init", *words)
    assert done.status == 2
    assert told in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_secret_file_that_others_may_read_is_refused(
    tools: CompanyServer, tmp_path: Path, alone: Run
) -> None:
    token = tmp_path / "token"
    token.write_text("demo-gitlab-token\n")
    token.chmod(0o644)
    words = ["init", "--source", "gitlab", "--url", tools.url("gitlab"), "--token-file", "token"]
    file = tmp_path / "headwater.toml"
    refused = alone(*words, "--yes", "-o", str(file))
    assert refused.status == 2
    assert "chmod 600" in refused.err
    token.chmod(0o600)
    assert alone(*words, "--project", "shop/web", "--yes", "-o", str(file)).status == 0
    assert 'token = "file:token"' in file.read_text()


@pytest.fixture(scope="module")
def strict(tools_world: World) -> Iterator[CompanyServer]:
    """Tools whose account may not read everything."""
    rules = [
        Fault("forbidden", "gitlab", "*/deployments"),
        Fault("unauthorized", "jira", "*/agile/*"),
        Fault("login_page", "jenkins"),
    ]
    with running(tools_world, faults=Faults(rules)) as server:
        yield server


def test_lists_that_are_refused_are_told_and_the_rest_is_drafted(
    strict: CompanyServer, tmp_path: Path, alone: Run
) -> None:
    file = tmp_path / "headwater.toml"
    words = [*jira(strict, "--project", "SRCH"), *gitlab(strict, "--project", "search/engine")]
    done = alone("init", *words, "--yes", "-o", str(file))
    assert done.status == 0
    assert "search/engine: deployments refused or switched off; if they are used: give" in done.out
    assert "SRCH: its board is refused; a scoped token needs read:board-scope" in done.out
    settings = load_settings(file)
    assert [stage.name for stage in settings.streams[0].stages][:2] == ["To Do", "Ready"]
    assert settings.services[0].environments == {"production": ("production", "tier:production")}
    assert "# CHECK: production (tier production): never deployed to" in file.read_text()


def test_a_login_page_is_told_with_how_to_make_a_token(
    strict: CompanyServer, tmp_path: Path, alone: Run
) -> None:
    done = alone("init", *jenkins(strict), "--yes", "-o", str(tmp_path / "headwater.toml"))
    assert done.status == 1
    assert "a login page came instead of JSON" in done.err
    assert "make an API token in your Jenkins profile" in done.err
    assert list(tmp_path.iterdir()) == []
