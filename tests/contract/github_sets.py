"""What was counted in GitHub's recorded payloads.

Webhooks hold an object as the list of its stream holds it, beside what happened to it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from connectors.github_deployments import parse_deployment
from connectors.github_issues import Layout, parse_issue, parse_label, patterns, short_issue
from connectors.github_parse import parse_release, parse_repository
from connectors.github_pulls import parse_pull, short_pull
from connectors.github_runs import parse_run, short_run
from connectors.stream import Payload
from tests.contract.payload_set import PayloadSet, under

_HOOKS = "github/webhooks"
_RECORDED = "github/recorded"
_issue = partial(parse_issue, layout=Layout())
_label = partial(parse_label, layout=Layout(patterns(["b*", "d*"])))


def _pages(recorded: list[Payload]) -> list[Payload]:
    """The rows of all lists among recorded requests."""
    lists = [one["response"] for one in recorded if isinstance(one["response"], list)]
    return [row for rows in lists for row in rows]


def _got(recorded: list[Payload]) -> list[Payload]:
    """The objects that reading requests were answered with."""
    return [one["response"] for one in recorded if one["method"] == "get" and one["status"] == 200]


def _issues(body: Any) -> list[Payload]:
    return [short_issue(row) for row in body]


def _short_issue(body: Payload) -> list[Payload]:
    """As the connector keeps it, with an empty timeline."""
    return [short_issue(body["issue"]) | {"_details": {"timeline": []}}]


def _in_run(job: Payload) -> Payload:
    """A job below a run made of what the job tells of it, as the connector reads jobs."""
    return {**job, "id": job["run_id"], "run_number": job["run_id"], "_details": {"jobs": [job]}}


def _status_of(body: Payload) -> list[Payload]:
    """A deployment with the one status that was sent with it."""
    return [{**body["deployment"], "_details": {"statuses": [body["deployment_status"]]}}]


GITHUB = [
    PayloadSet(
        files=f"{_HOOKS}/pull_request/*.json",
        items=lambda body: [short_pull(body["pull_request"])],
        parse=parse_pull,
        count=15,
        records={"MergeRequest": 15},
    ),
    # What was pinned and unpinned came without state and labels.
    PayloadSet(
        files=f"{_HOOKS}/issues/*.json",
        items=_short_issue,
        parse=_issue,
        count=17,
        records={"WorkItem": 15, "ItemKey": 15},
        unparsed=2,
        lacks="state",
    ),
    # 13 issues over five pages of three.
    PayloadSet(
        files=f"{_RECORDED}/paginate-issues.json",
        items=lambda body: _issues(_pages(body)),
        parse=_issue,
        count=13,
        records={"WorkItem": 13, "ItemKey": 13},
    ),
    # The answer of a search, whose rows are issues.
    PayloadSet(
        files=f"{_RECORDED}/search-issues.json",
        items=lambda body: _issues(row for one in body for row in one["response"]["items"]),
        parse=_issue,
        count=2,
        records={"WorkItem": 2, "ItemKey": 2},
    ),
    # Nine labels; bug, documentation and duplicate begin with b and d.
    PayloadSet(
        files=f"{_RECORDED}/labels.json",
        items=_pages,
        parse=_label,
        count=9,
        records={"WorkflowStatus": 3},
    ),
    *(
        PayloadSet(
            files=f"{_RECORDED}/{name}.json",
            items=_got,
            parse=parse_repository,
            count=1,
            records={"Repository": 1, "Project": 1},
        )
        for name in ("get-repository", "rename-repository")
    ),
    PayloadSet(
        files=f"{_RECORDED}/release-assets.json",
        items=lambda body: _got(body)[:1],
        parse=parse_release,
        count=1,
        records={"Ref": 1},
    ),
    PayloadSet(
        files=f"{_HOOKS}/release/*.json",
        items=under("release"),
        parse=parse_release,
        count=11,
        records={"Ref": 11},
    ),
    PayloadSet(
        files="github/faros/workflow_runs.json",
        items=lambda body: [short_run(row) for row in body["workflow_runs"]],
        parse=parse_run,
        count=1,
        records={"Build": 1},
    ),
    # Two jobs wait, one of them for the approval of a deployment.
    PayloadSet(
        files=f"{_HOOKS}/workflow_job/*.json",
        items=lambda body: [_in_run(body["workflow_job"])],
        parse=parse_run,
        count=5,
        records={"Build": 5, "BuildStage": 5},
    ),
    # From before jobs told when they were queued.
    PayloadSet(
        files="github/faros/workflow_jobs.json",
        items=lambda body: [_in_run(job) for job in body["jobs"]],
        parse=parse_run,
        count=1,
        unparsed=1,
        lacks="created_at",
    ),
    PayloadSet(
        files=f"{_HOOKS}/deployment/*.json",
        items=under("deployment"),
        parse=parse_deployment,
        count=2,
        records={"Deployment": 2},
    ),
    PayloadSet(
        files=f"{_HOOKS}/deployment_status/*.json",
        items=_status_of,
        parse=parse_deployment,
        count=2,
        records={"Deployment": 2},
    ),
]
