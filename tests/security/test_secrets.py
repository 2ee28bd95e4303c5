"""No secret is told: in no output, log, error, problem document, export, copy or process list.

Every place of the configuration in which a secret may stand has a canary, and the tools tell all of
them in whatever they answer.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy import TextClause, text

from api.app import create_app
from api.errors import unexpected
from core.concealed import SHOWN, conceal, concealed
from core.config_file import load_settings
from core.errors import ConfigError, SourceError, StoreError
from core.log import set_up_logging
from pipeline.database import opened
from pipeline.stopping import Stop
from store.session import open_engine
from tests.api.client import Client
from tests.cli.conftest import Run, alone
from tests.e2e.commands import PATIENCE_S, free_port, started, wait_until
from tests.e2e.commands import environment as plain_environment
from tests.migrated import migrated
from tests.security import canaries
from tests.security.canaries import MODES, SECRETS, Parrots, found_in, parrots
from tests.security.servers import Server

__all__ = ["alone"]


@pytest.fixture(scope="module")
def tools() -> Iterator[tuple[Server, Parrots]]:
    with parrots() as found:
        yield found


@pytest.fixture
def config(tools: tuple[Server, Parrots], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Configuration and an empty database, with the secrets in the environment and in files."""
    for name, value in canaries.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Stop, "sleep", lambda _self, _seconds: None)
    url = f"sqlite:///{tmp_path / 'headwater.db'}"
    migrated(url)
    return canaries.written(tmp_path, tools[0], url)


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Whatever was written, but the secret files themselves."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in canaries.IN_FILES:
            yield path.name, path.read_bytes()


def test_the_tools_are_given_the_secrets_and_would_be_heard(
    tools: tuple[Server, Parrots], alone: Run, config: Path
) -> None:
    """Or nothing below would prove anything."""
    tools[1].heard.clear()
    alone("check", "--config", str(config))
    sent = "\n".join(tools[1].heard)
    hits = {one.partition(": ")[2] for one in found_in([("sent", sent)])}
    assert hits >= {"JIRA_TOKEN", "GITHUB_TOKEN", "SNOW_PASSWORD", "gitlab", "jenkins"}
    assert found_in([("x", f"a {SECRETS['hook'].upper()} b")]) == ["x: hook"]


@pytest.mark.parametrize("mode", MODES)
def test_tools_that_repeat_secrets_are_not_repeated(
    tools: tuple[Server, Parrots], alone: Run, config: Path, tmp_path: Path, mode: str
) -> None:
    tools[1].mode, asked = mode, len(tools[1].heard)
    words = ["--config", str(config)]
    heard = [("check", alone("check", *words)), ("sync", alone("sync", *words, "--full"))]
    routes = ("hook", "chat", "post") if mode in ("401", "redirect") else ()
    heard += [(route, alone("alerts", *words, "--try", route)) for route in routes]
    texts = [(name, f"{one.out}{one.err}") for name, one in heard]
    assert all(text for _, text in texts)
    assert heard[0][1].status == 1
    assert {one.status for _, one in heard} <= {0, 1}  # to be held off is no failure
    assert len(tools[1].heard) > asked
    assert found_in([*texts, *_files(tmp_path)]) == []


def test_answers_exports_reports_and_copies_hold_no_secret(
    tools: tuple[Server, Parrots], alone: Run, config: Path, tmp_path: Path
) -> None:
    tools[1].mode = "401"
    words = ["--config", str(config)]
    alone("sync", *words)
    made = alone("token", "create", "admin", "--role", "admin", *words)
    token = next(word for word in made.out.split() if word.startswith("hw_"))
    heard = [
        ("report", alone("report", "checkout", *words)),
        ("html", alone("report", "checkout", "--format", "html", *words)),
        ("export", alone("export", str(tmp_path / "exported"), *words)),
        ("tokens", alone("token", "list", *words)),
        ("log", alone("audit-log", *words)),
        ("alerts", alone("alerts", *words)),
        ("map", alone("map", "checkout", *words)),
    ]
    texts: list[tuple[str, str | bytes]] = [(name, f"{one.out}{one.err}") for name, one in heard]
    settings = load_settings(config)
    with opened(settings.database) as database:
        client = Client(create_app(settings, database))
        bearer = {"authorization": f"Bearer {token}"}
        paths = [path for path, one in client.app.openapi()["paths"].items() if "get" in one]
        paths = [path for path in paths if "{" not in path and path not in ("/v1/stream",)]
        paths += [f"/v1/sources/{one}/credentials" for one in ("jira", "gitlab", "tools")]
        paths += ["/metrics", "/signin", "/signin/oidc", "/v1/nowhere"]
        for path in paths:
            answer = client.get(path, bearer)
            texts.append((path, f"{answer.text}{dict(answer.headers)}"))
        told = {
            "authorization": f"Bearer {SECRETS['HOOK_TWO']}",
            "content-type": "application/json",
        }
        for source, secret in (
            ("jenkins", ""),
            ("jenkins", f"/{SECRETS['HOOK_TWO']}"),
            ("jira", ""),
        ):
            answer = client.post(f"/v1/hooks/{source}{secret}", b"[1]", told)
            texts.append((f"hook {source}", answer.text))
        answer = client.post(
            "/v1/events", b"{}", {"authorization": f"Bearer {SECRETS['EVENTS_SECRET']}"}
        )
        texts.append(("events", answer.text))
    shutil.copy(tmp_path / "headwater.db", tmp_path / "copy.db")
    assert found_in([*texts, *_files(tmp_path)], [token]) == []


