"""A webhook that names a thing has that thing read and nothing else: as many requests however many
others there are, and afterwards the store is as a whole pass would leave it.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.stream import Named, Scope, Stream
from pipeline.due import Due
from simulator.model import World
from store.hooks import NotedHint
from tests.e2e.tool import Site, site
from tests.simulator.tiny_names import HOUR, MINUTE


def retitled_ticket(world: World) -> None:
    item = world.items[5]
    item.title, item.updated = "Pay in two parts", world.now


def pushed_request(world: World) -> None:
    request = world.merge_requests[0]
    assert request.iid == 2
    world.merge_requests[0] = replace(request, title="SHOP-3 in two parts", updated=world.now)


def ended_pipeline(world: World) -> None:
    build = next(one for one in world.builds if one.id == 320)
    build.status, build.finished = "failed", world.now


def ended_build(world: World) -> None:
    build = next(one for one in world.builds if one.id == 2002)
    build.status, build.finished = "success", build.started + MINUTE


JIRA = [
    "/rest/api/2/serverInfo",
    *(f"/rest/api/3/{name}" for name in ("myself", "field", "project/search")),
]
WEB = "/api/v4/projects/101"
GITLAB = ["/api/v4/user", "/api/v4/version", "/api/v4/projects/shop%2Fweb"]
GITHUB = ["/user", "/meta", "/repos/shop/web"]
PULL = "/repos/shop/web/pulls/2"
DEPLOY = "/job/shop/job/deploy-payments-production"
CASES: dict[str, tuple[str, Callable[[World], None], NotedHint, list[str]]] = {
    "issue": (
        "jira",
        retitled_ticket,
        NotedHint("issues", "", "10105"),
        [*JIRA, "/rest/api/3/issue/bulkfetch"],
    ),
    "merge request": (
        "gitlab",
        pushed_request,
        NotedHint("merge_requests", "{scope}", "2"),
        [*GITLAB, *(f"{WEB}/merge_requests{end}" for end in ("", "/2/commits", "/2/notes"))],
    ),
    "pipeline": (
        "gitlab",
        ended_pipeline,
        NotedHint("pipelines", "{scope}", "320"),
        [*GITLAB, f"{WEB}/pipelines/320", f"{WEB}/pipelines/320/jobs"],
    ),
    "build": (
        "jenkins",
        ended_build,
        NotedHint("builds", "shop/deploy-payments-production", "shop/deploy-payments-production#2"),
        ["/me/api/json", "/api/json", "/api/json"]
        + [f"{DEPLOY}/2/{end}" for end in ("api/json", "wfapi/describe")],
    ),
    "pull request": (
        "github",
        pushed_request,
        NotedHint("pull_requests", "{scope}", "2"),
        [*GITHUB, PULL, "/graphql", "/graphql"],
    ),
}


def scope_of(found: Site) -> str:
    with found.database.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT external_id FROM repository LIMIT 1").scalar_one()
    return str(row)


@pytest.mark.parametrize("case", CASES)
def test_what_is_named_is_read_alone_and_ends_as_a_whole_pass_would(
    sqlite_template: Path, tmp_path: Path, case: str
) -> None:
    kind, change, told, expected = CASES[case]
    with site(kind, sqlite_template, tmp_path) as found:
        if told.scope == "{scope}":
            told = replace(told, scope=scope_of(found))
        before, cursors_before = found.rows(), found.cursors()
        later = copy.deepcopy(found.world)
        later.now += HOUR
        change(later)
        found.server.advance(later)
        asked = found.hint(told)
        assert asked == Counter(expected)
        after = found.rows()
        assert after != before
        assert _of(found.cursors(), told.stream) == _of(cursors_before, told.stream)
        # Once more, and out of turn: nothing changes any more.
        assert found.hint(told, told).total() <= len(expected)
        assert found.rows() == after
        assert after == found.whole(tmp_path)


def _of(states: dict[tuple[str, str], Any], stream: str) -> dict[tuple[str, str], Any]:
    return {key: state for key, state in states.items() if key[0] == stream}


@pytest.mark.parametrize("edition", ["cloud", "datacenter"])
def test_a_name_that_leads_nowhere_or_elsewhere_stores_nothing(
    sqlite_template: Path, tmp_path: Path, edition: Any
) -> None:
    with site("jira", sqlite_template, tmp_path, jira=edition, projects=["SHOP"]) as found:
        before = found.rows()
        # Of an issue that was never there, and of one whose project is not configured.
        asked = found.hint(NotedHint("issues", "", "987654"), NotedHint("issues", "", "10099"))
        single = sum(n for path, n in asked.items() if "/issue/" in path)
        assert single == {"cloud": 1, "datacenter": 2}[edition]
        assert not [path for path in asked if "search" in path and "project" not in path]
        assert found.rows() == before


def test_a_project_that_is_not_configured_is_not_asked_about(
    sqlite_template: Path, tmp_path: Path
) -> None:
    with site("gitlab", sqlite_template, tmp_path) as found:
        before = found.rows()
        asked = found.hint(
            NotedHint("merge_requests", "102", "1"), NotedHint("pipelines", "999", "320")
        )
        assert asked == Counter(GITLAB)
        assert found.rows() == before


def test_an_issue_that_is_deleted_is_gone_at_once_and_one_that_is_hidden_is_not(
    sqlite_template: Path, tmp_path: Path
) -> None:
    with site("jira", sqlite_template, tmp_path) as found:
        later = copy.deepcopy(found.world)
        later.items = [item for item in later.items if item.key not in ("SHOP-9", "IDEA-1")]
        found.server.advance(later)
        asked = found.hint(NotedHint("issues", "", "10109"), NotedHint("issues", "", "10099"))
        # The names, then why they were not found, each with a canary of its project beside it.
        assert asked["/rest/api/3/issue/bulkfetch"] == 2
        # Nothing else of IDEA is known: whether it is deleted or hidden nobody can tell.
        assert found.gone() == {"SHOP-9": "deleted"}
        found.server.advance(found.world)
        found.hint(NotedHint("issues", "", "10109"))
        assert found.gone() == {}


def stream(over: str | None = None, *, named: bool = True) -> Stream:
    how = Named(read=lambda _reading, _names: []) if named else None
    return Stream(
        name="things",
        read=lambda _reading: iter(()),
        id=lambda payload, _scope: str(payload["id"]),
        parse=lambda _payload, _scope: (),
        over=over,
        scope=lambda payload: Scope(str(payload["id"])),
        named=how,
    )


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ([("7", "31"), ("7", "32"), ("8", "33")], ("31", "32")),
        ([("7", "31"), ("7", "")], ()),  # something that is not named changed, too
        ([("7", "31"), ("", "")], ()),  # all scopes are due as a whole
        ([("8", "31")], ()),
        ([("7", "31' OR 1=1"), ("7", "32")], ()),
        ([("7", "../1")], ()),
        ([("7", "9" * 20)], ()),
        ([("7", "\u0663\u0661")], ()),  # digits, but none that an address may hold
        ([("7", str(number)) for number in range(20)], tuple(sorted(map(str, range(20))))),
        ([("7", str(number)) for number in range(21)], ()),
    ],
)
def test_what_is_read_by_its_name_and_what_by_its_list(
    told: list[tuple[str, str]], names: tuple[str, ...]
) -> None:
    due = Due.of([NotedHint("things", scope, name) for scope, name in told])
    assert due.names(stream("projects"), "7") == names
    assert due.names(stream("projects", named=False), "7") == ()


def test_a_stream_without_scopes_is_read_by_name_too() -> None:
    due = Due.of([NotedHint("things", "", "31")])
    assert due.names(stream(), "") == ("31",)
    assert due.names(stream("boards"), "7") == ()
