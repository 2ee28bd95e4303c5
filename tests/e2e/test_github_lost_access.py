"""Repositories of GitHub that vanish from what the token reaches: a lost permission, and no data
goes with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Settings
from core.source_settings import GithubSource
from tests.e2e.small import Small, rows_of, small_company, synced


@pytest.fixture(scope="module")
def company() -> Iterator[Small]:
    with small_company(items=12, code="github") as running:
        yield running


def _github(settings: Settings, **changes: object) -> Settings:
    """The same configuration with other scopes of GitHub."""
    sources = tuple(
        one.model_copy(update=changes) if isinstance(one, GithubSource) else one
        for one in settings.sources
    )
    return settings.model_copy(update={"sources": sources})


def _problems(settings: Settings) -> list[str]:
    return [line for one in synced(settings).sources for line in one.problems]


def test_a_repository_that_is_no_longer_visible_turns_the_source_red_and_its_data_stays(
    company: Small, tmp_path: Path
) -> None:
    """Every repository that the token reaches is read; then it reaches one less."""
    _, given = company.home(tmp_path)
    settings = _github(given, repositories=())
    assert _problems(settings) == []
    before = rows_of(settings)
    company.server.faults.hidden["github"] = {"shop/web"}
    company.server.advance(company.world)
    (told,) = _problems(settings)
    assert told.startswith("no longer visible to headwater: repository shop/web; grant access")
    after = rows_of(settings)
    company.server.faults.hidden.clear()
    company.server.advance(company.world)
    for table in ("repository", "git_commit", "merge_request", "build", "deployment", "work_item"):
        assert after[table] == before[table]
    assert _problems(settings) == []


def test_a_repository_that_is_no_longer_asked_for_is_no_loss(
    company: Small, tmp_path: Path
) -> None:
    _, given = company.home(tmp_path)
    (github,) = (one for one in given.sources if isinstance(one, GithubSource))
    assert _problems(given) == []
    fewer = tuple(path for path in github.repositories if path != "shop/web")
    assert len(fewer) == len(github.repositories) - 1
    assert _problems(_github(given, repositories=fewer)) == []
