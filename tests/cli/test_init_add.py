"""`headwater init --add`: what is new stands behind what is there, which stays to the letter."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from core.config_file import load_settings
from simulator.server import CompanyServer
from tests.cli.conftest import Run
from tests.cli.init_tools import gitlab, jenkins, jira

pytestmark = pytest.mark.usefixtures("tool_secrets")


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
    assert alone("init", *gitlab(tools), "--add", "--yes", "-o", str(file)).status == 0
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


def test_what_is_there_already_is_not_added_again(
    tools: CompanyServer, tmp_path: Path, alone: Run
) -> None:
    file = tmp_path / "headwater.toml"
    assert alone("init", *jira(tools, "--project", "SHOP"), "--yes", "-o", str(file)).status == 0
    before = file.read_text()
    again = alone("init", "--source", "jira", "--add", "--yes", "-o", str(file))
    assert again.status == 0
    assert "SHOP is counted by the stream checkout already" in again.out
    assert "nothing new" in again.out
    assert file.read_text() == before


def test_a_new_stream_takes_the_services_that_are_there(
    tools: CompanyServer, tmp_path: Path, alone: Run
) -> None:
    file = tmp_path / "headwater.toml"
    first = [*jira(tools, "--project", "SHOP"), *gitlab(tools)]
    assert alone("init", *first, "--yes", "-o", str(file)).status == 0
    second = ["--source", "jira", "--project", "SRCH", "--source", "gitlab"]
    assert alone("init", *second, "--add", "--yes", "-o", str(file)).status == 0
    settings = load_settings(file)
    assert len(settings.sources) == 2
    search = next(one for one in settings.streams if one.name == "search")
    assert set(search.services) == {"engine", "indexer"}
    assert set(search.repositories) == {"search/engine", "search/indexer"}


def test_jobs_of_a_source_that_is_there_are_told_and_not_written(
    tools: CompanyServer, tmp_path: Path, alone: Run
) -> None:
    file = tmp_path / "headwater.toml"
    assert alone("init", *jenkins(tools), "--yes", "-o", str(file)).status == 0
    assert load_settings(file).streams == ()
    done = alone("init", "--source", "jenkins", "--add", "--yes", "-o", str(file))
    assert 'job = "shop/deploy-payments-production"' in done.out
    assert "nothing new" in done.out
