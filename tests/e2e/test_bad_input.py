"""What a user is told when a source, the configuration or the database is wrong, and what stays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.app import main
from core.settings import Settings
from pipeline.database import opened
from simulator.faults import Fault
from tests.e2e.commands import free_port, lines, run
from tests.e2e.dumps import Rows, differences, exact_rows
from tests.e2e.small import Small, rows_of, small_company, synced, undisturbed

ISSUES = "/rest/api/3/search/jql"
PAYMENTS = "/api/v4/projects/103/repository/commits"

RESTATED = ("fact_change", "value_stream", "store_setting")
"""What tells that facts were measured from half of the sources, and then again from all."""


@pytest.fixture(scope="module")
def running() -> Iterator[Small]:
    with small_company(items=30) as company:
        yield company


@pytest.fixture
def company(running: Small) -> Iterator[Small]:
    """Without faults before and after each test."""
    yield running
    running.server.faults.clear()
    running.server.faults.hidden.clear()
    running.server.advance(running.world)


@pytest.fixture(scope="module")
def whole(running: Small, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """The rows of an undisturbed pass."""
    return undisturbed(running, tmp_path_factory.mktemp("whole"))


Here = Callable[..., tuple[object, list[str]]]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Runs a command in this process; answers its exit status and what it told on stderr."""

    def run_here(*args: str) -> tuple[object, list[str]]:
        monkeypatch.setattr("sys.argv", ["headwater", *args])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, lines(capsys.readouterr().err)

    return run_here


def test_sources_that_cannot_be_opened_are_told_in_a_line_each_and_the_others_are_collected(
    company: Small, whole: dict[str, Rows], tmp_path: Path
) -> None:
    config, settings = company.home(tmp_path)
    address = _move(config, company.server.url("jenkins"), f"http://127.0.0.1:{free_port()}")
    company.server.faults.add(
        Fault("unauthorized", vendor="jira"), Fault("login_page", vendor="gitlab")
    )
    done = run("sync", "--config", config, hasty=True)
    assert done.returncode == 1
    assert lines(done.stderr) == [
        "jira: rest/api/2/serverInfo: 401, the credentials are not accepted; check `auth`",
        "gitlab: api/v4/user: a login page came instead of JSON; the credentials are not taken, or"
        " a proxy wants its own login: check `auth` and `url`",
        "jenkins: cannot reach 127.0.0.1: [Errno 111] Connection refused; check `url` and the"
        " network",
    ]
    rows = rows_of(settings)
    assert {row.split("'")[3] for row in rows["raw_record"]} == {"source snow"}
    assert rows["incident"] == whole["incident"]
    company.server.faults.clear()
    _move(config, address, company.server.url("jenkins"))
    assert not synced(settings).failed
    assert differences(rows_of(settings), whole, but=RESTATED) == {}


def test_sources_that_fail_on_the_way_are_told_in_a_line_each_and_the_next_pass_goes_on(
    company: Small, whole: dict[str, Rows], tmp_path: Path
) -> None:
    config, settings = company.home(tmp_path)
    company.server.faults.hidden["jira"] = {"SHOP"}
    company.server.advance(company.world)
    company.server.faults.add(
        Fault("error", vendor="gitlab", path=PAYMENTS, skip=1),
        Fault("truncate", vendor="servicenow", path="*/change_request", skip=1),
    )
    done = run("sync", "--config", config, hasty=True)
    assert done.returncode == 1
    assert lines(done.stderr) == [
        "jira: jira: project SHOP is not there or not visible to this account; grant Browse"
        " Projects or correct `projects`",
        "gitlab: commits: 103: api/v4/projects/103/repository/commits: still 500 after 5 tries;"
        " the next run tries again",
        "snow: changes: api/now/v2/table/change_request: the connection was lost (the answer is"
        " cut off); the next run tries again",
    ]
    for _ in range(2):  # the other streams go on with their history, a part each time
        run("sync", "--config", config, hasty=True)
    assert len(rows_of(settings)["build_stage"]) == len(whole["build_stage"])
    company.server.faults.clear()
    company.server.faults.hidden.clear()
    company.server.advance(company.world)
    assert not synced(settings).failed
    assert differences(rows_of(settings), whole, but=RESTATED) == {}


