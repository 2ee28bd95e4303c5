"""What the simulated Jira serves and how it is described; where the descriptions are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

API = "/rest/api/3"
BOARD = "/rest/agile/1.0/board"
CHANGED, BOTH = "SHOP-3", ["SHOP-2", "SHOP-3"]
"""SHOP-2 has a parent, a link, a value and an end; SHOP-3 a flag, an assignee, a long changelog."""
ALL = {"jql": "project = SHOP ORDER BY key ASC", "fields": ["*all"], "expand": "changelog"}
BULK = {"issueIdsOrKeys": [*BOTH, "GONE-1"], "fields": ["*all"], "expand": "changelog"}
ISSUE = f"{API}/issue/{{issueIdOrKey}}"
VERSIONS = f"{API}/project/{{projectIdOrKey}}/version"

READ: Mapping[str, str] = {
    f"{API}/serverInfo": "",
    f"{API}/myself": "",
    f"{API}/project": "",
    f"{API}/project/search": "?maxResults=1",
    f"{API}/field": "",
    f"{API}/status": "",
    f"{API}/statuscategory": "",
    f"{API}/issuetype": "",
    f"{API}/search/jql": "?jql=project=SHOP%20ORDER%20BY%20key&fields=*all&expand=changelog",
    ISSUE: "?expand=changelog",
    f"{ISSUE}/changelog": "?maxResults=10",
    VERSIONS: "",
    f"{API}/worklog/updated": "",
    f"{API}/worklog/deleted": "",
}
"""Path as described, and what is asked beside it."""
SENT: Mapping[str, Any] = {
    f"{API}/search/jql": ALL,
    f"{API}/search/approximate-count": {"jql": ALL["jql"]},
    f"{API}/issue/bulkfetch": BULK,
    f"{API}/changelog/bulkfetch": {"issueIdsOrKeys": BOTH},
    f"{API}/worklog/list": {"ids": [10104, 10108]},
}
FIELDS: Mapping[str, str] = {
    "assignee": "UserDetails",
    "reporter": "UserDetails",
    "issuetype": "IssueTypeDetails",
    "status": "StatusDetails",
    "project": "Project",
    "priority": "Priority",
    "resolution": "Resolution",
    "parent": "LinkedIssue",
    "issuelinks": "IssueLink",
    "fixVersions": "Version",
}
"""The fields of an issue, which its description leaves open, and what they are elsewhere."""

NULL = r"\.(from|fromString|to|toString): None is not of type 'string'"
ONE_SIDE = r": '(inward|outward)Issue' is a required property"
MILLISECONDS = r"\.changeHistories\[\d+\]\.created: \d+ is not of type 'string'"
LOCATION = r"^\$\.location: Additional properties"
UNFAITHFUL = {
    NULL: "an old or new value that there was not is null in every recorded changelog",
    ONE_SIDE: "a recorded link names the issue at its other end alone",
    MILLISECONDS: "the description's own example has a number there",
    LOCATION: "the description's own example names a project by its key and id",
}
"""Where the description is not what Jira sends, and how that is known."""

REFUSED = {
    f"{API}/search/jql?jql=ORDER%20BY%20key": 400,
    f"{API}/search?jql=project=SHOP": 410,
    f"{API}/issue/GONE-1": 404,
    f"{API}/issue/GONE-1/changelog": 404,
    f"{API}/project/GONE/version": 404,
}

SHARED = ("serverInfo", "myself", "project", "field", "status", "statuscategory", "issuetype")
"""Lists that Data Center has under its own version of the API."""
