"""What GitLab's lists leave out is added; commits and tags are read to what is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx

from connectors import gitlab
from connectors.http import SourceClient
from connectors.stream import Payload, Reading
from core.errors import SourceAnswerError
from core.records import Commit, Deployment, MergeRequest
from tests.connectors.gitlab_site import (
    SCOPE,
    URL,
    answer_connecting,
    connected,
    linked,
    project_stream,
    saved,
    source,
)
from tests.connectors.readers import payloads, read, stream


@pytest.fixture
def mock() -> Iterator[respx.Router]:
    with respx.mock(base_url=f"{URL}/api/v4", assert_all_called=False) as router:
        answer_connecting(router)
        yield router


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = gitlab.open_client_for(source(), sleep=lambda _seconds: None)
    yield opened
    opened.http.close()


def completed(client: SourceClient, name: str, rows: list[Payload]) -> list[Any]:
    """The records of rows after their details were added."""
    one = project_stream(client, name)
    assert one.complete is not None
    one.complete(client, SCOPE, rows)
    return [record for row in rows for record in one.parse(row, SCOPE)]


def commit(sha: str, parents: list[str], **extra: Any) -> Payload:
    dates = dict.fromkeys(("authored_date", "committed_date"), "2026-02-01T10:00:00.000Z")
    named = {"message": sha, "author_name": "Dana", "author_email": "dana@example.com"}
    return {"id": sha, "parent_ids": parents, **dates, **named, **extra}


def test_requests_get_the_commits_of_their_branch_over_all_pages(
    client: SourceClient, mock: respx.Router
) -> None:
    path = "/projects/42/merge_requests/11/commits"
    answers = [
        linked([commit("aaa2", [])], path, 2),
        httpx.Response(200, json=[commit("aaa1", [])]),
    ]
    mock.get(path).side_effect = answers
    mock.get("/projects/42/merge_requests/12/commits").respond(json=[commit("bbb1", [])])
    mock.get(url__regex=r".*/merge_requests/\d+/notes").respond(json=[])
    records = completed(client, "merge_requests", saved("merge_requests"))
    found = [r.commits for r in records if isinstance(r, MergeRequest)]
    assert found == [("aaa2", "aaa1"), ("bbb1",)]
    assert [r.sha for r in records if isinstance(r, Commit)] == ["aaa2", "aaa1", "bbb1"]


def test_pipelines_get_their_jobs_with_retries_and_without_what_they_repeat(
    client: SourceClient, mock: respx.Router
) -> None:
    row = saved("pipeline")
    jobs = row.pop("_details")["jobs"]
    seen = [{**job, "user": {"name": "Dana"}, "commit": {"id": "mmm1"}} for job in jobs]
    route = mock.get("/projects/42/pipelines/700/jobs").respond(json=seen)
    build, *stages = completed(client, "pipelines", [row])
    assert route.calls[0].request.url.params["include_retried"] == "true"
    assert row["_details"] == {"pipeline": {}, "jobs": jobs}
    assert (build.started_at.minute, build.finished_at.minute, len(stages)) == (1, 20, 4)


def test_pipelines_whose_jobs_cannot_be_seen_tell_their_times_themselves(
    client: SourceClient, mock: respx.Router
) -> None:
    row = saved("pipeline")
    del row["_details"]
    mock.get("/projects/42/pipelines/700/jobs").respond(403, json={"message": "403 Forbidden"})
    detail = {**row, "started_at": "2026-02-04T10:02:00Z", "finished_at": "2026-02-04T10:03:00Z"}
    mock.get("/projects/42/pipelines/700").respond(json=detail)
    (build,) = completed(client, "pipelines", [row])
    assert (build.started_at.minute, build.finished_at.minute) == (2, 3)


def test_deployments_get_the_tiers_of_their_environments_in_one_read(
    client: SourceClient, mock: respx.Router
) -> None:
    rows = [saved("deployment"), saved("deployment") | {"id": 501, "environment": {"id": 61}}]
    rows[1]["environment"]["name"] = "elsewhere"
    route = mock.get("/projects/42/environments")
    route.respond(json=[{"id": 60, "name": "live/eu", "tier": "production"}])
    found = completed(client, "deployments", rows)
    assert [(d.id, d.tier) for d in found if isinstance(d, Deployment)] == [
        ("500", "production"),
        ("501", ""),
    ]
    assert route.call_count == 1


def branches(router: respx.Router, *heads: str) -> respx.Route:
    rows = [{"name": sha, "default": sha == heads[-1], "commit": {"id": sha}} for sha in heads]
    return router.get("/projects/42/repository/branches").respond(json=rows)


def log(router: respx.Router, commits: dict[str, list[str]]) -> respx.Route:
    """Answers with all commits, newest (here: last named) first, from the asked one on."""

    def answer(request: httpx.Request) -> httpx.Response:
        wanted, shown = {request.url.params["ref_name"]}, []
        for sha in reversed(commits):
            if sha in wanted:
                wanted |= set(commits[sha])
                shown.append(commit(sha, commits[sha]))
        status = 200 if shown else 404
        return httpx.Response(status, json=shown or {"message": "404 Tree Not Found"})

    return router.get("/projects/42/repository/commits").mock(side_effect=answer)


def test_commits_are_walked_from_the_default_branch_and_then_from_the_others(
    client: SourceClient, mock: respx.Router
) -> None:
    history: dict[str, list[str]] = {"a": [], "b": ["a"], "x": ["a"], "c": ["b"]}
    branches(mock, "x", "gone", "c")
    route = log(mock, history)
    commits = project_stream(client, "commits")
    found = payloads(read(commits, client, scope=SCOPE))
    assert [p["id"] for p in found] == ["c", "b", "a", "x"]
    assert [call.request.url.params["ref_name"] for call in route.calls] == ["c", "x", "gone"]
    assert [commits.id(p, SCOPE) for p in found] == ["42:c", "42:b", "42:a", "42:x"]
    records = [record for payload in found for record in commits.parse(payload, SCOPE)]
    parents = [record.parents for record in records if isinstance(record, Commit)]
    assert parents == [("b",), ("a",), (), ("a",)]


def test_a_permission_lost_while_commits_are_walked_is_an_error_and_no_end_of_the_history(
    client: SourceClient, mock: respx.Router
) -> None:
    refused = httpx.Response(404, json={"message": "404 Project Not Found"})
    path = "/projects/42/repository/commits"
    mock.get("/projects/42/repository/branches").side_effect = [
        httpx.Response(200, json=[{"name": "main", "commit": {"id": "c"}, "default": True}]),
        refused,
    ]
    mock.get(path).side_effect = [linked([commit("c", ["b"])], path, 2), refused, refused]
    commits = project_stream(client, "commits")
    pages = commits.read(Reading(client, SCOPE, {}, lambda _ids: set()))
    assert next(pages).cursor == {"frontier": ["b"]}
    with pytest.raises(SourceAnswerError, match="404") as raised:
        next(pages)
    assert raised.value.status is None


def test_a_second_walk_with_nothing_new_lists_the_branches_and_no_more(
    client: SourceClient, mock: respx.Router
) -> None:
    heads, route = branches(mock, "c"), log(mock, {})
    commits = project_stream(client, "commits")
    found = read(commits, client, scope=SCOPE, cursor={"frontier": []}, known=["42:c"])
    assert (payloads(found), heads.call_count, route.call_count) == ([], 1, 0)


def test_a_404_of_a_proxy_is_no_word_of_gitlab(client: SourceClient, mock: respx.Router) -> None:
    mock.get(url__regex=r".*/merge_requests/\d+/commits").respond(404, html="<h1>Not found</h1>")
    with pytest.raises(SourceAnswerError, match="404 in a page") as raised:
        completed(client, "merge_requests", saved("merge_requests"))
    assert raised.value.status is None, "nor is it that of a feature that is switched off"


def test_branches_are_listed_once_for_themselves_and_for_the_walk(
    client: SourceClient, mock: respx.Router
) -> None:
    route = branches(mock, "x", "c")
    log(mock, {"c": [], "x": []})
    opened = connected(client)
    for first, second in (("branches", "commits"), ("commits", "branches")):
        before = route.call_count
        rows = {
            name: payloads(read(stream(opened, name), client, scope=SCOPE))
            for name in (first, second)
        }
        assert len(rows["branches"]) == 2
        assert [row["id"] for row in rows["commits"]] == ["c", "x"]
        assert route.call_count == before + 1
    read(stream(opened, "commits"), client, scope=SCOPE)
    read(stream(opened, "commits"), client, scope=SCOPE)
    assert route.call_count == 4, "what one stream has read is not old enough for itself"


def test_an_empty_repository_has_a_page_without_branches(
    client: SourceClient, mock: respx.Router
) -> None:
    branches(mock)
    (page,) = read(project_stream(client, "branches"), client, scope=SCOPE)
    assert (list(page.payloads), page.cursor) == ([], {})


def test_tags_are_read_to_the_end_once_and_then_to_the_first_page_without_a_new_one(
    client: SourceClient, mock: respx.Router
) -> None:
    path = "/projects/42/repository/tags"
    new, old = [{"name": "v2", "target": "t2"}], [{"name": "v1", "target": "t1"}]
    route = mock.get(path)
    route.side_effect = [linked(new, path, 2), httpx.Response(200, json=old), linked(new, path, 2)]
    tags = project_stream(client, "tags")
    first = read(tags, client, scope=SCOPE)
    assert [p["name"] for p in payloads(first)] == ["v2", "v1"]
    assert [page.cursor for page in first[:-1]] == [{}, {}]
    cursor = first[-1].cursor
    read(tags, client, scope=SCOPE, cursor=cursor, known=["42:v1", "42:v2"])
    assert route.call_count == 3
    assert route.calls[0].request.url.params["order_by"] == "updated"


def test_a_tag_of_an_old_commit_is_found_behind_a_page_without_a_new_one(
    client: SourceClient, mock: respx.Router
) -> None:
    """The order is that of the commits: a tag set on an old one stands far down."""
    path = "/projects/42/repository/tags"
    newest, oldest = [{"name": "v2", "target": "t2"}], [{"name": "v1", "target": "t1"}]
    late = {"name": "late", "target": "t0"}
    tags, total = project_stream(client, "tags"), ["2"]

    def answer(request: httpx.Request) -> httpx.Response:
        if "page" in request.url.params:
            return httpx.Response(200, json=oldest)
        found = linked(newest, path, 2)
        found.headers.update({"x-total": total[0]} if total else {})
        return found

    route = mock.get(path).mock(side_effect=answer)
    known = ["42:v1", "42:v2"]
    cursor = read(tags, client, scope=SCOPE)[-1].cursor
    oldest.append(late)
    total[0] = "3"
    again = read(tags, client, scope=SCOPE, cursor=cursor, known=known)
    assert [p["name"] for p in payloads(again)] == ["v2", "v1", "late"]
    cursor, before = again[-1].cursor, route.call_count
    known.append("42:late")
    assert read(tags, client, scope=SCOPE, cursor=cursor, known=known)[-1].cursor == cursor
    assert route.call_count == before + 1, "nothing new: one request"
    total.clear()
    read(tags, client, scope=SCOPE, cursor=cursor, known=known)
    assert route.call_count == before + 2, "totals are optional"
    old = cursor | {"read_at": "2026-01-01T00:00:00Z"}
    read(tags, client, scope=SCOPE, cursor=old, known=known)
    assert route.call_count == before + 4, "and so the list is read to its end once a day"


@pytest.mark.parametrize("status", [403, 404])
def test_commits_that_may_not_be_seen_are_unknown_and_not_none(
    client: SourceClient, mock: respx.Router, status: int
) -> None:
    """What was stored of them before stays: only a list that was read is whole."""
    mock.get(url__regex=r".*/merge_requests/\d+/commits").respond(status, json={})
    mock.get(url__regex=r".*/merge_requests/\d+/notes").respond(json=[])
    records = completed(client, "merge_requests", saved("merge_requests"))
    assert [r.commits for r in records if isinstance(r, MergeRequest)] == [None, None]
