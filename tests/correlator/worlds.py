"""Small random worlds for properties of all rules: one that has links of every rule, and around it
rows whose texts, shas and numbers often meet with its.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from core.frames import NONE

Row = dict[str, Any]
World = dict[str, list[Row]]
Pair = tuple[int, int]

SHAS = tuple(f"{letter * 7}{digit}{letter * 32}" for letter in "abcdef" for digit in "01")
KEYS = ("SHOP-1", "SHOP-2", "PLAT-1", "shop/web#1", "shop/web#2")
REMOTES = ("https://git.example/shop/web.git", "git@git.example:shop/api.git", "")
DAY = 86_400

COPY: Row = {"message": "Retry more often", "authored_ts": 10, "author_id": 0, "parents": 1}
BASE: World = {
    "repositories": [
        {"path": "shop/web", "url": "https://git.example/shop/web"},
        {"path": "shop/api", "url": "https://git.example/shop/api"},
    ],
    "commits": [
        {"sha": SHAS[0], "message": "SHOP-1: retry the payment"},
        {"sha": SHAS[1], "message": f'Revert "SHOP-1: retry"\n\nThis reverts commit {SHAS[0]}.'},
        {"sha": SHAS[2], "message": "Cache it (shop/web#1)\n\nSee also shop/web#2"},
        {"sha": SHAS[3], "message": f"Pay later\n\n(cherry picked from commit {SHAS[0]})"},
        {"sha": SHAS[4], "committed_ts": 10, **COPY},
        {"sha": SHAS[5], "committed_ts": DAY - 5, **COPY},
        {"sha": SHAS[6], "committed_ts": 3 * DAY, **COPY},
        {"sha": SHAS[7], "message": "Undo\n\nThis reverts merge request !1"},
        {"sha": SHAS[8], "message": "Merge branch 'retry'"},
    ],
    "merge_requests": [
        {"number": 1, "source_branch": "shop-1-retry", "merge_sha": SHAS[8], "merged_ts": DAY},
        {"number": 2, "title": "SHOP-2: cache", "squash_sha": SHAS[2], "merged_ts": DAY},
        {
            "number": 3,
            "description": "Reverts #1\nPLAT-1, shop/web#2. Closes shop/web#1",
            "head_sha": SHAS[3],
        },
    ],
    "builds": [
        {"external_id": "1", "ref": "refs/merge-requests/1/merge"},
        {
            "external_id": "2",
            "job": "deploy",
            "number": 2,
            "revisions": json.dumps([[SHAS[0], "https://git.example/shop/web.git"]]),
            "description": "PLAT-1",
        },
    ],
    "deployments": [{"build_external_id": "2", "group": "1"}],
    "changes": [{"external_id": "1", "title": "SHOP-1: release", "correlation": "deploy#2"}],
    "incidents": [{"caused_by_external_id": "1"}],
}
HOME = ("commits", "merge_requests", "builds")

shas = st.sampled_from(SHAS)
short = st.tuples(shas, st.sampled_from((7, 8, 12, 40))).map(lambda both: both[0][: both[1]])
numbers = st.integers(1, 5)
keys = st.sampled_from(KEYS)
times = st.sampled_from((0, 10, DAY - 5, DAY, 3 * DAY))
subjects = st.one_of(
    keys.map("{}: retry the payment".format),
    st.just("Retry the payment"),
    keys.map('Revert "{}: retry"'.format),
    st.just('Revert "Revert "Retry""'),
    numbers.map("Retry the payment (#{})".format),
)
bodies = st.one_of(
    st.just(""),
    short.map("This reverts commit {}.".format),
    short.map("(cherry picked from commit {})".format),
    numbers.map("This reverts merge request !{}".format),
    numbers.map("Reverts shop/web#{}".format),
    st.tuples(short, short).map(
        lambda two: f"This reverts commit {two[0]}.\nThis reverts commit {two[1]}."
    ),
    keys.map("Refs: {}".format),
)
messages = st.tuples(subjects, bodies).map("\n\n".join)
refs = st.one_of(
    numbers.map("refs/merge-requests/{}/merge".format), numbers.map("PR-{}".format), st.just("main")
)
homes = st.sampled_from((0, 1))


def _row(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries(fields)


commits = _row(
    sha=shas,
    repository_id=homes,
    message=messages,
    authored_ts=st.sampled_from((0, 0, 5, NONE)),
    committed_ts=times,
    author_id=st.sampled_from((0, 0, 1, NONE)),
    parents=st.sampled_from((0, 1, 1, 2)),
)
requests = _row(
    repository_id=homes,
    number=numbers,
    title=st.one_of(subjects, st.just("")),
    description=bodies,
    source_branch=st.sampled_from(("feature/shop-1-retry", "plat-1", "main", "retry")),
    state=st.sampled_from(("merged", "merged", "open", "closed")),
    head_sha=shas,
    merge_sha=st.one_of(st.just(""), shas),
    squash_sha=st.one_of(st.just(""), shas),
    merged_ts=times,
)
builds = _row(
    source_id=st.sampled_from((2, 5)),
    external_id=numbers.map(str),
    job=st.sampled_from(("deploy", "shop/web")),
    number=numbers,
    ref=refs,
    repository_id=st.sampled_from((0, 1, NONE)),
    revisions=st.lists(st.tuples(shas, st.sampled_from(REMOTES)), max_size=2).map(json.dumps),
    description=st.one_of(st.just(""), keys),
)
deployments = _row(
    source_id=st.sampled_from((2, 5)),
    build_external_id=st.one_of(st.just(""), numbers.map(str)),
    group=st.one_of(st.just(""), numbers.map(str)),
    target=st.sampled_from(("production", "staging")),
)
changes = _row(
    external_id=numbers.map(str),
    number=numbers.map("CHG{}".format),
    title=subjects,
    correlation=st.one_of(st.just(""), numbers.map("deploy#{}".format)),
)
incidents = _row(caused_by_external_id=st.one_of(st.just(""), numbers.map(str)))


UNIQUE = {
    "commits": ("repository_id", "sha"),
    "merge_requests": ("repository_id", "number"),
    "builds": ("source_id", "external_id"),
    "changes": ("external_id",),
}
"""What no two rows of the store have in common."""
MORE = {
    "commits": st.lists(commits, max_size=6),
    "merge_requests": st.lists(requests, max_size=3),
    "builds": st.lists(builds, max_size=2),
    "deployments": st.lists(deployments, max_size=2),
    "changes": st.lists(changes, max_size=1),
    "incidents": st.lists(incidents, max_size=1),
}


def base() -> World:
    """The world with links of every rule."""
    return _related({name: list(rows) for name, rows in BASE.items()}, listed=[(0, 4)], claims=[])


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Rows by frame, those of `base` first. Ids count the rows of a frame in their order."""
    world = {name: list(rows) for name, rows in BASE.items()}
    for name, more in MORE.items():
        world[name] += draw(more)
    world = _related(world, listed=[], claims=[])
    counts = {name: len(rows) - 1 for name, rows in world.items()}
    listed = _pairs(draw, counts["merge_requests"], counts["commits"])
    claims = _pairs(draw, counts["commits"], counts["deployments"])
    return _related(world, listed=[(0, 4), *listed], claims=claims)


