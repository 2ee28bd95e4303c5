"""Child pipelines: listed by themselves, and their deployments counted with the pipeline above."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.stream import Payload
from core.errors import SourceAnswerError
from core.records import Build, Deployment
from tests.connectors.gitlab_site import SCOPE, Site, connected, saved, serving
from tests.connectors.readers import payloads, read

CHILD = "parent_pipeline"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as opened:
        yield opened


def pipeline(number: int, **changes: Any) -> Payload:
    row: Payload = saved("pipeline")
    del row["_details"]
    return row | {"id": number, "sha": "mmm1", "source": "push"} | changes


def child(number: int, **changes: Any) -> Payload:
    return pipeline(number, source=CHILD, **changes)


def deployment(number: int, of: Payload) -> Payload:
    row: Payload = saved("deployment")
    row["deployable"]["pipeline"] = of
    return {**row, "id": number}


def bridges(site: Site, below: dict[int, list[int]]) -> None:
    """Which pipeline started which; a bridge may have started nothing, or wait."""
    for number, children in below.items():
        rows = [
            {"id": n + 5000, "name": "deploy", "downstream_pipeline": {"id": n}} for n in children
        ]
        empty = {"id": 1, "name": "later", "downstream_pipeline": None}
        site.get(f"pipelines/{number}/bridges").respond(json=[empty, *rows])


def pipelines(site: Site, *known: Payload) -> Any:
    """GitLab's list: children only where they are asked for."""

    def answer(asked: httpx.Request) -> httpx.Response:
        query = asked.url.params
        found = [
            row
            for row in known
            if (row["source"] == CHILD) is (query.get("source") == CHILD)
            and row["sha"] == query.get("sha", row["sha"])
        ]
        return httpx.Response(200, json=found)

    site.get("environments").respond(json=[])
    return site.get("pipelines").mock(side_effect=answer)


def groups(site: Site, rows: list[Payload]) -> list[tuple[str, str | None]]:
    found = site.completed("deployments", rows)
    return [(one.group, one.build) for one in found if isinstance(one, Deployment)]


def test_child_pipelines_are_read_by_their_own_list(site: Site) -> None:
    route = pipelines(site, pipeline(700), child(701))
    one = site.stream("child_pipelines")
    (row,) = payloads(read(one, site.client, scope=SCOPE))
    (build,) = one.parse(row, SCOPE)
    assert isinstance(build, Build)
    assert (build.id, build.cause) == ("701", CHILD)
    assert route.calls[0].request.url.params["source"] == CHILD


def test_a_server_that_ignores_the_source_is_not_believed(site: Site) -> None:
    site.get("pipelines").respond(json=[pipeline(700)])
    with pytest.raises(SourceAnswerError, match="700 is not among"):
        read(site.stream("child_pipelines"), site.client, scope=SCOPE)


@pytest.mark.parametrize(
    ("version", "asked"), [("16.11.2-ee", False), ("17.0.0", True), ("", True), ("18.5.2", True)]
)
def test_servers_before_17_are_not_asked_for_child_pipelines(
    site: Site, version: str, asked: bool
) -> None:
    site.router.get("/version").respond(json={"version": version})
    names = [one.name for one in connected(site.client).streams]
    assert ("child_pipelines" in names) is asked


def test_deployments_of_children_belong_to_the_pipeline_above_them_all(site: Site) -> None:
    """Pipeline 700 starts 701 and 702, and 702 starts 703; each child deploys to one region."""
    pipelines(site, pipeline(700), child(701), child(702), child(703))
    bridges(site, {700: [701, 702], 701: [], 702: [703]})
    rows = [deployment(n, of) for n, of in ((1, child(701)), (2, child(703)), (3, pipeline(700)))]
    assert groups(site, rows) == [("700", "701"), ("700", "703"), ("700", "700")]


def test_of_several_pipelines_of_a_commit_the_one_that_started_the_child_counts(site: Site) -> None:
    pipelines(site, pipeline(600), pipeline(700), pipeline(900), pipeline(500, sha="other"))
    bridges(site, {600: [701], 700: [], 900: []})
    assert groups(site, [deployment(1, child(701))]) == [("600", "701")]


def test_the_latest_pipeline_before_the_child_is_asked_first(site: Site) -> None:
    """Nightly pipelines of one commit are many; the first question answers."""
    pipelines(site, *(pipeline(number) for number in range(600, 701)))
    bridges(site, {700: [701]})
    assert groups(site, [deployment(1, child(701))]) == [("700", "701")]


def test_a_child_whose_parent_is_gone_is_a_group_of_its_own(site: Site) -> None:
    pipelines(site, child(701))
    assert groups(site, [deployment(1, child(701))]) == [("701", "701")]


def test_only_commits_with_deployments_of_children_are_asked_for(site: Site) -> None:
    """Two deployments of one parent: its list of pipelines and its bridges, once each."""
    route = pipelines(site, pipeline(700), child(701), child(702))
    bridges(site, {700: [701, 702]})
    groups(
        site, [deployment(1, child(701)), deployment(2, child(702)), deployment(3, pipeline(700))]
    )
    paths = [call.request.url.path.rpartition("/")[2] for call in site.router.calls]
    assert (paths.count("environments"), route.call_count, paths.count("bridges")) == (1, 1, 1)
