"""Reviews of merge requests: who counts, what counts, and that no word of it is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.stream import Payload
from core.records import Commit, Person, Review, ReviewKind
from tests.connectors.gitlab_site import Site, saved, serving

DANA = {"id": 5, "username": "dana", "name": "Dana"}
EVE = {"id": 7, "username": "eve", "name": "Eve"}


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as opened:
        yield opened


def note(number: int, author: Payload | None, body: str, **changes: Any) -> Payload:
    at = f"2026-02-02T09:{number:02}:00.000Z"
    return {"id": number, "author": author, "body": body, "created_at": at, "system": False} | {
        **changes
    }


def reviewed(site: Site, notes: list[Payload]) -> tuple[Payload, list[Review]]:
    """The request of Dana with these notes, as it is kept, and its reviews."""
    request = saved("merge_requests")[0]
    site.get("merge_requests/11/commits").respond(json=[])
    site.get("merge_requests/11/notes").respond(json=notes)
    records = site.completed("merge_requests", [request])
    return request, [record for record in records if isinstance(record, Review)]


def at(minute: int) -> datetime:
    return datetime(2026, 2, 2, 9, minute, tzinfo=UTC)


def test_notes_of_the_system_and_of_others_are_the_steps_of_a_review(site: Site) -> None:
    _, found = reviewed(
        site,
        [
            note(1, DANA, "requested review from @eve", system=True),
            note(2, EVE, "Why not by card?", type="DiffNote"),
            note(3, EVE, "requested changes", system=True),
            note(4, EVE, "approved this merge request", system=True),
        ],
    )
    assert found == [
        Review("42", "9001", "1", ReviewKind.REQUESTED, at(1), Person("dana")),
        Review("42", "9001", "2", ReviewKind.COMMENTED, at(2), Person("eve")),
        Review("42", "9001", "3", ReviewKind.CHANGES_REQUESTED, at(3), Person("eve")),
        Review("42", "9001", "4", ReviewKind.APPROVED, at(4), Person("eve")),
    ]


@pytest.mark.parametrize(
    "author",
    [
        DANA,
        {"username": "renovate-runner", "name": "Updates"},
        {"username": "project_42_bot_a1b2", "name": "scanner"},
        {"username": "group_7_bot1", "name": "scanner"},
        None,
    ],
    ids=["the author", "a bot by pattern", "a project token", "a group token", "nobody"],
)
def test_what_the_author_or_a_machine_says_is_no_review(site: Site, author: Payload | None) -> None:
    _, found = reviewed(
        site, [note(1, author, "hm"), note(2, author, "approved this merge request", system=True)]
    )
    assert found == []


def test_other_notes_of_the_system_are_no_review(site: Site) -> None:
    bodies = ["added 1 commit", "unapproved this merge request", "changed the description"]
    request, found = reviewed(
        site, [note(n, EVE, body, system=True) for n, body in enumerate(bodies)]
    )
    assert (found, request["_details"]["notes"]) == ([], [])


def test_no_word_of_a_note_is_kept(site: Site) -> None:
    request, found = reviewed(site, [note(1, EVE | {"avatar_url": "x"}, "a secret", internal=True)])
    assert len(found) == 1
    assert "secret" not in json.dumps(request)
    assert request["_details"]["notes"][0]["author"] == {"username": "eve", "name": "Eve"}


def test_a_request_whose_notes_cannot_be_seen_still_has_its_commits(site: Site) -> None:
    request = saved("merge_requests")[0]
    at_once = {"id": "aaa1", "created_at": "2026-02-01T10:00:00Z", "author_name": "Dana"}
    site.get("merge_requests/11/commits").respond(json=[at_once])
    site.get("merge_requests/11/notes").respond(403, json={"message": "403 Forbidden"})
    records = site.completed("merge_requests", [request])
    assert [record.sha for record in records if isinstance(record, Commit)] == ["aaa1"]
    assert not [record for record in records if isinstance(record, Review)]


def test_each_changed_request_costs_two_requests(site: Site) -> None:
    commits = site.router.get(url__regex=r".*/merge_requests/\d+/commits").respond(json=[])
    notes = site.router.get(url__regex=r".*/merge_requests/\d+/notes").respond(json=[])
    site.completed("merge_requests", saved("merge_requests"))
    assert (commits.call_count, notes.call_count) == (2, 2)
