"""Each request has a name: in its answer, in problem documents, in the lines of the log."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from threading import Thread

import pytest
import structlog

from api.app import create_app
from core.log import current, in_context, one_run, set_up_logging
from core.settings import Settings
from pipeline.database import over
from store.session import open_engine
from tests.api.client import Client

_OWN = re.compile(r"[0-9a-f]{16}")


@pytest.fixture
def client(sqlite_url: str) -> Iterator[Client]:
    engine = open_engine(sqlite_url)
    yield Client(create_app(Settings(), over(engine)))
    engine.dispose()


def test_an_answer_names_its_request(client: Client) -> None:
    first, second = client.get("/v1/streams"), client.get("/v1/streams")
    names = [one.headers["x-request-id"] for one in (first, second)]
    assert all(_OWN.fullmatch(name) for name in names)
    assert names[0] != names[1]


def test_the_name_that_a_proxy_gave_is_kept_also_in_a_problem(client: Client) -> None:
    answer = client.get("/v1/streams/none", headers={"x-request-id": "edge-7.4_b"})
    assert answer.status_code == 404
    assert answer.headers["x-request-id"] == "edge-7.4_b"
    assert answer.json()["request_id"] == "edge-7.4_b"


@pytest.mark.parametrize(
    "name", ["a" * 65, "", "<b>", "a b", 'x","y":"z'], ids=["long", "empty", "tag", "space", "json"]
)
def test_a_name_that_is_not_sound_is_replaced(client: Client, name: str) -> None:
    answer = client.get("/v1/streams", headers={"x-request-id": name})
    assert _OWN.fullmatch(answer.headers["x-request-id"])


def test_a_fault_is_logged_with_the_name_of_its_request(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: object) -> str:
        raise RuntimeError("the words")

    told = io.StringIO()
    monkeypatch.setattr("sys.stderr", told)
    monkeypatch.setattr("api.routes.health.current", failing)
    set_up_logging(json=True)
    answer = client.get("/readyz", headers={"x-request-id": "edge-1"})
    assert answer.status_code == 500
    lines = [json.loads(line) for line in told.getvalue().splitlines()]
    assert {line["event"] for line in lines} == {"request_failed", "answer_failed"}
    assert {line["request_id"] for line in lines} == {"edge-1"}
    [last] = [line for line in lines if line["event"] == "answer_failed"]
    assert (last["route"], last["status"]) == ("/readyz", 500)


def test_a_run_is_named_once_and_known_to_its_threads_only_when_handed_on() -> None:
    seen: dict[str, str] = {}

    def look(name: str) -> None:
        seen[name] = current("run")

    with one_run() as run:
        with one_run() as inner:
            assert inner == run
        for name, work in (("told", in_context(look)), ("alone", look)):
            thread = Thread(target=work, args=(name,))
            thread.start()
            thread.join()
    assert seen == {"told": run, "alone": ""}
    assert current("run") == ""
    with one_run() as another:
        assert another != run


def test_lines_of_a_run_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told = io.StringIO()
    monkeypatch.setattr("sys.stderr", told)
    set_up_logging(json=True)
    with one_run() as run:
        structlog.get_logger().info("source_collected", source="jira")
    structlog.get_logger().info("after")
    first, last = (json.loads(line) for line in told.getvalue().splitlines())
    assert (first["run"], first["source"]) == (run, "jira")
    assert "run" not in last
