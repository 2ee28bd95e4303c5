"""Lists of commits by path, as both vendors give them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from starlette.datastructures import QueryParams

from simulator import github_lists, gitlab_lists
from simulator.gitlab_index import Project
from simulator.model import Commit
from tests.simulator.tiny_names import ANNA

FILES = {
    "a": ["services/cart/main.py"],
    "b": ["libs/money.py", "services/cartel/x.py"],
    "c": [],
    "m": ["services/cart/main.py"],
}


def _project() -> Project:
    project = Project(id=1, path="shop/mono", default_branch="main")
    parents = {"a": [], "b": ["a"], "c": ["b"], "m": ["c", "a"]}
    for hour, (sha, files) in enumerate(FILES.items()):
        at = datetime(2026, 1, 5, hour, tzinfo=UTC)
        commit = Commit(sha, "shop/mono", parents[sha], at, at, sha, ANNA, paths=files)
        project.commits[sha] = commit
    project.branches["main"] = "m"
    return project


@pytest.mark.parametrize(
    ("path", "shas"),
    [
        ("services/cart", ["c", "a"]),
        ("services/cart/main.py", ["c", "a"]),
        ("libs/money.py", ["c", "b"]),
        ("libs", ["c", "b"]),
        ("nowhere", ["c"]),
    ],
)
def test_a_path_lists_what_touches_it_and_no_merge(path: str, shas: list[str]) -> None:
    project = _project()
    gitlab = gitlab_lists.commits(project, QueryParams(path=path, ref_name="main"))
    github = github_lists.commits(project, QueryParams(path=path, sha="main"))
    assert [one.sha for one in gitlab] == [one.sha for one in github] == shas