def _related(world: World, *, listed: list[Pair], claims: list[Pair]) -> World:
    """With ids, without rows that the store could not hold beside others, and with relations."""
    related: World = {}
    for name, column in IDS.items():
        home = {"repository_id": 0} if name in HOME else {}
        rows = [{**home, **row} for row in world[name]]
        names = UNIQUE.get(name)
        kept = {
            tuple(row.get(one, 2) for one in names) if names else place: row
            for place, row in reversed([*enumerate(rows)])
        }
        related[name] = [
            {**row, column: place} for place, row in enumerate(reversed(kept.values()))
        ]
    related["item_keys"] = [{"key": key, "item_id": place} for place, key in enumerate(KEYS)]
    related["merge_request_commits"] = [
        {"merge_request_id": a, "commit_id": b} for a, b in sorted({(0, 4), *listed})
    ]
    related["claims"] = [{"commit_id": a, "deployment_id": b} for a, b in sorted({(0, 0), *claims})]
    return related


def _pairs(draw: st.DrawFn, a: int, b: int) -> list[Pair]:
    ends = st.tuples(st.integers(0, a), st.integers(0, b))
    return draw(st.lists(ends, max_size=6))


IDS = {
    "repositories": "repository_id",
    "commits": "commit_id",
    "merge_requests": "merge_request_id",
    "builds": "build_id",
    "deployments": "deployment_id",
    "changes": "change_id",
    "incidents": "incident_id",
}
REFERS = {*IDS.values(), "item_id", "author_id"}
"""Columns that hold an id of ours; each is one kind of thing."""


def permuted(draw: st.DrawFn, world: World) -> tuple[World, dict[str, list[int]]]:
    """The same world with rows in another order and other ids; and which id each old one became."""
    most = max(len(rows) for rows in world.values())
    ids = {column: draw(st.permutations(range(most))) for column in sorted(REFERS)}
    other: World = {}
    for name in world:
        rows = draw(st.permutations(world[name]))
        other[name] = [
            {
                column: ids[column][value] if column in REFERS and value != NONE else value
                for column, value in row.items()
            }
            for row in rows
        ]
    return other, ids
