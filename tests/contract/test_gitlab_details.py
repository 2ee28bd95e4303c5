"""Recorded answers that GitLab's connector adds to other payloads: trigger jobs, label events, and
the notes of discussions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import respx

from connectors.gitlab_details import add_tiers_and_roots
from connectors.gitlab_issues import add_history
from connectors.gitlab_reviews import kept_notes
from connectors.stream import Payload, Scope
from tests.connectors.readers import quick_client
from tests.contract.replay import load

URL = "https://gitlab.example"
SCOPE = Scope("5", {"path_with_namespace": "group/project"})


def recorded(folder: Path, pattern: str) -> Any:
    [path] = folder.glob(f"gitlab/{pattern}")
    return load(path)


def test_a_trigger_job_that_started_nothing_is_nobodys_parent(fixtures_dir: Path) -> None:
    """Recorded: the trigger job of pipeline 73. A child of its commit stays without a parent."""
    [bridge] = recorded(fixtures_dir, "devlake/bridges/page-001.json")
    sha, number = bridge["pipeline"]["sha"], bridge["pipeline"]["id"]
    child = {"id": 99, "sha": sha, "source": "parent_pipeline"}
    deployment: Payload = {"deployable": {"pipeline": child}}
    with respx.mock(base_url=f"{URL}/api/v4/projects/5") as router:
        router.get("/environments").respond(json=[])
        router.get("/pipelines", params={"source": "parent_pipeline"}).respond(json=[])
        router.get("/pipelines").respond(json=[{**bridge["pipeline"], "source": "push"}])
        asked = router.get(f"/pipelines/{number}/bridges").respond(json=[bridge])
        client = quick_client(URL)
        add_tiers_and_roots(client, SCOPE, [deployment])
        client.http.close()
    assert asked.called
    assert deployment["_details"] == {"tier": "", "root": None}


def test_a_label_event_names_its_label_and_who_put_it_on(fixtures_dir: Path) -> None:
    """Recorded without its time, which the documentation has."""
    name = "go-gitlab/*-5-issues-11-resource-label-events__*.json"
    events = recorded(fixtures_dir, name)
    issue: Payload = {"iid": 11}
    with respx.mock(base_url=f"{URL}/api/v4/projects/5/issues/11") as router:
        router.get("/resource_state_events").respond(json=[])
        router.get("/resource_label_events").respond(json=events)
        router.get("/links").respond(404, json={})
        client = quick_client(URL)
        add_history(client, SCOPE, [issue])
        client.http.close()
    assert issue["_details"]["labels"] == [
        {
            "id": 142,
            "created_at": None,
            "user": {"username": "root", "name": "Administrator"},
            "action": "add",
            "label": "a1",
        }
    ]


def test_a_note_of_a_discussion_is_a_comment_without_its_text(fixtures_dir: Path) -> None:
    name = "go-gitlab/*-5-merge-requests-11-discussions__*.json"
    [discussion] = recorded(fixtures_dir, name)
    assert kept_notes(discussion["notes"]) == [
        {
            "id": 1126,
            "kind": "commented",
            "created_at": None,
            "author": {"username": "venky333", "name": "Venkatesh Thalluri"},
        }
    ]