def test_a_fault_of_our_own_is_logged_without_what_stood_in_variables(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load_settings(config)

    def broken(unnamed: str) -> None:
        raise ValueError(f"can't read {SECRETS['JIRA_TOKEN']}" + unnamed[:0])

    answers = []
    for as_json in (True, False):
        set_up_logging(json=as_json)
        try:
            broken(" ".join(("known", "to", "nobody")))
        except ValueError as error:
            answers.append(unexpected("/v1/broken", error))
        structlog.get_logger().error("told", deep=[{"a": (SECRETS["hook"],)}], plain="kept")
    told = capsys.readouterr().err
    assert told.count("in broken") == 2
    assert told.count(SHOWN) >= 6
    assert told.count("kept") == 2
    assert "known to nobody" not in told
    assert found_in([("log", told), *(("answer", bytes(one.body)) for one in answers)]) == []


def test_a_process_shows_no_secret_in_its_words_nor_in_what_it_says(
    tools: tuple[Server, Parrots], config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools[1].mode = "401"
    for name in list(os.environ):
        if "HEADWATER" in name:
            monkeypatch.delenv(name)
    assert plain_environment()["JIRA_TOKEN"] == SECRETS["JIRA_TOKEN"]
    before = len(tools[1].heard)
    words = ("serve", "--config", config, "--port", str(free_port()))
    with started(*words) as process:
        wait_until(lambda: len(tools[1].heard) > before + 3, process)
        listed = _command_lines(process.pid)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert any("serve" in one for _, one in listed)
    assert found_in([*listed, ("out", out), ("err", err)]) == []


def _command_lines(pid: int) -> list[tuple[str, str]]:
    """Of a process and all that it began, as `ps` shows them to everybody."""
    found = [("ps", Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace"))]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            found += _command_lines(int(child))
    return found


@pytest.mark.parametrize("place", ["auth", "client_secret", "password", "hooks", "smtp", "route"])
def test_a_secret_written_into_the_file_is_refused_and_not_repeated(
    alone: Run, config: Path, place: str
) -> None:
    secret = SECRETS["JIRA_TOKEN"]
    was = {
        "auth": "env:JIRA_TOKEN", "client_secret": "env:OIDC_SECRET", "hooks": "env:HOOK_ONE",
        "password": "env:DATABASE_PASSWORD", "smtp": "env:SMTP_PASSWORD",
        "route": "env:ROUTE_SECRET",
    }  # fmt: skip
    config.write_text(
        config.read_text(encoding="utf-8").replace(was[place], secret), encoding="utf-8"
    )
    told = alone("check", "--config", str(config))
    assert told.status == 2
    assert "a secret is never written here" in told.err
    assert found_in([("check", told.out + told.err)]) == []


def test_a_database_that_can_not_be_reached_is_named_without_its_password(
    alone: Run, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = SECRETS["DATABASE_PASSWORD"]
    for url in (
        f"postgresql://reader@127.0.0.1:{free_port()}/headwater",
        f"postgresql://reader:{password.replace('+', '%2B')}@127.0.0.1:{free_port()}/headwater",
    ):
        monkeypatch.setenv("HEADWATER_DATABASE_URL", url)
        told = alone("sync", "--config", str(config))
        assert told.status == 1
        assert found_in([("sync", told.out + told.err)]) == []
        with pytest.raises(StoreError) as refused:
            open_engine(url, password)
        assert found_in([("error", str(refused.value))]) == []


def test_statements_that_fail_are_told_without_their_values(config: Path) -> None:
    with opened(load_settings(config).database) as database, database.read() as session:
        with pytest.raises(Exception, match="no such table") as refused:
            session.execute(_bad(), {"a": SECRETS["hook"]})
        assert found_in([("error", repr(refused.value) + str(refused.value))]) == []


def _bad() -> TextClause:
    return text("SELECT * FROM not_there WHERE a = :a")


def test_users_and_short_words_are_no_secrets(config: Path) -> None:
    load_settings(config)
    assert concealed(f"{canaries.USER} reads") == f"{canaries.USER} reads"
    conceal("short")
    assert concealed("in short") == "in short"
    assert str(SourceError(f"no {SECRETS['SNOW_PASSWORD'].upper()} here")) == f"no {SHOWN} here"
    assert concealed("a hw_" + "A" * 49) == f"a {SHOWN}"


def test_a_secret_that_is_renewed_in_its_file_is_concealed_from_then_on(config: Path) -> None:
    settings = load_settings(config)
    (config.parent / "gitlab").write_text("renewed-canary-2\n", encoding="utf-8")
    token = next(one for one in settings.sources if one.name == "gitlab").auth.token
    assert token is not None
    assert token.get_secret_value() == "renewed-canary-2"
    assert str(ConfigError("it says renewed-canary-2")) == f"it says {SHOWN}"
