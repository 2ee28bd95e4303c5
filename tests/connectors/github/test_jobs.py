"""The names of jobs, remembered over one connection: asked for once, and never at any price."""

from __future__ import annotations

import pytest
import respx

from connectors import github_jobs
from connectors.github_jobs import JobNames
from connectors.http import SourceClient
from tests.connectors.github.test_runs import PATH, SCOPE


def _job(number: int, name: str = "deploy") -> dict[str, object]:
    return {"id": number, "name": name, "status": "completed"}


def test_what_a_run_told_is_not_asked_for_again(client: SourceClient, mock: respx.Router) -> None:
    names = JobNames()
    names.note([_job(11, "deploy eu")])
    route = mock.get(f"{PATH}/6/jobs").respond(json={"total_count": 1, "jobs": [_job(12)]})
    assert names.of(client, SCOPE, {"11": "5", "12": "6"}) == {"11": "deploy eu", "12": "deploy"}
    assert names.of(client, SCOPE, {"12": "6"}) == {"12": "deploy"}
    assert route.call_count == 1


def test_a_job_that_no_run_tells_has_no_name(client: SourceClient, mock: respx.Router) -> None:
    mock.get(f"{PATH}/6/jobs").respond(404, json={"message": "Not Found"})
    assert JobNames().of(client, SCOPE, {"12": "6"}) == {}


def test_an_odd_job_stops_nothing() -> None:
    names = JobNames()
    names.note([{"id": 1}, {"name": "x"}, {}, _job(3)])
    assert list(names.known(["1", "3"])) == ["3"]


def test_no_more_is_remembered_than_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(github_jobs, "_REMEMBERED", 10)
    names = JobNames()
    names.note(_job(number) for number in range(1, 31))
    assert list(names.known(map(str, range(1, 31)))) == [str(n) for n in range(21, 31)]
