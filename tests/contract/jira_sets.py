"""What was counted in Jira's recorded payloads."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from connectors.jira_boards import parse_nothing
from connectors.jira_changelog import changes, transitions
from connectors.jira_parse import Layout, parse_field, parse_issue, parse_project, parse_status
from connectors.jira_versions import parse_version
from connectors.jira_worklogs import parse_worklog
from connectors.stream import Payload, Scope, Wanted
from core.records import Record
from tests.contract.payload_set import PayloadSet, alone, under

# The changelogs say themselves which custom field is the Epic Link at this site.
_DEVLAKE = partial(parse_issue, layout=Layout(epic="customfield_10014"))
_ISSUE = partial(parse_issue, layout=Layout())
_GO_JIRA = "jira/go-jira/cloud/rest-api-2-issue-10002__TestIssueService_Get"


def parse_entry(payload: Payload, scope: Scope) -> Iterable[Record]:
    """One entry of a changelog that was asked for by itself; the scope is the issue."""
    return transitions(scope.id, changes({"changelog": {"histories": [payload]}}))


JIRA = [
    # The changelog has 25 entries: status 5, assignee 1, Epic Link 1, Sprint 1; 19 of other fields.
    PayloadSet(
        files="jira/devlake/agile-board-issue-due-date/page-*.json",
        items=under("issues"),
        parse=_DEVLAKE,
        count=1,
        # Assigned: now, once. Planned for one version.
        records={
            "WorkItem": 1,
            "ItemKey": 1,
            "Transition": 8,
            "Person": 2,
            "PlannedRelease": 1,
            "PlannedIn": 1,
        },
    ),
    # K5-2 and K5-3 have a parent, written twice into their changelogs; K5-4 is an epic.
    PayloadSet(
        files="jira/devlake/agile-board-issue-external-epics/page-*.json",
        items=under("issues"),
        parse=_DEVLAKE,
        count=3,
        records={"WorkItem": 3, "ItemKey": 3, "ItemLink": 2, "Transition": 4},
    ),
    # Two custom fields, reporter, assignee.
    PayloadSet(
        files="jira/devlake/issue-changelog-small/page-*.json",
        items=under("values"),
        parse=parse_entry,
        count=4,
        records={"Transition": 1},
        scope=Scope("13383"),
    ),
    # TEST-1 status, type and parent; TEST-3 status and one link; TEST-4 status and a parent; one
    # of them a sprint.
    PayloadSet(
        files="jira/faros/issues.json",
        parse=_ISSUE,
        count=4,
        records={"WorkItem": 4, "ItemKey": 4, "ItemLink": 2, "Transition": 6, "Person": 4},
    ),
    # "WO-2014 clones WO-1926"; no changelog.
    PayloadSet(
        files="jira/hygieia-server/issueresponse-story.json",
        items=under("issues"),
        parse=_ISSUE,
        count=1,
        records={"WorkItem": 1, "ItemKey": 1, "ItemLink": 1, "Person": 1},
    ),
    PayloadSet(
        files="jira/go-jira/mock-data/issues_in_sprint.json",
        items=under("issues"),
        parse=_ISSUE,
        count=1,
        records={"WorkItem": 1, "ItemKey": 1, "Person": 1},
    ),
    # Asked for with summary, status and resolution only. SLING-8338 comes twice.
    PayloadSet(
        files="jira/asf-dc/search__*.json",
        items=under("issues"),
        parse=_ISSUE,
        count=9,
        unparsed=9,
        lacks="fields.created",
    ),
    PayloadSet(
        files="jira/go-jira/cloud/rest-api-2-search__*.json",
        items=under("issues"),
        parse=_ISSUE,
        count=6,
        unparsed=6,
        lacks="fields.created",
    ),
    # Success, ComplexCustomFields, CustomFields, RenderedFields, Fields, and the agile form.
    *(
        PayloadSet(files=files, items=alone, parse=_ISSUE, count=count, unparsed=count, lacks=field)
        for files, count, field in (
            (f"{_GO_JIRA}_Success.json", 1, "fields.created"),
            (f"{_GO_JIRA}*CustomFields.json", 2, "fields.created"),
            (f"{_GO_JIRA}_RenderedFields.json", 1, "fields.created"),
            (f"{_GO_JIRA}_Fields.json", 1, "fields.created"),
            ("jira/go-jira/cloud/rest-agile-1-0-issue-10002__*.json", 1, "fields.created"),
            (f"{_GO_JIRA}_Fields_Changelog.json", 1, "fields"),
            (f"{_GO_JIRA}_Transitions.json", 1, "fields"),
            (f"{_GO_JIRA}_Fields_AffectsVersions.json", 1, "id"),
        )
    ),
    PayloadSet(
        files="jira/devlake/project/page-*.json",
        parse=parse_project,
        count=12,
        records={"Project": 12},
    ),
    PayloadSet(
        files="jira/hygieia-server/projectresponse.json",
        parse=parse_project,
        count=2,
        records={"Project": 2},
    ),
    PayloadSet(
        files="jira/go-jira/mock-data/all_statuses.json",
        parse=parse_status,
        count=37,
        records={"WorkflowStatus": 37},
    ),
    # The catalogue of fields is kept raw and makes no record.
    PayloadSet(files="jira/go-jira/mock-data/all_fields.json", parse=parse_field, count=2),
    # Of six issues: one worklog of 10085, 10079, 10076 and 10078, two of 10077, four of 11956.
    PayloadSet(
        files="jira/devlake/issue-worklog/page-*.json",
        items=under("worklogs"),
        parse=partial(parse_worklog, wanted=Wanted()),
        count=10,
        records={"Worklog": 10},
    ),
    PayloadSet(
        files="jira/asf-dc/versions.json",
        parse=partial(parse_version, browse_url=""),
        count=201,
        records={"PlannedRelease": 201},
    ),
    PayloadSet(
        files="jira/faros/project_versions.json",
        parse=partial(parse_version, browse_url=""),
        count=4,
        records={"PlannedRelease": 4},
    ),
    # Boards and sprints are kept raw and make no record, see test_replay.
    PayloadSet(
        files="jira/hygieia-server/boardsresponse.json",
        items=under("values"),
        parse=parse_nothing,
        count=4,
    ),
    PayloadSet(
        files="jira/go-jira/mock-data/sprints.json",
        items=under("values"),
        parse=parse_nothing,
        count=6,
    ),
]
