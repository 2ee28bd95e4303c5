"""How many requests the stages of builds take, and which of them the list of runs can answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx

from connectors.http import SourceClient
from connectors.jenkins_stages import Stages
from connectors.stream import Payload, Scope
from tests.connectors.readers import quick_client

RUN = "org.jenkinsci.plugins.workflow.job.WorkflowRun"
SCOPE = Scope("shop/web", {"lastBuild": {"number": 50}})


def described(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": str(number), "name": f"#{number}", "stages": [{"name": f"of {number}"}]} | changes


@pytest.fixture
def mock() -> Iterator[respx.Router]:
    """A job of fifty runs, the ten newest of which are listed."""
    with respx.mock(base_url="https://jenkins.example", assert_all_called=False) as router:
        listed = [described(n) for n in range(50, 40, -1)]
        router.get("/job/shop/job/web/wfapi/runs", name="runs").respond(json=listed)
        router.get(
            path__regex=r"/job/shop/job/web/(?P<number>\d+)/wfapi/describe", name="describe"
        ).mock(side_effect=lambda _r, number: httpx.Response(200, json=described(int(number))))
        yield router


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = quick_client("https://jenkins.example")
    yield opened
    opened.http.close()


def runs(*numbers: int, **changes: Any) -> list[Payload]:
    done = {"_class": RUN, "result": "SUCCESS", "building": False}
    return [done | {"number": n} | changes for n in numbers]


def stages(payloads: list[Payload]) -> list[str]:
    return [p["_details"]["describe"]["stages"][0]["name"] for p in payloads]


def counts(mock: respx.Router) -> tuple[int, int]:
    return mock["runs"].call_count, mock["describe"].call_count


def test_ten_new_runs_take_one_request(mock: respx.Router, client: SourceClient) -> None:
    new = runs(*range(50, 40, -1))
    Stages()(client, SCOPE, new)
    assert stages(new) == [f"of {n}" for n in range(50, 40, -1)]
    assert counts(mock) == (1, 0)


def test_the_runs_of_a_first_load_are_asked_for_where_the_list_ends(
    mock: respx.Router, client: SourceClient
) -> None:
    new = runs(*range(50, 0, -1))
    Stages()(client, SCOPE, new)
    assert stages(new) == [f"of {n}" for n in range(50, 0, -1)]
    assert counts(mock) == (1, 40)


@pytest.mark.parametrize("numbers", [(50,), (40, 39, 38), (41, 40)])
def test_the_list_is_not_asked_for_what_it_can_not_shorten(
    mock: respx.Router, client: SourceClient, numbers: tuple[int, ...]
) -> None:
    new = runs(*numbers)
    Stages()(client, SCOPE, new)
    assert stages(new) == [f"of {n}" for n in numbers]
    assert counts(mock) == (0, len(numbers))


def test_what_is_no_finished_pipeline_run_is_not_asked_about(
    mock: respx.Router, client: SourceClient
) -> None:
    new = [
        *runs(50, building=True, result=None),
        *runs(49, _class="hudson.model.FreeStyleBuild"),
        {"_class": RUN, "result": "SUCCESS"},
    ]
    Stages()(client, SCOPE, new)
    assert [p for p in new if "_details" in p] == []
    assert counts(mock) == (0, 0)


def test_runs_of_an_older_plugin_are_known_by_their_names(
    mock: respx.Router, client: SourceClient
) -> None:
    named = [{k: v for k, v in described(n).items() if k != "id"} for n in (50, 49)]
    mock["runs"].respond(json=[*named, {"name": "1.4.0", "stages": []}, "?"])
    new = runs(50, 49)
    Stages()(client, SCOPE, new)
    assert stages(new) == ["of 50", "of 49"]
    assert counts(mock) == (1, 0)


def test_a_server_without_the_stage_view_is_soon_not_asked_any_more(
    mock: respx.Router, client: SourceClient
) -> None:
    mock["runs"].respond(404)
    mock["describe"].mock(return_value=httpx.Response(404))
    complete = Stages()
    for _ in range(5):
        new = runs(*range(50, 40, -1))
        complete(client, SCOPE, new)
        assert [p for p in new if "_details" in p] == []
    assert sum(counts(mock)) <= 4  # three refusals, and one more that was on its way


def test_runs_of_one_job_that_were_discarded_hide_no_stages_of_another(
    mock: respx.Router, client: SourceClient
) -> None:
    mock.get(path__regex=r"/job/gone/.*").respond(404)
    complete = Stages()
    complete(client, Scope("gone"), runs(*range(9, 0, -1)))
    new = runs(40, 39)
    complete(client, SCOPE, new)
    assert stages(new) == ["of 40", "of 39"]


def test_a_list_of_runs_that_is_refused_leaves_the_single_ones(
    mock: respx.Router, client: SourceClient
) -> None:
    mock["runs"].respond(404)
    new = runs(50, 49)
    Stages()(client, SCOPE, new)
    assert stages(new) == ["of 50", "of 49"]
