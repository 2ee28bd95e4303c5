"""Exported tables of records as sources tell them: code, builds, and changes of service desks."""

from __future__ import annotations

from typing import Final

from store.export_schema import ExportColumn, ExportTable
from store.models import build, change_request, git_commit, merge_request, repository, source

_C = ExportColumn

COMMITS: Final = ExportTable(
    "commits",
    "Commits by sha. Who wrote them, and what they say, is left out.",
    (
        _C("commit_id", "id", git_commit.c.id, "the commit"),
        _C("repository", "text", repository.c.path, "the path of its repository", "not told"),
        _C("sha", "text", git_commit.c.sha, "its sha"),
        _C("authored_at", "time", git_commit.c.authored_ts, "when it was written", "not told"),
        _C("committed_at", "time", git_commit.c.committed_ts, "committed", "known by sha alone"),
        _C("parents", "count", git_commit.c.parents, "how many parents it has", "not told"),
    ),
    git_commit.join(repository, repository.c.id == git_commit.c.repository_id),
    ("commit_id",),
    (git_commit.c.id,),
    moment_name="committed_at",
    moment=git_commit.c.committed_ts,
)

MERGE_REQUESTS: Final = ExportTable(
    "merge_requests",
    "Merge and pull requests. Who opened and reviewed them is left out.",
    (
        _C("merge_request_id", "id", merge_request.c.id, "the request"),
        _C("repository", "text", repository.c.path, "the path of its repository", "not told"),
        _C("number", "count", merge_request.c.number, "its number there"),
        _C("title", "text", merge_request.c.title, "its title", "it has none"),
        _C("state", "text", merge_request.c.state, "opened, merged or closed", "not told"),
        _C("target_branch", "text", merge_request.c.target_branch, "where it goes", "not told"),
        _C("url", "text", merge_request.c.url, "its page", "not told"),
        _C("created_at", "time", merge_request.c.created_ts, "when it was opened"),
        _C("merged_at", "time", merge_request.c.merged_ts, "when it was merged", "not merged"),
        _C("closed_at", "time", merge_request.c.closed_ts, "closed unmerged", "it was not"),
    ),
    merge_request.join(repository, repository.c.id == merge_request.c.repository_id),
    ("merge_request_id",),
    (merge_request.c.id,),
    moment_name="created_at",
    moment=merge_request.c.created_ts,
)

BUILDS: Final = ExportTable(
    "builds",
    "Builds and pipelines.",
    (
        _C("build_id", "id", build.c.id, "the build"),
        _C("source", "text", source.c.name, "the source that told of it"),
        _C("external_id", "text", build.c.external_id, "its id there"),
        _C("job", "text", build.c.job, "its job", "not told"),
        _C("number", "count", build.c.number, "its number there"),
        _C("result", "text", build.c.result, "how it ended", "it runs, or not told"),
        _C("url", "text", build.c.url, "its page", "not told"),
        _C("queued_at", "time", build.c.queued_ts, "when it was asked for", "not told"),
        _C("started_at", "time", build.c.started_ts, "when it began", "not told"),
        _C("finished_at", "time", build.c.finished_ts, "when it ended", "it runs, or not told"),
    ),
    build.join(source, source.c.id == build.c.source_id),
    ("build_id",),
    (build.c.id,),
    moment_name="finished_at",
    moment=build.c.finished_ts,
)

CHANGE_REQUESTS: Final = ExportTable(
    "change_requests",
    "Change requests of service desks. Who asked and who approved is left out.",
    (
        _C("change_id", "id", change_request.c.id, "the change request"),
        _C("source", "text", source.c.name, "the source that told of it"),
        _C("number", "text", change_request.c.number, "its number there", "it has none"),
        _C("type", "text", change_request.c.type, "standard, normal, emergency, ..", "not told"),
        _C("state", "text", change_request.c.state, "its state there", "not told"),
        _C("title", "text", change_request.c.title, "its title", "it has none"),
        _C("url", "text", change_request.c.url, "its page", "not told"),
        _C("created_at", "time", change_request.c.created_ts, "when it was created"),
        _C("requested_at", "time", change_request.c.requested_ts, "approval asked for", "not told"),
        _C("approved_at", "time", change_request.c.approved_ts, "approved", "not, or not told"),
        _C("started_at", "time", change_request.c.started_ts, "work began", "not, or not told"),
        _C("finished_at", "time", change_request.c.finished_ts, "work ended", "not, or not told"),
        _C("closed_at", "time", change_request.c.closed_ts, "closed", "not closed"),
        _C("successful", "flag", change_request.c.successful, "whether it worked", "not told"),
    ),
    change_request.join(source, source.c.id == change_request.c.source_id),
    ("change_id",),
    (change_request.c.id,),
    moment_name="created_at",
    moment=change_request.c.created_ts,
)
