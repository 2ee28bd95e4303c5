"""The frames of a made-up estate as what the correlator reads."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.frames import NONE
from correlator.evidence import Evidence, IncidentRules
from correlator.keys import KeyFinder
from correlator.releases import first_deployments
from simulator.estate import Estate

_COLUMNS: Final[dict[str, dict[str, Any]]] = {
    "item_keys": {"key": "", "item_id": 0, "source_id": 0},
    "items": {"item_id": 0, "title": ""},
    "repositories": {
        "repository_id": 0,
        "source_id": 0,
        "path": "",
        "url": "",
        "remotes": "",
        "kind": "",
    },
    "commits": {
        **{"commit_id": 0, "repository_id": 0, "sha": "", "message": ""},
        **{"authored_ts": 0, "committed_ts": 0, "author_id": NONE, "parents": 0},
    },
    "parents": {"commit_id": 0, "parent_id": 0},
    "merge_requests": {
        **{"merge_request_id": 0, "repository_id": 0, "number": 0, "title": "", "description": ""},
        **{"source_branch": "", "state": "", "head_sha": "", "merge_sha": "", "squash_sha": ""},
        **{"merged_ts": NONE, "labels": ""},
    },
    "merge_request_commits": {"merge_request_id": 0, "commit_id": 0},
    "builds": {
        **{"build_id": 0, "source_id": 0, "external_id": "", "job": "", "number": 0, "ref": ""},
        **{"repository_id": 0, "revisions": "[]", "parameters": "{}", "description": ""},
    },
    "deployments": {
        **{"deployment_id": 0, "source_id": 0, "external_id": "", "environment": "production"},
        **{"target": "production", "service_id": 0, "service": "", "repository_id": 0, "sha": ""},
        **{"ref": "", "version": "", "group": "", "build_external_id": "", "result": "success"},
        **{"created_ts": 0, "started_ts": 0, "finished_ts": 0, "commit_reason": ""},
        **{"commit_by": "sha", "previous_release": ""},
    },
    "changes": {
        **{"change_id": 0, "source_id": 0, "external_id": "", "number": "", "type": "normal"},
        **{"title": "", "description": "", "correlation": "", "service_id": 0, "created_ts": 0},
        **{"started_ts": NONE, "finished_ts": NONE, "closed_ts": NONE},
    },
    "incidents": {
        **{"incident_id": 0, "source_id": 0, "external_id": "", "number": "", "title": ""},
        **{"description": "", "correlation": "", "caused_by_external_id": ""},
        **{"duplicate_of_external_id": "", "service_id": 0, "opened_ts": 0},
        **{"detected_ts": NONE, "resolved_ts": NONE},
    },
}


def estate_evidence(made: Estate) -> Evidence:
    """What the correlator reads, with the first deployment of each commit worked out by itself."""
    tables = {name: _whole(made, name) for name in _COLUMNS}
    parents = tables.pop("parents")
    commits = tables["commits"]
    heads = commits[["commit_id", "repository_id", "sha"]]
    deployments = tables["deployments"].merge(heads, on=["repository_id", "sha"], how="left")
    releases = first_deployments(deployments, commits, parents)
    back = releases.deployments["rollback"].to_numpy(np.bool_)
    return Evidence(
        finder=KeyFinder(["EST"]),
        **{**tables, "deployments": deployments.assign(rollback=back)},
        claims=releases.claims,
        incident_rules=IncidentRules(hotfixes=_hotfixes),
    )


def _whole(made: Estate, name: str) -> pd.DataFrame:
    """The frame with a default for each column that the estate does not tell."""
    table = made.frames.get(name, pd.DataFrame())
    columns = {
        column: table[column] if column in table else [value] * len(table)
        for column, value in _COLUMNS[name].items()
    }
    kinds = {
        column: "object" if isinstance(value, str) else "int64"
        for column, value in _COLUMNS[name].items()
    }
    return pd.DataFrame(columns).astype(kinds)


def _hotfixes(deployments: pd.DataFrame) -> NDArray[np.bool_]:
    found = [fnmatchcase(ref, "hotfix/*") for ref in deployments["ref"]]
    return np.array(found, dtype=np.bool_)
