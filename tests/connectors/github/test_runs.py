"""Workflow runs in windows, their attempts and jobs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx

from connectors.github_runs import result
from connectors.http import SourceClient
from connectors.stream import Cursor, Page, Payload, Reading
from connectors.times import iso, utc
from core.errors import SourceAnswerError
from core.records import Build, BuildStage, Result
from tests.connectors.github.site import (
    REPOSITORY,
    SCOPE,
    URL,
    completed,
    repository_stream,
)
from tests.connectors.readers import payloads, read

PATH = "/repos/shop/api/actions/runs"
BORN = utc(REPOSITORY["created_at"])


def run(number: int, at: datetime, **changes: Any) -> Payload:
    return {
        "id": number,
        "name": "Build",
        "path": ".github/workflows/build.yml@main",
        "head_branch": "main",
        "head_sha": "m1",
        "run_number": number,
        "run_attempt": 1,
        "event": "push",
        "status": "completed",
        "conclusion": "success",
        "display_title": "SHOP-1: add",
        "html_url": f"https://github.example/shop/api/actions/runs/{number}",
        "created_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "updated_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "repository": {"id": 42, "pushed_at": "now"},
    } | changes


def served(router: respx.Router, every: list[Payload], *, total: bool = True) -> respx.Route:
    """The list as GitHub gives it: newest first, filtered by creation, cut at a thousand."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = request.url.params["created"]
        low, _, high = asked.removeprefix(">=").partition("..")
        rows = [r for r in every if low <= r["created_at"] <= (high or "9999")]
        rows.sort(key=lambda row: row["created_at"], reverse=True)
        shown = rows[:1000]
        page = int(request.url.params.get("page", "1"))
        query = f"created={asked.replace('>=', '%3E%3D')}&page={page + 1}&per_page=100"
        headers = {"link": f'<{URL}/repositories/42/actions/runs?{query}>; rel="next"'}
        body: Payload = {"workflow_runs": shown[(page - 1) * 100 : page * 100]}
        body |= {"total_count": len(rows)} if total else {}
        more = len(shown) > page * 100
        return httpx.Response(200, json=body, headers=headers if more else {})

    return router.get(PATH).mock(side_effect=answer)


def asked(route: respx.Route) -> list[str]:
    return [call.request.url.params["created"] for call in route.calls]


def runs(client: SourceClient, **given: Any) -> list[Page]:
    return read(repository_stream(client, "workflow_runs"), client, scope=SCOPE, **given)


@pytest.mark.parametrize("total", [True, False])
def test_windows_are_halved_until_every_run_is_listed(
    client: SourceClient, mock: respx.Router, total: bool
) -> None:
    """2,500 runs of one day, of which a filtered list shows a thousand; with and without count."""
    day = datetime.now(UTC).replace(microsecond=0) - timedelta(days=10)
    every = [run(number, day + timedelta(seconds=30 * number)) for number in range(2500)]
    served(mock, every, total=total)
    found = runs(client)
    assert {row["id"] for row in payloads(found)} == set(range(2500))


def part(client: SourceClient, cursor: Cursor) -> list[Page]:
    """One run that leaves older history to those that follow."""
    one = repository_stream(client, "workflow_runs")
    return list(one.read(Reading(client, SCOPE, cursor, lambda _ids: set(), None, True)))


