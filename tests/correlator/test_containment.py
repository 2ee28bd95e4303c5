"""Which deployment brought a commit first: random graphs, services, regions, parts and failures
against plain sets of ancestors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from correlator.parts import Parts
from correlator.releases import Release, Releases, first_deployments
from tests.correlator.builders import frame

Line = tuple[int, str]
"""A service and a target."""


@dataclass(frozen=True)
class World:
    """edges: commit -> parents. touched: service -> the commits that touch its part of the
    repository, of services that are one. tags: commits that are releases, with their time.
    """

    edges: dict[int, list[int]]
    rows: list[dict[str, Any]]
    touched: dict[int, set[int]] = field(default_factory=dict)
    unread: frozenset[int] = frozenset()
    tags: dict[int, int] = field(default_factory=dict)

    def run(self, order: Any = None) -> Releases:
        commits = [
            {"commit_id": one, "committed_ts": one, "parents": len(parents)}
            for one, parents in self.edges.items()
        ]
        pairs = [(one, parent) for one, parents in self.edges.items() for parent in parents]
        parents = [{"commit_id": one, "parent_id": parent} for one, parent in pairs]
        lists = [self.rows, commits, parents]
        if order is not None:
            lists = [order.sample(rows, len(rows)) for rows in lists]
        frames = [
            frame(name, *rows)
            for name, rows in zip(("deployments", "commits", "parents"), lists, strict=True)
        ]
        touched = {
            (service, 1): np.array(sorted(commits), dtype="int64")
            for service, commits in self.touched.items()
        }
        tags = [Release(one, f"v{one}", ts) for one, ts in self.tags.items()]
        return first_deployments(
            *frames,
            parts=Parts(touched, frozenset((service, 1) for service in self.unread)),
            released={(service, 1): tags for service in (1, 2, 3)},
        )

    def ancestors(self, commit: int) -> set[int]:
        found: set[int] = set()
        todo = [commit]
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo += self.edges[one]
        return found

    def successful(self) -> dict[Line, list[dict[str, Any]]]:
        """In the order in which they finished."""
        ordered = sorted(
            self.rows, key=lambda r: (r["finished_ts"], r["created_ts"], r["deployment_id"])
        )
        lines: dict[Line, list[dict[str, Any]]] = {}
        for row in ordered:
            if row["result"] == "success":
                lines.setdefault((row["service_id"], row["target"]), []).append(row)
        return lines

    def of_service(self, service: int, commit: int) -> bool:
        if service not in self.touched or service in self.unread:
            return True
        return commit in self.touched[service] and len(self.edges[commit]) < 2

    def brought(self) -> dict[tuple[Line, int], set[int]]:
        """By line and deployment the commits that it is the first to contain, where it has any."""
        found: dict[tuple[Line, int], set[int]] = {}
        for line, rows in self.successful().items():
            seen: set[int] = set()
            for row in rows:
                has = self.ancestors(row["commit_id"]) if row["commit_id"] != NONE else set()
                new = {one for one in has - seen if self.of_service(line[0], one)}
                if new:
                    found[line, row["deployment_id"]] = new
                seen |= has
        return found


def claims_of(releases: Releases) -> dict[tuple[Line, int], set[int]]:
    found: dict[tuple[Line, int], set[int]] = {}
    columns = ("service_id", "target", "deployment_id", "commit_id")
    for service, target, deployment, commit in zip(
        *(releases.claims[name] for name in columns), strict=True
    ):
        found.setdefault(((service, target), deployment), set()).add(commit)
    return found


@st.composite
def worlds(draw: st.DrawFn, *, parts: bool = False, tags: bool = False) -> World:
    """Up to 14 commits, up to 12 deployments of three services to two environments of two regions,
    some of them failed, some of commits that are not known.
    """
    count = draw(st.integers(1, 14))
    edges: dict[int, list[int]] = {1: []}
    for commit in range(2, count + 1):
        edges[commit] = draw(st.lists(st.integers(1, commit - 1), max_size=3, unique=True))
    row = st.fixed_dictionaries(
        {
            "commit_id": st.sampled_from([*edges, *edges, NONE]),
            "service_id": st.sampled_from([1, 2, 3]),
            "target": st.sampled_from(["production", "production", "other:staging"]),
            "environment": st.sampled_from(["eu", "us"]),
            "result": st.sampled_from(["success", "success", "success", "failed", "unstable"]),
            "finished_ts": st.integers(0, 9),
            "created_ts": st.integers(0, 2),
        }
    )
    drawn = draw(st.lists(row, max_size=12))
    rows = [{"deployment_id": number, **values} for number, values in enumerate(drawn, 1)]
    some = st.sets(st.sampled_from([*edges]))
    touched = draw(st.dictionaries(st.sampled_from([1, 2]), some)) if parts else {}
    unread = draw(st.frozensets(st.sampled_from([2, 3]))) if parts else frozenset()
    touched = {service: found for service, found in touched.items() if service not in unread}
    moments = st.dictionaries(st.sampled_from([*edges]), st.integers(0, 9), max_size=3)
    return World(edges, rows, touched, unread, draw(moments) if tags else {})


def check(world: World) -> None:
    releases = world.run()
    expected = world.brought()
    assert claims_of(releases) == expected
    counts = releases.deployments[releases.deployments["commits"] != NONE]
    for row in counts.to_dict("records"):
        key = ((row["service_id"], row["target"]), row["deployment_id"])
        assert row["commits"] == len(expected.get(key, ()))


@settings(max_examples=80, deadline=None)
@given(worlds())
def test_claims_are_what_sets_of_ancestors_say(world: World) -> None:
    check(world)


@settings(max_examples=80, deadline=None)
@given(worlds(parts=True))
def test_a_service_claims_what_touches_its_part_and_no_merge(world: World) -> None:
    check(world)
    table = world.run().deployments
    told = table[table["commits_reason"] == "paths_not_read"]
    assert set(told["service_id"]) <= set(world.unread)


@settings(max_examples=40, deadline=None)
@given(worlds(parts=True, tags=True), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(world: World, order: Any) -> None:
    plain, other = world.run(), world.run(order)
    pd.testing.assert_frame_equal(plain.claims, other.claims)
    key = ["deployment_id", "service_id", "target"]
    tables = [one.deployments.sort_values(key, ignore_index=True) for one in (plain, other)]
    pd.testing.assert_frame_equal(*tables)


@settings(max_examples=80, deadline=None)
@given(worlds(tags=True))
def test_the_first_known_deployment_is_sure_of_what_no_earlier_release_contains(
    world: World,
) -> None:
    releases = world.run()
    marks = {
        (row["service_id"], row["target"], row["commit_id"]): row["unknown_predecessor"]
        for row in releases.claims.to_dict("records")
    }
    for (service, target), rows in world.successful().items():
        before_known = False
        seen: set[int] = set()
        for place, row in enumerate(rows):
            commit = row["commit_id"]
            has = world.ancestors(commit) if commit != NONE else set()
            old = [
                one
                for one, ts in world.tags.items()
                if one in has - {commit} and ts < row["finished_ts"]
            ]
            doubtful = has
            if place == 0 and old and target == "production":
                doubtful = set().union(*(world.ancestors(one) for one in old))
            for one in has - seen:
                assert marks[service, target, one] is (not before_known and one in doubtful)
            before_known = commit != NONE
            seen |= has
