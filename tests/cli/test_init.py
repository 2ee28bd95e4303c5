"""`headwater init` against the tools of a simulated company, whose true workflow is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import app
from core.config_file import load_settings
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
from tests.cli.conftest import Run
from tests.cli.init_tools import ITEMS, gitlab, jenkins, jira, servicenow
from tests.e2e.company import NOW
from tests.migrated import migrated

pytestmark = pytest.mark.usefixtures("tool_secrets")


@pytest.fixture(scope="module")
def drafted(tools: CompanyServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A whole company drafted in one go: the file, and what was printed."""
    file = tmp_path_factory.mktemp("whole") / "headwater.toml"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in company_secrets().items():
            patch.setenv(name, value)
        words = [*jira(tools), *gitlab(tools), *jenkins(tools), *servicenow(tools)]
        done = CliRunner().invoke(app, ["init", *words, "--yes", "-o", str(file)])
    assert done.exit_code == 0
    return file, done.output


def stream(settings: Settings, name: str) -> ValueStream:
    return next(one for one in settings.streams if one.name == name)


def test_statuses_come_in_the_order_of_the_true_workflow(
    drafted: tuple[Path, str], tools_world: World
) -> None:
    settings = load_settings(drafted[0])
    assert [one.name for one in settings.streams] == ["checkout", "fulfilment", "search"]
    for plan in tools_world.streams:
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
    drafted: tuple[Path, str], tools_world: World
) -> None:
    lines = drafted[0].read_text().splitlines()
    named = {one.id: one.name for one in tools_world.streams[1].statuses}
    items = [item for item in tools_world.items if item.project == "FUL" and item.type != "Epic"]
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
    drafted: tuple[Path, str], tools_world: World
) -> None:
    settings = load_settings(drafted[0])
    truth = {one.name: one for plan in tools_world.streams for one in plan.services}
    assert {one.name: one.repositories for one in settings.services} == {
        name: (one.repository,) for name, one in truth.items()
    }
    assert {one.name: one.configuration_items for one in settings.services} == {
        name: (one.configuration_item,) for name, one in truth.items()
    }
    for service in settings.services:
        assert service.environments == {"production": ("production", "tier:production")}
    rules = next(one for one in settings.sources if one.kind == "jenkins").deployments
    jobs = {build.id: build.job for build in tools_world.builds if build.system == "jenkins"}
    told = {
        (jobs[row.build], row.environment, row.service)
        for row in tools_world.deployments
        if row.build in jobs and truth[row.service].deploys == "jenkins"
    }
    assert {(rule.job, rule.environment, rule.service) for rule in rules} == told
    assert {one.name: set(one.services) for one in settings.streams} == {
        plan.name: {one.name for one in plan.services} for plan in tools_world.streams
    }


def test_issues_of_a_code_host_are_no_items_where_a_tracker_is_named_later(
    tools: CompanyServer, tmp_path: Path, alone: Run
) -> None:
    file = tmp_path / "headwater.toml"
    words = [*gitlab(tools, "--project", "search/engine"), *jira(tools, "--project", "SRCH")]
    assert alone("init", *words, "--yes", "-o", str(file)).status == 0
    assert [one.items.source for one in load_settings(file).streams] == ["jira"]
    alone_ = tmp_path / "gitlab.toml"
    words = gitlab(tools, "--project", "search/engine")
    assert alone("init", *words, "--yes", "-o", str(alone_)).status == 0
    (engine,) = load_settings(alone_).streams
    assert (engine.items.source, engine.repositories) == ("gitlab", ("search/engine",))
    assert engine.services == ("engine",)


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
    tools: CompanyServer, tools_world: World, tmp_path: Path, alone: Run
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
    truth = [one for one in truth_of(tools_world).items.values() if one.stream == "search"]
    done = sorted(to_ts(e.done_at) for one in truth for e in one.episodes if e.done_at)
    assert sorted(facts["done_ts"][facts["done_ts"] != NONE]) == done
    begun = sorted(to_ts(e.committed_at) for one in truth for e in one.episodes if e.committed_at)
    assert sorted(facts["committed_ts"][facts["committed_ts"] != NONE]) == begun
    assert len(begun) > 50


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
