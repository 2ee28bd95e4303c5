"""GitHub's issues that are no longer where they were: deleted, hidden, or transferred elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial

import httpx

from connectors.github_issues import (
    Layout,
    asked_since,
    history_of,
    issue_id,
    key_of,
    parse_issue,
    short_issue,
    timeline_of,
)
from connectors.github_rest import GONE, in_repository, one, read_again
from connectors.http import SourceClient, for_each
from connectors.ordered import beginning
from connectors.paging import pages
from connectors.stream import Census, Payload, Reading, Scope
from connectors.times import utc
from core.records import Entity, ItemKey, Record

_WORDS = {301: "moved", 410: "deleted", 404: "not_visible"}
_PLACE = re.compile(r"/(?:repositories/(\d+)|repos/([^/]+/[^/]+))/issues/(\d+)$")


def issues_census(layout: Layout) -> Census:
    """Once a week by number. GitHub tells of a transfer only where the issue was before."""
    return Census(
        ids=_numbers,
        missing=partial(_missing, layout),
        entity=Entity.ITEM,
        every=timedelta(days=7),
        read=_read_again,
        lives_on=partial(_lives_on, layout),
    )


def _numbers(reading: Reading) -> Iterator[Iterable[str]]:
    asked = {**asked_since(reading.scope, beginning(reading)), "sort": "created"}
    for page in pages(reading.client, in_repository("issues", reading.scope), asked):
        yield [issue_id(row, reading.scope) for row in page if "pull_request" not in row]


def _missing(
    layout: Layout, client: SourceClient, scope: Scope, ids: Sequence[str]
) -> Mapping[str, str]:
    """A deleted issue answers 410, a transferred one leads elsewhere; 404 tells nothing."""
    found: dict[str, str] = {}

    def ask(row: Payload) -> None:
        answer = client.get(_path(row["id"], scope), none_on=_WORDS)
        there = answer.status_code == 301 and _place(answer, layout) == row["id"]
        if answer.status_code in _WORDS and not there:
            found[row["id"]] = _WORDS[answer.status_code]

    for_each(client, ask, [{"id": name} for name in ids])
    return found


def _path(name: str, scope: Scope) -> str:
    return in_repository(f"issues/{name.rpartition('#')[2]}", scope)


def _place(answer: httpx.Response, layout: Layout) -> str:
    """The id of the issue that a redirect leads to; empty where its repository is not read."""
    found = _PLACE.search(answer.headers.get("location", ""))
    if found is None:
        return ""
    number = found[1] or layout.repositories.get(found[2].lower(), "")
    return f"{number}#{found[3]}" if number in layout.repositories.values() else ""


def _read_again(
    client: SourceClient, scope: Scope, ids: Sequence[str]
) -> Iterator[Sequence[Payload]]:
    """By number; an issue that was transferred here may be older than what was read last."""
    numbers = [{"number": name.rpartition("#")[2]} for name in ids]
    yield read_again(
        client, scope, numbers, what="issues", keep=short_issue, key="number", none_on=GONE
    )


def _lives_on(
    layout: Layout, client: SourceClient, scope: Scope, stored: Sequence[Payload]
) -> Iterator[Record]:
    """Each issue in its new repository, where that is read, with the key that it had here.

    What had happened to it goes with it: events of the old timeline that are older than all of the
    new one are told under the new id.
    """
    for before in stored:
        here = issue_id(before, scope)
        place = _place(client.get(_path(here, scope), none_on=_WORDS), layout)
        repository, _, number = place.partition("#")
        path = f"repositories/{repository}/issues/{number}"
        row = one(client, path, none_on=GONE) if place else None
        if row is None:
            continue
        issue = {
            **short_issue(row),
            "_details": {"timeline": timeline_of(client, f"{path}/timeline")},
        }
        yield from parse_issue(issue, Scope(repository), layout=layout)
        yield ItemKey(place, key_of(before, scope), current=False)
        events = issue["_details"]["timeline"]
        began = min((utc(event["created_at"]) for event in events), default=None)
        moves = history_of(before, place, layout).transitions()
        yield from (move for move in moves if began is None or move.at < began)
