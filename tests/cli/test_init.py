"""`headwater init` against the tools of a simulated company, whose true workflow is known."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import app
from core.config_file import load_settings
from core.errors import ConfigError, StoppedError
from core.frames import NONE, to_ts
from core.settings import Settings, ValueStream
from pipeline.database import opened
from pipeline.sync import sync
from simulator.config import company_secrets
from simulator.model import World
from simulator.server import CompanyServer, running
from simulator.truth import truth_of
from simulator.world import build_world
from store import frames
from tests.cli.conftest import Outcome, Run
from tests.e2e.company import NOW
from tests.migrated import migrated

ITEMS = 300


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(3, NOW, items=ITEMS)


@pytest.fixture(scope="module")
def tools(world: World) -> Iterator[CompanyServer]:
    with running(world) as server:
        yield server


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in company_secrets().items():
        monkeypatch.setenv(name, value)


def jira(tools: CompanyServer, *more: str) -> list[str]:
    login = ["--user-env", "DEMO_JIRA_USER", "--token-env", "DEMO_JIRA_TOKEN"]
    return ["--source", "jira", "--url", tools.url("jira"), *login, *more]


def others(tools: CompanyServer) -> list[str]:
    return [
        *("--source", "gitlab", "--url", tools.url("gitlab"), "--token-env", "DEMO_GITLAB_TOKEN"),
        *("--source", "jenkins", "--url", tools.url("jenkins"), "--user-env"),
        *("DEMO_JENKINS_USER", "--token-env", "DEMO_JENKINS_TOKEN"),
        *("--source", "servicenow", "--url", tools.url("servicenow"), "--user-env"),
        *("DEMO_SNOW_USER", "--token-env", "DEMO_SNOW_PASSWORD"),
    ]


@pytest.fixture(scope="module")
def drafted(tools: CompanyServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A whole company drafted in one go: the file, and what was printed."""
    file = tmp_path_factory.mktemp("whole") / "headwater.toml"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in company_secrets().items():
            patch.setenv(name, value)
        words = ["init", *jira(tools), *others(tools), "--yes", "-o", str(file)]
        done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0
    return file, done.output


def stream(settings: Settings, name: str) -> ValueStream:
    return next(one for one in settings.streams if one.name == name)


def test_statuses_come_in_the_order_of_the_true_workflow(
    drafted: tuple[Path, str], world: World
) -> None:
    settings = load_settings(drafted[0])
    assert [one.name for one in settings.streams] == ["checkout", "fulfilment", "search"]
    for plan in world.streams:
        stages = stream(settings, plan.name).stages
        assert [stage.statuses[0] for stage in stages] == [one.name for one in plan.statuses]
        assert [stage.state for stage in stages] == [one.state for one in plan.statuses]


def test_a_status_that_is_listed_no_more_is_in_the_stage_of_its_name(
    drafted: tuple[Path, str],
) -> None:
    stages = stream(load_settings(drafted[0]), "fulfilment").stages
    review = next(stage for stage in stages if stage.name == "In Review")
    assert review.statuses == ("In Review", "id:10990")


def test_evidence_is_the_number_of_items_that_passed(
    drafted: tuple[Path, str], world: World
) -> None:
    lines = drafted[0].read_text().splitlines()
    named = {one.id: one.name for one in world.streams[1].statuses}
    items = [item for item in world.items if item.project == "FUL" and item.type != "Epic"]
    for name in ("Developing", "Released", "Rejected"):
        passed = [i for i in items if any(named.get(m.to_status) == name for m in i.moves)]
        above = lines[next(at for at, x in enumerate(lines) if f'name = "{name}"' in x) - 1]
        assert f"# {len(passed)} of {len(items)} items passed here" in above


def test_ideas_types_and_parents_are_found(drafted: tuple[Path, str]) -> None:
    settings = load_settings(drafted[0])
    checkout = stream(settings, "checkout")
    assert checkout.ideas is not None
    assert (checkout.ideas.projects, checkout.ideas.link) == (("IDEA",), "implements")
    assert set(checkout.items.types) == {"Story", "Bug", "Security", "Tech Debt"}
    assert checkout.parents == ("Epic",)
    assert "Project IDEA holds ideas" in drafted[1]


def test_services_environments_and_deploying_jobs_are_found(
    drafted: tuple[Path, str], world: World
) -> None:
    settings = load_settings(drafted[0])
    truth = {one.name: one for plan in world.streams for one in plan.services}
    assert {one.name: one.repositories for one in settings.services} == {
        name: (one.repository,) for name, one in truth.items()
    }
    assert {one.name: one.configuration_items for one in settings.services} == {
        name: (one.configuration_item,) for name, one in truth.items()
    }
    for service in settings.services:
        assert service.environments == {"production": ("production", "tier:production")}
    rules = next(one for one in settings.sources if one.kind == "jenkins").deployments
    jobs = {build.id: build.job for build in world.builds if build.system == "jenkins"}
    told = {
        (jobs[row.build], row.environment, row.service)
        for row in world.deployments
        if row.build in jobs and truth[row.service].deploys == "jenkins"
    }
    assert {(rule.job, rule.environment, rule.service) for rule in rules} == told
    assert {one.name: set(one.services) for one in settings.streams} == {
        plan.name: {one.name for one in plan.services} for plan in world.streams
    }


