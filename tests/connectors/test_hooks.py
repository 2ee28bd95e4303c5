"""Every webhook names streams and ids to look at again, or says why it is passed over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.hook_signatures import Delivery
from connectors.hooks import HOOKS
from connectors.hooks_told import Hint, Told
from core.errors import PayloadError

HELLO = "186853002"
"""The repository in which GitHub's own examples were recorded."""

GITHUB: dict[str, set[str]] = {
    "push": {"branches", "commits", "tags"},
    "pull_request": {"pull_requests"},
    "issues": {"issues"},
    "workflow_job": {"workflow_runs"},
    "deployment": {"deployments"},
    "deployment_status": {"deployments"},
    "release": {"releases", "tags"},
}
GITLAB = {
    "push": [Hint("branches", "15"), Hint("commits", "15")],
    "tag_push": [Hint("tags", "1")],
    "merge_request": [Hint("merge_requests", "1", ("1",))],
    "pipeline": [Hint("pipelines", "1", ("31",))],
    "deployment": [Hint("deployments", "30", ("15",)), Hint("environments", "30")],
    "issue": [Hint("issues", "1", ("23",))],
}


def _told(kind: str, payload: dict[str, Any], event: str = "") -> Told:
    return HOOKS[kind].read(event, payload)


def test_every_recorded_webhook_of_github_names_its_stream_repository_and_id(
    fixtures_dir: Path,
) -> None:
    files = sorted((fixtures_dir / "github" / "webhooks").glob("*/*.json"))
    assert {file.parent.name for file in files} == set(GITHUB)
    for file in files:
        event, payload = file.parent.name, json.loads(file.read_text(encoding="utf-8"))
        told = _told("github", payload, event)
        assert not told.ignored, file
        assert {hint.stream for hint in told.hints} <= GITHUB[event], file
        assert {hint.scope for hint in told.hints} == {str(payload["repository"]["id"])}, file
        if event != "push":
            named = payload["workflow_job"]["run_id"] if event == "workflow_job" else None
            key = "deployment" if event == "deployment_status" else event.removesuffix("s")
            ends_in = "number" if event in ("issues", "pull_request") else "id"
            expected = str(named or payload[key][ends_in])
            assert told.hints[0].ids == (expected,), file


def test_every_recorded_webhook_of_gitlab_names_its_stream_project_and_id(
    fixtures_dir: Path,
) -> None:
    files = sorted((fixtures_dir / "gitlab" / "webhooks").glob("*.json"))
    assert {file.stem for file in files} == set(GITLAB)
    for file in files:
        told = _told("gitlab", json.loads(file.read_text(encoding="utf-8")))
        assert list(told.hints) == GITLAB[file.stem], file


_REPOSITORY = {"repository": {"id": 7}}
_PROJECT = {"project": {"id": 7}}


@pytest.mark.parametrize(
    ("kind", "event", "payload", "hints"),
    [
        (
            "github",
            "workflow_run",
            {"workflow_run": {"id": 5}},
            [Hint("workflow_runs", "7", ("5",))],
        ),
        (
            "github",
            "pull_request_review",
            {"pull_request": {"id": 77, "number": 5}, "action": "submitted"},
            [Hint("pull_requests", "7", ("5",))],
        ),
        (
            "github",
            "issue_comment",
            {"issue": {"id": 77, "number": 5, "pull_request": {}}},
            [Hint("pull_requests", "7", ("5",))],
        ),
        ("github", "issue_comment", {"issue": {"pull_request": {}}}, [Hint("pull_requests", "7")]),
        ("github", "create", {"ref_type": "branch"}, [Hint("branches", "7")]),
        ("github", "delete", {"ref_type": "tag"}, [Hint("tags", "7")]),
        ("github", "repository", {}, [Hint("repositories", "", ("7",))]),
        (
            "gitlab",
            "",
            {"object_kind": "build", "pipeline_id": 5},
            [Hint("pipelines", "7", ("5",)), Hint("child_pipelines", "7", ("5",))],
        ),
        (
            "gitlab",
            "",
            {
                "object_kind": "pipeline",
                "object_attributes": {"id": 5, "source": "parent_pipeline"},
            },
            [Hint("child_pipelines", "7", ("5",))],
        ),
        (
            "gitlab",
            "",
            {"object_kind": "issue", "object_attributes": {"id": 5, "iid": 2, "moved_to_id": 6}},
            [Hint("issues", "7"), Hint("moved_issues", "7")],
        ),
        ("gitlab", "", {"object_kind": "release"}, [Hint("releases", "7"), Hint("tags", "7")]),
        (
            "gitlab",
            "",
            {
                "object_kind": "note",
                "object_attributes": {"noteable_type": "MergeRequest"},
                "merge_request": {"id": 77, "iid": 5},
            },
            [Hint("merge_requests", "7", ("5",))],
        ),
        ("gitlab", "", {"object_kind": "milestone"}, [Hint("milestones", "7")]),
        ("gitlab", "", {"event_name": "project_create"}, [Hint("projects")]),
        (
            "jira",
            "",
            {"webhookEvent": "jira:issue_updated", "issue": {"id": "10002", "key": "SHOP-1"}},
            [Hint("issues", "", ("10002",))],
        ),
        (
            "jira",
            "",
            {
                "webhookEvent": "issuelink_created",
                "issueLink": {"sourceIssueId": 1, "destinationIssueId": 2},
            },
            [Hint("issues", "", ("1", "2"))],
        ),
        (
            "jira",
            "",
            {"webhookEvent": "worklog_created", "worklog": {"id": "3", "issueId": "1"}},
            [Hint("issues", "", ("1",)), Hint("worklogs", "", ("3",))],
        ),
        (
            "jira",
            "",
            {"webhookEvent": "sprint_started", "sprint": {"id": 9, "originBoardId": 4}},
            [Hint("sprints", "4", ("9",))],
        ),
        (
            "jira",
            "",
            {"webhookEvent": "sprint_closed", "sprint": {"id": 9}},
            [Hint("sprints", "", ("9",))],
        ),
        (
            "jira",
            "",
            {"webhookEvent": "jira:version_released", "version": {"id": "12", "projectId": 101}},
            [Hint("versions", "101", ("12",))],
        ),
        (
            "jira",
            "",
            {"webhookEvent": "jira:version_deleted", "version": {"id": "12"}},
            [Hint("versions", "", ("12",))],
        ),
        (
            "jira",
            "",
            {"webhookEvent": "project_updated", "project": {"id": 9}},
            [Hint("projects", "", ("9",))],
        ),
        (
            "jenkins",
            "",
            {
                "name": "web",
                "build": {
                    "phase": "FINALIZED",
                    "number": 12,
                    "url": "job/shop/job/web/job/feature%252Fx/12/",
                },
            },
            [Hint("builds", "shop/web/feature%2Fx", ("shop/web/feature%2Fx#12",))],
        ),
        (
            "jenkins",
            "",
            {"buildUrl": "https://ci.example/jenkins/job/web/7/", "event": "start"},
            [Hint("builds", "web", ("web#7",))],
        ),
        (
            "jenkins",
            "",
            {"job": "shop/web", "number": 12},
            [Hint("builds", "shop/web", ("shop/web#12",))],
        ),
        ("jenkins", "", {"job": "shop/web"}, [Hint("builds", "shop/web")]),
    ],
)
def test_what_a_webhook_hints_at(
    kind: str, event: str, payload: dict[str, Any], hints: list[Hint]
) -> None:
    where = {"github": _REPOSITORY, "gitlab": _PROJECT}.get(kind, {})
    told = _told(kind, {**where, **payload}, event)
    assert list(told.hints) == hints
    assert told.ignored == ""
    assert told.event


