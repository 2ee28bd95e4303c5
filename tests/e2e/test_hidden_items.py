"""A project of Jira that may be seen and whose issues may not: hidden and not deleted."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from pipeline.clock import now_ts
from simulator.model import World
from tests.e2e.tool import site


def without(world: World, *keys: str) -> World:
    """Jira tells no difference between what is deleted and what is hidden."""
    later = copy.deepcopy(world)
    later.items = [item for item in later.items if item.key not in keys]
    return later


def next_day(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    at = now_ts() + days * 86_400
    monkeypatch.setattr("pipeline.reading.now_ts", lambda: at)


def test_a_project_whose_issues_all_vanished_is_hidden_and_keeps_them(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site("jira", sqlite_template, tmp_path) as found:
        found.server.advance(without(found.world, "IDEA-1", "SHOP-130"))
        next_day(monkeypatch, 2)
        assert found.collect().problems == [
            "issues: none of 1 known records of IDEA is visible any more; "
            "has the account lost its permission? nothing was changed here; "
            "if they are meant to be gone, read the source once with --full"
        ]
        assert found.gone() == {}
        # Still so at the next pass: the census was not done.
        assert len(found.collect().problems) == 1
        found.server.advance(found.world)
        assert found.collect().problems == []
        assert found.gone() == {}


def test_who_says_that_they_are_meant_to_be_gone_is_believed(
    sqlite_template: Path, tmp_path: Path
) -> None:
    with site("jira", sqlite_template, tmp_path) as found:
        found.server.advance(without(found.world, "IDEA-1"))
        assert found.collect(full=True).problems == []
        assert found.gone() == {"IDEA-1": "deleted"}


def test_an_issue_that_vanished_from_among_others_is_deleted(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site("jira", sqlite_template, tmp_path) as found:
        found.server.advance(without(found.world, "SHOP-130"))
        next_day(monkeypatch, 2)
        assert found.collect().problems == []
        assert found.gone() == {"SHOP-130": "deleted"}
