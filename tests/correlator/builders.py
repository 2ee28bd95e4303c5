"""Small frames for the tests of the correlator, with a default for each column not given."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.frames import NONE
from correlator.evidence import Evidence
from correlator.keys import KeyFinder

COLUMNS: dict[str, dict[str, Any]] = {
    "item_keys": {"key": "", "item_id": 0, "source_id": 2},
    "repositories": {
        "repository_id": 1,
        "source_id": 2,
        "kind": "gitlab",
        "path": "shop/web",
        "url": "",
        "remotes": "",
    },
    "commits": {
        "commit_id": 0,
        "repository_id": 1,
        "sha": "",
        "message": "",
        "authored_ts": NONE,
        "committed_ts": 0,
        "parents": 0,
        "author_id": NONE,
    },
    "merge_requests": {
        "merge_request_id": 0,
        "repository_id": 1,
        "number": 1,
        "title": "",
        "description": "",
        "source_branch": "",
        "state": "merged",
        "head_sha": "",
        "merge_sha": "",
        "squash_sha": "",
        "merged_ts": NONE,
        "labels": "",
    },
    "merge_request_commits": {"merge_request_id": 0, "commit_id": 0},
    "builds": {
        "build_id": 0,
        "source_id": 2,
        "external_id": "",
        "job": "",
        "number": 0,
        "ref": "",
        "repository_id": NONE,
        "revisions": "[]",
        "parameters": "{}",
        "description": "",
    },
    "deployments": {
        "deployment_id": 0,
        "source_id": 2,
        "external_id": "",
        "environment": "production",
        "tier": "",
        "service": "",
        "service_id": 1,
        "target": "production",
        "repository_id": 1,
        "remote": "",
        "sha": "",
        "ref": "",
        "version": "",
        "group": "",
        "job": "",
        "build_external_id": "",
        "commit_id": NONE,
        "commit_reason": "",
        "commit_by": "sha",
        "found_by": "repository",
        "previous_release": "",
        "result": "success",
        "created_ts": 0,
        "started_ts": NONE,
        "finished_ts": NONE,
        "rollback": False,
    },
    "claims": {
        "commit_id": 0,
        "deployment_id": 0,
        "service_id": 1,
        "target": "production",
        "unknown_predecessor": False,
    },
    "changes": {
        "change_id": 0,
        "source_id": 3,
        "external_id": "",
        "number": "",
        "type": "normal",
        "title": "",
        "description": "",
        "correlation": "",
        "service_id": 1,
        "created_ts": 0,
        "started_ts": NONE,
        "finished_ts": NONE,
        "closed_ts": NONE,
    },
    "incidents": {
        "incident_id": 0,
        "source_id": 3,
        "external_id": "",
        "number": "",
        "title": "",
        "description": "",
        "correlation": "",
        "caused_by_external_id": "",
        "duplicate_of_external_id": "",
        "service_id": 1,
        "opened_ts": 0,
        "detected_ts": NONE,
        "resolved_ts": NONE,
    },
    "items": {"item_id": 0, "title": ""},
    "parents": {"commit_id": 0, "parent_id": 0},
    "refs": {"repository_id": 1, "kind": "tag", "name": "", "sha": "", "ts": NONE},
}


def frame(name: str, *rows: Mapping[str, Any]) -> pd.DataFrame:
    """The frame `name` with these rows; columns not given have their default."""
    defaults = COLUMNS[name]
    unknown = {column for row in rows for column in row} - set(defaults)
    assert not unknown, f"{name} has no column {unknown}"
    kinds = {bool: "bool", int: "int64", str: "object"}
    return pd.DataFrame(
        {
            column: pd.Series([row.get(column, value) for row in rows], dtype=kinds[type(value)])
            for column, value in defaults.items()
        }
    )


FINDER = KeyFinder(["SHOP", "PLAT", "OLD"])


def evidence(finder: KeyFinder = FINDER, **frames: pd.DataFrame) -> Evidence:
    """Evidence of these frames, the others empty; the projects are SHOP, PLAT and OLD."""
    names = [
        "item_keys",
        "repositories",
        "commits",
        "merge_requests",
        "merge_request_commits",
        "builds",
        "deployments",
        "claims",
        "changes",
        "incidents",
        "items",
    ]
    tables = {name: frames.pop(name, frame(name)) for name in names}
    assert not frames
    return Evidence(finder=finder, **tables)
