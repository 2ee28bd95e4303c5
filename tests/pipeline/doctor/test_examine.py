"""Each thing that may be wrong is planted and found once, with what to do; what is well is not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from core.access_settings import Authentication
from core.config_file import load_settings
from core.settings import Server, Settings
from pipeline.database import Database, over
from pipeline.doctor import machine, readings, records, smells
from pipeline.doctor.examine import examine
from pipeline.doctor.finding import Finding
from store.access_tokens import add_token
from store.models import dirty, link, source, stream_state
from store.session import sessions

NOW = 1_790_000_000
DAY = 86_400


@pytest.fixture
def database(engine: Engine) -> Database:
    return over(engine)


@pytest.fixture
def small(sqlite_engine: Engine) -> Database:
    return over(sqlite_engine)


def _told(found: Iterator[Finding]) -> list[tuple[str, str]]:
    return [(one.severity, one.what) for one in found]


def _passed(engine: Engine, *, ts: int, **more: object) -> None:
    row = {"source_id": 1, "stream": "", "scope": "", "last_success_ts": ts, "watermark_ts": ts}
    with sessions(engine).begin() as session:
        session.execute(source.insert(), [{"id": 1, "name": "jira"}])
        session.execute(stream_state.insert(), [row | more])


def test_a_new_database_is_sound(database: Database) -> None:
    found = [*records.integrity(database), *records.orphans(database)]
    found += records.stuck(database, now=NOW)
    found += records.slow(Settings(), database, lambda: 0.0)
    assert found == []


def test_rows_that_point_to_nothing_are_faults_of_integrity(small: Database) -> None:
    with small.engine.connect() as connection:
        connection.execute(text("COMMIT"))
        connection.execute(text("PRAGMA foreign_keys = OFF"))
        connection.execute(text("INSERT INTO stream_state (source_id, stream, scope)"
                                " VALUES (7, 'issues', '')"))  # fmt: skip
    found = list(records.integrity(small))
    assert _told(iter(found)) == [
        ("fault", "a row of stream_state points to a row of source that is not there")
    ]
    assert "headwater restore" in found[0].do


def test_an_index_that_was_never_finished_is_a_fault(postgres_engine: Engine) -> None:
    with postgres_engine.begin() as connection:
        connection.execute(
            text("UPDATE pg_index SET indisvalid = false WHERE indexrelid ="
                 " 'pk_dirty'::regclass")
        )  # fmt: skip
    assert _told(records.integrity(over(postgres_engine))) == [
        ("fault", "the index pk_dirty is invalid")
    ]


def test_links_and_marks_of_what_is_not_stored_are_counted(database: Database) -> None:
    ends = {"a_kind": 1, "a_id": 41, "b_kind": 2, "b_id": 42, "rule": 1}
    columns = {c.name for c in link.c if not c.nullable and c.server_default is None}
    row = {name: ends.get(name, 1) for name in columns}
    with database.writing() as session:
        session.execute(link.insert(), [row])
        marks = [{"stage": "measure", "entity": 1, "entity_id": one} for one in (41, 43)]
        session.execute(dirty.insert(), marks)
    assert _told(records.orphans(database)) == [
        ("fault", "2 links have an end that is not stored"),
        ("warning", "2 things wait to be worked on and are not stored any more"),
    ]


@pytest.mark.parametrize(("ago_s", "found"), [(60, 0), (records.STUCK_S - 1, 0), (3600, 1)])
def test_what_waits_is_stuck_once_no_pass_was_seen_for_a_while(
    database: Database, ago_s: int, found: int
) -> None:
    _passed(database.engine, ts=NOW - ago_s)
    with database.writing() as session:
        session.execute(dirty.insert(), [{"stage": "measure", "entity": 1, "entity_id": 3}])
    told = list(records.stuck(database, now=NOW))
    assert len(told) == found
    if found:
        assert "1 in measure" in told[0].what
        assert "60 min ago" in told[0].what


def test_reads_that_take_long_are_told_by_what_waits_for_them(small: Database) -> None:
    ticks = iter([0.0, 0.3, 11.0])
    found = list(records.slow(Settings(), small, lambda: next(ticks)))
    assert [one.what.split(";")[0] for one in found] == [
        "to look whether anything changed takes 0.3 s",
        "to load the facts of all streams takes 11 s",
    ]


@pytest.mark.parametrize(
    ("ahead_s", "severity"), [(0.5, None), (30.0, "warning"), (300.0, "fault")]
)
def test_the_clock_of_postgresql_is_compared_with_ours(
    postgres_engine: Engine, ahead_s: float, severity: str | None
) -> None:
    with postgres_engine.connect() as connection:
        theirs = connection.execute(text("SELECT extract(epoch FROM now())")).scalar_one()
    found = list(machine.clocks(over(postgres_engine), now=float(theirs) + ahead_s))
    assert [one.severity for one in found] == ([severity] if severity else [])


def test_a_pass_in_the_future_says_that_the_clock_was_set_back(small: Database) -> None:
    _passed(small.engine, ts=NOW + 3600)
    [found] = machine.clocks(small, now=NOW)
    assert found.severity == "fault"
    assert "60 min in the future" in found.what


@pytest.mark.parametrize(
    ("free", "severity"), [(100_000_000, "fault"), (10**9, "warning"), (10**10, None)]
)
def test_room_on_the_disk(small: Database, free: int, severity: str | None) -> None:
    found = list(machine.disk(small, lambda _: free))
    assert [one.severity for one in found] == ([severity] if severity else [])


_CONFIG = """
[database]
url = "sqlite:///headwater.db"

