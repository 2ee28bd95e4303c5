"""What was counted in GitLab's recorded payloads."""

from __future__ import annotations

from functools import partial

from connectors.gitlab_issues import IssueRules, parse_issue
from connectors.gitlab_milestones import parse_milestone
from connectors.gitlab_parse import (
    parse_commit,
    parse_deployment,
    parse_environment,
    parse_merge_request,
    parse_pipeline,
    parse_project,
    parse_tag,
)
from connectors.stream import Payload, Scope
from tests.contract.payload_set import PayloadSet, alone

_API = "gitlab/go-gitlab/api-v4-projects-"


def _as_pipelines(jobs: list[Payload]) -> list[Payload]:
    """Each job below the pipeline that it names, as the connector reads jobs."""
    return [{**job["pipeline"], "_details": {"jobs": [job]}} for job in jobs]


def _as_issues(answered: list[Payload]) -> list[Payload]:
    """With their number in the project, and events as the connector keeps them."""
    return [
        {
            **row,
            "iid": int(row["web_url"].rpartition("/")[2]),
            "_details": {"states": row["state_events"], "labels": []},
        }
        for row in answered
    ]


_PARSE_ISSUE = partial(parse_issue, how=IssueRules(("workflow::*",)))

GITLAB = [
    PayloadSet(
        files="gitlab/devlake/pipeline-detail/page-*.json",
        items=alone,
        parse=parse_pipeline,
        count=16,
        records={"Build": 16},
    ),
    # 15 jobs of pipelines 59 to 73, one each.
    PayloadSet(
        files="gitlab/devlake/jobs-sample/page-*.json",
        items=_as_pipelines,
        parse=parse_pipeline,
        count=15,
        records={"Build": 15, "BuildStage": 15},
    ),
    # Two jobs, both of pipeline 6.
    PayloadSet(
        files=f"{_API}1-jobs__*.json",
        items=_as_pipelines,
        parse=parse_pipeline,
        count=2,
        records={"Build": 2, "BuildStage": 2},
    ),
    PayloadSet(
        files="gitlab/faros/deployments.json",
        parse=parse_deployment,
        count=3,
        records={"Deployment": 3},
    ),
    PayloadSet(
        files=f"{_API}1-deployments__*.json",
        parse=parse_deployment,
        count=1,
        unparsed=1,
        lacks="created_at",
    ),
    PayloadSet(
        files=f"{_API}1-deployments-1__*.json",
        items=alone,
        parse=parse_deployment,
        count=1,
        unparsed=1,
        lacks="created_at",
    ),
    # Lists of three, one and two; they share their requests.
    PayloadSet(
        files=f"{_API}278964-merge-requests__*.json",
        parse=parse_merge_request,
        count=6,
        records={"MergeRequest": 6},
    ),
    PayloadSet(
        files=f"{_API}namespace-name-merge-requests-123__*.json",
        items=alone,
        parse=parse_merge_request,
        count=1,
        records={"MergeRequest": 1},
    ),
    # The short form, in lists of a commit and of a milestone.
    *(
        PayloadSet(
            files=f"{_API}{name}",
            parse=parse_merge_request,
            count=1,
            unparsed=1,
            lacks="created_at",
        )
        for name in (
            "1-repository-commits-master-merge-requests__*.json",
            "3-milestones-12-merge-requests__*.json",
        )
    ),
    PayloadSet(
        files=f"{_API}1-repository-commits__*.json",
        parse=parse_commit,
        count=1,
        unparsed=1,
        lacks="created_at",
    ),
    PayloadSet(
        files=f"{_API}1-repository-commits-*__TestGetCommit.json",
        items=alone,
        parse=parse_commit,
        count=1,
        unparsed=1,
        lacks="created_at",
    ),
    PayloadSet(
        files=f"{_API}1-environments__*.json",
        parse=parse_environment,
        count=1,
        records={"Environment": 1},
    ),
    PayloadSet(
        files=f"{_API}1-environments-5949167__*.json",
        items=alone,
        parse=parse_environment,
        count=1,
        records={"Environment": 1},
    ),
    # Tag 1.0.1 is a name and nothing else.
    PayloadSet(
        files=f"{_API}1-repository-tags__*.json",
        parse=parse_tag,
        count=2,
        records={"Ref": 1},
        unparsed=1,
        lacks="target",
    ),
    PayloadSet(
        files=f"{_API}1__*.json",
        items=alone,
        parse=parse_project,
        count=2,
        unparsed=2,
        lacks="path_with_namespace",
    ),
    # The first issue was closed and reopened: two statuses, two changes. The second stayed open.
    PayloadSet(
        files="gitlab/faros/issues.json",
        items=_as_issues,
        parse=_PARSE_ISSUE,
        scope=Scope("1", {"path_with_namespace": "test-group/faros-test"}),
        count=2,
        records={"WorkItem": 2, "ItemKey": 2, "WorkflowStatus": 3, "Transition": 2},
    ),
    PayloadSet(
        files=f"{_API}5-milestones__*.json",
        parse=parse_milestone,
        count=1,
        records={"PlannedRelease": 1},
    ),
    # The short form, in the list of a milestone.
    PayloadSet(
        files=f"{_API}5-milestones-12-issues__*.json",
        parse=_PARSE_ISSUE,
        scope=Scope("5", {"path_with_namespace": "group/project"}),
        count=1,
        unparsed=1,
        lacks="title",
    ),
]
