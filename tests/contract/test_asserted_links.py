"""Links that vendors assert in the recorded payloads, and what the rules make of them.

The counts were made by plain means: a search in the text of the files, or a loop over their JSON.
`docs/correlation.md` explains them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from connectors.gitlab_parse import parse_pipeline
from connectors.jenkins_parse import parse_build
from connectors.stream import Scope
from core.records import Build, Record
from correlator.linking import correlate
from tests.correlator.builders import evidence, frame

LAKE = "https://github.com/merico-dev/lake"
HYGIEIA = "https://github.com/myrepo/Hygieia"
REPOSITORIES = frame(
    "repositories",
    {"repository_id": 1, "path": "shop/api"},
    {"repository_id": 2, "path": "merico-dev/lake", "url": LAKE},
    {"repository_id": 3, "path": "myrepo/Hygieia", "url": HYGIEIA},
    {"repository_id": 4, "path": "myrepo/Hygieia222", "url": f"{HYGIEIA}222"},
)


def texts(folder: Path, pattern: str) -> list[str]:
    files = sorted(folder.glob(pattern))
    if not files:
        pytest.skip(f"the recorded payloads hold no {pattern}")
    return [path.read_text(encoding="utf-8") for path in files if path.name != "requests.json"]


def builds(records: list[Record], repository: dict[str, int]) -> pd.DataFrame:
    found = [one for one in records if isinstance(one, Build)]
    rows = (
        {
            "build_id": place,
            "external_id": one.id,
            "ref": one.ref,
            "revisions": json.dumps([[it.sha, it.remote] for it in one.revisions]),
            **repository,
        }
        for place, one in enumerate(found)
    )
    return frame("builds", *rows)


def test_the_pipelines_of_requests_are_those_of_the_requests_that_their_refs_name(
    fixtures_dir: Path,
) -> None:
    """Sixteen pipelines of a real project: all but one are of merge requests, on the shas of one
    push after the other. No list tells the commits, so the ref alone says whose they are.
    """
    pages = texts(fixtures_dir, "gitlab/devlake/pipeline-detail/page-*.json")
    named = re.findall(r"refs/merge-requests/(\d+)/head", "\n".join(pages))
    assert Counter(named) == {"5500": 6, "5522": 4, "5394": 2, "5501": 1, "5519": 1, "5541": 1}
    scope = Scope("42", {"path_with_namespace": "shop/api"})
    records = [one for page in pages for one in parse_pipeline(json.loads(page), scope)]
    requests = (
        {"merge_request_id": place, "number": int(number)}
        for place, number in enumerate(sorted(set(named)))
    )
    given = builds(records, {"repository_id": 1})
    links = correlate(
        evidence(
            repositories=REPOSITORIES,
            merge_requests=frame("merge_requests", *requests),
            builds=given,
        )
    )
    assert set(links["rule"]) == {"request_ref"}
    assert (len(given), len(links), links["b_id"].nunique()) == (16, 15, 15)
    ends = zip(links["a_id"], links["b_id"], strict=True)
    refs = dict(zip(given["build_id"], given["ref"], strict=True))
    numbers = sorted(set(named))
    assert all(refs[b] == f"refs/merge-requests/{numbers[a]}/head" for a, b in ends)


def jenkins(folder: Path) -> list[dict[str, Any]]:
    pages = texts(folder, "jenkins/devlake/job-allBuilds/page-*.json")
    alone = texts(folder, "jenkins/hygieia/buildDetails_*.json")
    listed = [one for page in pages for one in json.loads(page)["allBuilds"]]
    return [*listed, *map(json.loads, alone)]


def test_what_jenkins_checked_out_is_linked_and_its_change_sets_say_no_more(
    fixtures_dir: Path,
) -> None:
    payloads = jenkins(fixtures_dir)
    shas = [
        action["lastBuiltRevision"]["SHA1"]
        for payload in payloads
        for action in payload["actions"]
        if action and "lastBuiltRevision" in action
    ]
    changes = [one for payload in payloads for one in payload.get("changeSets") or ()]
    changes += [payload["changeSet"] for payload in payloads if payload.get("changeSet")]
    assert (len(payloads), len(shas), len(set(shas))) == (22, 11, 4)
    assert sum(len(one.get("items") or ()) for one in changes) == 0
    records: list[Record] = []
    for place, payload in enumerate(payloads):
        told = {"number": place, "timestamp": 1_650_000_000_000, **payload}
        records += parse_build(told, Scope(f"job{place}", {}), base_url="https://ci.example")
    homes = {"0f886c74": 2, "ceeffdfd": 2, "f6617799": 3, "385bbf9d": 3}
    commits = (
        {"commit_id": place, "sha": sha, "repository_id": homes[sha[:8]]}
        for place, sha in enumerate(sorted(set(shas)))
    )
    links = correlate(
        evidence(
            repositories=REPOSITORIES,
            commits=frame("commits", *commits),
            builds=builds(records, {}),
        )
    )
    assert set(links["rule"]) == {"revision"}
    assert len(links) == links["b_id"].nunique() == len(shas)
    # Two tell no address, and the sha is that of one commit alone.
    assert Counter(links["confidence"]) == {1.0: 9, 0.9: 2}


def test_the_panels_and_links_of_tickets_name_no_commit(fixtures_dir: Path) -> None:
    (panel,) = texts(fixtures_dir, "jira/faros/dev_status_detail.json")
    (detail,) = json.loads(panel)["detail"]
    assert detail == {
        "branches": [],
        "pullRequests": [{"id": "123", "source": {"url": "https://github.com/test-org/test-repo"}}],
    }
    (remote,) = texts(fixtures_dir, "jira/go-jira/mock-data/remote_links.json")
    told = json.loads(remote)
    assert [one["relationship"] for one in told] == ["causes", "is tested by"]
    code = re.compile(r"/(?:commits?|merge_requests|pull)/", re.IGNORECASE)
    assert not code.search(remote)
