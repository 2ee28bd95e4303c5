"""Lists of commits by path: read whole once, then up to what is known, and told by the vendors."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta

from connectors import gitlab
from connectors.path_lists import EVERYWHERE, path_id, path_lists
from connectors.stream import Cursor, Payload, Reading, Scope, Wanted
from connectors.times import iso
from core.records import CommitPath
from tests.connectors import gitlab_site
from tests.connectors.github import site as github_site
from tests.connectors.readers import payloads, quick_client, read, stream

CART, LIB = "services/cart/**", "libs/money.py"
PROJECT = {"id": 42, "path": "shop/mono"}
LOGS = {("h1", "services/cart"): [["c", "b"], ["a"]], ("h2", "services/cart"): [["x", "c"], ["b"]]}


class Vendor:
    """Pages of shas by head and path; what was asked for is noted."""

    def __init__(self, logs: dict[tuple[str, str], list[list[str]]], heads: list[str]) -> None:
        self.logs, self.heads = logs, heads
        self.asked: list[tuple[str, str, int]] = []

    def log(self, _: Reading, sha: str, path: str) -> Iterator[list[Payload]]:
        for number, page in enumerate(self.logs.get((sha, path), [[]])):
            self.asked.append((sha, path, number))
            yield [{"id": one} for one in page]


def run(
    vendor: Vendor,
    *paths: str,
    cursor: Cursor | None = None,
    known: Collection[str] = (),
    since: date | None = None,
) -> tuple[set[tuple[str, str]], Cursor]:
    """What a pass told, and its last cursor."""
    one = path_lists({"shop/mono": paths}, "path", tips=lambda _: vendor.heads, log=vendor.log)
    stored = set(known)
    client = quick_client("https://git.example")
    reading = Reading(client, Scope("42", PROJECT), cursor or {}, stored.intersection, since)
    found = list(one(reading))
    client.http.close()
    told = {(row["path"], row["id"]) for page in found for row in page.payloads}
    return told, found[-1].cursor


def ids(*shas: str, path: str = CART) -> list[str]:
    return [path_id({"id": sha, "path": path}, Scope("42")) for sha in shas]


def test_all_heads_are_read_and_each_commit_is_told_once() -> None:
    vendor = Vendor(LOGS, ["h1", "h2"])
    told, cursor = run(vendor, CART)
    assert told == {(CART, sha) for sha in "abcx"}
    assert cursor["whole"] == [CART]
    assert ("h2", "services/cart", 1) in vendor.asked


def test_later_only_heads_that_moved_are_asked_for_up_to_what_is_known() -> None:
    _, cursor = run(Vendor(LOGS, ["h1"]), CART)
    vendor = Vendor({("h3", "services/cart"): [["d", "c"], ["b", "a"], ["older"]]}, ["h1", "h3"])
    told, after = run(vendor, CART, cursor=cursor, known=ids("a", "b", "c"))
    assert told == {(CART, "d")}
    assert vendor.asked == [("h3", "services/cart", 0), ("h3", "services/cart", 1)]
    assert after["heads"] == ["h1", "h3"]
    assert not run(Vendor({}, ["h1", "h3"]), CART, cursor=after)[0]


def test_a_part_that_was_cut_off_is_read_to_its_end_whatever_is_stored() -> None:
    told, cursor = run(Vendor(LOGS, ["h1"]), CART, known=ids("c", "b"))
    assert (CART, "a") in told
    assert cursor["whole"] == [CART]


def test_a_part_that_is_configured_later_is_read_whole_and_another_first_day_begins_anew() -> None:
    _, cursor = run(Vendor(LOGS, ["h1"]), CART)
    logs = {**LOGS, ("h1", LIB): [["m"], ["l"]]}
    told, after = run(Vendor(logs, ["h1"]), CART, LIB, cursor=cursor, known=ids("a", "b", "c"))
    assert told == {(LIB, "m"), (LIB, "l")}
    assert after["whole"] == [CART, LIB]
    earlier, _ = run(Vendor(LOGS, ["h1"]), CART, cursor=after, since=date(2026, 1, 1))
    assert earlier == {(CART, sha) for sha in "abc"}


def test_once_a_week_what_was_pushed_late_is_found_behind_what_is_known() -> None:
    logs = {(EVERYWHERE, "services/cart"): [["c", "b"], ["late"]]}
    _, cursor = run(Vendor({(EVERYWHERE, "services/cart"): [["c", "b"]]}, [EVERYWHERE]), CART)
    known = ids("b", "c")
    assert run(Vendor(logs, [EVERYWHERE]), CART, cursor=cursor, known=known)[0] == set()
    old = {**cursor, "read_at": iso(datetime.now(UTC) - timedelta(days=8))}
    assert (CART, "late") in run(Vendor(logs, [EVERYWHERE]), CART, cursor=old, known=known)[0]


def test_gitlab_is_asked_for_all_branches_from_the_first_day() -> None:
    with gitlab_site.serving() as site:
        route = site.get("repository/commits").respond(json=[{"id": "s2"}, {"id": "s1"}])
        wanted = Wanted(paths={"shop/api": (CART,)})
        one = stream(gitlab.connect(site.client, gitlab_site.source(), wanted), "commit_paths")
        assert one.scope is not None
        assert one.scope({"id": 7, "path_with_namespace": "shop/other"}) is None
        scope = one.scope(gitlab_site.PROJECT)
        rows = payloads(read(one, site.client, scope=scope, since=date(2026, 1, 1)))
    asked = route.calls[0].request.url.params
    assert (asked["path"], asked["all"]) == ("services/cart", "true")
    assert asked["since"].startswith("2026-01-01")
    assert list(one.parse(rows[0], gitlab_site.SCOPE)) == [CommitPath("42", "s2", CART)]
    assert [row["id"] for row in rows] == ["s2", "s1"]


def test_github_is_asked_for_each_branch() -> None:
    branches = [{"name": name, "commit": {"sha": name}} for name in ("fix", "main")]
    with github_site.site() as router, github_site.opened() as client:
        router.get("/repos/shop/api/branches").respond(json=branches)
        route = router.get("/repos/shop/api/commits")
        route.respond(json=[github_site.commit("s1")])
        wanted = Wanted(paths={"shop/api": (LIB,)})
        one = stream(github_site.connected(client, wanted), "commit_paths")
        assert one.scope is not None
        rows = payloads(read(one, client, scope=one.scope(github_site.REPOSITORY)))
    asked = [dict(call.request.url.params) for call in route.calls]
    assert [(one["sha"], one["path"]) for one in asked] == [("main", LIB), ("fix", LIB)]
    assert rows == [{"id": "s1", "path": LIB}]


def test_without_parts_nothing_is_asked() -> None:
    with gitlab_site.serving() as site:
        found = gitlab.connect(site.client, gitlab_site.source(), Wanted())
    assert "commit_paths" not in {one.name for one in found.streams}