def test_a_whole_pass_reaches_back_to_the_repository_newest_first(
    client: SourceClient, mock: respx.Router
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    route = served(mock, [run(1, BORN + timedelta(hours=1)), run(2, now - timedelta(hours=1))])
    found = runs(client)
    assert [row["id"] for row in payloads(found)] == [2, 1]
    assert asked(route) == [">=2026-01-10T00:00:00Z"]
    assert set(found[-1].cursor) == {"watermark"}


def test_history_comes_in_parts_and_goes_on_where_it_stopped(
    client: SourceClient, mock: respx.Router
) -> None:
    """A run each ten days since the repository began; the first reading takes those of 90 days."""
    now = datetime.now(UTC).replace(microsecond=0)
    ages = range(1, (now - BORN).days, 10)
    route = served(mock, [run(age, now - timedelta(days=age)) for age in ages])
    first = part(client, {})
    assert {row["id"] for row in payloads(first)} == {age for age in ages if age < 90}
    older = first[-1].cursor["older"]
    assert utc(older["until"]) - (now - timedelta(days=90)) < timedelta(minutes=1)
    second = part(client, first[-1].cursor)
    recent = {age for age in ages if age <= 3}
    assert {row["id"] for row in payloads(second)} - recent == {age for age in ages if age >= 90}
    assert set(second[-1].cursor) == {"watermark"}
    lows = [text.partition("..")[0] for text in asked(route) if ".." in text]
    assert lows == sorted(lows, reverse=True)
    assert lows[-1] == "2026-01-10T00:00:00Z"
    middle = next(p.cursor for p in second if utc(p.cursor["older"]["until"]) < utc(older["until"]))
    third = part(client, middle)
    low = utc(middle["older"]["until"])
    rest = {age for age in ages if now - timedelta(days=age) <= low}
    assert {row["id"] for row in payloads(third)} - recent == rest


def test_a_later_pass_asks_once_for_three_days_before_the_mark_and_without_an_end(
    client: SourceClient, mock: respx.Router
) -> None:
    route = served(mock, [])
    mark = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    found = runs(client, cursor={"watermark": iso(mark)})
    low = (mark - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert asked(route) == [f">={low}"]
    assert payloads(found) == []
    assert utc(found[-1].cursor["watermark"]) > mark


def test_history_bounds_the_windows(client: SourceClient, mock: respx.Router) -> None:
    since = (datetime.now(UTC) - timedelta(days=10)).date()
    route = served(mock, [])
    found = runs(client, since=date(since.year, since.month, since.day))
    assert asked(route) == [f">={since.isoformat()}T00:00:00Z"]
    assert set(found[-1].cursor) == {"watermark"}


def test_a_filter_that_is_ignored_is_an_error(client: SourceClient, mock: respx.Router) -> None:
    old = run(1, BORN - timedelta(days=100))
    mock.get(PATH).respond(json={"total_count": 1, "workflow_runs": [old]})
    with pytest.raises(SourceAnswerError, match="1 is not among"):
        runs(client)


def test_a_second_with_a_thousand_runs_is_an_error_and_no_silence(
    client: SourceClient, mock: respx.Router
) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    served(mock, [run(number, at) for number in range(1001)])
    with pytest.raises(SourceAnswerError, match="one second"):
        runs(client)


def test_a_body_without_runs_is_an_error(client: SourceClient, mock: respx.Router) -> None:
    mock.get(PATH).respond(json={"message": "hello"})
    with pytest.raises(SourceAnswerError, match="no `workflow_runs`"):
        runs(client)


def test_unfinished_runs_are_read_again_as_the_list_gives_them(
    client: SourceClient, mock: respx.Router
) -> None:
    at = datetime.now(UTC) - timedelta(days=2)
    open_run = run(5, at, status="in_progress", conclusion=None)
    served(mock, [open_run])
    one = repository_stream(client, "workflow_runs")
    listed = payloads(read(one, client, scope=SCOPE))
    assert one.watch is not None
    assert one.watch.open(listed[0])
    assert not one.watch.open(run(6, at))
    mock.get(f"{PATH}/5").respond(json=open_run | {"previous_attempt_url": None})
    mock.get(f"{PATH}/6").respond(404, json={"message": "Not Found"})
    assert list(one.watch.read(client, SCOPE, [*listed, run(6, at)])) == listed
    assert "repository" not in listed[0]


def test_runs_get_the_jobs_of_all_attempts_with_their_queue_times(
    client: SourceClient, mock: respx.Router
) -> None:
    def job(number: int, attempt: int, minutes: tuple[int, int, int], **extra: Any) -> Payload:
        created, started, ended = (f"2026-02-01T10:{m:02d}:00Z" for m in minutes)
        times = {"created_at": created, "started_at": started, "completed_at": ended}
        done = {"status": "completed", "conclusion": "success", "steps": [{"name": "Set up"}]}
        return {"id": number, "name": "test", "run_attempt": attempt, **times, **done} | extra

    given = [
        job(12, 2, (20, 21, 30)),
        job(11, 1, (1, 3, 10), conclusion="failure"),
        job(13, 2, (20, 20, 0), status="queued", conclusion=None, completed_at=None),
    ]
    route = mock.get(f"{PATH}/5/jobs").respond(json={"total_count": 3, "jobs": given})
    at = utc("2026-02-01T10:00:00Z")
    build, *stages = completed(client, "workflow_runs", [run(5, at, run_attempt=2)])
    assert route.calls[0].request.url.params["filter"] == "all"
    assert isinstance(build, Build)
    assert (build.job, build.number) == ("shop/api/.github/workflows/build.yml", 5)
    assert (build.queued_at, build.started_at, build.finished_at) == (
        at,
        at + timedelta(minutes=3),
        at + timedelta(minutes=30),
    )
    assert (build.description, build.cause, build.revisions[0].sha) == ("SHOP-1: add", "push", "m1")
    told = [(s.id, s.ordinal, s.result) for s in stages if isinstance(s, BuildStage)]
    assert told == [("11", 0, Result.FAILED), ("12", 1, Result.SUCCESS), ("13", 2, Result.WAITING)]
    waits = [
        (s.started_at - s.queued_at).seconds if s.started_at else None
        for s in stages
        if isinstance(s, BuildStage) and s.queued_at
    ]
    assert waits == [120, 60, None]


def test_a_run_whose_jobs_are_gone_ended_when_it_last_changed(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get(f"{PATH}/5/jobs").respond(404, json={"message": "Not Found"})
    mock.get(f"{PATH}/6/jobs").respond(json={"total_count": 0, "jobs": []})
    at = utc("2026-02-01T10:00:00Z")
    waiting = run(6, at, status="queued", conclusion=None)
    done, queued = completed(client, "workflow_runs", [run(5, at), waiting])
    assert (done.started_at, done.finished_at, done.result) == (None, at, Result.SUCCESS)
    assert (queued.finished_at, queued.result) == (None, Result.WAITING)


@pytest.mark.parametrize(
    ("status", "conclusion", "expected"),
    [
        ("completed", "timed_out", Result.FAILED),
        ("completed", "startup_failure", Result.FAILED),
        ("completed", "cancelled", Result.CANCELED),
        ("completed", "skipped", Result.SKIPPED),
        ("completed", "action_required", Result.WAITING),
        ("completed", "neutral", Result.OTHER),
        ("completed", None, Result.OTHER),
        ("in_progress", None, Result.RUNNING),
        ("waiting", None, Result.WAITING),
        ("thinking", None, Result.OTHER),
    ],
)
def test_words_of_runs_and_jobs(status: str, conclusion: str | None, expected: Result) -> None:
    assert result(status, conclusion) is expected
