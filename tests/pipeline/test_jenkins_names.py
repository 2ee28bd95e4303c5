"""A Jenkins whose jobs get other names, read through the runner into a database."""

from __future__ import annotations

from pydantic import SecretStr
from sqlalchemy import Engine, func, select

from core.settings import Settings
from core.source_settings import Auth, JenkinsSource
from pipeline.collect import collect
from pipeline.database import Database, over
from pipeline.source_report import SourceReport
from pipeline.wanted import wanted_of
from simulator.credentials import JENKINS_TOKEN, JENKINS_USER
from simulator.faults import Faults
from simulator.server import CompanyServer, running
from store.cursors import StreamKey, load_state
from store.models import build
from tests.simulator.tiny import tiny_world
from tests.simulator.tiny_names import CI_BUILDS

CI, PATH = "shop/payments-ci", "/job/shop/job/payments-ci"


def test_a_job_with_a_new_name_keeps_its_builds_and_none_is_counted_twice(
    sqlite_engine: Engine,
) -> None:
    database, faults = over(sqlite_engine), Faults()
    with running(tiny_world(), faults=faults) as server:
        assert _read(server, database).problems == []
        before = _builds(database)
        faults.renamed_jobs = {CI: "shop/payments-integration"}
        server.advance(tiny_world())
        assert _read(server, database).problems == []
        assert _builds(database) == before
        assert before[CI] == CI_BUILDS
        with database.read() as session:
            told = load_state(session, StreamKey(1, "jobs"))
        assert told.note == f"jobs with a new name: shop/payments-integration was {CI}"
        assert _read(server, database, full=True).problems == []
        assert sum(_builds(database).values()) == sum(before.values())


def test_what_was_discarded_before_the_first_load_is_told(sqlite_engine: Engine) -> None:
    database = over(sqlite_engine)
    with running(tiny_world(), faults=Faults(discarded_builds={CI: 31})) as server:
        assert _read(server, database).problems == []
    assert _builds(database)[CI] == CI_BUILDS - 30
    with database.read() as session:
        note = load_state(session, StreamKey(1, "builds", CI)).note
    assert note == "builds before #31 were discarded before the first load"


def test_a_running_build_that_is_dropped_from_the_list_stays_and_comes_to_its_end(
    sqlite_engine: Engine,
) -> None:
    database, faults = over(sqlite_engine), Faults()
    world = tiny_world()
    newest = next(b for b in world.builds if (b.job, b.number) == (CI, CI_BUILDS))
    finished, newest.finished, newest.status = newest.finished, None, "running"
    with running(world, faults=faults) as server:
        _read(server, database)
        assert _result(database) == "running"
        faults.unlisted_builds = {f"{CI}#{CI_BUILDS}"}
        newest.finished, newest.status = finished, "failed"
        server.advance(world)
        assert _read(server, database).problems == []
        assert _result(database) == "failed"


def test_ten_new_builds_take_one_request_for_builds_and_one_for_stages(
    sqlite_engine: Engine,
) -> None:
    database, early, late = over(sqlite_engine), tiny_world(), tiny_world()
    early.builds = [b for b in late.builds if b.job != CI or b.number <= CI_BUILDS - 10]
    with running(early) as server:
        assert _read(server, database).problems == []
        server.requests.clear()
        server.advance(late)
        assert _read(server, database).problems == []
        asked = dict(server.requests)
    own = {path: count for (_, path), count in asked.items() if "payments-ci" in path}
    assert own == {f"{PATH}/api/json": 1, f"{PATH}/wfapi/runs": 1}
    assert _builds(database)[CI] == CI_BUILDS


def _read(server: CompanyServer, database: Database, *, full: bool = False) -> SourceReport:
    """A pass, and the parts of the history that follow it."""
    auth = Auth(user=SecretStr(JENKINS_USER), token=SecretStr(JENKINS_TOKEN))
    source = JenkinsSource(name="ci", kind="jenkins", url=server.url("jenkins"), auth=auth)
    report = collect(source, database, wanted_of(Settings()), full=full)
    while left := report.history_left:
        report += collect(source, database, wanted_of(Settings()), only=left)
    return report


def _builds(database: Database) -> dict[str, int]:
    statement = select(build.c.job, func.count()).group_by(build.c.job)
    with database.read() as session:
        return {row[0]: row[1] for row in session.execute(statement)}


def _result(database: Database) -> str:
    statement = select(build.c.result).where(build.c.external_id == f"{CI}#{CI_BUILDS}")
    with database.read() as session:
        return str(session.execute(statement).scalar_one())