@pytest.mark.parametrize(
    ("kind", "event", "payload"),
    [
        ("github", "ping", {}),
        ("github", "star", {}),
        ("github", "check_run", {"check_run": {"id": 1}}),
        ("github", "issue_comment", {"issue": {}}),
        ("github", "organization", {"repository": None}),
        ("gitlab", "", {"object_kind": "emoji"}),
        ("gitlab", "", {"object_kind": "wiki_page", "project": {}}),
        ("gitlab", "", {"object_kind": "note", "object_attributes": {"noteable_type": "Issue"}}),
        ("jira", "", {"webhookEvent": "comment_created"}),
        ("jira", "", {"webhookEvent": "user_created"}),
    ],
)
def test_what_is_passed_over_has_a_reason(kind: str, event: str, payload: dict[str, Any]) -> None:
    where = {"github": _REPOSITORY, "gitlab": _PROJECT}.get(kind, {})
    told = _told(kind, {**where, **payload}, event)
    assert told.hints == ()
    assert told.ignored


@pytest.mark.parametrize("kind", sorted(HOOKS))
@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"object_kind": "pipeline", "project": {"id": "7"}},
        {"webhookEvent": "jira:issue_updated"},
        {"repository": {"id": 7}, "pull_request": []},
        {"build": {"url": "http://[half"}, "url": 5},
    ],
)
def test_an_odd_payload_is_passed_over_or_refused_as_a_parser_refuses(
    kind: str, payload: dict[str, Any]
) -> None:
    try:
        told = _told(kind, payload, "pull_request")
    except (PayloadError, KeyError, TypeError, ValueError, AttributeError):
        return
    assert told.hints or told.ignored


def test_a_build_that_is_told_twice_in_the_same_words_began_and_then_ended() -> None:
    hook = HOOKS["jenkins"]
    told = Delivery({}, b'{"job": "shop/web", "number": 12}')
    assert hook.id_of(told) != hook.id_of(told)


def test_a_delivery_is_named_by_its_vendor_or_by_what_was_sent() -> None:
    hook = HOOKS["github"]
    assert hook.id_of(Delivery({"x-github-delivery": "72d3162e"}, b"{}")) == "72d3162e"
    same = [hook.id_of(Delivery({"x-github-event": "push"}, b"{}")) for _ in range(2)]
    assert same[0] == same[1]
    others = {
        hook.id_of(Delivery({"x-github-event": "push"}, b"{ }")),
        hook.id_of(Delivery({"x-github-event": "issues"}, b"{}")),
        hook.id_of(Delivery({"x-github-event": "push", "x-github-delivery": "\x01"}, b"[]")),
        hook.id_of(Delivery({"x-github-event": "push", "x-github-delivery": "9" * 201}, b"[1]")),
    }
    assert len({same[0], *others}) == 5
    assert all(len(one) <= 200 for one in others)
