"""Pipelines that ran again: one build with its attempts, and no date that moves on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from connectors.github_runs import parse_run
from connectors.gitlab_parse import parse_pipeline
from connectors.jenkins_parse import parse_build
from connectors.stream import Payload, Scope
from pipeline.database import Database
from store.models import build, build_stage
from tests.pipeline.code_store import HOME, START, TICKET, commit, links, request, save

SHA, TEMPORARY = "a" * 40, "e" * 40
SCOPE = Scope("42", {"path_with_namespace": "shop/web", "full_name": "shop/web"})


def builds(database: Database) -> list[dict[str, Any]]:
    with database.read() as session:
        return [dict(row) for row in session.execute(select(build)).mappings()]


def stages(database: Database) -> int:
    with database.read() as session:
        return len(session.execute(select(build_stage)).all())


def job(number: int, day: int, status: str) -> Payload:
    at = f"2026-02-{day:02d}T10"
    times = {"created_at": f"{at}:00:00Z", "started_at": f"{at}:01:00Z"}
    return {"id": number, "name": "test", "status": status, **times, "finished_at": f"{at}:09:00Z"}


def pipeline(*jobs: Payload, **more: Any) -> Payload:
    told = {"id": 700, "iid": 31, "project_id": 42, "sha": SHA, "ref": "feature/shop-1-retry"}
    return {
        **told,
        "status": jobs[-1]["status"],
        "created_at": "2026-02-01T10:00:00Z",
        "_details": {"jobs": list(jobs)},
        **more,
    }


def test_a_pipeline_whose_job_is_retried_stays_one_build_that_began_when_it_began(
    database: Database,
) -> None:
    save(database, "jira", *TICKET)
    save(database, "gitlab", HOME, commit(SHA, START), request((SHA,)))
    failed, again = job(801, 1, "failed"), job(802, 28, "success")
    save(database, "gitlab", *parse_pipeline(pipeline(failed), SCOPE))
    (first,), found = builds(database), links(database)
    assert found["built_commit"] == {("SHOP-1", "700")}
    save(database, "gitlab", *parse_pipeline(pipeline(failed, again), SCOPE))
    (second,) = builds(database)
    assert links(database) == found
    assert stages(database) == 2
    unmoved = ("id", "number", "queued_ts", "started_ts")
    assert [second[name] for name in unmoved] == [first[name] for name in unmoved]
    assert (first["result"], second["result"]) == ("failed", "success")


def test_a_merged_result_pipeline_is_the_requests_however_often_it_runs(database: Database) -> None:
    save(database, "jira", *TICKET)
    save(database, "gitlab", HOME, commit(SHA, START), request((SHA,)))
    merged = {"sha": TEMPORARY, "ref": "refs/merge-requests/12/merge"}
    for attempts in ([job(801, 1, "failed")], [job(801, 1, "failed"), job(802, 9, "success")]):
        save(database, "gitlab", *parse_pipeline(pipeline(*attempts, **merged), SCOPE))
        found = links(database)
        assert found["request_ref"] == {("12", "700")}
        assert found["built_request"] == {("SHOP-1", "700")}
        assert "revision" not in found


def test_a_run_of_github_that_is_repeated_stays_one_build(database: Database) -> None:
    save(database, "gitlab", HOME, commit(SHA, START))

    def run(attempt: int) -> Payload:
        told = [(801, 1, 1, "failure"), (802, 2, 28, "success")][:attempt]
        jobs = [
            {
                **job(number, day, "completed"),
                "run_attempt": place,
                "conclusion": conclusion,
                "completed_at": f"2026-02-{day:02d}T10:09:00Z",
            }
            for number, place, day, conclusion in told
        ]
        return {
            "id": 5,
            "run_number": 3,
            "run_attempt": attempt,
            "name": "Build",
            "path": ".github/workflows/build.yml",
            "head_branch": "main",
            "head_sha": SHA,
            "event": "push",
            "status": "completed",
            "conclusion": told[-1][3],
            "created_at": "2026-02-01T10:00:00Z",
            "updated_at": f"2026-02-{told[-1][2]:02d}T10:09:00Z",
            "_details": {"jobs": jobs},
        }

    save(database, "gitlab", *parse_run(run(1), SCOPE))
    (first,), found = builds(database), links(database)
    save(database, "gitlab", *parse_run(run(2), SCOPE))
    (second,) = builds(database)
    assert links(database) == found == {"revision": {(SHA, "5")}}
    unmoved = ("id", "number", "queued_ts", "started_ts")
    assert [second[name] for name in unmoved] == [first[name] for name in unmoved]
    began = datetime.fromtimestamp(first["started_ts"], UTC)
    assert began == datetime(2026, 2, 1, 10, 1, tzinfo=UTC)
    assert stages(database) == 2


def test_a_rebuild_in_jenkins_is_a_build_of_its_own_below_the_first(database: Database) -> None:
    """The Rebuild plugin's cause is an upstream cause, that of the same job."""
    save(database, "gitlab", HOME, commit(SHA, START))
    save(database, "jira", *TICKET)

    def payload(number: int, cause: Payload) -> Payload:
        revision = {"SHA1": SHA, "branch": [{"SHA1": SHA, "name": "refs/remotes/origin/main"}]}
        remotes = ["https://gitlab.example/shop/web.git"]
        checkout = {"lastBuiltRevision": revision, "remoteUrls": remotes}
        actions = [{"causes": [cause]}, checkout]
        started = 1_770_000_000_000 + number * 1000
        told = {"number": number, "timestamp": started, "duration": 1000, "building": False}
        return {**told, "result": "SUCCESS", "actions": actions}

    scope = Scope("web/build", {})
    causes = (
        {"_class": "hudson.model.Cause$UserIdCause", "userId": "x"},
        {
            "_class": "com.sonyericsson.rebuild.RebuildCause",
            "shortDescription": "Rebuilds build #11",
            "upstreamProject": "web/build",
            "upstreamBuild": 11,
        },
    )
    for number, cause in zip((11, 12), causes, strict=True):
        records = parse_build(payload(number, cause), scope, base_url="https://ci.example")
        save(database, "jenkins", *records)
    rows = {row["number"]: row for row in builds(database)}
    assert (rows[11]["upstream"], rows[12]["upstream"]) == ("", "web/build#11")
    assert rows[11]["started_ts"] < rows[12]["started_ts"]
    assert {sha for sha, _ in links(database)["revision"]} == {SHA}
    assert len(links(database)["revision"]) == 2