def test_no_secret_is_written_or_told(drafted: tuple[Path, str]) -> None:
    text = drafted[0].read_text()
    for name, value in company_secrets().items():
        if not name.endswith("USER"):
            assert value not in text
            assert value not in drafted[1]
    assert 'auth = { user = "env:DEMO_SNOW_USER", password = "env:DEMO_SNOW_PASSWORD" }' in text


def test_nothing_else_is_left_beside_the_file(drafted: tuple[Path, str]) -> None:
    assert [one.name for one in drafted[0].parent.iterdir()] == ["headwater.toml"]


def test_a_sync_with_the_draft_gives_the_true_flow_facts(
    tools: CompanyServer, world: World, tmp_path: Path, alone: Run
) -> None:
    file = tmp_path / "headwater.toml"
    assert alone("init", *jira(tools, "--project", "SRCH"), "--yes", "-o", str(file)).status == 0
    settings = load_settings(file)
    migrated(settings.database.url)
    with opened(settings.database) as database:
        report = sync(settings, database)
        assert not [problem for one in report.sources for problem in one.problems]
        assert not report.warnings
        with database.read() as session:
            number = int(frames.value_streams(session)["stream_id"].iloc[0])
            facts = frames.item_facts(session, number)
    truth = [one for one in truth_of(world).items.values() if one.stream == "search"]
    done = sorted(to_ts(e.done_at) for one in truth for e in one.episodes if e.done_at)
    assert sorted(facts["done_ts"][facts["done_ts"] != NONE]) == done
    begun = sorted(to_ts(e.committed_at) for one in truth for e in one.episodes if e.committed_at)
    assert sorted(facts["committed_ts"][facts["committed_ts"] != NONE]) == begun
    assert len(begun) > 50


def test_a_file_that_is_there_is_never_written_over(
    tools: CompanyServer, tmp_path: Path, alone: Run
) -> None:
    file = tmp_path / "headwater.toml"
    file.write_text("# mine\n")
    done = alone("init", *jira(tools), "--yes", "-o", str(file))
    assert done.status == 2
    assert "--add" in done.err
    assert file.read_text() == "# mine\n"


def test_another_source_is_added_and_all_that_was_said_stays(
    tools: CompanyServer, tmp_path: Path, alone: Run
) -> None:
    file = tmp_path / "headwater.toml"
    assert alone("init", *jira(tools, "--project", "SHOP"), "--yes", "-o", str(file)).status == 0
    file.chmod(0o640)
    edited = file.read_text().replace("[database]", "# we keep it here\n[database]")
    file.write_text(edited)
    gitlab = others(tools)[:6]
    assert alone("init", *gitlab, "--add", "--yes", "-o", str(file)).status == 0
    text = file.read_text()
    assert text.startswith(edited)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    settings = load_settings(file)
    assert [one.name for one in settings.sources] == ["jira", "gitlab"]
    assert [one.name for one in settings.streams] == ["checkout"]
    assert {one.name for one in settings.services} >= {"web", "engine", "indexer"}


def test_another_stream_is_added_of_a_source_that_is_there(
    tools: CompanyServer, tmp_path: Path, alone: Run
) -> None:
    file = tmp_path / "headwater.toml"
    assert alone("init", *jira(tools, "--project", "SHOP"), "--yes", "-o", str(file)).status == 0
    before = file.read_text()
    again = alone("init", "--source", "jira", "--project", "FUL", "--add", "--yes", "-o", str(file))
    assert again.status == 0
    changed = before.replace('projects = ["SHOP"]\n#', 'projects = ["FUL", "SHOP"]\n#', 1)
    assert file.read_text().startswith(changed)
    settings = load_settings(file)
    assert len(settings.sources) == 1
    assert [one.name for one in settings.streams] == ["checkout", "fulfilment"]


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


class Conversation:
    """A person at the keyboard, in a folder of their own."""

    def __init__(self, home: Path) -> None:
        self.file = home / "headwater.toml"

    def has(self, *answers: str) -> Outcome:
        words = ["init", "-o", str(self.file)]
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


def test_a_company_in_github_and_jira_data_center(tmp_path: Path, alone: Run) -> None:
    whole = build_world(3, NOW, items=ITEMS, hosting="github")
    file = tmp_path / "headwater.toml"
    with running(whole, jira="datacenter", code="github") as tools:
        login = ["--token-env", "DEMO_JIRA_TOKEN", "--project", "SRCH"]
        words = ["--source", "jira", "--url", tools.url("jira"), *login]
        github = ["--source", "github", "--url", tools.url("github")]
        words += [*github, "--token-env", "DEMO_GITHUB_TOKEN"]
        assert alone("init", *words, "--yes", "-o", str(file)).status == 0
    settings = load_settings(file)
    search = stream(settings, "search")
    plan = next(one for one in whole.streams if one.name == "search")
    assert [stage.statuses for stage in search.stages] == [(one.name,) for one in plan.statuses]
    assert set(search.repositories) == {"search/engine", "search/indexer"}
    assert "newest pull requests name SRCH-" in file.read_text()
    assert {one.environments["production"] for one in settings.services} == {("production",)}