[[sources]]
name = "jira"
kind = "jira"
url = "https://acme.example"
auth = {{ user = "env:JIRA_USER", token = "file:jira_token" }}
projects = ["SHOP"]
# was: {comment}

[alerts.smtp]
host = "mail.example"
from = "headwater@acme.example"
user = "env:JIRA_USER"
password = "file:smtp_password"

[[streams]]
name = "shop"
items = {{ source = "jira", projects = ["SHOP"] }}
"""


def _configured(folder: Path, comment: str = "nothing") -> tuple[Settings, Path]:
    for name in ("jira_token", "smtp_password"):
        (folder / name).write_text("secret", encoding="utf-8")
        (folder / name).chmod(0o600)
    config = folder / "headwater.toml"
    config.write_text(_CONFIG.format(comment=comment), encoding="utf-8")
    config.chmod(0o640)
    return load_settings(config, {"JIRA_USER": "anna"}), config


def test_files_with_secrets_that_others_may_read_are_named_wherever_they_stand(
    small: Database, tmp_path: Path
) -> None:
    settings, config = _configured(tmp_path)
    Path(str(small.engine.url.database)).chmod(0o600)
    assert list(machine.files(settings, config, small)) == []
    for name in ("jira_token", "smtp_password"):
        (tmp_path / name).chmod(0o640)
    config.chmod(0o666)
    found = list(machine.files(settings, config, small))
    assert [(one.severity, one.do.split()[0:2]) for one in found] == [
        ("warning", ["chmod", "600"]),
        ("warning", ["chmod", "600"]),
        ("fault", ["chmod", "o-w"]),
    ]
    assert {one.what.rpartition("(")[2] for one in found[:2]} == {
        "sources[jira].auth.token)", "alerts.smtp.password)",
    }  # fmt: skip


@pytest.mark.parametrize(
    "secret",
    [
        "glpat-" + "a1" * 10,
        "ghp_" + "Zz9" * 12,
        "ATATT3" + "x" * 40,
        "AKIA" + "Q" * 16,
        "-----BEGIN OPENSSH PRIVATE KEY-----",
    ],
    ids=["gitlab", "github", "atlassian", "aws", "key"],
)
def test_a_secret_in_the_file_is_found_by_its_shape_and_not_repeated(
    tmp_path: Path, secret: str
) -> None:
    _, config = _configured(tmp_path, secret)
    [found] = smells.written_secrets(config)
    assert found.severity == "fault"
    assert f"{config}:11:" in found.what
    assert secret not in f"{found.what} {found.do}"


def test_a_file_without_secrets_smells_of_none(tmp_path: Path) -> None:
    _, config = _configured(tmp_path)
    assert list(smells.written_secrets(config)) == []


def test_listening_beyond_this_machine_for_everybody_is_a_fault(small: Database) -> None:
    settings = Settings(server=Server(host="0.0.0.0"))
    [found] = smells.access(settings, small, now=NOW)
    assert (found.severity, found.check) == ("fault", "access")
    assert list(smells.access(Settings(), small, now=NOW)) == []


def test_tokens_that_end_within_two_weeks_and_a_missing_admin_are_told(small: Database) -> None:
    auth = Authentication(mode="tokens", public_url="https://headwater.example")
    ends = {"ended": -1, "soon": 13 * DAY, "later": 15 * DAY}
    with small.writing() as session:
        for name, left in ends.items():
            add_token(
                session, name, name=name, role="viewer", streams=(), who="anna", ts=NOW - DAY,
                expires_ts=NOW + left,
            )  # fmt: skip
    found = list(smells.access(Settings(auth=auth), small, now=NOW))
    assert [one.what.partition(" ends")[0] for one in found[:1]] == ['the token "soon"']
    assert "no token of an admin" in found[1].what
    assert len(found) == 2


def test_a_stream_without_stages_or_services_is_told(tmp_path: Path) -> None:
    settings, _ = _configured(tmp_path)
    assert [one.severity for one in smells.streams(settings)] == ["warning", "note"]


def test_postgresql_over_a_network_without_tls_is_noted() -> None:
    def of(url: str) -> int:
        database = Settings().database.model_copy(update={"url": url})
        return len(list(smells.transport(Settings(database=database))))

    assert of("postgresql://hw@db.example/headwater") == 1
    assert of("postgresql://hw@db.example/headwater?sslmode=verify-full") == 0
    assert of("postgresql://hw@127.0.0.1/headwater") == 0
    assert of("postgresql:///headwater?host=/run/postgresql") == 0


def test_a_source_that_fails_and_is_late_is_told_with_its_reason(
    small: Database, tmp_path: Path
) -> None:
    settings, _ = _configured(tmp_path)
    [never, *_] = readings.readings(settings, small, now=NOW)
    assert never.what == "jira was never read to its end"
    words = "401, the token has expired"
    _passed(small.engine, ts=NOW - DAY, last_error=words, last_error_ts=NOW - 60)
    told = _told(readings.readings(settings, small, now=NOW))
    assert ("fault", f"jira: {words}") in told
    assert any(what.startswith("jira is read up to 24.0 h ago") for _, what in told)


def test_everything_is_looked_at_and_the_worst_is_told_first(
    small: Database, tmp_path: Path
) -> None:
    settings, config = _configured(tmp_path, "AKIA" + "Q" * 16)
    done = examine(settings, small, config, now=NOW)
    assert done.failed
    severities = [one.severity for one in done.findings]
    assert severities == sorted(severities, key=["fault", "warning", "note"].index)
    assert {"integrity", "clock", "disk", "secrets", "mapping"} <= set(done.checks)


def test_a_check_that_cannot_be_made_is_a_finding_and_keeps_no_other(
    small: Database, tmp_path: Path
) -> None:
    settings, config = _configured(tmp_path)
    os.rename(config, tmp_path / "gone.toml")
    done = examine(settings, small, config, now=NOW)
    [failed] = [one for one in done.findings if one.check == "secrets"]
    assert "could not be looked at" in failed.what
    assert any(one.check == "streams" for one in done.findings)
