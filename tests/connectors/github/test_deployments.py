"""Deployments end as their statuses say, whoever made them and whatever took their place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx

from connectors.github_deployments import outcome, parse_deployment, short_deployment
from connectors.http import SourceClient
from connectors.stream import Payload
from connectors.times import iso, utc
from core.records import Deployment, Result
from tests.connectors.github.site import SCOPE, completed, linked, repository_stream
from tests.connectors.readers import payloads, read

PATH = "/repos/shop/api/deployments"
AT = utc("2026-03-01T10:00:00Z")
RUN = "https://github.example/shop/api/actions/runs/77/job"


def deployment(number: int, **changes: Any) -> Payload:
    return {
        "id": number,
        "sha": "m1",
        "ref": "main",
        "task": "deploy",
        "environment": "eu-prod",
        "created_at": iso(AT),
        "updated_at": iso(AT),
        "creator": {"login": "dana"},
        "payload": {"secret": "x"},
    } | changes


def statuses(*states: str, url: str = "") -> list[Payload]:
    """One a minute after the deployment, given newest first, as GitHub does."""
    found = [
        {
            "id": number,
            "state": state,
            "created_at": iso(AT + timedelta(minutes=number)),
            "log_url": url,
            "creator": {"login": "dana"},
        }
        for number, state in enumerate(states, start=1)
    ]
    return found[::-1]


@pytest.mark.parametrize(
    ("states", "expected", "minute"),
    [
        (("pending", "in_progress", "success"), Result.SUCCESS, 3),
        (("in_progress", "success", "inactive"), Result.SUCCESS, 2),
        (("in_progress", "failure"), Result.FAILED, 2),
        (("in_progress", "error", "inactive"), Result.FAILED, 2),
        (("failure", "in_progress", "success"), Result.SUCCESS, 3),
        (("success", "success"), Result.SUCCESS, 1),
        (("success", "failure"), Result.FAILED, 2),
        (("queued", "in_progress"), Result.RUNNING, 2),
        (("queued",), Result.WAITING, 1),
        (("inactive",), Result.OTHER, None),
        ((), Result.WAITING, None),
    ],
)
def test_how_a_deployment_ended(
    states: tuple[str, ...], expected: Result, minute: int | None
) -> None:
    """`inactive` only says that another one came after it."""
    ended, since, _ = outcome(statuses(*states))
    assert ended is expected
    assert since == (None if minute is None else AT + timedelta(minutes=minute))


def test_deployments_get_statuses_and_the_names_of_their_jobs_by_one_list_for_a_run(
    client: SourceClient, mock: respx.Router
) -> None:
    """Two jobs of one run deployed; the group joins them, the job tells them apart."""
    for number, job in ((1, 501), (2, 502)):
        given = statuses("in_progress", "success", url=f"{RUN}/{job}")
        mock.get(f"{PATH}/{number}/statuses").respond(json=given)
    jobs = [{"id": 501, "name": "deploy (eu)"}, {"id": 502, "name": "deploy (us)"}]
    route = mock.get("/repos/shop/api/actions/runs/77/jobs")
    route.respond(json={"total_count": 2, "jobs": jobs})
    found = completed(client, "deployments", [deployment(1), deployment(2)])
    assert [(d.group, d.build, d.job) for d in found if isinstance(d, Deployment)] == [
        ("77", "77", "deploy (eu)"),
        ("77", "77", "deploy (us)"),
    ]
    assert route.call_count == 1
    one = found[0]
    assert (one.environment, one.tier, one.sha, one.result) == (
        "eu-prod",
        "production",
        "m1",
        Result.SUCCESS,
    )
    assert (one.started_at, one.finished_at) == (
        AT + timedelta(minutes=1),
        AT + timedelta(minutes=2),
    )
    assert one.url == f"{RUN}/501"


def test_the_job_of_a_deployment_is_asked_for_once_however_often_its_status_changes(
    client: SourceClient, mock: respx.Router
) -> None:
    one = repository_stream(client, "deployments")
    assert one.complete is not None
    assert one.kept is not None
    route = mock.get(f"{PATH}/1/statuses")
    route.respond(json=statuses("in_progress", "success", url=f"{RUN}/501"))
    jobs = mock.get("/repos/shop/api/actions/runs/77/jobs")
    jobs.respond(json={"total_count": 1, "jobs": [{"id": 501, "name": "deploy (eu)"}]})
    stored, again = deployment(1), deployment(1)
    one.complete(client, SCOPE, [stored])
    route.respond(json=statuses("in_progress", "success", "inactive", url=f"{RUN}/501"))
    one.kept(stored, again)
    one.complete(client, SCOPE, [again])
    (found,) = one.parse(again, SCOPE)
    assert isinstance(found, Deployment)
    assert (found.job, len(again["_details"]["statuses"])) == ("deploy (eu)", 3)
    assert jobs.call_count == 1


def test_deployments_made_by_something_else_than_actions_count_too(
    client: SourceClient, mock: respx.Router
) -> None:
    given = [s | {"target_url": "https://ci.example/job/7"} for s in statuses("success")]
    mock.get(f"{PATH}/1/statuses").respond(json=given)
    mock.get(f"{PATH}/2/statuses").respond(404, json={"message": "Not Found"})
    named = deployment(2, environment="Kiosk", production_environment=True)
    first, second = completed(client, "deployments", [deployment(1), named])
    assert (first.result, first.group, first.build, first.job) == (Result.SUCCESS, "", None, "")
    assert (second.result, second.tier, second.finished_at) == (Result.WAITING, "production", None)


def test_a_status_that_comes_weeks_later_is_read(client: SourceClient, mock: respx.Router) -> None:
    """The list is ordered by creation; what a late status moves is the last change."""
    old = [deployment(n, created_at=iso(AT - timedelta(days=n))) for n in range(1, 200)]
    old[24] |= {"updated_at": iso(AT)}
    path = "/repos/shop/api/deployments"
    route = mock.get(path)
    route.side_effect = [linked(old[:100], "/deployments", 2), httpx.Response(200, json=[])]
    found = read(
        repository_stream(client, "deployments"),
        client,
        scope=SCOPE,
        cursor={"watermark": iso(AT - timedelta(days=1))},
    )
    assert route.call_count == 1
    (late,) = [row for row in payloads(found) if row["id"] == 25]
    assert late["updated_at"] == iso(AT)
    assert set(late) == {
        "id", "sha", "ref", "task", "environment", "created_at", "updated_at",
    }  # fmt: skip


def test_a_month_is_read_again_whatever_its_state(client: SourceClient, mock: respx.Router) -> None:
    """So no deployment that may still change needs to be watched: it waits 30 days at most."""
    rows = [deployment(n, created_at=iso(AT - n * timedelta(hours=6))) for n in range(200)]
    route = mock.get(PATH)
    route.side_effect = [
        linked(rows[:100], "/deployments", 2),
        httpx.Response(200, json=rows[100:]),
    ]
    one = repository_stream(client, "deployments")
    found = read(one, client, scope=SCOPE, cursor={"watermark": iso(AT)})
    assert {row["id"] for row in payloads(found)} >= set(range(4 * 30))
    assert one.watch is None


@pytest.mark.usefixtures("mock")
def test_an_odd_deployment_is_refused_alone(client: SourceClient) -> None:
    one = repository_stream(client, "deployments")
    with pytest.raises(KeyError):
        list(one.parse({"id": 1}, SCOPE))


def test_an_empty_list_has_no_deployments(client: SourceClient, mock: respx.Router) -> None:
    mock.get(PATH).respond(json=[])
    found = read(repository_stream(client, "deployments"), client, scope=SCOPE)
    assert payloads(found) == []
    assert set(found[-1].cursor) == {"watermark"}


@pytest.mark.parametrize(
    ("payload", "version"),
    [
        ({"version": "1.2.3", "token": "x"}, "1.2.3"),
        ('{"image": "shop/web:1.2.3"}', "shop/web:1.2.3"),
        ("deploy it", ""),
        ({"version": ["1"]}, ""),
        ({}, ""),
    ],
)
def test_the_version_of_the_payload_is_kept_and_nothing_else(payload: Any, version: str) -> None:
    kept = short_deployment(deployment(1, payload=payload))
    assert kept.get("payload", {}).keys() <= {"version", "image"}
    (found,) = parse_deployment(kept, SCOPE)
    assert isinstance(found, Deployment)
    assert found.version == version
