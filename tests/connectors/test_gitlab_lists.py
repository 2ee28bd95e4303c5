"""Lists that are long or newest first: releases, moved issues, and the limit of the offset."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx

from connectors.stream import Payload
from connectors.times import iso, utc
from core.errors import SourceAnswerError
from core.records import Entity, Gone, ItemKey, Ref
from tests.connectors.gitlab_site import SCOPE, URL, Site, linked, saved, serving
from tests.connectors.readers import payloads, read

TOO_FAR = (
    "Offset pagination has a maximum allowed offset of 50000 for requests that return objects of"
    " type Issue. Remaining records can be retrieved using keyset pagination."
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as opened:
        yield opened


def by_offset(site: Site, what: str, rows: list[Payload], *, furthest: int) -> respx.Route:
    """A list with GitLab's filter and pages, that refuses to go further than an offset."""

    def answer(asked: httpx.Request) -> httpx.Response:
        query = asked.url.params
        after = query.get("updated_after")
        found = [row for row in rows if after is None or utc(row["updated_at"]) >= utc(after)]
        size, page = int(query["per_page"]), int(query.get("page", 1))
        if (page - 1) * size > furthest:
            return httpx.Response(405, json={"error": TOO_FAR})
        part = found[(page - 1) * size : page * size]
        following = query.merge({"page": page + 1})
        link = f'<{URL}/api/v4/projects/42/{what}?{following}>; rel="next"'
        more = page * size < len(found)
        return httpx.Response(200, json=part, headers={"link": link} if more else {})

    return site.get(what).mock(side_effect=answer)


def many(count: int, apart: timedelta) -> list[Payload]:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        saved("pipeline") | {"id": n + 1, "updated_at": iso(start + n * apart)}
        for n in range(count)
    ]


def test_a_list_longer_than_the_offset_goes_is_read_on_from_a_time(site: Site) -> None:
    """2,000 rows, and no page further than 300 rows from where a list begins."""
    route = by_offset(site, "pipelines", many(2000, timedelta(seconds=7)), furthest=300)
    found = payloads(read(site.stream("pipelines"), site.client, scope=SCOPE))
    assert [row["id"] for row in found] == list(range(1, 2001))
    # Each page but the first begins with the last row of the one before.
    assert route.call_count == 21
    assert {call.request.url.params.get("page", "1") for call in route.calls} == {"1"}


def test_more_rows_of_one_moment_than_a_page_holds_are_paged_by_offset(site: Site) -> None:
    """A bulk edit: 250 rows of one second, between others."""
    rows = many(450, timedelta(seconds=30))
    for row in rows[100:350]:
        row["updated_at"] = rows[100]["updated_at"]
    by_offset(site, "pipelines", rows, furthest=400)
    found = payloads(read(site.stream("pipelines"), site.client, scope=SCOPE))
    assert [row["id"] for row in found] == list(range(1, 451))


def test_where_the_offset_ends_within_one_moment_the_run_says_so(site: Site) -> None:
    by_offset(site, "pipelines", many(500, timedelta(0)), furthest=300)
    with pytest.raises(SourceAnswerError, match="405"):
        read(site.stream("pipelines"), site.client, scope=SCOPE)


def release(name: str, day: int) -> Payload:
    at = f"2026-03-{day:02}T08:00:00.000Z"
    return {"tag_name": name, "released_at": at, "commit": {"id": f"sha {name}"}, "name": name}


def test_releases_are_refs_by_tag_with_the_day_they_are_announced_for(site: Site) -> None:
    path = "/projects/42/releases"
    route = site.get("releases")
    later = release("v2", 30) | {"upcoming_release": True}
    route.side_effect = [linked([later], path, 2), httpx.Response(200, json=[release("v1", 1)])]
    releases = site.stream("releases")
    pages = read(releases, site.client, scope=SCOPE)
    assert [record for row in payloads(pages) for record in releases.parse(row, SCOPE)] == [
        Ref("42", "release", "v2", "sha v2", datetime(2026, 3, 30, 8, tzinfo=UTC)),
        Ref("42", "release", "v1", "sha v1", datetime(2026, 3, 1, 8, tzinfo=UTC)),
    ]
    assert route.calls[0].request.url.params["order_by"] == "released_at"
    route.side_effect = [linked([later], path, 2)]
    cursor = pages[-1].cursor
    read(releases, site.client, scope=SCOPE, cursor=cursor, known=["42:v1", "42:v2"])
    assert route.call_count == 3


def test_a_release_whose_tag_is_not_made_yet_has_no_sha(site: Site) -> None:
    row = release("v3", 5) | {"commit": None}
    (ref,) = site.stream("releases").parse(row, SCOPE)
    assert isinstance(ref, Ref)
    assert (ref.name, ref.sha) == ("v3", "")


def test_a_moved_issue_leaves_its_key_to_what_it_became(site: Site) -> None:
    """They are read once all issues are, whose ids the keys belong to."""
    stayed = {"id": 1, "iid": 3, "updated_at": "2026-01-02T00:00:00Z", "moved_to_id": None}
    moved = stayed | {"id": 2, "iid": 4, "moved_to_id": 77}
    route = site.get("issues").respond(json=[stayed, moved])
    one = site.stream("moved_issues")
    assert one.after == ("issues",)
    (row,) = payloads(read(one, site.client, scope=SCOPE))
    assert list(one.parse(row, SCOPE)) == [ItemKey("77", "shop/api#4", current=False)]
    assert list(site.stream("issues").parse(moved, SCOPE)) == [Gone(Entity.ITEM, "2", "moved")]
    assert route.calls[0].request.url.params["state"] == "closed"
