"""The Jenkins connector as the runner meets it: signing in, the tree of jobs, stages, refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from pydantic import SecretStr

from connectors import jenkins
from connectors.http import SourceClient
from connectors.stream import Page, Payload, Reading, Scope, Stream, Wanted
from core.errors import (
    ConfigError,
    SourceAnswerError,
    SourceAuthError,
    SourceUnavailableError,
)
from core.source_settings import Auth, JenkinsSource

DATA = Path(__file__).parent / "data"
RUN = "org.jenkinsci.plugins.workflow.job.WorkflowRun"


def source(**changes: Any) -> JenkinsSource:
    auth = Auth(user=SecretStr("reader"), token=SecretStr("t0ken"))
    given: dict[str, Any] = {
        "name": "ci",
        "kind": "jenkins",
        "url": "https://jenkins.example",
        "auth": auth,
    }
    return JenkinsSource(**(given | changes))


@pytest.fixture
def mock() -> Iterator[respx.Router]:
    with respx.mock(base_url="https://jenkins.example", assert_all_called=False) as router:
        router.get("/me/api/json").respond(json={"id": "reader"}, headers={"x-jenkins": "2.541.2"})
        yield router


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = jenkins.open_client_for(source(), sleep=lambda _seconds: None)
    yield opened
    opened.http.close()


def stream(client: SourceClient, name: str, **changes: Any) -> Stream:
    found = jenkins.connect(client, source(**changes), Wanted()).streams
    return next(one for one in found if one.name == name)


def jobs_of(client: SourceClient, **changes: Any) -> list[Payload]:
    found = stream(client, "jobs", **changes)
    pages: list[Page] = list(found.read(Reading(client, Scope(), {}, lambda _ids: set())))
    return [payload for page in pages for payload in page.payloads]


def names(client: SourceClient, **changes: Any) -> list[str]:
    return [payload["fullName"] for payload in jobs_of(client, **changes)]


def tree(mock: respx.Router, body: object) -> respx.Route:
    return mock.get("/api/json").respond(json=body)


def saved_tree() -> Any:
    return json.loads((DATA / "jenkins_jobs.json").read_text())


def test_connecting_signs_in_and_tells_who_we_are(mock: respx.Router, client: SourceClient) -> None:
    tree(mock, saved_tree())
    connection = jenkins.connect(client, source(), Wanted())
    identity = connection.identity
    assert (identity.account, identity.product, identity.version) == (
        "reader",
        "Jenkins",
        "2.541.2",
    )
    assert [(probe.name, probe.ok) for probe in connection.probes] == [("jobs", True)]
    assert [(one.name, one.over) for one in connection.streams] == [
        ("jobs", None),
        ("builds", "jobs"),
    ]
    sent = mock.calls[0].request.headers["authorization"]
    assert sent == "Basic cmVhZGVyOnQwa2Vu"  # reader:t0ken


def test_a_probe_says_when_no_job_is_visible(mock: respx.Router, client: SourceClient) -> None:
    tree(mock, {"jobs": []})
    (probe,) = jenkins.connect(client, source(), Wanted()).probes
    assert not probe.ok
    assert "Job/Read" in probe.detail


def test_wrong_credentials_stop_the_source_at_once(client: SourceClient) -> None:
    with respx.mock(base_url="https://jenkins.example") as mock:
        route = mock.get("/me/api/json").respond(401, html="<h1>Unauthorized</h1>")
        with pytest.raises(SourceAuthError, match="401"):
            jenkins.connect(client, source(), Wanted())
        assert route.call_count == 1


def test_being_read_as_anonymous_is_an_error(client: SourceClient) -> None:
    with respx.mock(base_url="https://jenkins.example") as mock:
        mock.get("/me/api/json").respond(json={"id": "anonymous"})
        with pytest.raises(SourceAuthError, match="anonymous"):
            jenkins.connect(client, source(), Wanted())


def test_a_source_without_credentials_reads_as_anonymous_on_purpose() -> None:
    bare = source(auth=Auth())
    opened = jenkins.open_client_for(bare)
    with respx.mock(base_url="https://jenkins.example") as mock:
        mock.get("/api/json").respond(json={"jobs": [{}]}, headers={"x-jenkins": "2.5"})
        identity = jenkins.connect(opened, bare, Wanted()).identity
    opened.http.close()
    assert (identity.account, identity.version) == ("anonymous", "2.5")


def test_a_token_without_a_user_is_a_mistake_in_the_configuration() -> None:
    with pytest.raises(ConfigError, match="source ci"):
        jenkins.open_client_for(source(auth=Auth(token=SecretStr("t0ken"))))


def test_a_login_page_in_place_of_json_is_an_error(client: SourceClient) -> None:
    with respx.mock(base_url="https://jenkins.example") as mock:
        mock.get("/me/api/json").respond(200, html="<html>Welcome</html>")
        with pytest.raises(SourceAnswerError, match="not JSON"):
            jenkins.connect(client, source(), Wanted())


def test_a_busy_controller_is_asked_again(mock: respx.Router, client: SourceClient) -> None:
    busy = httpx.Response(429, headers={"retry-after": "0"})
    route = mock.get("/api/json").mock(
        side_effect=[busy, httpx.Response(200, json={"jobs": [{"name": "a"}]})]
    )
    assert jenkins.connect(client, source(), Wanted()).probes[0].ok
    assert route.call_count == 2


def test_a_controller_that_stays_down_is_left_for_the_next_run(client: SourceClient) -> None:
    with respx.mock(base_url="https://jenkins.example") as mock:
        mock.get("/me/api/json").respond(503, html="Please wait while Jenkins is getting ready")
        with pytest.raises(SourceUnavailableError):
            jenkins.connect(client, source(), Wanted())


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (httpx.Response(302, headers={"location": "/login"}), SourceAuthError, "login page"),
        (httpx.Response(403, html="<h1>Access Denied</h1>"), SourceAuthError, "grant read access"),
        (httpx.Response(503, html="Jenkins is getting ready"), SourceUnavailableError, "next run"),
        (httpx.Response(200, html="<h1>Log in</h1>"), SourceAuthError, "login page came"),
    ],
    ids=["login", "forbidden", "starting", "page"],
)
def test_a_refusal_while_builds_are_read_is_an_error_and_no_job_without_builds(
    mock: respx.Router, client: SourceClient, answer: httpx.Response, error: type, said: str
) -> None:
    tree(mock, saved_tree())
    builds = stream(client, "builds")
    mock.get("/job/nightly/api/json").mock(return_value=answer)
    reading = Reading(client, Scope("nightly"), {}, lambda _ids: set())
    with pytest.raises(error, match=said):
        list(builds.read(reading))


def test_the_tree_gives_jobs_in_folders_and_branches_and_no_folders(
    mock: respx.Router, client: SourceClient
) -> None:
    tree(mock, saved_tree())
    jobs = jobs_of(client)
    assert [(job["fullName"], job["_branch_job"]) for job in jobs] == [
        ("shop/deploy-web", False),
        ("shop/web/feature%2Fcart", True),
        ("nightly", False),
    ]


def test_only_jobs_that_fit_a_pattern_are_read(mock: respx.Router, client: SourceClient) -> None:
    tree(mock, saved_tree())
    assert names(client, jobs=("shop/*", "night*")) == ["shop/deploy-web", "nightly"]


def test_folders_deeper_than_one_request_shows_are_asked_for(
    mock: respx.Router, client: SourceClient
) -> None:
    deep: dict[str, Any] = {"name": "g", "jobs": [{"name": "h"}]}
    for name in "fedcb":
        deep = {"name": name, "jobs": [deep]}
    tree(mock, {"jobs": [deep]})
    path = "/job/b/job/c/job/d/job/e/job/f/job/g/api/json"
    inner = mock.get(path).respond(json={"jobs": [{"name": "h", "fullName": "b/c/d/e/f/g/h"}]})
    assert names(client) == ["b/c/d/e/f/g/h"]
    assert inner.call_count == 1


def test_losing_the_sight_of_all_jobs_is_an_error_not_an_empty_company(
    mock: respx.Router, client: SourceClient
) -> None:
    tree(mock, {"jobs": []})
    with pytest.raises(SourceAuthError, match="Job/Read"):
        jobs_of(client)


def test_patterns_that_fit_no_job_are_an_error(mock: respx.Router, client: SourceClient) -> None:
    tree(mock, saved_tree())
    with pytest.raises(SourceAnswerError, match="none of the 3 visible jobs"):
        jobs_of(client, jobs=("shopp/**",))


def test_each_job_is_a_scope_of_builds_and_gives_no_record(
    mock: respx.Router, client: SourceClient
) -> None:
    tree(mock, saved_tree())
    job = jobs_of(client)[0]
    builds = stream(client, "builds")
    assert builds.scope is not None
    assert builds.scope(job) == Scope("shop/deploy-web", job)
    assert list(stream(client, "jobs").parse(job, Scope())) == []


def test_finished_pipeline_runs_get_their_stages_and_nothing_else_is_asked_for(
    mock: respx.Router, client: SourceClient
) -> None:
    tree(mock, saved_tree())
    builds = stream(client, "builds")
    describe = mock.get(path__regex=r"/job/shop/job/deploy-web/\d+/wfapi/describe")
    describe.respond(json=json.loads((DATA / "jenkins_describe.json").read_text()))
    done: Payload = {"_class": RUN, "number": 7, "result": "SUCCESS", "building": False}
    busy: Payload = {"_class": RUN, "number": 8, "result": None, "building": True}
    free: Payload = {"_class": "hudson.model.FreeStyleBuild", "number": 6, "result": "SUCCESS"}
    assert builds.complete is not None
    builds.complete(client, Scope("shop/deploy-web"), [busy, done, free])
    assert len(done["_details"]["describe"]["stages"]) == 3
    assert "_details" not in busy
    assert "_details" not in free
    assert describe.call_count == 1


def test_a_server_without_the_stage_view_is_not_asked_for_ever(
    mock: respx.Router, client: SourceClient
) -> None:
    tree(mock, saved_tree())
    builds = stream(client, "builds")
    describe = mock.get(path__regex=r".*/wfapi/describe").respond(404)
    assert builds.complete is not None
    for number in range(8):
        run: Payload = {"_class": RUN, "number": number, "result": "SUCCESS"}
        builds.complete(client, Scope("nightly"), [run])
    assert describe.call_count == 3