def test_a_server_error_between_two_pages_keeps_the_first_page_and_its_cursor(
    company: Small, whole: dict[str, Rows], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.jira_issues._PAGE", 10)
    _, settings = company.home(tmp_path)
    company.server.faults.add(Fault("error", vendor="jira", path=ISSUES, skip=2, status=502))
    jira = {one.source: one for one in synced(settings).sources}["jira"]
    assert jira.problems == [
        "issues: rest/api/3/search/jql: still 502 after 5 tries; the next run tries again"
    ]
    assert jira.streams["issues"].pages == 2
    items = rows_of(settings)["work_item"]
    ours = [row for row in items if row.startswith("[('source_id', 'source jira')")]
    assert 10 < len(ours) == jira.streams["issues"].seen
    company.server.faults.clear()
    assert not synced(settings).failed
    assert differences(rows_of(settings), whole, but=RESTATED) == {}


@pytest.mark.parametrize("name", ["jira", "gitlab", "jenkins", "snow"])
def test_each_source_is_collected_linked_and_measured_when_it_is_the_only_one_that_answers(
    company: Small, tmp_path: Path, name: str
) -> None:
    _, settings = company.home(tmp_path)
    vendor = "servicenow" if name == "snow" else name
    others = [kind for kind in company.server.urls if kind != vendor]
    company.server.faults.add(*(Fault("unauthorized", vendor=kind) for kind in others))
    report = synced(settings)
    assert {one.source for one in report.sources if not one.problems} == {name}
    assert report.links.ran
    if name != "jira":
        assert report.warnings == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault("unauthorized"),
        Fault("login_page"),
        Fault("forbidden"),
        Fault("truncate"),
        Fault("reset"),
        Fault("error", status=503, retry_after=3600),
        Fault("error", skip=9),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.skip}",
)
def test_a_failing_source_leaves_what_was_stored_as_it_was(
    company: Small, collected: Settings, fault: Fault
) -> None:
    with opened(collected.database) as database:
        before = exact_rows(database.engine, but="stream_state")
        company.server.faults.add(fault)
        report = synced(collected)
        assert exact_rows(database.engine, but="stream_state") == before
    assert report.failed or all(one.paused for one in report.sources)
    assert all("\n" not in line for one in report.sources for line in one.problems)


@pytest.fixture(scope="module")
def collected(running: Small, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    _, settings = running.home(tmp_path_factory.mktemp("collected"))
    running.server.faults.clear()
    assert not synced(settings).failed
    return settings


def test_check_tells_what_is_wrong_with_each_source(company: Small, tmp_path: Path) -> None:
    config, _ = company.home(tmp_path)
    _move(config, company.server.url("jenkins"), f"http://127.0.0.1:{free_port()}")
    company.server.faults.add(
        Fault("unauthorized", vendor="jira"), Fault("login_page", vendor="gitlab")
    )
    done = run("check", "--config", config, hasty=True)
    assert (done.returncode, done.stderr) == (1, "")
    told = {one["source"]: one for one in map(json.loads, lines(done.stdout))}
    assert {name: one["ok"] for name, one in told.items()} == {
        "jira": False,
        "gitlab": False,
        "jenkins": False,
        "snow": True,
    }
    assert [line["name"] for line in told["snow"]["lines"]][:2] == ["reachable", "identity"]
    assert [line["detail"] for line in told["jira"]["lines"]] == [
        "rest/api/2/serverInfo: 401, the credentials are not accepted; check `auth`"
    ]
    assert "check `url` and the network" in told["jenkins"]["lines"][0]["detail"]


def test_a_missing_configuration_is_told_in_a_line_with_status_2(tmp_path: Path) -> None:
    done = run("sync", "--config", tmp_path / "no.toml")
    (line,) = lines(done.stderr)
    assert done.returncode == 2
    assert line.startswith(f"{tmp_path}/no.toml: no such file; draft one with: headwater init")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("sync --config {home}/headwater.toml --source jirra", 'there is no source "jirra"; conf'),
        ("sync --config {home}/empty.toml", "there is no [[sources]] to read; add one"),
        ("check --config {home}/empty.toml", "there is no [[sources]] to read; add one"),
        ("worker --config {home}/empty.toml", "there is no [[sources]] to read; add one"),
    ],
)
def test_a_configuration_that_points_at_nothing_is_told_in_a_line_with_status_2(
    company: Small, tmp_path: Path, here: Here, command: str, told: str
) -> None:
    _, settings = company.home(tmp_path)
    (tmp_path / "empty.toml").write_text(f'[database]\nurl = "{settings.database.url}"\n', "utf-8")
    status, (line,) = here(*command.format(home=tmp_path).split())
    assert status == 2
    assert told in line


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:///{home}/fresh.db", "the database has no tables yet: run: headwater migrate"),
        ("sqlite:///{home}/nowhere/fresh.db", "create {home}/nowhere"),
        ("sqlite:///{home}/headwater.toml", "file is not a database"),
        ("postgresql://nobody@127.0.0.1:{port}/headwater", "check its address and that it runs"),
        ("mysql://somewhere/headwater", "postgresql://user@host/headwater"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_a_line_with_status_1(
    company: Small, tmp_path: Path, here: Here, url: str, told: str
) -> None:
    config, settings = company.home(tmp_path)
    places = {"home": str(tmp_path), "port": str(free_port())}
    _move(config, settings.database.url, url.format(**places))
    status, (line,) = here("sync", "--config", str(config))
    assert status == 1
    assert told.format(**places) in line


def _move(config: Path, old: str, new: str) -> str:
    """Replace an address in the configuration; answers the new one."""
    text = config.read_text("utf-8")
    assert old in text
    config.write_text(text.replace(old, new), "utf-8")
    return new
