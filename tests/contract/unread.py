"""The recorded files that no stream reads, and why."""

from __future__ import annotations

_GO_JIRA = "jira/go-jira"
_GO_GITLAB = "gitlab/go-gitlab/api-v4-"

UNREAD = {
    "README.md": "says where the files come from",
    "commits/*": "histories, see test_histories",
    "devlake-refdiff/**/*": "tables of another program, see test_deployed_commits",
    "**/requests.json": "says which request a page answers, see test_replay",
    "jira/devlake/expected/*": "tables of another program, see test_jira_values",
    # GitHub
    "github/devlake/graphql-deployments/page-*.json": "deployments are read by REST",
    "github/devlake/milestones/page-*.json": "milestones are not read",
    "github/faros/pull_requests_graphql.json": "pull requests are read by REST",
    "github/recorded/add-labels-to-issue.json": "the answers to writes",
    "github/recorded/errors.json": "the answer to a write",
    "github/webhooks/push/*.json": "a hint to walk again; commits are read by their graph",
    "gitlab/webhooks/*": "hints, see tests/connectors/test_hooks",
    # Jira
    "jira/asf-dc/transitions__transitions.json": "moves that are allowed, not those made",
    f"{_GO_JIRA}/mock-data/transitions.json": "moves that are allowed, not those made",
    "jira/devlake/issuetype/page-*.json": "an issue names its type",
    "jira/faros/dev_status_*.json": "an interface that Atlassian does not document",
    "jira/faros/users.json": "people are known from what they touch",
    f"{_GO_JIRA}/cloud/rest-api-2-user__*.json": "people are known from what they touch",
    f"{_GO_JIRA}/cloud/*-watchers__*.json": "watchers are not read",
    f"{_GO_JIRA}/cloud/*-permissionscheme__*.json": "permissions are not read",
    f"{_GO_JIRA}/mock-data/all_issuelinktypes.json": "a link brings its words",
    f"{_GO_JIRA}/mock-data/remote_links.json": "remote links are not read",
    "jira/hygieia-server/teamresponse.json": "teams are those of the configuration",
    # GitLab
    "gitlab/devlake/bridges/page-*.json": "a trigger that started nothing, see test_gitlab_details",
    "gitlab/devlake/members-all/page-*.json": "people are known from what they touch",
    f"{_GO_GITLAB}*-discussions*.json": "notes are read as a list, without their threads",
    f"{_GO_GITLAB}*-resource-label-events*.json": "one label each, see test_gitlab_details",
    f"{_GO_GITLAB}*-approval*.json": "rules of approval; who approved is told by notes",
    f"{_GO_GITLAB}*-hooks*.json": "settings of a project",
    f"{_GO_GITLAB}*-mirror-pull__*.json": "settings of a project",
    f"{_GO_GITLAB}*-push-rule__*.json": "settings of a project",
    f"{_GO_GITLAB}*-uploads__*.json": "the answer to a write",
    f"{_GO_GITLAB}*-diffs__*.json": "contents of files are not read",
    f"{_GO_GITLAB}*-commits-master-diff__*.json": "contents of files are not read",
    f"{_GO_GITLAB}*-commits-master-comments__*.json": "comments are not read",
    f"{_GO_GITLAB}*__TestCommitsService_GetCommitRefs.json": "refs are read whole, as lists",
    f"{_GO_GITLAB}*__TestGetGPGSignature.json": "signatures are not read",
    f"{_GO_GITLAB}*-participants__*.json": "reviewers and participants are not read",
    f"{_GO_GITLAB}*-reviewers__*.json": "reviewers and participants are not read",
    f"{_GO_GITLAB}*-test-report__*.json": "results of single tests are not read",
    f"{_GO_GITLAB}*-milestones-12__*.json": "milestones are read as a list",
    # ServiceNow
    "servicenow/docs-aggregate/001-*.json": "counts by the server are not asked for",
    "servicenow/docs-cmdb-instance/0*.json": "of a configuration item only the name is read",
    "servicenow/docs-devops-api/0*.json": "what pipelines tell ServiceNow is read from them",
    "servicenow/faros/users.json": "people are known from what they touch",
}
